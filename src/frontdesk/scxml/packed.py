"""Values on their way between scripts, sessions and the disk: JSON text, or "" for `undefined`.

What JSON cannot say (shared and circular references, dates, `undefined` inside, XML) is an object with the
one key `$graph`, which only scripts open. So data of strangers goes through `pack`, which never makes one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

GRAPH = "$graph"
_GRAPH = f'"{GRAPH}"'.encode()


def _as_dict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} is no JSON data")


_encode = msgspec.json.Encoder(enc_hook=_as_dict).encode


def pack(value: Any) -> str:
    """JSON data as a packed value. A key `$graph` is taken for data, never for a graph."""
    text = _encode(value)
    return (_encode(_plain(value)) if _GRAPH in text else text).decode()


def unpack(packed: str) -> Any:
    """The JSON data of a packed value; None for `undefined`. A graph stays what it is."""
    return msgspec.json.decode(packed) if packed else None


def joined(fields: Iterable[tuple[str, str]]) -> str:
    """One object out of packed values by name.

    Shape:   a value that is undefined is left out; several of one name become an array.
    """
    by_name: dict[str, list[str]] = {}
    for name, value in fields:
        if value:
            by_name.setdefault(name, []).append(value)
    inside = ",".join(
        f"{msgspec.json.encode(name).decode()}:{_one_or_all(values)}" for name, values in by_name.items()
    )
    return f"{{{inside}}}"


def _one_or_all(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"[{','.join(values)}]"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        # A second `$` keeps it apart; scripts see it that way too.
        return {f"${key}" if key == GRAPH else key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def packed_fields(packed: str) -> dict[str, str]:
    """The fields of a packed object, each packed; none when it is no plain object."""
    if not packed.startswith("{") or packed.startswith(f'{{"{GRAPH}"'):
        return {}
    fields = msgspec.json.decode(packed, type=dict[str, msgspec.Raw])
    return {name: bytes(value).decode() for name, value in fields.items()}

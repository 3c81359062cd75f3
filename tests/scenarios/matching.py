"""Whether what happened is what a scenario describes."""

from collections.abc import Mapping, Sequence
from typing import Any

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "object": Mapping,
    "array": list,
    "anything": object,
}


def difference(wanted: Any, got: Any, where: str = "it") -> str:
    """What is wrong with `got`, as a sentence; empty when it is as `wanted`."""
    match wanted:
        case {"$is": kind}:
            fits = isinstance(got, _TYPES[kind]) and not (kind == "number" and isinstance(got, bool))
            return "" if fits else f"{where} is {got!r}, no {kind}"
        case Mapping():
            if not isinstance(got, Mapping):
                return f"{where} is {got!r}, no object"
            return _first(
                difference(value, got.get(name), f"{where}.{name}") for name, value in wanted.items()
            )
        case list():
            if not isinstance(got, Sequence) or isinstance(got, str) or len(got) != len(wanted):
                return f"{where} is {got!r}, not {len(wanted)} items"
            pairs = enumerate(zip(wanted, got, strict=True))
            return _first(difference(value, one, f"{where}[{place}]") for place, (value, one) in pairs)
        case _:
            same = wanted == got and isinstance(wanted, bool) == isinstance(got, bool)
            return "" if same else f"{where} is {got!r}, not {wanted!r}"


def _first(differences: Any) -> str:
    return next((one for one in differences if one), "")

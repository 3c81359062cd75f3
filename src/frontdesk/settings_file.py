"""Settings from a TOML file and the environment, with every mistake named in words.

The environment wins over the file: `FRONTDESK_SERVER__PORT=8080` is `port` of `[server]`. A secret may also
stand in a file of its own, as container platforms hand them out: `FRONTDESK_SERVER__API_KEY_FILE=/run/key`.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.errors import Refused
from frontdesk.settings import Settings
from frontdesk.settings_table import Said, fill, is_secret

PREFIX = "FRONTDESK_"
SECRET_BYTES_MAX = 65_536

Table = dict[str, Any]


def load_settings(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of a file (none for the defaults), changed by what the environment says.

    Errors:  `Refused("bad_settings")` whose text names every mistake, one a line, and what would be right.
    """
    mistakes: list[str] = []
    table = _read(path) if path is not None else {}
    for name, value in _said_by(environ, mistakes):
        _put(table, name, value, mistakes)
    settings = fill(Settings, table, "", mistakes)
    if mistakes:
        where = f"{path}" if path is not None else "the settings"
        raise Refused("bad_settings", "\n".join((f"{where} cannot be used:", *(f"  {m}" for m in mistakes))))
    assert isinstance(settings, Settings)
    return settings


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Refused("bad_settings", f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("bad_settings", f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise Refused("bad_settings", f"{path} is not valid TOML: {error}") from error


def _said_by(environ: Mapping[str, str], mistakes: list[str]) -> Iterator[tuple[Sequence[str], Said]]:
    """The settings among the variables, as (path, value)."""
    sections = msgspec.structs.fields(Settings)
    for variable in sorted(environ):
        words = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX):
            continue
        if "__" not in words:
            section = next((s.name for s in sections if words.startswith(f"{s.name}_")), None)
            if section is not None:
                meant = f"{PREFIX}{section}__{words.removeprefix(f'{section}_')}".upper()
                mistakes.append(f"{variable}: two underscores part section and key; did you mean {meant}?")
            continue
        path = words.split("__")
        if words.endswith("_file") and is_secret(".".join(path).removesuffix("_file")):
            plain = variable.removesuffix("_FILE")
            if plain in environ:
                mistakes.append(f"{variable}: {plain} is set too; only one of them can be meant")
            elif (secret := _secret(variable, Path(environ[variable]), mistakes)) is not None:
                yield ".".join(path).removesuffix("_file").split("."), secret
        else:
            yield path, Said(environ[variable], variable)


def _secret(variable: str, path: Path, mistakes: list[str]) -> Said | None:
    try:
        content = path.read_bytes()[:SECRET_BYTES_MAX].decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{variable}: {path} cannot be read: {error}")
        return None
    return Said(content.strip(), variable)


def _put(table: Table, path: Sequence[str], value: Said, mistakes: list[str]) -> None:
    """Set a value deep in the table; names of services are found whatever their case."""
    for word in path[:-1]:
        key = next((k for k in table if k.lower() == word), word)
        inner = table.setdefault(key, {})
        if not isinstance(inner, dict):
            mistakes.append(f"{value.variable}: {key} is not a section in the file")
            return
        table = inner
    key = next((k for k in table if k.lower() == path[-1]), path[-1])
    table[key] = value

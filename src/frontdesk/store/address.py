"""Addresses of databases: `memory:`, `sqlite:///file.db`, `postgresql://…`."""

from pathlib import Path
from urllib.parse import parse_qsl

from msgspec import Struct

from frontdesk.errors import DeskError

_POSTGRES = ("postgresql://", "postgres://")


class MemoryAddress(Struct, frozen=True):
    """Nothing is kept."""


class SqliteAddress(Struct, frozen=True):
    """A file.

    Shape:   three slashes before a path from the current folder, four before a path from the root.
    Units:   `sync_delay_ms` is added to each commit, so that a benchmark can have a slow disk.
    """

    path: Path
    sync_delay_ms: float = 0


class PostgresAddress(Struct, frozen=True):
    """A PostgreSQL database, as its own clients write it."""

    dsn: str


Address = MemoryAddress | SqliteAddress | PostgresAddress


def parse(url: str) -> Address:
    """What `url` names. Errors: `DeskError` saying what is wrong with it."""
    if url.rstrip("/") == "memory:":
        return MemoryAddress()
    if url.startswith("sqlite:"):
        return _sqlite(url)
    if url.startswith(_POSTGRES):
        return PostgresAddress(url)
    scheme = url.partition("://")[0]  # Only this much: the rest may hold a password.
    raise DeskError(
        f"a database address begins with memory:, sqlite:/// or postgresql://, not with {scheme[:40]!r}"
    )


def _sqlite(url: str) -> SqliteAddress:
    location, _, query = url.partition("?")
    path = location.removeprefix("sqlite:///")
    if path in (location, "", ":memory:", "/"):
        raise DeskError(
            f"{url!r} names no file: write sqlite:///name.db or sqlite:////folder/name.db, "
            "or memory: to keep nothing"
        )
    options = dict(parse_qsl(query, keep_blank_values=True))
    delay = options.pop("sync_delay_ms", "0")
    if options:
        raise DeskError(f"{url!r}: there is no option {next(iter(options))!r}; sync_delay_ms is the only one")
    try:
        sync_delay_ms = float(delay)
    except ValueError:
        sync_delay_ms = -1
    if not 0 <= sync_delay_ms <= 60_000:
        raise DeskError(f"{url!r}: sync_delay_ms is a number of milliseconds up to 60000")
    return SqliteAddress(Path(path), sync_delay_ms)

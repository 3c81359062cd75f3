"""Addresses of databases: `memory:`, `sqlite:///file.db`, `postgresql://…`."""

from pathlib import Path
from urllib.parse import parse_qsl

from msgspec import Struct

from frontdesk.errors import DeskError

JOURNEYS = "journeys"

_POSTGRES = ("postgresql://", "postgres://")
_SCHEMA = "search_path"  # What is no option of the client's own is set on the server, and this is.


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
    """A PostgreSQL database, as its own clients write it.

    Shape:   one log lies in the schema that the server gives, and that of journeys in one of its own; each
             has a lock for those who append, and a channel on which commits are told.
    """

    dsn: str
    is_journeys: bool = False

    @property
    def lock(self) -> int:
        return 4603128 if self.is_journeys else 4603126

    @property
    def channel(self) -> str:
        return "frontdesk_journeys" if self.is_journeys else "frontdesk"


Address = MemoryAddress | SqliteAddress | PostgresAddress


def parse(url: str) -> Address:
    """What `url` names. Errors: `DeskError` saying what is wrong with it."""
    if url.rstrip("/") == "memory:":
        return MemoryAddress()
    if url.startswith("sqlite:"):
        return _sqlite(url)
    if url.startswith(_POSTGRES):
        return PostgresAddress(url, dict(parse_qsl(url.partition("?")[2])).get(_SCHEMA) == JOURNEYS)
    scheme = url.partition("://")[0]  # Only this much: the rest may hold a password.
    raise DeskError(
        f"a database address begins with memory:, sqlite:/// or postgresql://, not with {scheme[:40]!r}"
    )


def journeys_beside(url: str) -> str:
    """The address of the database that journeys have beside the one at `url`: chats never wait for them.

    Shape:   a second file beside the first, a schema of its own in the same PostgreSQL database; memory is
             another one each time. Errors: as `parse`.
    """
    match parse(url):
        case MemoryAddress():
            return url
        case SqliteAddress(path):
            beside = path.with_name(f"{path.stem}-{JOURNEYS}{path.suffix}")
            _, mark, options = url.partition("?")
            return f"sqlite:///{beside}{mark}{options}"
        case PostgresAddress(dsn):
            return f"{dsn}{'&' if '?' in dsn else '?'}{_SCHEMA}={JOURNEYS}"


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

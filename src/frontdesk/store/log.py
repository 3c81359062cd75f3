"""The event log: the one truth, behind one small protocol.

A stream per thing (`interaction/…`, `agent/…`); within a stream events are numbered 1, 2, 3 … (the
*version*); over all streams they have gap-free *positions* in commit order. What is acknowledged is on
disk. Everything a feature keeps beside the facts (its timer, the row that lists show, the numbers it
wants forgotten) travels as `also` and is written in the same transaction, or not at all.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

WHISPER_BYTES_MAX = 7500  # PostgreSQL takes less than 8000 in one notification.


class Recorded(Struct, frozen=True, gc=False):
    """One event as the log keeps it.

    Units:   `time_ms` is milliseconds since the Unix epoch, as given by the writer.
    """

    position: int
    stream: str
    version: int
    time_ms: int
    body: bytes


class Arm(Struct, frozen=True, tag=True):
    """The stream's one timer: `due_ms` replaces what was armed before; None disarms."""

    due_ms: int | None


class Card(Struct, frozen=True, tag=True):
    """What lists and routing show of a stream, replaced as a whole.

    Shape:   `kind` groups cards ("interaction", "agent"); `is_open` marks the ones that still need
             care, so that a restart reads only those; `sort_ms` orders a list; `body` is JSON.
    """

    kind: str
    is_open: bool
    sort_ms: int
    body: bytes


class Forget(Struct, frozen=True, tag=True):
    """Versions of this stream whose events are deleted; their numbers and positions stay used."""

    versions: tuple[int, ...]


class Fence(Struct, frozen=True, tag=True):
    """Write only while `number` is still the newest number given out for the lease `name`."""

    name: str
    number: int


class Entry(Struct, frozen=True, tag=True):
    """Something that is listed and counted by its time, apart from the stream that tells it.

    Shape:   `kind` is what reports ask for; `body` is small JSON, and never personal: it stays when the
             stream is purged.
    Units:   `at_ms` is milliseconds since the Unix epoch.
    """

    kind: str
    at_ms: int
    body: bytes


class Position(Struct, frozen=True):
    """How far a client has come in a stream.

    Shape:   `reader` names the client; everything up to the version `delivered` has reached it, and
             everything up to `settled` was a while ago.
    """

    stream: str
    reader: str
    delivered: int
    settled: int


class Snapshot(Struct, frozen=True, tag=True):
    """A fold of a stream up to `version`; `tag` names the fold that made it. It may vanish at any time."""

    version: int
    tag: str
    body: bytes


Also = Arm | Card | Forget | Fence | Entry | Snapshot


class Entered(Struct, frozen=True):
    """An entry as a report reads it.

    Shape:   `number` orders those of the same time, no more; `version` is the stream's after the append that
             the entry came with. `stream` is another, random name once the stream has been purged, the same
             one for all its entries.
    """

    number: int
    stream: str
    version: int
    entry: Entry


class Filed(Struct, frozen=True):
    """A card as a list returns it."""

    stream: str
    card: Card


class Streams(Protocol):
    """What happened to each thing, read and written."""

    def append(
        self,
        stream: str,
        after_version: int,
        bodies: Sequence[bytes],
        time_ms: int,
        also: Sequence[Also] = (),
    ) -> Awaitable[Recorded | None]:
        """Add `bodies` to the end of `stream`, all or none, with all of `also`; the last one as recorded.

        Shape:   with no bodies only `also` is written and the answer is None.
        Errors:  `Conflict` when the stream is not at `after_version`, or a fence is out of date: nothing
                 was written; `Unavailable` when the disk is full or the database is away: nothing was
                 acknowledged, and it may or may not have been written.
        """

    async def read(self, stream: str, after_version: int = 0, limit: int | None = None) -> Sequence[Recorded]:
        """The events of `stream` after `after_version`, oldest first; forgotten ones are absent."""

    async def head(self) -> int:
        """The position of the newest event; 0 when there is none."""


class EventLog(Streams, Protocol):
    def follow(self, after_position: int) -> AsyncIterator[Sequence[Recorded]]:
        """Every event after `after_position` in commit order, then each new one as it is committed.

        Shape:   batches, never empty; a forgotten event may be absent, no other ever is.
        """


class Leases(Protocol):
    async def take_lease(self, name: str, holder: str, now_ms: int, for_ms: int) -> int | None:
        """Take or prolong the lease `name`; its fencing number, or None while somebody else holds it.

        Shape:   the number grows each time the holder changes.
        """

    async def drop_lease(self, name: str, holder: str) -> None:
        """Give the lease up, so that another may take it at once."""


class Ledger(Streams, Leases, Protocol):
    """What it takes to write to a log, and to keep in it how far somebody has come, one of several nodes."""

    async def card(self, stream: str) -> Card | None:
        """The card of one stream."""


class Shelf(Leases, Protocol):
    """What lies beside the log in the same database."""

    async def armed(self, stream: str) -> int | None:
        """When the stream's timer is due, or None."""

    async def claim_due(self, now_ms: int, claim_ms: int, limit: int) -> Sequence[str]:
        """Streams whose timer is due, oldest first, claimed by the caller for `claim_ms`.

        Shape:   a claimed stream is not given to anybody again until its claim has run out or its timer
                 was armed anew.
        """

    async def next_due(self, now_ms: int) -> int | None:
        """When `claim_due` will next have something, or None: the earliest due time or end of a claim."""

    async def cards(
        self, kind: str, *, is_open: bool | None = None, after: str = "", limit: int = 1000
    ) -> Sequence[Filed]:
        """Cards of a kind by stream, after the stream `after`; all, or only open or closed ones."""

    async def card(self, stream: str) -> Card | None:
        """The card of one stream."""

    async def count_cards(self, kind: str, *, is_open: bool) -> int:
        """How many cards of a kind are open, or closed."""

    async def entries(
        self,
        kind: str,
        from_ms: int,
        until_ms: int,
        *,
        after: tuple[int, int] | None = None,
        limit: int = 1000,
    ) -> Sequence[Entered]:
        """The entries of a kind from `from_ms` on and before `until_ms`, oldest first.

        Shape:   those after the one with this `at_ms` and `number`, so that the next page begins where the
                 last one ended.
        """

    async def drop_entries_before(self, kind: str, at_ms: int) -> int:
        """Delete what is older; how many entries that were."""

    async def snapshot(self, stream: str) -> Snapshot | None:
        """The newest snapshot of a stream."""

    async def keep_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        """Replace the stream's snapshot; it may be written late or never."""

    async def note_seen(self, seen: Sequence[tuple[str, int]]) -> None:
        """Remember when clients were last seen, as (stream, time in ms); presence, not a fact."""

    async def seen(self, stream: str) -> int | None:
        """When the stream's client was last noted as seen, by any node."""

    async def seen_under(self, prefix: str) -> Mapping[str, int]:
        """The same of every stream whose name begins with `prefix`, by stream."""

    async def note_positions(self, positions: Sequence[Position]) -> None:
        """Remember how far clients have come; not a fact, and it may be written late or never.

        Shape:   a position only ever grows.
        """

    async def position(self, stream: str, reader: str) -> Position | None:
        """How far a client has come by what was noted of it, by any node."""

    async def drop_positions(self, stream: str) -> None:
        """Forget how far the clients of a stream have come: there is nothing more to read."""

    async def whisper(self, words: str) -> None:
        """Tell the other nodes something that is no fact: it is kept nowhere and may be lost.

        Shape:   at most `WHISPER_BYTES_MAX` bytes of UTF-8; nothing happens where there are no others.
        """

    def on_whisper(self, hear: Callable[[str], None]) -> None:
        """Have `hear` called with what nodes whisper, this one's own words included."""

    async def purge(self, stream: str) -> None:
        """Delete a stream with all that lies beside it; positions stay used.

        Shape:   its entries stay, under a name that says nothing.
        """


class Store(EventLog, Shelf, Protocol):
    """One database: the log and what lies beside it."""

    async def ping(self) -> None:
        """Return when the database answers; `Unavailable` when it does not."""

    async def aclose(self) -> None:
        """Write what was promised, then let go of the database."""

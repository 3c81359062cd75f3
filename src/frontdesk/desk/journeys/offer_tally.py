"""How many offers are out, and how many became chats in the last days: a fold over the log of journeys.

Every node follows that log from where the kept counts end, so that all count the same. The counts are kept
as one card now and then; whoever writes it last is right, because each write is of a longer log.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import structlog
from msgspec import Struct, field

from frontdesk.domain.journey.facts import HandedOut, Moved, State
from frontdesk.domain.journey.pacing import ACCEPT_PRIOR, START_PRIOR, rate
from frontdesk.errors import Conflict, DeskError
from frontdesk.store.log import Card, Recorded, Store

STREAM = "pacing/tally"
HOUR_MS = 3_600_000
HOURS_KEPT = 7 * 24
FORGOTTEN_AFTER_MS = 24 * HOUR_MS  # The end of whoever was erased is never written down.
KEEP_EVERY_S = 60.0
LOOK_AGAIN_MS = 60_000  # Hours go out of date.
RETRY_S = 0.5
_STARTS = (b'{"type":"HandedOut"', b'{"type":"Moved"')

_decode = msgspec.json.Decoder(HandedOut | Moved).decode
_log = structlog.get_logger("journeys")


class Out(Struct):
    """An offer that is out: given to a tab, shown, or accepted. `until_ms` is for the first alone."""

    paced_by: str
    state: State
    since_ms: int
    until_ms: int = 0


class Hour(Struct, array_like=True):
    """What was decided within an hour: offers that were answered, accepted; of those, ended, chats begun."""

    answered: int = 0
    accepted: int = 0
    ended: int = 0
    started: int = 0


class Counts(Struct):
    """All of it, up to a position of the log. Shape: `hours` by what paces, then by hour since the epoch."""

    position: int = 0
    out: dict[str, Out] = field(default_factory=dict)
    hours: dict[str, dict[int, Hour]] = field(default_factory=dict)


class Pace(Struct, frozen=True):
    """What is known of one who paces."""

    accepted: int
    outstanding: int
    p_accept: float
    p_start: float


class OfferTally:
    """The counts of this node."""

    def __init__(self, store: Store, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self._kept = 0
        self._paces: dict[str, tuple[int, Pace]] = {}  # Each until when it is so, unless something happens.
        self.counts = Counts()

    async def load(self) -> None:
        """Take what was kept; without it, count from now on."""
        card = await self._store.card(STREAM)
        if card is None:
            self.counts = Counts(await self._store.head())
        else:
            self.counts = msgspec.json.decode(card.body, type=Counts)
        self._paces.clear()
        self._kept = self.counts.position

    async def run(self) -> None:
        """Count until cancelled."""
        keeping = asyncio.ensure_future(self._keep_on())
        try:
            while True:
                try:
                    async for batch in self._store.follow(self.counts.position):
                        self.take(batch)
                except DeskError as error:
                    _log.warning("follower_paused", follower="pacing", reason=str(error))
                    await asyncio.sleep(RETRY_S)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _keep_on(self) -> None:
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            try:
                await self.keep()
            except DeskError as error:
                _log.warning("pacing_not_kept", reason=str(error))

    async def keep(self) -> None:
        """Write the counts down, if anything was counted. Errors: `Unavailable`."""
        counts = self.counts
        if counts.position > self._kept:
            self._forget(self._clock_ms())
            card = Card("pacing", False, counts.position, msgspec.json.encode(counts))
            try:
                await self._store.append(STREAM, 0, (), self._clock_ms(), (card,))
            except Conflict:
                return
            self._kept = counts.position

    def _forget(self, now_ms: int) -> None:
        """Drop what is older than anybody asks for."""
        oldest = now_ms // HOUR_MS - HOURS_KEPT
        for name, hours in list(self.counts.hours.items()):
            kept = {hour: counted for hour, counted in hours.items() if hour > oldest}
            self.counts.hours[name] = kept
            if not kept:
                del self.counts.hours[name]
        self.counts.out = {name: out for name, out in self.counts.out.items() if _is_out(out, now_ms)}

    # --- counting ------------------------------------------------------------------------------

    def take(self, batch: Sequence[Recorded]) -> None:
        """Count what was committed."""
        for record in batch:
            if record.body.startswith(_STARTS):
                try:
                    self._count(_decode(record.body), record.time_ms)
                except msgspec.DecodeError:
                    _log.warning("too_new", stream=record.stream, version=record.version)
        self.counts.position = batch[-1].position

    def _count(self, fact: HandedOut | Moved, time_ms: int) -> None:
        out = self.counts.out
        if isinstance(fact, HandedOut):
            if fact.paced_by:
                self._paces.pop(fact.paced_by, None)
                out[fact.action_id] = Out(fact.paced_by, State.QUALIFIED, time_ms, fact.until_ms)
            return
        before = out.pop(fact.action_id, None)
        if before is None:
            return
        self._paces.pop(before.paced_by, None)
        hour = self._hour(before.paced_by, time_ms)
        if before.state is State.OFFERED:
            hour.answered += 1
            hour.accepted += fact.state is State.ACCEPTED
        elif before.state is State.ACCEPTED:
            hour.ended += 1
            hour.started += fact.state is State.STARTED
        if fact.state in (State.OFFERED, State.ACCEPTED):
            out[fact.action_id] = Out(before.paced_by, fact.state, time_ms)

    def _hour(self, paced_by: str, time_ms: int) -> Hour:
        hours = self.counts.hours.setdefault(paced_by, {})
        return hours.setdefault(time_ms // HOUR_MS, Hour())

    # --- asking --------------------------------------------------------------------------------

    def pace(self, paced_by: str) -> Pace:
        """What is known of one who paces, now."""
        now_ms = self._clock_ms()
        until_ms, pace = self._paces.get(paced_by, (0, None))
        if pace is None or now_ms >= until_ms:
            until_ms, pace = self._paces[paced_by] = self._pace(paced_by, now_ms)
        return pace

    def _pace(self, paced_by: str, now_ms: int) -> tuple[int, Pace]:
        """That, and until when it is so if nothing happens."""
        oldest = now_ms // HOUR_MS - HOURS_KEPT
        own = [out for out in self.counts.out.values() if out.paced_by == paced_by and _is_out(out, now_ms)]
        accepted = sum(out.state is State.ACCEPTED for out in own)
        hours = [counted for hour, counted in self.counts.hours.get(paced_by, {}).items() if hour > oldest]
        ends = (out.until_ms for out in own if out.state is State.QUALIFIED)
        pace = Pace(
            accepted,
            len(own) - accepted,
            rate(sum(hour.accepted for hour in hours), sum(hour.answered for hour in hours), ACCEPT_PRIOR),
            rate(sum(hour.started for hour in hours), sum(hour.ended for hour in hours), START_PRIOR),
        )
        return min((now_ms + LOOK_AGAIN_MS, *ends)), pace


def _is_out(out: Out, now_ms: int) -> bool:
    if out.state is State.QUALIFIED:
        return now_ms < out.until_ms
    return now_ms < out.since_ms + FORGOTTEN_AFTER_MS

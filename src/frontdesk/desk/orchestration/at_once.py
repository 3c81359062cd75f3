"""Takes the step that follows from what a quiet session is told, and writes both down in one append.

The engine is a pure function, so it may be asked before what it is asked of is on disk: nothing has happened
until the append. A step that takes long is written when it has come, and keeps nobody waiting.
"""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from frontdesk.desk.orchestration.live import Live
from frontdesk.desk.orchestration.streams import Decide, Stream, Streams
from frontdesk.desk.orchestration.turns import Turned, Turns
from frontdesk.domain.orchestration.facts import Fact
from frontdesk.domain.orchestration.session import Session, evolve
from frontdesk.domain.orchestration.stepping import Times, Turn, late, next_turn, over_at
from frontdesk.errors import Conflict, NotFound, Refused
from frontdesk.store.log import Fence

PATIENCE_S = 0.01  # Of whoever tells others after this session: all of them wait for its script.
LONE_PATIENCE_S = 0.1  # Of one who tells nobody else; most of it he waits for other sessions' scripts.


class Begun(Struct, frozen=True):
    """A step that was begun; `session` is what it goes on from."""

    session: Session
    turn: Turn
    taking: "asyncio.Task[Turned]"


class TakenIn(Struct, frozen=True):
    """What was written: `turned` with the step if it is among `facts`; else it is still to be written."""

    facts: tuple[Fact, ...]
    begun: Begun | None = None
    turned: Turned | None = None


class AtOnce:
    """Takes in what sessions are told that stand in the engine, or begin."""

    def __init__(self, streams: Streams, turns: Turns, times: Times, clock_ms: Callable[[], int]) -> None:
        self._streams = streams
        self._turns = turns
        self._times = times
        self._clock_ms = clock_ms

    async def take_in(
        self,
        live: Live,
        stream: Stream,
        decide: Decide,
        fence: Fence,
        due_ms: Callable[[Session], int | None],
        patience_s: float,
    ) -> TakenIn | None:
        """What was written; None when it was refused, somebody else was first, or the fence is out of date.

        Errors:  `Unavailable`; nothing is known of what the engine stands at then.
        """
        async with stream.lock:
            now_ms = max(self._clock_ms(), stream.session.last_ms)
            try:
                facts = tuple(decide(stream.session, now_ms))
            except (NotFound, Refused):
                return None  # Whoever asked decides again, and hears why.
            if not facts:
                return TakenIn(())
            begun = self._begin(live, stream.session, facts, now_ms)
            try:
                turned = await self._turned(begun, patience_s) if begun is not None else None
                if turned is not None:
                    live.steps = -1  # Until it is written, what the engine knows is not true.
                    over = () if turned.over is None else (turned.over,)
                    facts, now_ms = (*facts, turned.stepped, *over), max(now_ms, turned.stepped.now_ms)
                is_written = await self._append(stream, facts, now_ms, due_ms, fence)
            except BaseException:
                _give_up(live, begun)
                raise
        if not is_written:
            _give_up(live, begun)
            return None
        return TakenIn(facts, begun, turned)

    def _begin(self, live: Live, before: Session, facts: tuple[Fact, ...], now_ms: int) -> Begun | None:
        session = before
        for fact in facts:
            session = evolve(session, fact, now_ms)
        turn = self._turn(live, session, now_ms)
        if turn is None:
            return None
        return Begun(session, turn, asyncio.create_task(self._turns.take(live, session, turn)))

    def _turn(self, live: Live, session: Session, now_ms: int) -> Turn | None:
        """What follows, unless something else has to be seen to first."""
        over_ms = over_at(session, self._times)
        is_over = over_ms is not None and over_ms <= now_ms
        if is_over or late(session, now_ms) or not (session.is_kept or live.is_own):
            return None
        turn = next_turn(session, now_ms)
        return turn if turn is not None and turn.kind != "cancel" else None

    async def _turned(self, begun: Begun, patience_s: float) -> Turned | None:
        """What came of it; None when that takes long, or went wrong."""
        taking = begun.taking
        await asyncio.wait((taking,), timeout=patience_s)
        return taking.result() if taking.done() and taking.exception() is None else None

    async def _append(
        self,
        stream: Stream,
        facts: tuple[Fact, ...],
        now_ms: int,
        due_ms: Callable[[Session], int | None],
        fence: Fence,
    ) -> bool:
        try:
            return await self._streams.append(stream, facts, now_ms, due_ms, (fence,))
        except Conflict:
            return False


def _give_up(live: Live, begun: Begun | None) -> None:
    """It did not happen, as far as is known."""
    if begun is not None:
        begun.taking.cancel()
        live.steps = -1

"""Runs the sessions of this node's shards: takes their steps, writes each down before anything follows."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from frontdesk.desk.arming import UNSURE
from frontdesk.desk.orchestration.alarms import Alarms
from frontdesk.desk.orchestration.at_once import AtOnce, Begun
from frontdesk.desk.orchestration.contexts import Taken
from frontdesk.desk.orchestration.engine import BLAME_MAX, Engine, EngineLost
from frontdesk.desk.orchestration.errands import Errands
from frontdesk.desk.orchestration.live import Live
from frontdesk.desk.orchestration.lives import Lives
from frontdesk.desk.orchestration.resting import Bounds
from frontdesk.desk.orchestration.shards import Shards
from frontdesk.desk.orchestration.streams import Decide, Stream, Streams
from frontdesk.desk.orchestration.turns import Counts, Turned, Turns
from frontdesk.domain.orchestration.ending import ended_by
from frontdesk.domain.orchestration.facts import Cancelled, End, Ended, Fact
from frontdesk.domain.orchestration.session import Life, Session
from frontdesk.domain.orchestration.stepping import (
    Times,
    Turn,
    cannot_go_on,
    gone_at,
    late,
    next_due,
    next_turn,
    over_at,
    timed_out,
)
from frontdesk.errors import DeskError, NotFound, Refused
from frontdesk.scxml.outputs import Requested
from frontdesk.store.log import Fence

PHOTO_EVERY = 50  # Macrosteps; loading a session takes no more of them than that.
SLOW_MS = 20.0  # Of a step, after which a replay might find itself at a limit that the step just missed.
HELP_MS = 2_000  # When another node, or this one once more, looks after a session that has something to do.
RETRY_S = 1.0
BROKE_IT = "it has broken the script engine more than once"
Written = asyncio.Future[bool]

_log = structlog.get_logger("orchestration")


class Overtaken(Exception):
    """Another node has taken this session's step."""


class Runner:
    """Takes the steps of the sessions whose shards this node holds."""

    def __init__(
        self,
        streams: Streams,
        shards: Shards,
        engine: Engine,
        turns: Turns,
        times: Times,
        clock_ms: Callable[[], int],
        *,
        bounds: Bounds,
    ) -> None:
        self._streams = streams
        self._shards = shards
        self._engine = engine
        self._turns = turns
        self._times = times
        self._clock_ms = clock_ms
        self._at_once = AtOnce(streams, turns, times, clock_ms)
        self._alarms = Alarms(self.wake)
        self.lives = Lives(streams, shards, engine, turns, clock_ms, bounds, self.wake)
        self.counts = Counts()
        self.errands: Errands | None = None
        shards.on_lost.append(self.lives.let_go)

    def due_ms(self, session: Session) -> int | None:
        """For when the timer of a session's stream is to be set."""
        now_ms = max(self._clock_ms(), session.last_ms)
        has_errands = any(not isinstance(errand.output, Requested) for errand in session.errands.values())
        due = next_due(session, self._times)
        if next_turn(session, now_ms) is not None or has_errands or (session.is_over and session.errands):
            return now_ms + HELP_MS
        return due

    # --- being told ----------------------------------------------------------------------------

    def wake(self, session_id: str) -> None:
        """A session may have something to do."""
        if self._shards.fence(session_id) is None:
            return
        live = self.lives.at(session_id)
        live.is_wanted = True
        if live.task is None:
            live.task = asyncio.create_task(self._work(live))

    async def aclose(self) -> None:
        """Stop at once: what was not written did not happen."""
        self._alarms.close()
        await self.lives.aclose()

    # --- one session ---------------------------------------------------------------------------

    async def take_in(self, session_id: str, decide: Decide, patience_s: float) -> bool:
        """Write what is decided of a session, and the step that follows from it if that is taken so soon.

        Shape:   whether it is on disk; else it is left to who asked: the session is not quiet, or not here.
        """
        stream, fence = self._streams.known(session_id), self._shards.fence(session_id)
        if stream is None or stream.is_stale or stream.lock.locked() or fence is None:
            return False
        is_new = not stream.session.version
        live = self.lives.at(session_id) if is_new else self.lives.get(session_id)
        if live is None or live.task is not None:
            return False
        if not (is_new or live.stands_at(stream.session.steps, self._engine.life(session_id))):
            return False
        written: Written = asyncio.get_running_loop().create_future()
        take_in = partial(self._take_in, live, stream, decide, fence, patience_s, written)
        live.task = asyncio.create_task(self._work(live, take_in))
        live.task.add_done_callback(lambda _task: _settle(written, done=False))
        return await written

    async def _take_in(
        self, live: Live, stream: Stream, decide: Decide, fence: Fence, patience_s: float, written: Written
    ) -> None:
        found = None
        try:
            found = await self._at_once.take_in(live, stream, decide, fence, self.due_ms, patience_s)
        finally:
            _settle(written, done=found is not None)
        if found is not None:
            self._note(stream.session, found.facts)
        if found is not None and found.turned is not None:
            await self._took(live, stream.session, found.turned)
        elif found is not None and found.begun is not None:
            await self._take(live, found.begun.session, found.begun.turn, fence, found.begun)

    async def _work(self, live: Live, first: Callable[[], Awaitable[None]] | None = None) -> None:
        try:
            if first is not None:
                live.is_wanted = True
                await first()
            while live.is_wanted:
                live.is_wanted = False
                await self._go_on(live)
        except (Overtaken, NotFound):
            live.steps = -1
        except DeskError as error:  # Its timer finds it again.
            _log.warning("session_paused", session_id=live.session_id, reason=str(error))
            live.steps = -1
            self._alarms.put(live.session_id, RETRY_S)
        except Exception:  # noqa: BLE001
            _log.exception("session_stumbled", session_id=live.session_id)
            live.steps = -1
            self._alarms.put(live.session_id, RETRY_S)
        finally:
            live.task = None
            self.lives.used(live)

    async def _go_on(self, live: Live) -> None:
        stream = await self._streams.existing(live.session_id)
        while (fence := self._shards.fence(live.session_id)) is not None:
            stream = await self._streams.existing(live.session_id)
            session, now_ms = stream.session, self._clock_ms()
            if expired := late(session, now_ms):
                await self._expire(session, [name for name, _ in expired])
                continue
            if reason := cannot_go_on(session, self._times, now_ms, is_own=live.is_own):
                await self._fail(session, fence, reason)
                continue
            over_ms = over_at(session, self._times)
            if over_ms is not None and over_ms <= now_ms:
                await self._append(session, fence, (Cancelled("cancel.session"),))
                continue
            turn = next_turn(session, now_ms)
            if turn is None:
                break
            await self._take(live, session, turn, fence)
            self._hand_out(stream)
        if fence is None:  # Another node asks for what it wants, and sets its timer.
            await self.lives.close(live)
            return
        self._hand_out(stream)
        if stream.armed is UNSURE:
            await self._streams.rearm(live.session_id, self.due_ms)
        if not stream.session.is_over:
            self._set_alarm(stream)
        else:
            gone_ms = gone_at(stream.session, self._times)
            await self.lives.close(live)
            if gone_ms is not None and gone_ms <= self._clock_ms():
                await self._streams.purge(live.session_id)

    def _hand_out(self, stream: Stream) -> None:
        if self.errands is not None:
            self.errands.hand_out(stream.session)

    async def _expire(self, session: Session, requests: Sequence[str]) -> None:
        """Tell the session of what was not answered in time; an answer that comes now is passed over."""
        before = session.errands
        after = await self._streams.change(session.id, timed_out, due_ms=self.due_ms)
        for name in requests:
            if name in before and name not in after.errands and self.errands is not None:
                self.errands.leave(after, name, before[name])

    async def _append(self, session: Session, fence: Fence, facts: Sequence[Fact]) -> Session:
        def decide(current: Session, _now_ms: int) -> Sequence[Fact]:
            if current.steps != session.steps or current.is_over:
                raise Overtaken
            return facts

        after = await self._streams.change(session.id, decide, due_ms=self.due_ms, also=(fence,))
        self._note(after, facts)
        return after

    def _note(self, session: Session, facts: Sequence[Fact]) -> None:
        """Take note of what was just written."""
        for fact in facts:
            self.counts.note(session.began.application, fact)
            if isinstance(fact, Ended):
                _log.info("session_ended", session_id=session.id, how=fact.how, reason=fact.reason)

    async def _take(
        self, live: Live, session: Session, turn: Turn, fence: Fence, begun: Begun | None = None
    ) -> None:
        """One turn: what the engine says came of it is appended, and only then true. It may have `begun`."""
        if turn.kind == "cancel" and session.life is Life.STARTING:
            await self._append(session, fence, (ended_by(session, End.TERMINATED, session.cancelling),))
            return
        try:
            turned = await (begun.taking if begun is not None else self._turns.take(live, session, turn))
        except EngineLost as lost:
            live.steps = -1
            live.blame += lost.blame
            if live.blame >= BLAME_MAX:
                at_once = lost.blame >= BLAME_MAX
                await self._fail(session, fence, str(lost) if at_once else BROKE_IT)
            return
        except (Refused, NotFound) as error:
            await self._fail(session, fence, str(error))
            return
        live.steps = -1  # Until it is written, what the engine knows is not true.
        over = () if turned.over is None else (turned.over,)
        after = await self._append(session, fence, (turned.stepped, *over))
        await self._took(live, after, turned)

    async def _took(self, live: Live, session: Session, turned: Turned) -> None:
        """A turn is on disk, and true; `session` is what came of it."""
        taken = turned.taken
        live.steps, live.life, live.blame = session.steps, self._engine.life(session.id), 0
        live.is_own, live.may_rest = True, taken.may_rest
        self.lives.load.weigh(live, taken.context_bytes)
        self._count(taken)
        live.since_photo += taken.macrosteps
        if turned.over is None and (live.since_photo >= PHOTO_EVERY or taken.cpu_ms > SLOW_MS):
            await self.lives.photographs.take(live)

    def _count(self, taken: Taken) -> None:
        counts = self.counts
        counts.steps += taken.macrosteps
        counts.events += taken.consumed
        counts.step_ms += taken.cpu_ms

    async def _fail(self, session: Session, fence: Fence, reason: str) -> None:
        _log.warning("session_failed", session_id=session.id, reason=reason)
        await self._append(session, fence, (ended_by(session, End.FAILED, reason),))

    # --- time ----------------------------------------------------------------------------------

    async def tick(self, session_id: str) -> None:
        """The timer of a session's stream has fired."""
        stream = await self._streams.existing(session_id)
        stream.armed = UNSURE  # It is spent: whatever is written next sets it anew.
        self.wake(session_id)

    def _set_alarm(self, stream: Stream) -> None:
        """Timers are looked for about every second; what is due sooner is not left to them."""
        session_id = stream.session.id
        due_ms = next_due(stream.session, self._times)
        if due_ms is not None and due_ms - self._clock_ms() < HELP_MS:
            self._alarms.put(session_id, max(0.001, (due_ms - self._clock_ms()) / 1000))
        else:
            self._alarms.drop(session_id)


def _settle(written: Written, *, done: bool) -> None:
    if not written.done():  # Whoever waits may be gone.
        written.set_result(done)

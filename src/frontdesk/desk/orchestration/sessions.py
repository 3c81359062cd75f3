"""The use cases of orchestration sessions: start, deliver, end, look; whichever node runs them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from frontdesk.desk.identity import new_id
from frontdesk.desk.orchestration.at_once import PATIENCE_S
from frontdesk.desk.orchestration.contexts import relative
from frontdesk.desk.orchestration.documents import Applications
from frontdesk.desk.orchestration.streams import Decide, Streams
from frontdesk.domain.orchestration.ending import ended_by
from frontdesk.domain.orchestration.facts import Began, Cancelled, End, Fact, Scheduled, Settled
from frontdesk.domain.orchestration.receiving import receive
from frontdesk.domain.orchestration.session import Life, Session, evolve
from frontdesk.domain.orchestration.stepping import scheduled
from frontdesk.errors import NotFound, Refused, Unavailable
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack


async def _never(_session_id: str, _decide: Decide, _patience_s: float) -> bool:
    return False


class Sessions:
    """What can be done with sessions. They are `woken` when there may be something to do for them.

    Shape:   `take_in` writes what was decided of a session together with what follows from it, if it can.
    """

    def __init__(self, streams: Streams, applications: Applications, clock_ms: Callable[[], int]) -> None:
        self._streams = streams
        self._applications = applications
        self._clock_ms = clock_ms
        self.wake: Callable[[str], None] = lambda _session_id: None
        self.due_ms: Callable[[Session], int | None] = lambda _session: None
        self.has_room: Callable[[], bool] = lambda: True
        self.take_in: Callable[[str, Decide, float], Awaitable[bool]] = _never

    async def start(
        self,
        application: str,
        data: Mapping[str, Any] | None = None,
        *,
        version: str = "",
        file: str = "",
        session_id: str = "",
        starter: str = "",
        ideal_ms: int = 0,
        events: Sequence[Event] = (),
        key: str = "",
    ) -> str:
        """Begin a session of an application; its id, which may be chosen: the same again begins nothing.

        Shape:   `data` are values for data items by their ids; `file` a document of the application that is
                 not its main one; `starter` is the session that is told of the end; `events` are there for
                 it from the first moment, as if they had been delivered under `key`.
        Errors:  `NotFound`: no such application or version; `Refused`: it cannot be run; `Unavailable`: this
                 node has as many sessions as it can hold.
        """
        if not self.has_room():
            raise Unavailable("there are as many sessions here as there may be")
        found = await self._applications.document(application, version)
        values = {**found.settings.parameters, **(data or {})}
        began = Began(
            application=application,
            version=found.version,
            file=file or found.settings.document,
            data=pack(values) if values else "",
            starter=starter,
            ideal_ms=ideal_ms,
        )
        session_id = session_id or new_id(self._clock_ms())
        await self.begin(session_id, began, events, key)
        return session_id

    async def begin(self, session_id: str, began: Began, events: Sequence[Event] = (), key: str = "") -> None:
        """Begin this session, unless it has begun. Errors: `Unavailable`; `Refused` as `deliver`."""

        def decide(session: Session, now_ms: int) -> Sequence[Fact]:
            if session.life is not Life.NONE:
                return ()
            received = receive(evolve(session, began, now_ms), events, key) if events else None
            return (began,) if received is None else (began, received)

        if began.starter or began.invoker:  # Who hears that it has begun, before he hears of its end.
            await self._change(session_id, decide)
            return
        self._streams.expect_new(session_id)
        if not await self.take_in(session_id, decide, PATIENCE_S):
            await self._change(session_id, decide)

    async def deliver(self, session_id: str, events: Sequence[Event], *, key: str) -> None:
        """Put events at the end of a session's queue, all or none; on disk when this returns.

        Shape:   what comes again under the same key is passed over. The last event of what a request leads
                 to is delivered under the request's id, and ends it; so does a delivery of no events.
        Errors:  `NotFound` when there is no such session or it is over; `Refused` (`queue_full`,
                 `event_too_large`); `Unavailable`.
        """

        await self._change(session_id, _receiving(events, key))

    async def tell(
        self, session_id: str, events: Sequence[Event], *, key: str, patience_s: float = PATIENCE_S
    ) -> None:
        """The same of events from outside: their step may be on disk with them. Errors: as `deliver`.

        Shape:   `patience_s` is how long it may be waited for the step, before the events are written alone;
                 what sessions and modules tell is not taken so, since it would overtake what they say next.
        """
        decide = _receiving(events, key)
        if not await self.take_in(session_id, decide, patience_s):
            await self._change(session_id, decide)

    async def cancel(self, session_id: str, event: str = "cancel.session", *, by: str = "") -> None:
        """Have a session end: it is told by this event, and leaves its states. Again is once.

        Shape:   `by` is the request that asks for it, which may ask again even when it is over.

        Errors:  `NotFound` when there is no such session or it is over; `Unavailable`.
        """

        def decide(session: Session, _now_ms: int) -> Sequence[Fact]:
            if session.cancelling and (not session.is_over or (by and session.cancelled_by == by)):
                return ()
            cancelled = Cancelled(event, by)
            if session.life is Life.STARTING:
                return (cancelled, ended_by(session, End.TERMINATED, event))
            try:
                told = receive(session, (Event(event),), f"{session_id}/cancel")
            except Refused:  # It has no room even for that.
                told = None
            return (cancelled,) if told is None else (told, cancelled)

        await self._change(session_id, decide)

    def named(self, source: str, asker: Session) -> tuple[str, str, str]:
        """The application, its version and the file in it that `src` means where this session says it.

        Shape:   a file of its own application; else the name of another one.
        """
        if source.removeprefix("file:").endswith((".scxml", ".xml")):
            began = asker.began
            file = relative(source, began.file)
            return began.application, began.version, file
        return source, "", ""

    async def reschedule(self, session_id: str, ideal_ms: int) -> None:
        """Have a session begin at another time. Errors: `NotFound`; `Refused("invalidstate")`."""

        def decide(session: Session, _now_ms: int) -> Sequence[Fact]:
            if session.life is Life.NONE:
                raise NotFound(f"there is no session {session_id}")
            return () if session.began.ideal_ms == ideal_ms else (Scheduled(scheduled(session, ideal_ms)),)

        await self._change(session_id, decide)

    async def settle(self, session_id: str, errands: Sequence[str]) -> None:
        """Write down that errands are done. Errors: `Unavailable`."""

        def decide(session: Session, _now_ms: int) -> Sequence[Fact]:
            done = tuple(name for name in errands if name in session.errands)
            return (Settled(done),) if done else ()

        await self._change(session_id, decide)

    async def session(self, session_id: str) -> Session:
        """A session as it stands. Errors: `NotFound`, `Unavailable`."""
        return (await self._streams.existing(session_id)).session

    async def _change(self, session_id: str, decide: Decide) -> None:
        try:
            await self._streams.change(session_id, decide, due_ms=self.due_ms)
        except NotFound:
            stream = self._streams.known(session_id)
            if stream is not None and not stream.session.version:
                self._streams.forget(session_id)
            raise
        self.wake(session_id)


class FromOutside:
    """Sessions as they are told of what happens outside."""

    def __init__(self, sessions: Sessions) -> None:
        self.deliver = sessions.tell


def _receiving(events: Sequence[Event], key: str) -> Decide:
    def decide(session: Session, _now_ms: int) -> Sequence[Fact]:
        received = receive(session, events, key)
        return () if received is None else (received,)

    return decide

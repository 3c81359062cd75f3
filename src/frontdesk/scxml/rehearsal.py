"""Sessions that run together on a virtual clock: invoked ones, messages between them, delays.

What a server does with durable streams and real time, this does in memory, at once, and the same every time.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from frontdesk.scxml.basic_http import event_of, request_of
from frontdesk.scxml.events import HTTP_PROCESSOR, SCXML_PROCESSOR, Event
from frontdesk.scxml.faults import DocumentRefused
from frontdesk.scxml.memory import Status
from frontdesk.scxml.model import Machine
from frontdesk.scxml.outputs import Failed, Finished, Forwarded, Invoke, Logged, Output, Sent, Uninvoke
from frontdesk.scxml.packed import pack
from frontdesk.scxml.reading import NO_FILES, Files, load
from frontdesk.scxml.sending import SESSION
from frontdesk.scxml.session import Session

STEPS_MAX = 10_000  # At one time; a server ends sessions that go on by themselves for as long.
DEPTH_MAX = 8


class Told(Struct, frozen=True):
    """One output of one session, and when."""

    at_ms: int
    session_id: str
    output: Output


class Endless(Exception):
    """The sessions keep each other busy, or one itself, without any time going by."""


class Rehearsal:
    """A stage with sessions on it. Time only goes on when `pass_time` is called.

    Shape:   `is_resting` puts every session into a snapshot after each step and takes it up from there
             again, as a server does with sessions that have nothing to do; `world` is what scripts may
             look at, at a time.
    """

    def __init__(
        self,
        files: Files = NO_FILES,
        *,
        now_ms: int = 0,
        is_resting: bool = False,
        world: Callable[[int], str] = lambda _now_ms: "",
    ) -> None:
        self._is_resting = is_resting
        self._world = world
        self.now_ms = now_ms
        self.sessions: dict[str, Session] = {}
        self.told: list[Told] = []
        self._files = files
        self._parents: dict[str, tuple[str, str]] = {}
        self._children: dict[tuple[str, str], str] = {}
        self._seed = 0

    def start(self, machine: Machine, session_id: str, data: str = "") -> Session:
        """Begin a session; what follows from that has happened. Errors: `Endless`."""
        self._begin(machine, session_id, data)
        self._settle()
        return self.sessions[session_id]

    def send(self, session_id: str, event: Event) -> None:
        """Give a session an event; what follows from that has happened. Errors: `Endless`."""
        self.sessions[session_id].receive(event)
        self._settle()

    def pass_time(self, ms: int) -> None:
        """Let time go by, and happen what is due meanwhile. Errors: `Endless`."""
        until = self.now_ms + ms
        while True:
            due = [
                session.next_due_ms for session in self.sessions.values() if session.next_due_ms is not None
            ]
            if not due or min(due) > until:
                break
            self.now_ms = max(self.now_ms, min(due))
            self._settle()
        self.now_ms = until

    def logged(self, session_id: str) -> list[Logged]:
        """What a session has logged."""
        return [
            told.output
            for told in self.told
            if told.session_id == session_id and isinstance(told.output, Logged)
        ]

    def _begin(self, machine: Machine, session_id: str, data: str) -> None:
        session = Session(
            machine,
            session_id,
            http_address=f"http://rehearsal/{session_id}",
            has_parent=session_id in self._parents,
        )
        self.sessions[session_id] = session
        self._carry_out(session, self._started(session, data))

    def _started(self, session: Session, data: str) -> Sequence[Output]:
        world = self._world(self.now_ms)
        return session.start(self.now_ms, self._next_seed(), data, self.sessions, world=world)

    def _settle(self) -> None:
        for _ in range(STEPS_MAX):
            ready = [session for session in self.sessions.values() if self._is_ready(session)]
            if not ready:
                return
            for session in ready:
                world = self._world(self.now_ms)
                outputs = session.step(self.now_ms, self._next_seed(), self.sessions, world=world)
                if self._is_resting:
                    self._rest(session)
                self._carry_out(session, outputs)
        text = f"by events to itself, or from session to session, it goes on for more than {STEPS_MAX} steps"
        raise Endless(text)

    def _rest(self, session: Session) -> None:
        stored, _ = session.snapshot()
        self.sessions[session.id] = Session.restore(
            session.machine,
            stored,
            http_address=f"http://rehearsal/{session.id}",
            has_parent=session.id in self._parents,
        )

    def _is_ready(self, session: Session) -> bool:
        if session.status is not Status.RUNNING:
            return False
        due = session.next_due_ms
        return session.waiting > 0 or (due is not None and due <= self.now_ms)

    def _carry_out(self, session: Session, outputs: Sequence[Output]) -> None:
        self.told += [Told(self.now_ms, session.id, output) for output in outputs]
        for output in outputs:
            match output:
                case Sent():
                    self._deliver(session, output)
                case Invoke():
                    self._invoke(session, output)
                case Uninvoke():
                    self._cancel(self._children.pop((session.id, output.id), ""))
                case Forwarded():
                    self._tell(self._children.get((session.id, output.id), ""), output.event)
                case Finished():
                    self._finished(session, output)
                case Failed():
                    parent, invokeid = self._parents.get(session.id, ("", ""))
                    reason = pack({"description": output.reason})
                    self._tell(parent, Event("error.communication", "platform", reason, invokeid=invokeid))
                case _:
                    pass  # What is logged, and timers, need nothing done.

    def _deliver(self, session: Session, sent: Sent) -> None:
        if sent.type == HTTP_PROCESSOR:
            content_type, body = request_of(sent)
            receiver = sent.target.removeprefix("http://rehearsal/")
            self._tell(receiver, event_of("POST", f"/{receiver}", content_type, body))
        elif sent.target == "#_parent":
            parent, invokeid = self._parents[session.id]
            if self._children.get((parent, invokeid)) == session.id:
                self._tell(parent, _from_child(sent.event, invokeid))
        elif sent.target.startswith(SESSION):
            self._tell(sent.target.removeprefix(SESSION), sent.event)
        else:
            self._tell(self._children.get((session.id, sent.target.removeprefix("#_")), ""), sent.event)

    def _tell(self, session_id: str, event: Event) -> None:
        session = self.sessions.get(session_id)
        if session is not None:
            session.receive(event)

    def _invoke(self, session: Session, invoke: Invoke) -> None:
        if self._depth(session.id) >= DEPTH_MAX:
            deep = pack({"description": f"sessions invoke each other deeper than {DEPTH_MAX}"})
            self._tell(session.id, Event("error.communication", "platform", deep))
            return
        child_id = f"{session.id}.{invoke.id}.{len(self.sessions)}"
        try:
            if invoke.src:
                name, source = self._files.read(invoke.src, session.machine.file)
            else:
                name, source = session.machine.file, invoke.content.encode()
            machine = load(source, name, self._files)
        except (OSError, DocumentRefused) as error:
            self._tell(
                session.id, Event("error.communication", "platform", pack({"description": str(error)}))
            )
            return
        self._parents[child_id] = (session.id, invoke.id)
        self._children[session.id, invoke.id] = child_id
        self._begin(machine, child_id, invoke.data)

    def _depth(self, session_id: str) -> int:
        depth = 0
        while session_id in self._parents:
            session_id, _ = self._parents[session_id]
            depth += 1
        return depth

    def _cancel(self, session_id: str) -> None:
        session = self.sessions.get(session_id)
        if session is not None:
            self._carry_out(session, session.cancel(self.now_ms, self._next_seed()))

    def _finished(self, session: Session, finished: Finished) -> None:
        parent, invokeid = self._parents.get(session.id, ("", ""))
        if not finished.is_cancelled and self._children.get((parent, invokeid)) == session.id:
            done = Event(f"done.invoke.{invokeid}", "external", finished.data, invokeid=invokeid)
            self._tell(parent, done)

    def _next_seed(self) -> int:
        self._seed += 1
        return self._seed


def _from_child(event: Event, invokeid: str) -> Event:
    return Event(
        event.name,
        event.type,
        event.data,
        sendid=event.sendid,
        origin=event.origin,
        origintype=SCXML_PROCESSOR,
        invokeid=invokeid,
    )

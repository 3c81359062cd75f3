"""The script contexts of sessions, and what they are asked: a pure function with a memory.

The same asking gives the same answers wherever it runs, which is in a process of its own (`worker.py`) or,
for tests that need no such thing, in this one.
"""

import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import msgspec
from msgspec import Struct

from frontdesk.desk.orchestration.weights import Weights
from frontdesk.errors import NotFound, Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.faults import ScriptFault
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.memory import Status
from frontdesk.scxml.model import Dialect, Machine
from frontdesk.scxml.outputs import Output
from frontdesk.scxml.packed import joined
from frontdesk.scxml.reading import load
from frontdesk.scxml.session import Session

MACROSTEPS_MAX = 64  # Of one asking: others wait for their answers meanwhile.
BUDGET_MS = 50
DOCUMENTS_MAX = 1_000  # Sessions may write documents for those that they invoke, so there is no end to them.
NOT_HERE = "not_here"  # The code of what was asked of a session or a document that is not known.


class Learn(Struct, frozen=True, tag=True):
    """Here is a document: `entry` among `files`, known from now on as `document`, where this session is."""

    document: str
    entry: str
    files: dict[str, bytes]
    dialect: str = ""
    is_strict: bool = True
    session: str = ""


class Open(Struct, frozen=True, tag=True):
    """Have a session: a new one, or the one that a snapshot holds."""

    session: str
    document: str
    snapshot: bytes = b""
    has_parent: bool = False
    http_address: str = ""
    world: str = ""


class Take(Struct, frozen=True, tag=True):
    """Start, step or cancel a session, as often as there is time for.

    Shape:   a start, too, goes on with `events`; `exactly` so many macrosteps when it is done again.
    """

    session: str
    kind: str
    now_ms: int
    seed: int
    events: tuple[Event, ...] = ()
    data: str = ""
    world: str = ""
    exactly: int = 0


class Keep(Struct, frozen=True, tag=True):
    """Put a session into a snapshot."""

    session: str


class Look(Struct, frozen=True, tag=True):
    """Show a session's data items, and its timers."""

    session: str


class Close(Struct, frozen=True, tag=True):
    """Forget a session."""

    session: str


Asking = Learn | Open | Take | Keep | Look | Close


class Learned(Struct, frozen=True, tag=True):
    """The document can be run. `is_kept` says whether its sessions are to outlive their node."""

    name: str
    is_ors: bool
    is_kept: bool = True


class Taken(Struct, frozen=True, tag=True):
    """What came of a taking.

    Shape:   `consumed` of the events; `may_rest` says whether the document lets the session be put out of
             memory now; its context takes up about `context_bytes`; `wanted` are statistics that a script
             asked for and the world does not hold: then this must not become true, and be taken again with
             them from before it.
    """

    outputs: tuple[Output, ...] = ()
    consumed: int = 0
    macrosteps: int = 0
    due_ms: int = 0
    has_left: bool = False
    is_running: bool = True
    active: tuple[str, ...] = ()
    check: int = 0
    cpu_ms: float = 0.0
    may_rest: bool = True
    context_bytes: int = 0
    wanted: tuple[str, ...] = ()


class Kept(Struct, frozen=True, tag=True):
    """A snapshot, and where the scripts hold something that it cannot keep."""

    snapshot: bytes
    lost: tuple[str, ...] = ()


class Delayed(Struct, frozen=True):
    """An event that a session sends later. Shape: `target` is empty when it sends it to itself."""

    event: str
    sendid: str
    target: str
    due_ms: int


class Shown(Struct, frozen=True, tag=True):
    """A session's data items, a packed object, and its timers in the order in which they go off."""

    data: str
    timers: tuple[Delayed, ...] = ()


class Closed(Struct, frozen=True, tag=True):
    """It is forgotten."""


class Wrong(Struct, frozen=True, tag=True):
    """It could not be done: the document is refused, or there is no such session here."""

    code: str
    text: str


Answer = Learned | Taken | Kept | Shown | Closed | Wrong

_encode = msgspec.msgpack.Encoder().encode


class _Given:
    """The files that came with a document."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._by_lower = {name.lower(): name for name in sorted(files, reverse=True)}

    def read(self, href: str, base: str) -> tuple[str, bytes]:
        name = relative(href, base)
        found = name if name in self._files else self._by_lower.get(name.lower())
        if found is None:
            raise FileNotFoundError(f"there is no file {name}")
        return found, self._files[found]


def relative(href: str, base: str) -> str:
    """The file that `href` means inside the file `base`; both are parted by slashes."""
    parts: list[str] = []
    path = href.removeprefix("file:").replace("\\", "/")
    start = () if path.startswith("/") else PurePosixPath(base).parent.parts
    for part in (*start, *path.split("/")):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


class Contexts:
    """Every document and session that is known here."""

    def __init__(
        self, limits: Limits, cpu_ms: Callable[[], float] = lambda: time.thread_time() * 1000
    ) -> None:
        self._limits = limits
        self._cpu_ms = cpu_ms
        self._machines: OrderedDict[str, Machine] = OrderedDict()  # Those told of last are last.
        self._sessions: dict[str, Session] = {}
        self._weights = Weights()

    def ask(self, asking: Asking) -> Answer:
        """The answer. It raises nothing but what is a fault of ours."""
        try:
            return self._answer(asking)
        except Refused as refused:
            return Wrong(refused.code, refused.text)
        except NotFound as error:
            return Wrong(NOT_HERE, str(error))
        except ScriptFault as fault:
            return Wrong("too_large", str(fault))

    def _answer(self, asking: Asking) -> Answer:
        match asking:
            case Learn():
                return self._learn(asking)
            case Open():
                return self._open(asking)
            case Take():
                return self._take(asking)
            case Keep():
                snapshot, lost = self._session(asking.session).snapshot()
                return Kept(snapshot, tuple(lost))
            case Look():
                return _shown(self._session(asking.session))
            case Close():
                self._sessions.pop(asking.session, None)
                self._weights.forget(asking.session)
                return Closed()

    def _learn(self, learn: Learn) -> Learned:
        machine = self._machines.get(learn.document)
        if machine is None:
            files = _Given(learn.files)
            try:
                entry, source = files.read(learn.entry, "")
            except FileNotFoundError as error:
                raise Refused("document_refused", str(error)) from None
            dialect = Dialect(learn.dialect) if learn.dialect else None
            machine = load(source, entry, files, dialect, is_strict=learn.is_strict)
            self._machines[learn.document] = machine
            if len(self._machines) > DOCUMENTS_MAX:
                self._machines.popitem(last=False)
        self._machines.move_to_end(learn.document)
        return Learned(machine.name, machine.dialect is Dialect.ORS, machine.is_kept)

    def _open(self, asked: Open) -> Closed:
        machine = self._machines.get(asked.document)
        if machine is None:
            raise NotFound(f"the document {asked.document} is not known here")
        if asked.snapshot:
            session = Session.restore(
                machine,
                asked.snapshot,
                limits=self._limits,
                http_address=asked.http_address,
                has_parent=asked.has_parent,
                spent_ms=self._cpu_ms,
                world=asked.world,
            )
        else:
            session = Session(
                machine,
                asked.session,
                limits=self._limits,
                http_address=asked.http_address,
                has_parent=asked.has_parent,
                spent_ms=self._cpu_ms,
            )
        self._sessions[asked.session] = session
        self._weights.forget(asked.session)
        return Closed()

    def _take(self, asked: Take) -> Taken:
        session = self._session(asked.session)
        began_ms = self._cpu_ms()
        outputs: list[Output] = []
        wanted: set[str] = set()
        consumed = macrosteps = 0
        if asked.kind == "start":
            outputs += session.start(asked.now_ms, asked.seed, asked.data, _ANYBODY, world=asked.world)
            wanted.update(session.wanted)
            macrosteps = 1
        if asked.kind == "cancel":
            outputs += session.cancel(asked.now_ms, asked.seed)
            macrosteps = 1
        else:
            while session.status is Status.RUNNING and not self._has_enough(asked, macrosteps, began_ms):
                if not session.waiting and consumed < len(asked.events):
                    session.receive(asked.events[consumed])
                    consumed += 1
                elif not session.waiting and macrosteps and not self._is_due(session, asked.now_ms):
                    break
                world = "" if macrosteps else asked.world
                outputs += session.step(asked.now_ms, asked.seed + macrosteps, _ANYBODY, world=world)
                wanted.update(session.wanted)
                macrosteps += 1
        cpu_ms = self._cpu_ms() - began_ms
        return Taken(
            outputs=tuple(outputs),
            consumed=consumed,
            macrosteps=macrosteps,
            due_ms=session.next_due_ms or 0,
            has_left=session.waiting > 0,
            is_running=session.status is Status.RUNNING,
            active=session.active or session.active_atomic,
            check=zlib.crc32(_encode(outputs)),
            cpu_ms=cpu_ms,
            may_rest=session.may_rest,
            context_bytes=self._weights.after(session, cpu_ms),
            wanted=tuple(sorted(wanted)),
        )

    def _is_due(self, session: Session, now_ms: int) -> bool:
        return session.next_due_ms is not None and session.next_due_ms <= now_ms

    def _has_enough(self, asked: Take, macrosteps: int, began_ms: float) -> bool:
        if asked.exactly:
            return macrosteps >= asked.exactly
        return macrosteps >= MACROSTEPS_MAX or self._cpu_ms() - began_ms > BUDGET_MS

    def _session(self, session_id: str) -> Session:
        session = self._sessions.get(session_id)
        if session is None:
            raise NotFound(f"the session {session_id} is not here")
        return session


def _shown(session: Session) -> Shown:
    timers = (
        Delayed(timer.sent.event.name, timer.sent.sendid, timer.sent.target, timer.due_ms)
        for timer in session.timers
    )
    return Shown(joined(session.items().items()), tuple(timers))


class _Anybody:
    """Every session may be there: whether it is, is found out when something is delivered."""

    def __contains__(self, _value: object) -> bool:
        return True


_ANYBODY = _Anybody()

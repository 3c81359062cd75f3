"""An application tried out by hand: events go in as lines, and what comes of them comes out as lines.

    trial = Trial(document)
    for line in trial.begin(): print(line)
    for line in trial.take('chat.message {"text": "hello"}'): print(line)
    for line in trial.pass_time(1000): print(line)

No module is there: what the session asks for is shown, and whoever tries it out answers. The chat that
`/chat` begins has nobody in it, but what the session is told of it is what it would be told of a real one.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from frontdesk.desk.orchestration.application_files import Document, machine_of
from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.surroundings import Told, said_by, surroundings
from frontdesk.desk.orchestration.trial_chat import TrialChat
from frontdesk.errors import Refused
from frontdesk.scxml.durations import milliseconds
from frontdesk.scxml.events import Event
from frontdesk.scxml.memory import Status
from frontdesk.scxml.outputs import (
    Failed,
    Finished,
    Forwarded,
    Invoke,
    Logged,
    Output,
    Requested,
    Sent,
    TimerCancelled,
    TimerSet,
    Uninvoke,
)
from frontdesk.scxml.packed import pack, unpack
from frontdesk.scxml.reading import files_of
from frontdesk.scxml.rehearsal import Endless, Rehearsal
from frontdesk.scxml.world import World

HELP = """NAME [JSON]           sends the event NAME, with the JSON as its data
/chat [JSON]          a visitor comes, with the JSON as user data
/data [JSON]          the chat's user data changes; without JSON: shows the document's data items
/say TEXT             the visitor says something
/end                  the chat is over
/done ID [JSON]       answers the request with this id: it is done
/error ID CODE [TEXT] answers it: it failed
/pass 5s              lets time go by, by the virtual clock
/states               says which states are active
/waiting              says what the session waits for
/quit                 ends this"""


class Line(Struct, frozen=True):
    """One line for people: what kind of thing it tells (`states`, `request`, `log` …), and what."""

    kind: str
    text: str


class Trial:
    """One session of an application, on a clock that only goes when it is told to.

    Errors:  making one: `DocumentRefused`.
    """

    def __init__(self, document: Document, *, now_ms: int = 0, session_id: str = "trial") -> None:
        self._machine = machine_of(document)
        self._parameters = document.settings.parameters
        said = said_by(document)

        def world(at_ms: int) -> str:
            return World(surroundings(Told(), said, at_ms)).packed()

        self._stage = Rehearsal(files_of(document.files), now_ms=now_ms, world=world)
        self._id = session_id
        self._chat = TrialChat("chat", document.name, session_id)
        self._commands: Mapping[str, Callable[[str], Iterator[Line]]] = {
            "/help": lambda _rest: (Line("help", line) for line in HELP.splitlines()),
            "/states": lambda _rest: iter((self._shown_states(self._id),)),
            "/waiting": lambda _rest: self._waiting(),
            "/pass": lambda rest: self.pass_time(_milliseconds(rest)),
            "/chat": lambda rest: self._tell(self._chat.begins(_texts(rest), self._stage.now_ms)),
            "/data": self._data,
            "/say": lambda rest: self._tell(self._chat.hears(rest, self._stage.now_ms)),
            "/end": lambda _rest: self._tell(self._chat.ends(self._stage.now_ms)),
            "/done": self._done,
            "/error": self._failed,
        }
        self._told = 0
        self._states: dict[str, tuple[str, ...]] = {}
        self._open: dict[str, Request] = {}
        self._endless = ""

    @property
    def is_over(self) -> bool:
        """Whether the session has come to its end, or would come to none."""
        session = self._stage.sessions.get(self._id)
        return bool(self._endless) or (session is not None and session.status is not Status.RUNNING)

    @property
    def next_due_ms(self) -> int | None:
        """How long until something is due by itself."""
        due = [one.next_due_ms for one in self._stage.sessions.values() if one.next_due_ms is not None]
        return max(0, min(due) - self._stage.now_ms) if due else None

    def begin(self, parameters: Mapping[str, Any] | None = None) -> Iterator[Line]:
        """Start the session, with values for data items of the document."""
        data = pack({**self._parameters, **(parameters or {})})
        yield from self._what_follows(lambda: self._stage.start(self._machine, self._id, data))

    def take(self, written: str) -> Iterator[Line]:
        """Do what a line says; what comes of that. A line that makes no sense is told as an `error`."""
        word, _, rest = written.strip().partition(" ")
        if not word:
            return
        try:
            if word in self._commands:
                yield from self._commands[word](rest.strip())
            elif word.startswith("/"):
                yield Line("error", f"{word} is not known: /help says what is")
            else:
                yield from self._send(Event(word, data=_json(rest)))
        except Refused as refused:
            yield Line("error", refused.text)

    def pass_time(self, ms: int) -> Iterator[Line]:
        """Let time go by; what is due happens."""
        yield from self._what_follows(lambda: self._stage.pass_time(ms))

    def _send(self, event: Event) -> Iterator[Line]:
        if self.is_over:
            raise Refused("over", "the session is over")
        yield from self._what_follows(lambda: self._stage.send(self._id, event))

    def _what_follows(self, happens: Callable[[], object]) -> Iterator[Line]:
        """What comes of something that happens."""
        try:
            happens()
        except Endless as endless:
            self._endless = str(endless)
        yield from self._news()
        if self._endless:
            yield Line("end", f"failed: {self._endless}")

    def _tell(self, events: Iterator[Event]) -> Iterator[Line]:
        """What the session is told of its chat, and what comes of that."""
        for event in events:
            yield Line("event", f"{event.name} {event.data}")
            if not self.is_over:
                yield from self._send(event)

    def _data(self, rest: str) -> Iterator[Line]:
        if rest:
            yield from self._tell(self._chat.changes(_texts(rest), self._stage.now_ms))
            return
        items = self._stage.sessions[self._id].items()
        yield from (Line("data", f"{name} = {value}") for name, value in items.items())

    def _done(self, rest: str) -> Iterator[Line]:
        name, _, given = rest.partition(" ")
        result = _object(given)
        yield from self._send(self._answered(name).done(result))

    def _failed(self, rest: str) -> Iterator[Line]:
        name, _, given = rest.partition(" ")
        code, _, text = given.strip().partition(" ")
        yield from self._send(self._answered(name).failed(code or "unknown", text or "answered by hand"))

    def _answered(self, name: str) -> Request:
        """The request of this id, which waits no longer."""
        if name not in self._open:
            there = ", ".join(self._open) or "none"
            raise Refused("unknown", f"there is no request {name!r} that waits; there are: {there}")
        return self._open.pop(name)

    def _waiting(self) -> Iterator[Line]:
        for request in self._open.values():
            yield Line("request", _request(request))
        timers = [timer for session in self._stage.sessions.values() for timer in session.timers]
        for timer in sorted(timers, key=lambda timer: timer.due_ms):
            named = f" ({timer.sent.sendid})" if timer.sent.sendid else ""
            left_ms = max(0, timer.due_ms - self._stage.now_ms)
            yield Line("timer", f"{timer.sent.event.name}{named} is sent in {left_ms / 1000:g} s")
        if not timers and not self._open:
            yield Line("states", "over" if self.is_over else "only for events")

    def _news(self) -> Iterator[Line]:
        """What has happened since the last time."""
        told = self._stage.told[self._told :]
        self._told = len(self._stage.told)
        for one in told:
            output = one.output
            if isinstance(output, Requested):
                attributes = unpack(output.attributes) or {}
                self._open[output.id] = Request(
                    one.session_id, output.id, output.module, output.action, attributes, one.at_ms
                )
                line = Line("request", _request(self._open[output.id]))
            else:
                line = _line(output, one.at_ms)
            yield line if one.session_id == self._id else Line(line.kind, f"{one.session_id}: {line.text}")
        for session_id, session in self._stage.sessions.items():
            if self._states.get(session_id) != session.active_atomic:
                self._states[session_id] = session.active_atomic
                yield self._shown_states(session_id)

    def _shown_states(self, session_id: str) -> Line:
        session = self._stage.sessions[session_id]
        where = ", ".join(session.active_atomic)
        is_running = session.status is Status.RUNNING
        text = f"in {where}" if is_running else f"{session.status.value} in {where}"
        return Line("states", text if session_id == self._id else f"{session_id}: {text}")


def _request(request: Request) -> str:
    return f"{request.request_id}  {request.module}.{request.action} {pack(dict(request.attributes))}"


def _line(output: Output, at_ms: int) -> Line:
    match output:
        case Logged():
            label = f"{output.label}: " if output.label else ""
            return Line("log", f"{label}{output.text}")
        case TimerSet():
            return Line("timer", f"{output.event} in {(output.due_ms - at_ms) / 1000:g} s")
        case TimerCancelled():
            return Line("timer", f"{output.event} is cancelled")
        case Sent():
            return Line(
                "sent", f"{output.event.name} to {output.target or 'itself'} {output.event.data}".strip()
            )
        case Invoke():
            return Line(
                "invoke", f"{output.id}: {output.src or 'a document of its own'} {output.data}".strip()
            )
        case Uninvoke():
            return Line("invoke", f"{output.id} is ended")
        case Forwarded():
            return Line("sent", f"{output.event.name} to {output.id}")
        case Finished():
            return Line("end", f"finished {output.data}".strip())
        case Failed():
            return Line("end", f"failed: {output.reason}")
        case Requested():
            return Line("request", f"{output.module}.{output.action}")


def _json(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return pack(msgspec.json.decode(text))
    except msgspec.DecodeError as error:
        raise Refused("not_json", f"what follows the name is not JSON: {error}") from None


def _object(text: str) -> Mapping[str, Any]:
    found = unpack(_json(text)) or {}
    if not isinstance(found, dict):
        raise Refused("not_json", 'a result is an object: {"name": "value"}')
    return found


def _texts(text: str) -> dict[str, str]:
    """User data: what is no text is written as JSON writes it."""
    return {name: value if isinstance(value, str) else pack(value) for name, value in _object(text).items()}


def _milliseconds(text: str) -> int:
    found = milliseconds(text)
    if found is None:
        raise Refused("no_time", f"{text!r} is no time: write 5s, or 200ms")
    return found

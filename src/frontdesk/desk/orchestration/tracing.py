"""How a session went, step by step, by its stream: the same steps are taken again, and watched.

Nothing is asked of anybody: what the session asked for stands in its stream, and so does what came of it.
"""

from collections.abc import Iterator, Mapping, Sequence

import structlog
from msgspec import Struct
from msgspec.structs import replace

from frontdesk.desk.orchestration.application_files import Document, machine_of
from frontdesk.domain.orchestration.facts import Began, Ended, Fact, Stepped
from frontdesk.domain.orchestration.session import Session as State
from frontdesk.domain.orchestration.session import evolve
from frontdesk.errors import Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.model import Machine, Transition
from frontdesk.scxml.outputs import Invoke, Logged, Output, Requested, Sent, TimerCancelled, TimerSet
from frontdesk.scxml.reading import files_of, load
from frontdesk.scxml.session import Session

TIMER = "(a timer)"

_log = structlog.get_logger("orchestration")


class Passed(Struct, frozen=True):
    """One microstep: the event, empty where none was needed, and the transitions that were taken on it."""

    event: str
    transitions: Sequence[str]


class Change(Struct, frozen=True):
    """A data item that has another value now; packed, empty for none."""

    item: str
    before: str
    after: str


class Step(Struct, frozen=True):
    """One macrostep.

    Shape:   `event` is what was taken from the queue, with its packed `data`; `requests`, `told` (log lines)
             and `others` (timers, messages, invocations) are what came out, in words; `is_same` is false
             where the session went another way now than it did then.
    """

    number: int
    at_ms: int
    event: str
    data: str
    before: Sequence[str]
    after: Sequence[str]
    passed: Sequence[Passed]
    requests: Sequence[str]
    told: Sequence[str]
    others: Sequence[str]
    changes: Sequence[Change]
    is_same: bool = True


class Trace(Struct, frozen=True):
    """A session from its beginning to where it is now. `end` tells how it ended, empty while it has not."""

    session_id: str
    application: str
    version: str
    steps: Sequence[Step]
    waiting: Sequence[str]
    end: str = ""


def began_with(history: Sequence[tuple[Fact, int]]) -> Began:
    """How a session began. Errors: `Refused`: its stream does not begin there."""
    first = history[0][0] if history else None
    if not isinstance(first, Began):
        raise Refused("no_beginning", "the stream does not begin with the session's beginning")
    return first


def trace(
    session_id: str,
    history: Sequence[tuple[Fact, int]],
    document: Document,
    limits: Limits,
    http_address: str = "",
) -> Trace:
    """How a session went.

    Shape:   `history` are the facts of its stream and when they were written, from the first one on;
             `document` the version that it runs.
    Errors:  `DocumentRefused`, `Refused`: this version of the program cannot run it.
    """
    began = began_with(history)
    session = Session(
        _machine(began, document),
        session_id,
        limits=limits,
        http_address=http_address,
        has_parent=bool(began.invoker),
    )
    steps: list[Step] = []
    state, end = State(id=session_id), ""
    for fact, time_ms in history:
        if isinstance(fact, Stepped):
            steps += _again(session, state, fact, len(steps))
        if isinstance(fact, Ended):
            end = f"{fact.how}: {fact.reason}" if fact.reason else fact.how.value
        state = evolve(state, fact, time_ms)
    waiting = [event.name for event in state.waiting]
    return Trace(session_id, began.application, began.version, steps, waiting, end)


def _machine(began: Began, document: Document) -> Machine:
    if not began.content:
        return machine_of(document, began.file)
    settings = document.settings
    return load(
        began.content.encode(),
        began.file or settings.document,
        files_of(document.files),
        is_strict=settings.exmode == "strict",
    )


def _again(session: Session, state: State, fact: Stepped, number: int) -> Iterator[Step]:
    """The macrosteps of a fact, taken as they were taken then."""
    found: list[Step] = []
    consumed = 0
    for at in range(fact.macrosteps):
        event: Event | None = None
        if (at or fact.kind == "step") and not session.waiting and consumed < fact.consumed:
            event = state.waiting[consumed]
            session.receive(event)
            consumed += 1
        found.append(_one(session, state, fact, at, event, number + len(found) + 1))
    if found and (session.active or session.active_atomic) != fact.active:
        found[-1] = _differing(found[-1])
    yield from found


def _one(session: Session, state: State, fact: Stepped, at: int, event: Event | None, number: int) -> Step:
    passed: list[Passed] = []

    def watch(name: str, taken: Sequence[Transition]) -> None:
        passed.append(Passed(name, [_words(session.machine, one) for one in taken]))

    kind = "step" if at else fact.kind  # Whatever comes in the same go after the first is a step.
    before, items = session.active_atomic, dict(session.items()) if kind != "start" else {}
    session.watch(watch)
    world = fact.world or "" if at == 0 else ""
    outputs: Sequence[Output]
    match kind:
        case "start":
            outputs = session.start(fact.now_ms, fact.seed, state.began.data, _ANYBODY, world=world)
        case "cancel":
            outputs = session.cancel(fact.now_ms, fact.seed)
        case _:
            outputs = session.step(fact.now_ms, fact.seed + at, _ANYBODY, world=world)
    name = event.name if event is not None else {"step": TIMER}.get(kind, f"({kind})")
    return Step(
        number=number,
        at_ms=fact.now_ms,
        event=name,
        data=event.data if event is not None else "",
        before=before,
        after=session.active_atomic,
        passed=passed,
        requests=[
            f"{o.id} {o.module}.{o.action} {o.attributes}" for o in outputs if isinstance(o, Requested)
        ],
        told=[f"{o.label}: {o.text}" if o.label else o.text for o in outputs if isinstance(o, Logged)],
        others=[words for o in outputs if (words := _other(o, fact.now_ms))],
        changes=_changes(items, session.items()),
    )


def _differing(step: Step) -> Step:
    _log.warning("trace_differs", step=step.number)
    return replace(step, is_same=False)


def _words(machine: Machine, transition: Transition) -> str:
    source = machine.states[transition.source].id or machine.name or "the document"
    targets = " ".join(machine.ids(transition.targets)) or "(stays)"
    return f"{source} → {targets} (line {transition.place.line})"


def _other(output: Output, now_ms: int) -> str:
    match output:
        case TimerSet():
            return f"{output.event} in {(output.due_ms - now_ms) / 1000:g} s"
        case TimerCancelled():
            return f"{output.event} is cancelled"
        case Sent():
            return f"{output.event.name} to {output.target or 'itself'} {output.event.data}".rstrip()
        case Invoke():
            return f"invokes {output.id}: {output.src or 'a document of its own'}"
        case _:
            return ""


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    names = dict.fromkeys((*before, *after))
    return [
        Change(name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


class _Anybody:
    """Every session may have been there."""

    def __contains__(self, _value: object) -> bool:
        return True


_ANYBODY = _Anybody()

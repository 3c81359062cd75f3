"""One session as its facts tell it: what waits for it, what it waits for, where it is in its life."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.orchestration import facts
from frontdesk.domain.orchestration.facts import Began, End, Fact
from frontdesk.scxml.events import SCXML_PROCESSOR, Event
from frontdesk.scxml.outputs import Forwarded, Invoke, Output, Requested, Sent, Uninvoke
from frontdesk.scxml.packed import packed_fields

OWN_STEP_MS = 100  # A session that goes on by itself ten times a second is busy enough.
KEYS_MAX = 512  # That many deliveries may have come between one and its repetition.

ERRANDS = (Sent, Invoke, Uninvoke, Forwarded, Requested)


class Life(StrEnum):
    """Where a session is in its life."""

    NONE = "none"
    STARTING = "starting"
    RUNNING = "running"
    FINISHED = "finished"
    TERMINATED = "terminated"
    FAILED = "failed"


class Errand(Struct, frozen=True):
    """What somebody has to do for the session, or is doing.

    Shape:   `step` is the number of the step that it came out of; `child` is the session that it is about,
             where it names one by its invocation.
    Units:   `asked_ms` and `until_ms` (0 for none) are milliseconds since the Unix epoch.
    """

    output: Output
    asked_ms: int
    step: int
    until_ms: int = 0
    child: str = ""


class Session(Struct, frozen=True):
    """The state of a session's stream.

    Shape:   `waiting` are events it has not taken; `keys` the latest deliveries; `errands` what is to be
             done for it, by id, oldest first; `children` the sessions it invoked, by invocation;
             `began_ms` is when its document was entered; `active` the states it is in; `interactions` those
             it has been told that it owns.
    """

    id: str = ""
    version: int = 0
    life: Life = Life.NONE
    began: Began = Began("")
    created_ms: int = 0
    began_ms: int = 0
    ended_ms: int = 0
    last_ms: int = 0
    busy_ms: int = 0
    """When it last took or received anything."""
    waiting: tuple[Event, ...] = ()
    keys: tuple[str, ...] = ()
    errands: Mapping[str, Errand] = {}
    children: Mapping[str, str] = {}
    made: int = 0
    """How many errands there have been."""
    steps: int = 0
    due_ms: int = 0
    has_left: bool = False
    cancelling: str = ""
    cancelled_by: str = ""
    active: tuple[str, ...] = ()
    world: str = ""
    interactions: tuple[str, ...] = ()
    is_kept: bool = True
    """Whether it is to outlive the node that runs it."""
    is_ors: bool = False
    """Whether its document is of the ORS dialect."""
    is_to_go: bool = False
    """Whether nothing of it is kept once it is over."""
    reason: str = ""
    data: str = ""
    paced_ms: int = 0
    """Until when the steps that it took by itself would have lasted, at `OWN_STEP_MS` each."""

    @property
    def is_over(self) -> bool:
        return self.life in (Life.FINISHED, Life.TERMINATED, Life.FAILED)

    @property
    def takes_events(self) -> bool:
        """Whether events may still come: not after its end, nor after it was told that it ends."""
        return self.life in (Life.STARTING, Life.RUNNING) and not self.cancelling


def is_at_work(session: Session) -> bool:
    """Whether anything may still happen in it, or for it."""
    return session.life is not Life.NONE and (not session.is_over or bool(session.errands))


def child_id(session_id: str, number: int) -> str:
    """The id of a session that another one starts as its errand of this number."""
    return f"{session_id}-{number}"


def errand_id(session_id: str, number: int, output: Output) -> str:
    """The id of an errand: a request has its own."""
    return output.id if isinstance(output, Requested) else f"{session_id}/{number}"


def evolve(session: Session, fact: Fact, time_ms: int) -> Session:
    """The session after `fact`. It never refuses."""
    session = replace(session, version=session.version + 1, last_ms=max(session.last_ms, time_ms))
    match fact:
        case facts.Began():
            return replace(session, life=Life.STARTING, began=fact, created_ms=time_ms, busy_ms=time_ms)
        case facts.Scheduled():
            return replace(session, began=replace(session.began, ideal_ms=fact.ideal_ms))
        case facts.Received():
            return _received(session, fact)
        case facts.Cancelled():
            return replace(session, cancelling=fact.event, cancelled_by=fact.by, busy_ms=session.last_ms)
        case facts.EraseAtEnd():
            return replace(session, is_to_go=True)
        case facts.Woken():
            return session
        case facts.Stepped():
            return _stepped(session, fact)
        case facts.Settled():
            gone = set(fact.errands)
            return replace(session, errands={k: v for k, v in session.errands.items() if k not in gone})
        case facts.Ended():
            return _ended(session, fact)
        case _:
            assert_never(fact)


def _received(session: Session, fact: facts.Received) -> Session:
    waiting = session.waiting
    if fact.merged:
        waiting = tuple(event for at, event in enumerate(waiting) if at not in fact.merged)
    errands = session.errands
    if fact.key in errands:
        errands = {k: v for k, v in errands.items() if k != fact.key}
    over = {event.invokeid for event in fact.events if event.name == f"done.invoke.{event.invokeid}"}
    children = session.children
    if not over.isdisjoint(children):
        children = {k: v for k, v in children.items() if k not in over}
    return replace(
        session,
        children=children,
        waiting=(*waiting, *fact.events),
        keys=(*session.keys, fact.key)[-KEYS_MAX:],
        errands=errands,
        busy_ms=session.last_ms,
        interactions=_owned(session.interactions, fact.events),
    )


def _owned(before: tuple[str, ...], events: Iterable[Event]) -> tuple[str, ...]:
    """The interactions that a session has been told that it owns."""
    found = dict.fromkeys(before)
    for event in events:
        if event.mirror:
            mirrors = packed_fields(packed_fields(event.mirror).get("ixn", ""))
            for interaction_id, mirror in mirrors.items():
                if mirror == "null":
                    found.pop(interaction_id, None)
                else:
                    found[interaction_id] = None
    return tuple(found)


def _stepped(session: Session, fact: facts.Stepped) -> Session:
    errands, children, made = dict(session.errands), dict(session.children), session.made
    until = iter(fact.untils)
    for output in fact.outputs:
        if not isinstance(output, ERRANDS):
            continue
        made += 1
        if isinstance(output, Invoke):
            children[output.id] = child_id(session.id, made)
        child = _child(output, children)
        if isinstance(output, Uninvoke):
            children.pop(output.id, None)
        errands[errand_id(session.id, made, output)] = Errand(
            output, fact.now_ms, session.steps + 1, next(until, 0), child
        )
    return replace(
        session,
        life=Life.RUNNING,
        began_ms=session.began_ms or fact.now_ms,
        busy_ms=session.last_ms if fact.consumed or fact.kind != "step" else session.busy_ms,
        waiting=session.waiting[fact.consumed :],
        errands=errands,
        children=children,
        made=made,
        steps=session.steps + 1,
        due_ms=fact.due_ms,
        has_left=fact.has_left,
        active=fact.active,
        world=session.world if fact.world is None else fact.world,
        is_kept=fact.is_kept,
        is_ors=fact.is_ors,
        paced_ms=_paced(session, fact),
    )


def _paced(session: Session, fact: facts.Stepped) -> int:
    """Steps that something from outside led to cost nothing; sessions are not outside of each other."""
    taken = session.waiting[: fact.consumed]
    own = fact.macrosteps - sum(event.origintype != SCXML_PROCESSOR for event in taken)
    return max(session.paced_ms, fact.now_ms) + own * OWN_STEP_MS if own > 0 else session.paced_ms


def _child(output: Output, children: Mapping[str, str]) -> str:
    match output:
        case Invoke() | Uninvoke() | Forwarded():
            return children.get(output.id, "")
        case Sent():
            return children.get(output.target.removeprefix("#_"), "")
        case _:
            return ""


_LIVES = {End.FINISHED: Life.FINISHED, End.TERMINATED: Life.TERMINATED, End.FAILED: Life.FAILED}


def _ended(session: Session, fact: facts.Ended) -> Session:
    errands, made = dict(session.errands), session.made
    for output in fact.outputs:
        made += 1
        child = _child(output, session.children)
        errands[errand_id(session.id, made, output)] = Errand(
            output, session.last_ms, session.steps, child=child
        )
    return replace(
        session,
        life=_LIVES[fact.how],
        ended_ms=session.last_ms,
        waiting=(),
        errands=errands,
        children={},
        made=made,
        due_ms=0,
        has_left=False,
        reason=fact.reason,
        data=fact.data,
    )

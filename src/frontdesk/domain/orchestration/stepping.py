"""When a session has something to do, what that is, and by when what it asked for must be answered."""

from typing import Any

from msgspec import Struct

from frontdesk.domain.orchestration.ending import LOST, RAN_AWAY
from frontdesk.domain.orchestration.facts import Received
from frontdesk.domain.orchestration.session import OWN_STEP_MS, Errand, Life, Session
from frontdesk.errors import Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Output, Requested
from frontdesk.scxml.packed import pack, unpack

BATCH_MAX = 32  # Events of one append: more would be lost work for a crash, and waiting for the others.


class Turn(Struct, frozen=True):
    """What a session does next: `kind` is `start`, `step` or `cancel`; `events` it may take, oldest first."""

    kind: str
    events: tuple[Event, ...] = ()


class Times(Struct, frozen=True, kw_only=True):
    """How long sessions may last, and what they ask for.

    Shape:   0 is for ever.
    """

    age_ms: int = 30 * 86_400_000
    idle_ms: int = 3_600_000
    keep_ms: int = 0
    """How long what is over is kept."""
    own_steps: int = 10_000
    """How many steps one may take by itself, more than one in each tenth of a second."""
    requests_ms: dict[str, int] = {}
    """By module; modules that are not there answer in their own time."""


def next_turn(session: Session, now_ms: int) -> Turn | None:
    """What the session does at `now_ms`, if anything."""
    if session.life is Life.STARTING:
        if session.cancelling:
            return Turn("cancel")
        is_time = now_ms >= session.began.ideal_ms
        return Turn("start", session.waiting[:BATCH_MAX]) if is_time else None
    if session.life is not Life.RUNNING:
        return None
    if session.waiting or session.has_left or 0 < session.due_ms <= now_ms:
        return Turn("step", session.waiting[:BATCH_MAX])
    return Turn("cancel") if session.cancelling else None


def late(session: Session, now_ms: int) -> list[tuple[str, Errand]]:
    """The requests that were not answered in time, with their ids."""
    if session.is_over:  # What it asked for is dropped, which needs no time of its own.
        return []
    return [(name, e) for name, e in session.errands.items() if 0 < e.until_ms <= now_ms]


def timed_out(session: Session, now_ms: int) -> list[Received]:
    """What is told of them: an answer that comes now is passed over."""
    found = []
    for name, errand in late(session, now_ms):
        assert isinstance(errand.output, Requested), "only requests have a time"
        found.append(Received(answer_of(errand.output, "timeout", "nothing answered in time"), name))
    return found


def next_due(session: Session, times: Times) -> int | None:
    """When the session next has something to do though nothing comes in."""
    if session.is_over or session.life is Life.NONE:
        return gone_at(session, times)
    dues = [errand.until_ms for errand in session.errands.values() if errand.until_ms]
    if session.due_ms:
        dues.append(session.due_ms)
    if session.life is Life.STARTING:
        dues.append(session.began.ideal_ms)
    if (over := over_at(session, times)) is not None:
        dues.append(over)
    return min(dues, default=None)


def gone_at(session: Session, times: Times) -> int | None:
    """When all that is known of a session is deleted."""
    if not session.is_over or session.errands:
        return None
    if session.is_to_go:
        return session.ended_ms
    return session.ended_ms + times.keep_ms if times.keep_ms else None


def over_at(session: Session, times: Times) -> int | None:
    """When the session has lasted long enough: altogether, or without anything that could go on."""
    if session.life is not Life.RUNNING or session.cancelling:
        return None
    found = [session.began_ms + times.age_ms] if times.age_ms else []
    is_idle = not (session.due_ms or session.errands or session.waiting or session.interactions)
    if times.idle_ms and is_idle and not session.children:
        found.append(session.busy_ms + times.idle_ms)
    return min(found, default=None)


def cannot_go_on(session: Session, times: Times, now_ms: int, *, is_own: bool) -> str:
    """Why a session has failed, or nothing; `is_own` when this node has run it from its beginning."""
    if session.is_over:
        return ""
    if not session.is_kept and not is_own:
        return LOST
    return RAN_AWAY if 0 < times.own_steps * OWN_STEP_MS < session.paced_ms - now_ms else ""


def until(output: Output, asked_ms: int, times: Times, patience_ms: int | None = None) -> int:
    """By when an output is to be answered, 0 for never; `patience_ms` is what its module says."""
    if not isinstance(output, Requested):
        return 0
    if patience_ms is None:
        patience_ms = _own(output) or times.requests_ms.get(output.module, 0)
    return asked_ms + patience_ms if patience_ms else 0


def _own(request: Requested) -> int:
    """What the request itself says of its time."""
    said: Any = None
    if request.module == "dialog":
        attributes = unpack(request.attributes)
        inside = attributes.get("input") if isinstance(attributes, dict) else None
        said = inside.get("total_timeout") if isinstance(inside, dict) else None
    try:
        return round(float(said) * 1000) if said is not None else 0
    except (TypeError, ValueError, OverflowError):
        return 0


# Functions of scripts, which tell nothing when they fail: there is nobody who waits.
SILENT = frozenset(
    {"setudata", "deleteudata", "checkagentstate", "excludeagents", "prioritytuning", "setidealagent"}
)


def answer_of(request: Requested, error: str, description: str) -> tuple[Event, ...]:
    """What the session hears of a request that came to nothing by our doing."""
    if request.action in SILENT:
        return ()
    said = {"requestid": request.id, "error": error, "description": description}
    return (Event(f"error.{request.module}.{request.action}", data=pack(said)),)


def scheduled(session: Session, ideal_ms: int) -> int:
    """The time a session that has not begun is to begin at instead. Errors: `Refused("invalidstate")`."""
    if session.life is not Life.STARTING:
        raise Refused("invalidstate", f"the session {session.id} has begun")
    return ideal_ms

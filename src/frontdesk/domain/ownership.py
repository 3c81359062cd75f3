"""What is true of who has an interaction, and how facts change it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain import owning_events as events
from frontdesk.domain.submit import NOBODY_SOUGHT

if TYPE_CHECKING:
    from frontdesk.domain.interaction import Interaction

REQUEST_IDS_MAX = 64  # Enough for all that a session may have asked of one interaction when its node dies.


class Pending(Struct, frozen=True):
    """What a session has asked for, and others have a say in."""

    session_id: str
    request_id: str
    action: str
    agent_id: str = ""
    detaches: bool = False


class Ownership(Struct, frozen=True, omit_defaults=True):
    """Which session of which application has it, or had it last.

    Shape:   `session_id` is empty while none has it; `freed_by` is the session that gave it up, since
             `freed_ms`, as long as nobody has taken it; `sought` is the application that a session is to be
             begun of; `is_left` when nobody is to be found for it; `closes` and `closed_by` while it is about
             to end or to rest, and then `had_control` when its session could act until now.
    """

    session_id: str = ""
    application: str = ""
    freed_by: str = ""
    freed_ms: int = 0
    sought: str = ""
    is_left: bool = False
    asked: tuple[Pending, ...] = ()
    request_ids: tuple[str, ...] = ()
    closes: str = ""
    closed_by: int = 0
    had_control: bool = False

    @property
    def is_left_alone(self) -> bool:
        """Whether whoever looks for people has to leave it alone, though no session has it."""
        return bool(self.freed_ms or self.sought or self.is_left)

    def asked_for(self, action: str) -> Pending | None:
        return next((one for one in self.asked if one.action == action), None)

    def knows(self, request_id: str) -> bool:
        return request_id in self.request_ids

    def taken(self) -> "Ownership":
        """The same once somebody has taken it, so that it is not free any more."""
        return replace(self, freed_by="", freed_ms=0, sought="", is_left=False)

    def closed(self) -> "Ownership":
        """The same once it has ended, or rests."""
        return replace(self.taken(), closes="", closed_by=0, had_control=False)


def owner_after(state: "Interaction", at_ms: int) -> Ownership:
    """The ownership after an invite came to nothing: who gave the interaction up has some time again."""
    owned = state.ownership
    return replace(owned, freed_ms=at_ms) if owned.freed_ms else owned


def _note(state: "Interaction", at_ms: int, ownership: Ownership, **changes: Any) -> "Interaction":
    return replace(state, version=state.version + 1, last_ms=at_ms, ownership=ownership, **changes)


def _remember(owned: Ownership, request_id: str) -> tuple[str, ...]:
    if not request_id or owned.knows(request_id):
        return owned.request_ids
    return (*owned.request_ids[1 - REQUEST_IDS_MAX :], request_id)


def _owned(state: "Interaction", event: events.Owned, at_ms: int) -> "Interaction":
    application = event.application or state.ownership.application
    after = replace(state.ownership.taken(), session_id=event.session_id, application=application)
    sought = {} if event.session_id == state.owner else NOBODY_SOUGHT  # What others wish for is theirs.
    return _note(state, at_ms, after, queued_ms=0, **sought)


def _released(state: "Interaction", event: events.Released, at_ms: int) -> "Interaction":
    freed = event.reason == "detaching"
    after = replace(
        state.ownership,
        session_id="",
        freed_by=event.session_id if freed else "",
        freed_ms=at_ms if freed else state.ownership.freed_ms,
        is_left=event.reason == "left_alone",
    )
    return _note(state, at_ms, after, **NOBODY_SOUGHT)


def _moved(state: "Interaction", event: events.Moved, at_ms: int) -> "Interaction":
    owned = state.ownership
    if event.application:
        owned = replace(owned, sought=event.application, freed_ms=at_ms)
    return _note(state, at_ms, owned, queue=event.queue, queued_ms=0)


def _asked(state: "Interaction", event: events.Asked, at_ms: int) -> "Interaction":
    owned = state.ownership
    one = Pending(event.session_id, event.request_id, event.action, event.agent_id, event.detaches)
    known = _remember(owned, event.request_id)
    return _note(state, at_ms, replace(owned, asked=(*owned.asked, one), request_ids=known))


def _answered(state: "Interaction", event: events.Answered, at_ms: int) -> "Interaction":
    owned = state.ownership
    asked = tuple(one for one in owned.asked if one.request_id != event.request_id)
    return _note(state, at_ms, replace(owned, asked=asked, request_ids=_remember(owned, event.request_id)))


def _step_taken(state: "Interaction", _event: events.StepTaken, at_ms: int) -> "Interaction":
    return _note(state, at_ms, state.ownership)


def _closing_began(state: "Interaction", event: events.ClosingBegan, at_ms: int) -> "Interaction":
    owned = state.ownership
    after = replace(owned, closes=event.reason, closed_by=event.party_id, had_control=state.is_controlled)
    return _note(state, at_ms, after)


def _held(state: "Interaction", party_id: int, at_ms: int, *, is_held: bool) -> "Interaction":
    parties = tuple(replace(p, is_held=is_held) if p.party_id == party_id else p for p in state.parties)
    timers = {"active_ms": at_ms, "alerts": 0, "alerted_ms": 0}  # Silence counts anew from here.
    return _note(state, at_ms, state.ownership, parties=parties, **timers)


def _parked(state: "Interaction", event: events.Parked, at_ms: int) -> "Interaction":
    return _held(state, event.party_id, at_ms, is_held=True)


def _resumed(state: "Interaction", event: events.Resumed, at_ms: int) -> "Interaction":
    return _held(state, event.party_id, at_ms, is_held=False)


def _merged(state: "Interaction", event: events.Merged, at_ms: int) -> "Interaction":
    return _note(state, at_ms, state.ownership, merged=(*state.merged, event.interaction_id))


def _merged_into(state: "Interaction", event: events.MergedInto, at_ms: int) -> "Interaction":
    return _note(state, at_ms, state.ownership, merged_into=event.interaction_id)


EVOLVE: dict[type, Callable[["Interaction", Any, int], "Interaction"]] = {
    events.Owned: _owned,
    events.Released: _released,
    events.Moved: _moved,
    events.Asked: _asked,
    events.Answered: _answered,
    events.StepTaken: _step_taken,
    events.ClosingBegan: _closing_began,
    events.Parked: _parked,
    events.Resumed: _resumed,
    events.Merged: _merged,
    events.MergedInto: _merged_into,
}

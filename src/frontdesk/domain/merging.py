"""Putting an interaction aside for a while, and bringing two together.

Two interactions are merged in two steps, each of which may be repeated: the one that goes on takes in the
other's colleagues and what is known of its visitor, then the other ends. So nothing is lost in between.

Each function decides about one wish as `decide` does: state, wish, time and rules in, facts or a refusal out.
"""

from collections.abc import Callable, Sequence
from typing import Any

from frontdesk.domain import events
from frontdesk.domain import owning_commands as wishes
from frontdesk.domain.events import Event, Kind
from frontdesk.domain.interaction import PEOPLE, Interaction, Party
from frontdesk.domain.refusals import here
from frontdesk.domain.rules import ServiceRules
from frontdesk.domain.taking import end_all
from frontdesk.domain.together import gone
from frontdesk.domain.visitor import JOURNEY_KEY
from frontdesk.errors import Refused


def park(state: Interaction, wish: wishes.Park, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused`: `not_a_party`, `not_answering`."""
    party = _check_answers(state, wish.party_id)
    return () if party.is_held else (events.Parked(party.party_id),)


def resume(state: Interaction, wish: wishes.Resume, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused("not_a_party")`."""
    party = here(state, wish.party_id)
    return (events.Resumed(party.party_id),) if party.is_held else ()


def goes_on(state: Interaction, party_id: int) -> Sequence[Event]:
    """Who writes in what they had put aside goes on with it."""
    party = state.party(party_id)
    return (events.Resumed(party_id),) if party is not None and party.is_held else ()


def merge(state: Interaction, wish: wishes.Merge, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused`: `not_a_party`, `not_answering`."""
    if wish.interaction_id in state.merged:
        return ()
    party = _check_answers(state, wish.party_id)
    come = [one for one in wish.colleagues if state.party_of(one[0]) is None]
    if wish.leaves and not come and not _others(state, party.party_id):
        raise Refused("nobody_stays", "somebody else has to take part before you can leave it to them")
    happened: list[Event] = [
        events.Merged(party_id=party.party_id, interaction_id=wish.interaction_id, leaves=wish.leaves)
    ]
    known = (JOURNEY_KEY, *state.user_data)
    new = {key: value for key, value in wish.user_data.items() if key not in known}
    if new:
        happened.append(events.DataChanged(party_id=party.party_id, changes=new))
    happened += [
        events.Joined(
            party_id=len(state.parties) + number, kind=Kind.AGENT, participant_id=agent_id, nickname=name
        )
        for number, (agent_id, name) in enumerate(come, 1)
    ]
    return (*happened, gone(party, "transferred")) if wish.leaves else happened


def merge_into(
    state: Interaction, wish: wishes.MergeInto, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """Errors: `Refused("not_a_party")`."""
    party = _check_answers(state, wish.party_id)
    others = _others(state, party.party_id)
    merged = events.MergedInto(
        party_id=party.party_id,
        interaction_id=wish.interaction_id,
        active_agent=others[0] if wish.leaves and others else party.participant_id,
        held_agent=party.participant_id if wish.leaves or not others else others[0],
        leaves=wish.leaves,
        owner=wish.owner,
    )
    return (merged, *end_all(state, "merged", party.party_id))


def _others(state: Interaction, party_id: int) -> list[str]:
    """The people who answer too, by id."""
    return [
        p.participant_id for p in state.parties if p.answers and p.kind in PEOPLE and p.party_id != party_id
    ]


def _check_answers(state: Interaction, party_id: int) -> Party:
    party = here(state, party_id)
    if not party.answers or party.kind not in PEOPLE:
        raise Refused("not_answering", "only who answers the visitor can do this")
    return party


DECIDE: dict[type, Callable[[Interaction, Any, int, ServiceRules], Sequence[Event]]] = {
    wishes.Park: park,
    wishes.Resume: resume,
    wishes.Merge: merge,
    wishes.MergeInto: merge_into,
}

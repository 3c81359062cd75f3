"""The offer gate: which qualified actions a page is given to show, and why the others not yet.

Source:  journey.md §8.3 to §8.6, §4.2 for leases.
"""

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from frontdesk.domain.journey.action_maps import ActionMap, MediaType
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import Action, Customer
from frontdesk.domain.journey.drawing import drawn
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import (
    Block,
    Blocked,
    Fact,
    HandedOut,
    Note,
    Noted,
    Purpose,
    Reason,
    State,
)
from frontdesk.domain.journey.gate_checks import Ask, Candidate, acted_in, first_block
from frontdesk.domain.journey.offer_table import is_live, is_terminal, may_try_again, was_handed_out
from frontdesk.domain.journey.pacing import AskedOnce, Availability, paced_by
from frontdesk.domain.journey.qualifying import is_in_force, opened
from frontdesk.domain.journey.reaping import overdue_ms, timeout_ms

LEASE_MS = 20_000
VISIBLE = (MediaType.WEBCHAT, MediaType.CONTENT_OFFER)

_NOTE_OF = {
    Reason.OUTSIDE_SCHEDULE: Note.OFFERED_OUTSIDE_SCHEDULE,
    Reason.FREQUENCY_CAP: Note.FREQUENCY_CAP_REACHED,
}


class Offer(Struct, frozen=True):
    """An action that a page is to show, as the map has it now. Units: a timeout of 0 s is none."""

    action: Action
    action_map: ActionMap
    attempt: int
    timeout_s: int


def ping(
    customer: Customer, ask: Ask, compiled: Compiled, desk: Availability, now_ms: int
) -> tuple[Sequence[Fact], Sequence[Offer]]:
    """What a page is given to show, and what becomes true by its asking.

    Shape:   at most one offer of each kind. What stood in the way of the others is one fact.
    """
    if not customer.visit.is_open:
        return (), ()
    facts: list[Fact] = list(_still_there(customer, compiled, now_ms))
    has_refused = customer.purposes is not None and Purpose.OFFERS not in customer.purposes
    if not ask.url or has_refused:
        return facts, ()
    facts += opened(customer, compiled.definitions, now_ms)
    for fact in facts:
        customer = evolve(customer, fact, now_ms)
    blocks: list[Block] = []
    eligible: list[Candidate] = []
    for one in candidates(customer, ask, compiled, AskedOnce(desk), now_ms):
        if (block := first_block(one)) is not None:
            blocks.append(block)
        else:
            eligible.append(one)
    offers: list[Offer] = []
    for media_type in VISIBLE:
        rivals = sorted((one for one in eligible if one.action.media_type == media_type), key=rank)
        if rivals:
            offers.append(_offer(rivals[0]))
            blocks += [_outdone(loser, by=rivals[0]) for loser in rivals[1:]]
    facts += [_handed_out(customer, one, ask.tab, now_ms) for one in offers]
    facts += _notes(customer, blocks)
    if blocks:
        facts.append(Blocked(tuple(blocks)))
    return facts, offers


def candidates(
    customer: Customer, ask: Ask, compiled: Compiled, desk: Availability, now_ms: int
) -> Iterator[Candidate]:
    """The actions of the visit that are looked at: qualified, or failed and to be tried again."""
    acted = acted_in(customer)
    suppressed = suppressed_maps(acted)
    for action in customer.actions:
        if action.visit_id != customer.visit.id or action.media_type not in VISIBLE:
            continue
        if action.state is not State.QUALIFIED and not may_try_again(action, now_ms):
            continue
        if action.map_id in suppressed or is_leased_to_another(action, ask.tab, now_ms):
            continue
        action_map = compiled.definitions.action_maps.get(action.map_id)
        if action_map is not None and is_in_force(action_map, now_ms):
            yield Candidate(customer, action, action_map, ask, compiled, desk, now_ms, acted)


def suppressed_maps(acted: Sequence[Action]) -> Collection[str]:
    """The maps that are not to act again in the visit in which these have acted. Source: §9.4."""
    return {action.map_id for action in acted if is_terminal(action) or is_live(action)}


def is_leased_to_another(action: Action, tab: str, now_ms: int) -> bool:
    """Whether a tab was given the action a moment ago and it is not this one."""
    return now_ms < action.leased_until_ms and (not tab or tab != action.tab)


def rank(one: Candidate) -> tuple[int, int]:
    """The heavier first; among equals whoever the visit has drawn, the same one on each ping."""
    action = one.action
    return -one.action_map.weight, drawn(action.visit_id, action.map_id, action.map_version)


def _offer(one: Candidate) -> Offer:
    action, definitions = one.action, one.compiled.definitions
    fails_before = action.state is State.ERRORED and not was_handed_out(action)
    attempt = max(action.attempt, 1) + (1 if fails_before and action.attempt else 0)
    timeout_s = timeout_ms(action, definitions, one.customer.visit.deployment_id) // 1000
    return Offer(action, one.action_map, attempt, timeout_s)


def _handed_out(customer: Customer, offer: Offer, tab: str, now_ms: int) -> HandedOut:
    kind = offer.action_map.action
    is_chat = kind.media_type is MediaType.WEBCHAT
    whose = paced_by(kind.action_target_id or "", customer.visit.deployment_id) if is_chat else ""
    until_ms, prompt = now_ms + LEASE_MS, kind.props.webchat_prompt
    return HandedOut(offer.action.id, until_ms, offer.attempt, tab, whose, prompt)


def _outdone(loser: Candidate, by: Candidate) -> Block:
    winner = by.action
    return Block(loser.action.id, Reason.SIMULTANEOUS, by_action=winner.id, by_map=winner.map_id)


def _notes(customer: Customer, blocks: Sequence[Block]) -> Iterator[Noted]:
    """What is counted once of an action, when it first stands in its way."""
    for block in blocks:
        note, action = _NOTE_OF.get(block.reason), customer.action(block.action_id)
        if note is not None and action is not None and note not in action.notes:
            yield Noted(action.id, note)


def _still_there(customer: Customer, compiled: Compiled, now_ms: int) -> Iterator[Noted]:
    """That somebody is still there though the time of an offer is up: it is for the reaper to know."""
    for action in customer.actions:
        until_ms = overdue_ms(action, compiled.definitions, customer.visit.deployment_id)
        if until_ms is not None and now_ms >= until_ms and Note.STILL_THERE not in action.notes:
            yield Noted(action.id, Note.STILL_THERE)

"""How each fact changes a customer. It never refuses: history is not up for debate."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from frontdesk.domain.journey.customer import (
    TERMINAL,
    WAITING,
    Action,
    AnyFact,
    Assignment,
    Customer,
    Forgotten,
    Score,
    Visit,
)
from frontdesk.domain.journey.facts import (
    Advanced,
    Blocked,
    Called,
    Carried,
    Consented,
    Emitter,
    HandedOut,
    Happened,
    HeardEarly,
    Held,
    Linked,
    Moved,
    Named,
    Note,
    Noted,
    OriginSeen,
    OutcomeAchieved,
    Qualified,
    Released,
    Scored,
    SegmentAssigned,
    SegmentRemoved,
    SegmentShared,
    State,
    Step,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.forgetting import GROUPS
from frontdesk.domain.journey.offer_table import goes_on_elsewhere
from frontdesk.domain.journey.seen_events import noted, of_action
from frontdesk.domain.journey.web_events import PAGE_VIEWED, Page

OFFERS_KEPT_MAX = 50
USED_KEPT_MAX = 200
ACTIONS_KEPT_MAX = 400  # Twice as many as there may be action maps.


def evolve(customer: Customer, fact: AnyFact, time_ms: int) -> Customer:
    """The customer after `fact`, which was written at `time_ms`."""
    customer = replace(customer, version=customer.version + 1, last_ms=max(customer.last_ms, time_ms))
    customer = _CHANGES[type(fact)](customer, fact, time_ms)
    group = GROUPS.get(type(fact))
    if group is None or getattr(customer.oldest, group):
        return customer
    return replace(customer, oldest=replace(customer.oldest, **{group: time_ms}))


def _forgotten(customer: Customer, fact: Forgotten, _time_ms: int) -> Customer:
    """It is nothing that the customer did, so it is not the last that was heard of them."""
    oldest = replace(fact.customer.oldest, forgotten=customer.version)
    return replace(fact.customer, version=customer.version, oldest=oldest)


def _origin_seen(customer: Customer, fact: OriginSeen, _time_ms: int) -> Customer:
    return replace(customer, visit=replace(customer.visit, origin=fact.origin))


def _held(customer: Customer, fact: Held, _time_ms: int) -> Customer:
    visit = customer.visit
    return replace(customer, visit=replace(visit, holds=(*visit.holds, fact.interaction_id)))


def _released(customer: Customer, fact: Released, time_ms: int) -> Customer:
    visit = customer.visit
    holds = tuple(held for held in visit.holds if held != fact.interaction_id)
    return replace(customer, visit=replace(visit, holds=holds, released_ms=time_ms))


def _visit_ended(customer: Customer, fact: VisitEnded, _time_ms: int) -> Customer:
    visit = replace(customer.visit, ended_ms=fact.ended_ms, assignments=(), steps=())
    return replace(customer, visit=visit)


def _advanced(customer: Customer, fact: Advanced, _time_ms: int) -> Customer:
    visit = customer.visit
    return replace(
        customer,
        visit=replace(visit, steps=_stepped(visit.steps, fact.visit)),
        steps=_stepped(customer.steps, fact.customer),
    )


def _removed(customer: Customer, fact: SegmentRemoved, _time_ms: int) -> Customer:
    """Those of a visit go with the visit."""
    assignments = tuple(one for one in customer.assignments if one.id != fact.assignment_id)
    return replace(customer, assignments=assignments)


def _achieved(customer: Customer, fact: OutcomeAchieved, _time_ms: int) -> Customer:
    visit = customer.visit
    if fact.outcome_id in visit.achieved:
        return customer
    return replace(customer, visit=replace(visit, achieved=(*visit.achieved, fact.outcome_id)))


def _handed_out(customer: Customer, fact: HandedOut, _time_ms: int) -> Customer:
    return _changed(
        customer, fact.action_id, attempt=fact.attempt, leased_until_ms=fact.until_ms, tab=fact.tab
    )


def _heard_early(customer: Customer, fact: HeardEarly, _time_ms: int) -> Customer:
    action = customer.action(fact.action_id)
    return _changed(customer, fact.action_id, early=() if action is None else (*action.early, fact))


def _noted(customer: Customer, fact: Noted, _time_ms: int) -> Customer:
    action = customer.action(fact.action_id)
    return _changed(customer, fact.action_id, notes=() if action is None else (*action.notes, fact.note))


def _blocked(customer: Customer, fact: Blocked, _time_ms: int) -> Customer:
    for block in fact.blocks:
        customer = _changed(customer, block.action_id, reason=block.reason.value)
    return customer


def _carried(customer: Customer, fact: Carried, _time_ms: int) -> Customer:
    return _changed(customer, fact.action_id, visit_id=fact.visit_id)


def _called(customer: Customer, _fact: Called, _time_ms: int) -> Customer:
    """What others made of an action is for the record."""
    return customer


def _consented(customer: Customer, fact: Consented, time_ms: int) -> Customer:
    return replace(customer, purposes=fact.purposes, consented_ms=time_ms, consent_version=fact.text_version)


def _linked(customer: Customer, fact: Linked, _time_ms: int) -> Customer:
    return replace(customer, contact_id=fact.contact_id)


def _named(customer: Customer, fact: Named, _time_ms: int) -> Customer:
    return replace(customer, external_id=fact.external_id)


def _begun(customer: Customer, fact: VisitBegan, _time_ms: int) -> Customer:
    """Of the actions of the visit before, only those stay that wait for the next one."""
    visit = Visit(
        id=fact.visit_id,
        deployment_id=fact.deployment_id,
        began_ms=fact.began_ms,
        active_ms=fact.began_ms,
        origin=fact.origin,
    )
    actions = tuple(action for action in customer.actions if action.state in WAITING)
    return replace(customer, visit=visit, visits=customer.visits + 1, actions=actions)


def _happened(customer: Customer, fact: Happened, _time_ms: int) -> Customer:
    event, visit = fact.event, customer.visit
    pageviews = int(event.name == PAGE_VIEWED)
    if event.visit_id == visit.id:
        visit = replace(
            visit,
            events=visit.events + 1,
            pageviews=visit.pageviews + pageviews,
            active_ms=max(visit.active_ms, event.created_ms),
            page=visit.page if event.is_late or event.page == Page() else event.page,
        )
    return replace(
        customer,
        visit=visit,
        events=customer.events + 1,
        pageviews=customer.pageviews + pageviews,
        seen=noted(customer.seen, event.event_id, customer.version),
    )


def _stepped(steps: tuple[Step, ...], news: tuple[Step, ...]) -> tuple[Step, ...]:
    """The progress after `news`; a matcher that begins anew is as good as none."""
    if not news:
        return steps
    by_matcher = {step.matcher: step for step in steps}
    for step in news:
        if step.index or step.counts:
            by_matcher[step.matcher] = step
        else:
            by_matcher.pop(step.matcher, None)
    return tuple(by_matcher.values())


def _assigned(customer: Customer, fact: SegmentAssigned, time_ms: int) -> Customer:
    if fact.of_customer:
        assignment = Assignment(fact.assignment_id, fact.segment_id, time_ms, fact.expires_ms)
        return replace(customer, assignments=(*customer.assignments, assignment))
    visit = customer.visit
    assignments = (*visit.assignments, Assignment("", fact.segment_id, time_ms, fact.expires_ms))
    return replace(customer, visit=replace(visit, assignments=assignments))


def _shared(customer: Customer, fact: SegmentShared, _time_ms: int) -> Customer:
    one = Assignment(fact.assignment_id, fact.segment_id, fact.at_ms, fact.expires_ms, is_shared=True)
    return replace(customer, assignments=(*customer.assignments, one))


def _scored(customer: Customer, fact: Scored, _time_ms: int) -> Customer:
    visit = customer.visit
    before = next((score for score in visit.scores if score.outcome_id == fact.outcome_id), None)
    highest = fact.probability if before is None else max(before.max_probability, fact.probability)
    quantiles = [q for q in (fact.quantile, before.max_quantile if before else None) if q is not None]
    score = Score(
        fact.outcome_id,
        fact.probability,
        highest,
        fact.quantile,
        max(quantiles, default=None),
        fact.model,
    )
    others = tuple(score for score in visit.scores if score.outcome_id != fact.outcome_id)
    return replace(customer, visit=replace(visit, scores=(*others, score)))


def _qualified(customer: Customer, fact: Qualified, time_ms: int) -> Customer:
    state = State.QUALIFIED_OUTSIDE_SCHEDULE if fact.is_outside_schedule else State.QUALIFIED
    action = Action(
        id=fact.action_id,
        map_id=fact.map_id,
        map_version=fact.map_version,
        media_type=fact.media_type,
        state=state,
        qualified_ms=time_ms,
        moved_ms=time_ms,
        visit_id=fact.visit_id,
        target_id=fact.target_id,
        template_id=fact.template_id,
        assignment_id=fact.assignment_id,
        after_visit=fact.visit_id if fact.is_for_later else "",
    )
    used = customer.used
    if fact.assignment_id:
        used = (*used, (fact.map_id, fact.assignment_id))[-USED_KEPT_MAX:]
    return replace(customer, actions=(*customer.actions, action)[-ACTIONS_KEPT_MAX:], used=used)


def _moved(customer: Customer, fact: Moved, time_ms: int) -> Customer:
    """A move ends the lease, so that an action with one was handed out since it last moved."""
    customer = replace(customer, seen=noted(customer.seen, of_action(fact.event_id), customer.version))
    action = customer.action(fact.action_id)
    if action is None:
        return customer  # Of a visit that is over.
    is_offer = fact.state is State.OFFERED
    moved = replace(
        action,
        state=fact.state,
        stage=fact.stage,
        moved_ms=time_ms,
        offered_ms=(action.offered_ms or time_ms) if is_offer else action.offered_ms,
        shown_ms=time_ms if is_offer else action.shown_ms,
        leased_until_ms=0,
        notes=tuple(note for note in action.notes if not (is_offer and note is Note.STILL_THERE)),
        interaction_id=fact.interaction_id or action.interaction_id,
        was_terminal=action.was_terminal or fact.state in TERMINAL,
        early=() if fact.state is State.ACCEPTED else action.early,
        error_code=fact.error_code if fact.state is State.ERRORED else "",
    )
    actions, visit = _with(customer.actions, [moved]), customer.visit
    if fact.emitter is Emitter.BROWSER and action.visit_id == visit.id and visit.is_open:
        # Who answers an offer is there, as who looks at a page is (§5.2, S3).
        visit = replace(
            visit, active_ms=max(visit.active_ms, time_ms), elsewhere_ms=_elsewhere_ms(visit, actions)
        )
        customer = replace(customer, visit=visit)
    if is_offer and not action.offered_ms:
        customer = replace(customer, offers_ms=(*customer.offers_ms, time_ms)[-OFFERS_KEPT_MAX:])
    return replace(customer, actions=actions)


def _elsewhere_ms(visit: Visit, actions: Iterable[Action]) -> int:
    """When it was last said that a chat of others goes on which came of the visit; 0 where none does."""
    going_on = (one for one in actions if one.visit_id == visit.id and goes_on_elsewhere(one))
    return max((one.moved_ms for one in going_on), default=0)


def _changed(customer: Customer, action_id: str, **changes: object) -> Customer:
    action = customer.action(action_id)
    if action is None:
        return customer
    return replace(customer, actions=_with(customer.actions, [replace(action, **changes)]))


def _with(actions: tuple[Action, ...], changed: Iterable[Action]) -> tuple[Action, ...]:
    by_id = {action.id: action for action in changed}
    return tuple(by_id.get(action.id, action) for action in actions)


_CHANGES: Mapping[type, Callable[[Customer, Any, int], Customer]] = {
    VisitBegan: _begun,
    OriginSeen: _origin_seen,
    Happened: _happened,
    Held: _held,
    Released: _released,
    VisitEnded: _visit_ended,
    Forgotten: _forgotten,
    Advanced: _advanced,
    SegmentAssigned: _assigned,
    SegmentShared: _shared,
    SegmentRemoved: _removed,
    OutcomeAchieved: _achieved,
    Scored: _scored,
    Qualified: _qualified,
    HandedOut: _handed_out,
    Moved: _moved,
    HeardEarly: _heard_early,
    Noted: _noted,
    Blocked: _blocked,
    Carried: _carried,
    Called: _called,
    Consented: _consented,
    Linked: _linked,
    Named: _named,
}

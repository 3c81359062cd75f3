"""What is forgotten of a customer when its time is up, and what stays true without it.

    review = Review(customer, days, now_ms)
    for record, fact in history:                  # oldest first, until `review.is_done`
        review.take(record.version, record.time_ms, fact)
    facts, versions = (review.forgotten(),), review.versions

What shapes the customer for good stays as long as they do: decisions, links, and what they are known by.

Source:  journey.md §12.6.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from frontdesk.domain.journey.customer import AnyFact, Customer, Forgotten, Oldest, Visit
from frontdesk.domain.journey.facts import (
    Advanced,
    Blocked,
    Called,
    Carried,
    HandedOut,
    Happened,
    HeardEarly,
    Held,
    Moved,
    Noted,
    OriginSeen,
    OutcomeAchieved,
    Qualified,
    Released,
    Scored,
    SegmentAssigned,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.site_settings import RetentionDays
from frontdesk.domain.journey.web_events import Page

DAY_MS = 86_400_000
SLACK_MS = 3_600_000  # So much later, that a visit goes as a whole and not event by event.
FORGOTTEN_AT_ONCE_MAX = 500

_WEB_EVENTS, _VISITS, _ACTIONS = "web_events_ms", "visits_ms", "actions_ms"

GROUPS: Mapping[type, str] = {
    Happened: _WEB_EVENTS,
    Advanced: _WEB_EVENTS,
    VisitBegan: _VISITS,
    OriginSeen: _VISITS,
    Held: _VISITS,
    Released: _VISITS,
    VisitEnded: _VISITS,
    Scored: _VISITS,
    SegmentAssigned: _VISITS,
    OutcomeAchieved: _VISITS,
    Qualified: _ACTIONS,
    HandedOut: _ACTIONS,
    Moved: _ACTIONS,
    HeardEarly: _ACTIONS,
    Noted: _ACTIONS,
    Blocked: _ACTIONS,
    Carried: _ACTIONS,
    Called: _ACTIONS,
}
"""The facts that are kept for some time only, by the field of `Oldest` that tells of them."""


def due_ms(customer: Customer, days: RetentionDays) -> int | None:
    """When something of a customer is to be forgotten next, or all of it; None of whom nothing is kept."""
    if not customer.version:
        return None
    oldest = customer.oldest
    kept = (
        (oldest.web_events_ms, days.web_events),
        (oldest.visits_ms, days.sessions),
        (oldest.actions_ms, days.action_events),
    )
    due = [at_ms + kept_days * DAY_MS + SLACK_MS for at_ms, kept_days in kept if at_ms]
    if not customer.visit.is_open:
        due.append(_over_ms(customer, days))
    return min(due, default=None)


def is_over(customer: Customer, days: RetentionDays, now_ms: int) -> bool:
    """Whether nothing was heard of a customer for so long that nothing is kept of them."""
    return not customer.visit.is_open and _over_ms(customer, days) <= now_ms


def _over_ms(customer: Customer, days: RetentionDays) -> int:
    return customer.last_ms + days.customers * DAY_MS


def _limits_ms(days: RetentionDays) -> Mapping[str, int]:
    return {
        _WEB_EVENTS: days.web_events * DAY_MS,
        _VISITS: days.sessions * DAY_MS,
        _ACTIONS: days.action_events * DAY_MS,
    }


def _group(fact: AnyFact) -> str | None:
    match fact:
        case Advanced() if fact.customer:
            return None
        case SegmentAssigned() if fact.of_customer:
            return None
        case Qualified() if fact.assignment_id:
            return None  # It says which segments have had their effect already (§8.2, rule 4).
    return GROUPS.get(type(fact))


class Review:
    """Looks through the facts of `customer`, and sees which are to go.

    Shape:   `versions` are theirs, `FORGOTTEN_AT_ONCE_MAX` at most with that of the newest `Forgotten`, which
             goes as well; `visits` are the ids of the visits that went.
    """

    def __init__(self, customer: Customer, days: RetentionDays, now_ms: int) -> None:
        self.customer = customer
        forgotten = customer.oldest.forgotten
        self.versions: list[int] = [forgotten] if forgotten else []
        self.visits: list[str] = []
        self._limits_ms = _limits_ms(days)
        self._now_ms = now_ms
        self._actions: set[str] = set()
        self._staying: dict[str, int] = {}

    @property
    def is_done(self) -> bool:
        """Whether all that is still to come is younger than what stays."""
        return len(self._staying) == len(self._limits_ms)

    def take(self, version: int, time_ms: int, fact: AnyFact) -> None:
        """Look at the next fact."""
        group = _group(fact)
        if group is None or group in self._staying:
            return
        has_room = len(self.versions) < FORGOTTEN_AT_ONCE_MAX
        if time_ms + self._limits_ms[group] > self._now_ms or not has_room:
            self._staying[group] = time_ms
        elif self._is_needed(group, time_ms):
            self._staying[group] = self._now_ms
        else:
            self.versions.append(version)
            if isinstance(fact, VisitBegan):
                self.visits.append(fact.visit_id)
            elif isinstance(fact, Qualified):
                self._actions.add(fact.action_id)

    def _is_needed(self, group: str, time_ms: int) -> bool:
        """Whether a visit that goes on is made of it, however long ago that began."""
        visit = self.customer.visit
        return group != _WEB_EVENTS and visit.is_open and time_ms >= visit.began_ms - SLACK_MS

    def forgotten(self) -> Forgotten:
        """What stays true."""
        visit, actions = self.customer.visit, self.customer.actions
        if _WEB_EVENTS not in self._staying:
            visit = replace(visit, page=Page())
        if visit.id in self.visits:
            actions = tuple(action for action in actions if action.visit_id != visit.id)
            visit = Visit()
        actions = tuple(action for action in actions if action.id not in self._actions)
        oldest = Oldest(**self._staying)
        return Forgotten(replace(self.customer, visit=visit, actions=actions, oldest=oldest))

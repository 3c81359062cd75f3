"""Which visit an event belongs to, and when a visit is over.

A visit is over when nothing was done in it for as long as the settings say, by the times at which things
happened and not by those at which we heard of them. A chat that is going on holds it open, and its time runs
from the chat's end. Of a chat that is not ours its browser says when it goes on and when it is over; one
that never says the latter does not hold a visit for ever. The end of a visit is written down with the next
event, or by the customer's timer.

Source:  journey.md §5.2, S1 to S13.
"""

from msgspec import Struct

from frontdesk.domain.journey.customer import Action, Customer, Visit
from frontdesk.domain.journey.facts import VisitBegan, VisitEnded
from frontdesk.domain.journey.offer_table import goes_on_elsewhere
from frontdesk.domain.journey.reaping import carry, lapse
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.domain.journey.web_events import Origin

IDLE_MS = 5 * 60_000
AWAY_MS = 10 * 60_000
# The end is written down this much later, so that an event that is on its way still finds its visit open.
GRACE_MS = 60_000
# A chat of others is over at the latest so long after its browser last said that it goes on. Few chats with
# people last longer; and whoever closes the page in the midst of one says nothing, and may be offered one
# again when they come back in the afternoon.
ELSEWHERE_MAX_MS = 2 * 3600 * 1000


class Place(Struct, frozen=True):
    """Where an event belongs.

    Shape:   `is_over` when that visit has ended: the event is counted in it, and nothing follows from it.
    """

    visit_id: str
    is_late: bool = False
    is_over: bool = False


def ends_ms(visit: Visit, timeout_ms: int) -> int | None:
    """When a visit ended, or will unless something happens; None while a chat of ours holds it."""
    if visit.ended_ms:
        return visit.ended_ms
    return None if visit.holds else _quiet_since_ms(visit) + timeout_ms


def is_open(visit: Visit, timeout_ms: int, now_ms: int) -> bool:
    """Whether a visit goes on, whatever is written down of it."""
    if not visit.is_open:
        return False
    over_ms = ends_ms(visit, timeout_ms)
    return over_ms is None or now_ms < over_ms


def begins(visit: Visit, timeout_ms: int, happened_ms: int) -> bool:
    """Whether another visit begins with something that happened then, after this one."""
    return not is_open(visit, timeout_ms, happened_ms) and not _covers(visit, happened_ms)


def due_ms(customer: Customer, timeout_ms: int) -> int | None:
    """When the end of the visit is to be written down, or None."""
    visit = customer.visit
    over_ms = ends_ms(visit, timeout_ms) if visit.is_open else None
    return None if over_ms is None else over_ms + GRACE_MS


def talks_elsewhere(action: Action, now_ms: int) -> bool:
    """Whether the visitor is taken to be in a chat that is not ours and came of this action."""
    return goes_on_elsewhere(action) and now_ms < action.moved_ms + ELSEWHERE_MAX_MS


def idle_ms(visit: Visit) -> int:
    """From when on nothing has been done for a while."""
    return visit.active_ms + IDLE_MS


def away_ms(visit: Visit) -> int:
    """From when on whoever visits seems to be away."""
    return visit.active_ms + AWAY_MS


def duration_s(visit: Visit) -> int:
    """How long a visit has been going on, from its first to its newest activity."""
    return (visit.active_ms - visit.began_ms) // 1000


def end_if_over(story: Unfolding, timeout_ms: int, at_ms: int) -> None:
    """Write down that the visit has ended if it has by `at_ms`, with the actions that lapse by it."""
    visit = story.customer.visit
    over_ms = ends_ms(visit, timeout_ms) if visit.is_open else None
    if over_ms is None or at_ms < over_ms:
        return
    story.add(lapse(story.customer, story.now_ms))
    story.add((VisitEnded(visit.id, over_ms),))


def place(
    story: Unfolding,
    happened_ms: int,
    new_visit_id: str,
    deployment_id: str,
    origin: Origin,
    timeout_ms: int,
) -> Place:
    """Which visit something belongs to that happened at `happened_ms`; a new one begins if it has to."""
    end_if_over(story, timeout_ms, happened_ms)
    visit = story.customer.visit
    if visit.is_open:
        return Place(visit.id, is_late=happened_ms < visit.active_ms)
    if _covers(visit, happened_ms):
        return Place(visit.id, is_late=True, is_over=True)
    # Something older than the visit before cannot begin another one in the midst of it.
    began_ms = max(happened_ms, visit.ended_ms)
    story.add((VisitBegan(new_visit_id, deployment_id, began_ms, origin),))
    story.add(carry(story.customer, story.now_ms))
    return Place(new_visit_id, is_late=happened_ms < began_ms)


def _covers(visit: Visit, happened_ms: int) -> bool:
    """Whether a visit that is over was going on then."""
    return visit.began_ms <= happened_ms < visit.ended_ms


def _quiet_since_ms(visit: Visit) -> int:
    elsewhere_ms = visit.elsewhere_ms + ELSEWHERE_MAX_MS if visit.elsewhere_ms else 0
    return max(visit.active_ms, visit.released_ms, elsewhere_ms)

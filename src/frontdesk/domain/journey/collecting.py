"""What follows from one event: its visit, what it matches, and which actions that earns.

Everything is decided in one go and stored together, each step by what the one before has made true.

Source:  journey.md §1.3, §5.2, §6.4, §8.2.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.contact_progress import ContactProgress, told
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.deriving import merged
from frontdesk.domain.journey.facts import Fact, Happened, Linked, Named, OriginSeen, Qualified
from frontdesk.domain.journey.keys import Contact
from frontdesk.domain.journey.matching import NO_CONTACT, match
from frontdesk.domain.journey.qualifying import qualify
from frontdesk.domain.journey.reaping import reap
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.domain.journey.visiting import Place, end_if_over, place
from frontdesk.domain.journey.web_events import PAGE_VIEWED, Origin, Scalar, WebEvent

FUTURE_MAX_MS = 5 * 60_000
AGE_MAX_MS = 60 * 60_000

Ids = Callable[[], str]


class Taken(Struct, frozen=True):
    """One event as it was taken in: cleaned, and with what follows from it alone. It has no visit yet.

    Shape:   `traits` are what is said of the person, and are kept with people and not with the event.
    """

    event: WebEvent
    origin: Origin
    deployment_id: str
    traits: Mapping[str, Scalar] = {}


Scores = Callable[[Customer, WebEvent, int], Sequence[Fact]]
"""What is known anew of how likely outcomes are after an event, as far as somebody has a model for that."""


def no_scores(_customer: Customer, _event: WebEvent, _now_ms: int) -> Sequence[Fact]:
    """Nobody has a model."""
    return ()


def timeout_ms(compiled: Compiled) -> int:
    """How long nothing may happen in a visit before it is over."""
    return compiled.definitions.settings.session_timeout_minutes * 60_000


def happened_ms(created_ms: int | None, now_ms: int) -> int | None:
    """When an event happened by what its sender says; None when that is too long ago to be taken in."""
    if created_ms is None or created_ms > now_ms + FUTURE_MAX_MS:
        return now_ms
    return None if now_ms - created_ms > AGE_MAX_MS else created_ms


def collect(
    customer: Customer,
    taken: Taken,
    compiled: Compiled,
    *,
    now_ms: int,
    ids: Ids,
    visit_id: str,
    contact_id: str = "",
    contact: Contact = NO_CONTACT,
    progress: ContactProgress | None = None,
    scores: Scores = no_scores,
) -> Unfolding:
    """What follows from an event.

    Shape:   one of its facts is its `Happened`. `visit_id` is for a new visit, if there has to be one;
             `contact_id` who says so, where that is known by it, and `contact` what is known of them;
             `progress` what their browsers have counted, this event included, None where nothing counts it.
    """
    story, where, event = arrived(
        customer, taken, compiled, now_ms=now_ms, visit_id=visit_id, contact_id=contact_id
    )
    visit, at = story.customer.visit, len(story.facts) - 1
    is_linked = progress is not None
    story.add(match(story.customer, event, compiled, now_ms, ids, contact, is_linked=is_linked))
    if progress is not None:
        story.add(told(progress, story.customer, now_ms))
    if not where.is_over:
        story.add(scores(story.customer, event, now_ms))
        story.add(qualify(story.customer, compiled, now_ms, ids))
    story.facts[at] = Happened(
        event,
        visit_began_ms=visit.began_ms,
        visit_active_ms=visit.active_ms,
        visit_events=visit.events,
        visit_pageviews=visit.pageviews,
        has_qualified=any(isinstance(fact, Qualified) for fact in story.facts[at:]),
    )
    return story


def arrived(
    customer: Customer, taken: Taken, compiled: Compiled, *, now_ms: int, visit_id: str, contact_id: str
) -> tuple[Unfolding, Place, WebEvent]:
    """What is true before anything follows from an event: it has happened, in this place."""
    story = Unfolding(customer, now_ms)
    _know(story, contact_id, taken.event.external_id)
    first = (visit_id, taken.deployment_id, taken.origin)
    where = place(story, taken.event.created_ms, *first, timeout_ms(compiled))
    if not where.is_over:
        _see(story, taken.origin)
    event = _numbered(story.customer, taken.event, where.visit_id, is_late=where.is_late)
    story.add((Happened(event),))
    return story, where, event


def tick(customer: Customer, compiled: Compiled, now_ms: int) -> Unfolding:
    """What has become true because time has passed."""
    story = Unfolding(customer, now_ms)
    story.add(reap(story.customer, compiled, now_ms))
    end_if_over(story, timeout_ms(compiled), now_ms)
    return story


def _know(story: Unfolding, contact_id: str, external_id: str) -> None:
    if contact_id and contact_id != story.customer.contact_id:
        story.add((Linked(contact_id),))
    if external_id and external_id != story.customer.external_id:
        story.add((Named(external_id),))


def _see(story: Unfolding, seen: Origin) -> None:
    """Of what is known of a visit the newest value that is one counts."""
    known = story.customer.visit.origin
    origin = merged(known, seen)
    if origin != known:
        story.add((OriginSeen(origin),))


def _numbered(customer: Customer, event: WebEvent, visit_id: str, *, is_late: bool) -> WebEvent:
    return replace(
        event,
        visit_id=visit_id,
        number=customer.events + 1,
        pageview_number=customer.pageviews + (event.name == PAGE_VIEWED),
        is_late=is_late,
    )

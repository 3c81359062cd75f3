"""The journey that a chat came from, as the agents in that chat may see it: nothing that is not for them.

Segments that are not for agents are left out here, so that no page has to remember to.
"""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from frontdesk.desk.journeys.chat_context import Context
from frontdesk.desk.journeys.visits import Visits
from frontdesk.domain.journey.action_maps import MediaType
from frontdesk.domain.journey.customer import Action, Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Happened
from frontdesk.domain.journey.matching import lasting, shown_to_agents
from frontdesk.domain.journey.web_events import PAGE_VIEWED
from frontdesk.errors import NotFound

PAGES_MAX = 20


class PageSeen(Struct, frozen=True):
    """A page that the visitor looked at."""

    at_ms: int
    title: str
    url: str


class SegmentSeen(Struct, frozen=True):
    """A segment that fits, and that agents may know of."""

    name: str
    color: str


class OfferSeen(Struct, frozen=True):
    """The offer that led to the chat: its map, and what its invitation said."""

    name: str
    title: str
    text: str
    state: str
    offered_ms: int


class Beside(Struct, frozen=True):
    """A visit as an agent sees it. Shape: `pages` are the newest first, of `pageviews` in all."""

    version: int
    began_ms: int
    is_open: bool
    pageviews: int
    referrer: str
    campaign: str
    pages: Sequence[PageSeen]
    segments: Sequence[SegmentSeen]
    offer: OfferSeen | None


async def beside(visits: Visits, definitions: Definitions, context: Context, now_ms: int) -> Beside:
    """The visit that a chat says it came from.

    Errors:  `NotFound`: there is none, it is another's, or it is forgotten; `TooNew`, `Unavailable`.
    """
    customer = await visited(visits, context)
    pages: deque[PageSeen] = deque(maxlen=PAGES_MAX)
    async for step in visits.history(customer.id):
        fact = step.fact
        if not isinstance(fact, Happened) or fact.event.name != PAGE_VIEWED:
            continue
        if fact.event.visit_id == customer.visit.id:
            page = fact.event.page
            pages.append(PageSeen(fact.event.created_ms, page.title, page.url))
    visit = customer.visit
    return Beside(
        customer.version,
        visit.began_ms,
        visit.is_open,
        visit.pageviews,
        visit.origin.referrer.url,
        visit.origin.campaign.source,
        tuple(reversed(pages)),
        _segments(customer, definitions, now_ms),
        _offer(customer.action(context.action_id), definitions),
    )


async def news_beside(
    visits: Visits, definitions: Definitions, context: Context, known: str, now_ms: int
) -> object:
    """The same; for who knows its newest version that version alone. Errors: the same."""
    customer = await visited(visits, context)
    if known == str(customer.version):
        return {"version": customer.version}
    return await beside(visits, definitions, context, now_ms)


async def visited(visits: Visits, context: Context) -> Customer:
    """The customer as they were in that visit, when it is theirs. Errors: `NotFound`, and as of `Visits`."""
    customer = await visits.customer(context.visit_id.lower())
    if customer.id != context.customer_id.lower():
        raise NotFound("there is no such visit")
    return customer


def _segments(customer: Customer, definitions: Definitions, now_ms: int) -> Sequence[SegmentSeen]:
    fit = (*lasting(customer, now_ms), *customer.visit.assignments)
    segments = (definitions.segments[one.segment_id] for one in shown_to_agents(fit, definitions))
    return tuple(SegmentSeen(one.display_name, one.color) for one in segments)


def _offer(of: Action | None, definitions: Definitions) -> OfferSeen | None:
    if of is None:
        return None
    action_map = definitions.action_maps.get(of.map_id)
    if action_map is None:
        return OfferSeen("", "", "", of.state.value, of.offered_ms)
    props = action_map.action.props
    is_chat = action_map.action.media_type is MediaType.WEBCHAT
    title, text = (props.webchat_title_text, props.webchat_prompt) if is_chat else ("", "")
    return OfferSeen(action_map.display_name, title, text, of.state.value, of.offered_ms)

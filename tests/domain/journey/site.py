"""A shop as it might be: what it has defined, the pages that it has, and visitors who look around.

100 segments, 50 action maps and 20 outcomes are what one page view is to be matched against (the load that we
say we bear). The pages are of six departments with articles, and the usual pages around them.
"""

import itertools
import random
from collections.abc import Iterator, Sequence

from frontdesk.domain.journey.action_maps import ActionKind, ActionMap, Activation, ActivationType, MediaType
from frontdesk.domain.journey.criteria import (
    Context,
    ContextPattern,
    Criterion,
    EventCondition,
    Journey,
    JourneyPattern,
    Operator,
    Ordering,
    StreamType,
    UrlCondition,
)
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions, Deployment
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import Happened, VisitBegan
from frontdesk.domain.journey.segments import Outcome, Scope, Segment, ValueField, ValueType
from frontdesk.domain.journey.tracking import Tracking
from frontdesk.domain.journey.urls import page
from frontdesk.domain.journey.web_events import (
    Browser,
    Campaign,
    Device,
    Geolocation,
    Origin,
    Referrer,
    Scalar,
    WebEvent,
)

ORIGIN = "https://www.shop.example"
DEPARTMENTS = ("shoes", "hats", "coats", "toys", "books", "garden")
ARTICLES = 20  # In each department.
BEGAN_MS = 1_760_000_000_000
DEPLOYMENT_ID = "d0000000-0000-4000-8000-000000000000"


def thing_id(kind: str, number: int) -> str:
    """A UUID that tells what it is of: kinds are `a` (action map), `b` (outcome), `5` (segment)."""
    return f"{kind * 8}-0000-4000-8000-{number:012d}"


# --- criteria, shortly ------------------------------------------------------------------------------


def criterion(key: str, operator: str, *values: str, ignores_case: bool = True) -> Criterion:
    return Criterion(key, values, Operator(operator), ignores_case)


def pattern(*criteria: Criterion, count: int = 1, event: str | None = None) -> JourneyPattern:
    return JourneyPattern(criteria, count, event_name=event)


def journey(*patterns: JourneyPattern, in_any_order: bool = False) -> Journey:
    return Journey(patterns, Ordering.ANY if in_any_order else Ordering.ORDERED)


def context(*criteria: Criterion) -> Context:
    return Context((ContextPattern(criteria),))


def on(path: str) -> Criterion:
    return criterion("page.pathname", "startsWith", path)


VIEW = "page_viewed"


# --- what is defined --------------------------------------------------------------------------------


def _conditions_of_segments() -> Iterator[tuple[Context | None, Journey | None]]:
    """Forty look at pages, twenty at sequences, twenty at who it is, twenty at both or at other events."""
    yield from _about_pages()
    yield from _about_visits()
    yield from _about_both()


def _about_pages() -> Iterator[tuple[Context | None, Journey | None]]:
    for name in DEPARTMENTS:
        yield None, journey(pattern(on(f"/{name}/"), event=VIEW, count=3))
        yield None, journey(pattern(criterion("page.title", "containsAny", name), event=VIEW, count=5))
        for article in range(4):
            yield None, journey(pattern(on(f"/{name}/article-{article}"), event=VIEW, count=2))
    for path in ("/cart", "/checkout", "/returns", "/help"):
        yield None, journey(pattern(criterion("page.pathname", "equal", path), count=2))
    for first, then in itertools.permutations(DEPARTMENTS[:5], 2):
        yield (
            None,
            journey(pattern(on(f"/{first}/"), event=VIEW), pattern(on(f"/{then}/"), event=VIEW, count=2)),
        )


def _about_visits() -> Iterator[tuple[Context | None, Journey | None]]:
    for country in ("DE", "FR", "NL", "GB", "AT"):
        yield context(criterion("geolocation.country", "equal", country)), None
    for category in ("desktop", "mobile", "tablet"):
        yield context(criterion("device.category", "equal", category)), None
    for family in ("Chrome", "Firefox", "Safari", "Edge"):
        yield context(criterion("browser.family", "equal", family)), None
    for source in ("newsletter", "google", "facebook", "partner"):
        yield context(criterion("mktCampaign.source", "equal", source)), None
    for views in ("5", "10", "20"):
        yield context(criterion("session.pageviewCount", "greaterThanOrEqual", views)), None
    yield context(criterion("customer.visitCount", "greaterThan", "3")), None


def _about_both() -> Iterator[tuple[Context | None, Journey | None]]:
    for name in DEPARTMENTS:
        yield (
            context(criterion("device.isMobile", "equal", "true")),
            journey(pattern(on(f"/{name}/"), event=VIEW, count=2)),
        )
        yield (
            None,
            journey(
                pattern(criterion("searchQuery", "containsAny", name), event="search_performed"),
                pattern(
                    criterion("page.pathname", "notContainsAny", "/checkout"), on(f"/{name}/"), event=VIEW
                ),
                in_any_order=True,
            ),
        )
    for event in ("added_to_cart", "coupon_failed", "form_abandoned", "video_played"):
        yield None, journey(pattern(criterion("attributes.value", "greaterThan", "50"), event=event))
    for name in DEPARTMENTS[:4]:
        yield None, journey(pattern(criterion("page.url", "glob", f"**/{name}/article-*/sizes"), event=VIEW))


def segments() -> dict[str, Segment]:
    """A hundred; every tenth is of the customer."""
    found = {}
    for number, (who, did) in enumerate(_conditions_of_segments()):
        id_ = thing_id("5", number)
        of_customer = number % 10 == 9
        found[id_] = Segment(
            id=id_,
            version=1,
            display_name=f"Segment {number}",
            context=who,
            journey=did,
            scope=Scope.CUSTOMER if of_customer else Scope.SESSION,
            assignment_expiration_days=30 if of_customer else None,
            should_display_to_agent=number % 7 != 0,
        )
    return found


def outcomes() -> dict[str, Outcome]:
    """Twenty: orders, by department and in all, and what is to be avoided."""
    done = [
        journey(pattern(criterion("page.pathname", "equal", "/checkout/thanks"), event=VIEW)),
        journey(pattern(criterion("attributes.total", "greaterThan", "0"), event="order_placed")),
        journey(pattern(criterion("page.pathname", "startsWith", "/help/call-us"), event=VIEW)),
        journey(pattern(criterion("page.pathname", "equal", "/newsletter/thanks"), event=VIEW)),
        journey(pattern(on("/cart")), pattern(on("/checkout")), pattern(on("/checkout/thanks"))),
        journey(pattern(criterion("eventName", "endsWith", "_failed"), count=3)),
        *(
            journey(pattern(criterion("attributes.department", "equal", name), event="order_placed"))
            for name in DEPARTMENTS
        ),
        *(journey(pattern(on(f"/{name}/"), event=VIEW, count=10)) for name in DEPARTMENTS),
        journey(pattern(criterion("searchQuery", "notEqual", "returns"), event="search_performed", count=4)),
        journey(pattern(criterion("authenticated", "equal", "true"), event=VIEW)),
    ]
    return {
        (id_ := thing_id("b", number)): Outcome(
            id=id_,
            version=1,
            display_name=f"Outcome {number}",
            is_positive=number not in (2, 5),
            journey=did,
            associated_value_field=ValueField("total", ValueType.NUMBER) if number == 1 else None,
            count_repeats=number == 1,
        )
        for number, did in enumerate(done)
    }


def _when(key: str, operator: str, *values: str, event: str = VIEW) -> EventCondition:
    return EventCondition(key, values, StreamType.WEB, "web", Operator(operator), event)


def action_maps() -> dict[str, ActionMap]:
    """Fifty: half of them wait for segments, half for events."""
    triggers = [
        *(
            (
                _when("page.pathname", "startsWith", f"/{name}/"),
                _when("attributes.value", "greaterThan", str(value), event="added_to_cart"),
            )
            for name in DEPARTMENTS
            for value in (20, 50, 100)
        ),
        *((_when("page.pathname", "equal", path),) for path in ("/cart", "/checkout", "/returns", "/help")),
        (_when("attributes.formName", "equal", "checkout", event="form_abandoned"),),
        (_when("searchQuery", "containsAny", "returns", "refund", event="search_performed"),),
        (
            _when("page.url", "containsAll", "checkout", "step=2"),
            _when("page.title", "notContainsAny", "Thanks"),
        ),
    ]
    found = {}
    for number in range(50):
        id_ = thing_id("a", number)
        waits_for_events = number < len(triggers)
        found[id_] = ActionMap(
            id=id_,
            version=1,
            display_name=f"Map {number}",
            action=ActionKind(MediaType.WEBCHAT),
            activation=Activation(ActivationType.IMMEDIATE),
            trigger_with_event_conditions=triggers[number] if waits_for_events else (),
            trigger_with_segments=()
            if waits_for_events
            else (thing_id("5", number), thing_id("5", number + 25)),
            page_url_conditions=(
                UrlCondition((f"{ORIGIN}/",), Operator.STARTS_WITH),
                UrlCondition(("/thanks", "/login"), Operator.NOT_CONTAINS_ANY),
            )
            if number % 2
            else (),
        )
    return found


def deployment() -> Deployment:
    tracking = Tracking(search_query_parameters=("q",), excluded_query_parameters=("customer",))
    return Deployment(id=DEPLOYMENT_ID, version=1, name="Shop", allowed_origins=(ORIGIN,), tracking=tracking)


def definitions() -> Definitions:
    return Definitions(
        number=1,
        deployments={DEPLOYMENT_ID: deployment()},
        segments=segments(),
        outcomes=outcomes(),
        action_maps=action_maps(),
    )


# --- visitors ---------------------------------------------------------------------------------------


def paths() -> Sequence[str]:
    """All pages, as often as they are in a list of those that are viewed."""
    around = [
        "/",
        "/",
        "/cart",
        "/checkout?step=1",
        "/checkout?step=2",
        "/checkout/thanks",
        "/help",
        "/returns",
    ]
    return [
        *around,
        *(f"/{name}/" for name in DEPARTMENTS),
        *(
            f"/{name}/article-{number}?color=red&size={40 + number}"
            for name in DEPARTMENTS
            for number in range(ARTICLES)
        ),
        *(f"/{name}/article-{number}/sizes" for name in DEPARTMENTS for number in range(3)),
    ]


def visitor(number: int = 0) -> Customer:
    """Somebody who has just come, from the country and with the device of that number."""
    origin = Origin(
        browser=Browser(("Chrome", "Firefox", "Safari", "Edge")[number % 4], "128.0", "de", 1200, 800),
        device=Device(
            ("desktop", "mobile", "tablet")[number % 3], is_mobile=number % 3 > 0, os_family="Linux"
        ),
        geolocation=Geolocation(("DE", "FR", "US")[number % 3], timezone="Europe/Berlin"),
        campaign=Campaign(source=("newsletter", "", "google")[number % 3]),
        referrer=Referrer(hostname="www.google.com", medium="search"),
    )
    return evolve(Customer(f"c{number}"), VisitBegan(f"v{number}", DEPLOYMENT_ID, BEGAN_MS, origin), BEGAN_MS)


def viewed(customer: Customer, path: str, at_ms: int = BEGAN_MS, title: str | None = None) -> WebEvent:
    """A page view of the customer's visit."""
    return happening(customer, VIEW, path, at_ms, title=title)


def happening(
    customer: Customer,
    name: str,
    path: str = "/",
    at_ms: int = BEGAN_MS,
    *,
    title: str | None = None,
    search: str = "",
    **attributes: Scalar,
) -> WebEvent:
    """An event of the customer's visit."""
    words = path.strip("/").replace("/", " ").replace("-", " ").partition("?")[0] or "welcome"
    return WebEvent(
        id=f"e{customer.events}",
        name=name,
        visit_id=customer.visit.id,
        created_ms=at_ms,
        page=page(
            f"{ORIGIN}{path}", title=f"{words.title()} | The Shop" if title is None else title, lang="en"
        ),
        search_query=search,
        attributes=attributes,
    )


def after(customer: Customer, event: WebEvent, now_ms: int = BEGAN_MS) -> Customer:
    """The customer to whom it has happened."""
    return evolve(customer, Happened(event), now_ms)


def walk(customer: Customer, views: int, seed: int = 1) -> Iterator[WebEvent]:
    """Page views one after the other, of somebody who looks around."""
    chosen = random.Random(seed)
    pages = paths()
    for number in range(views):
        yield viewed(customer, chosen.choice(pages), BEGAN_MS + number * 5000)

"""An estimate over what is kept of people with several browsers says what has come true then.

A site where an action map acts on segments of customers is visited, by a drawn story, with everything real.
What its visitors have earned and were given to show is then compared with what the estimate of the same map
finds in their histories.
"""

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from frontdesk.desk.journeys import estimates
from frontdesk.desk.journeys.collector import Collector
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.estimates import Estimates, Progress, Results
from frontdesk.desk.journeys.people import People
from frontdesk.desk.journeys.sites import Sites
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.domain.journey.action_maps import ActionKind, ActionMap, Activation, ActivationType, MediaType
from frontdesk.domain.journey.consenting import Signals
from frontdesk.domain.journey.criteria import Criterion, Journey, JourneyPattern, Operator, UrlCondition
from frontdesk.domain.journey.definitions import Definitions, Deployment
from frontdesk.domain.journey.facts import Qualified, VisitBegan
from frontdesk.domain.journey.gate_checks import Ask
from frontdesk.domain.journey.pacing import Room
from frontdesk.domain.journey.segments import Scope, Segment
from frontdesk.domain.journey.site_settings import ConsentMode, JourneySettings, Privacy
from frontdesk.domain.journey.taking_in import Arrived
from frontdesk.errors import NotFound
from frontdesk.store.memory import MemoryStore
from tests.desk.journeys.site import NOW_MS, counting
from tests.domain.journey.site import context, criterion

MINUTE_MS = 60_000
DAY_MS = 86_400_000
DAYS = 3
BROWSERS = ("phone", "laptop", "tablet")
SIGNALS = Signals()


def on(path: str, times: int = 1) -> JourneyPattern:
    return JourneyPattern((Criterion("page.pathname", (path,), Operator.EQUAL),), times)


def lasting(name: str, *patterns: JourneyPattern, **more: Any) -> Segment:
    journey = Journey(patterns)
    return Segment(id=name, version=1, display_name=name, scope=Scope.CUSTOMER, journey=journey, **more)


SEGMENTS = (
    lasting("thrice", on("/a", 3)),
    lasting("in order", on("/a"), on("/b", 2), assignment_expiration_days=1),
    lasting("as Ann", on("/b", 2), context=context(criterion("contact.givenName", "equal", "Ann"))),
    Segment(id="in a visit", version=1, display_name="b", journey=Journey((on("/b"), on("/a")))),
)
AT_ONCE = Activation(ActivationType.IMMEDIATE)
LATER = Activation(ActivationType.DELAY, delay_in_seconds=60)


class Did(Struct, frozen=True):
    """One event of a browser: where, after how long, and as whom; a server may vouch for the latter."""

    browser: str
    path: str = "/a"
    after_ms: int = MINUTE_MS
    email: str = ""
    name: str = ""
    is_vouched_for: bool = False


class Counted(Struct, frozen=True):
    visits: int
    qualified: int
    offered: int


class Shop:
    """The site, and a clock of its own. Everything of it is as on a server of one node."""

    def __init__(self, action_map: ActionMap) -> None:
        self.now_ms = NOW_MS
        self.map = action_map
        self.definitions = Definitions(
            deployments={"d1": Deployment(id="d1", name="shop")},
            segments={one.id: one for one in SEGMENTS},
            action_maps={action_map.id: action_map},
            settings=JourneySettings(privacy=Privacy(consent_mode=ConsentMode.IMPLIED)),
        )
        numbers = count(1)
        store, self.sites = MemoryStore(), Sites(self.definitions)
        self.customers = Customers(store, self.clock_ms)
        together = counting(store, self.customers, self.clock_ms, lambda: self.definitions)
        whose = WhoseVisit(store)

        def ids() -> str:
            return f"i{next(numbers)}"

        people = People(store, self.customers, together, self.clock_ms, ids, b"key", lambda: 60)
        self.collector = Collector(
            self.customers, people, together, whose, self.sites, self, self.clock_ms, ids
        )
        self.estimates = Estimates(store, lambda: self.definitions, self.customers, whose, self.clock_ms, ids)
        self.shown: set[str] = set()

    def clock_ms(self) -> int:
        return self.now_ms

    def room(self, _target_id: str, _deployment_id: str) -> Room:
        return Room(free=100)

    async def does(self, did: Did) -> None:
        """An event; before it the page before is still open, and after it the new one is."""
        self.now_ms += did.after_ms
        await self._looks(did.browser)
        site = self.sites.get("d1")
        assert site is not None
        traits = {"email": f"{did.email}@mail.example"} if did.email else {}
        arrived = Arrived(
            did.browser,
            "page_viewed",
            f"https://shop.example{did.path}",
            traits=traits | ({"givenName": did.name} if did.name else {}),
            external_id=did.email if did.is_vouched_for else "",
            is_authenticated=did.is_vouched_for,
        )
        self.now_ms += 1
        assert not isinstance(await self.collector.event(site, arrived, SIGNALS), str)
        self.now_ms += 1
        await self._looks(did.browser)

    async def _looks(self, browser: str) -> None:
        """A ping of the page that is open."""
        customer, site = await self.customers.customer(browser), self.sites.get("d1")
        assert site is not None
        ask = Ask(customer.visit.page.url)
        pinged = await self.collector.ping(site, browser, customer.visit.id, ask, SIGNALS, since_last_ms=0)
        if pinged.offers:
            self.shown.add(customer.visit.id)

    async def lived(self) -> Counted:
        """What has come true in the visits that began in the last days."""
        visits: set[str] = set()
        qualified: set[str] = set()
        for browser in BROWSERS:
            for _, fact in await self.customers.history(browser):
                if isinstance(fact, VisitBegan) and fact.began_ms >= self.now_ms - DAYS * DAY_MS:
                    visits.add(fact.visit_id)
                elif isinstance(fact, Qualified):
                    qualified.add(fact.visit_id)
        return Counted(len(visits), len(visits & qualified), len(visits & self.shown))

    async def estimated(self) -> Counted:
        """What the estimate makes of it."""
        job = await self.estimates.begin(self.map, DAYS)
        running = asyncio.create_task(self.estimates.run())
        try:
            while (results := await self._results(job.id)) is None:
                await asyncio.sleep(0)
        finally:
            running.cancel()
        return Counted(
            results.total_session_count, results.qualified_session_count, results.offered_session_count
        )

    async def _results(self, job_id: str) -> Results | None:
        job = await self.estimates.job(job_id)
        if job.state is Progress.FAILED:
            raise NotFound(job.error_message)
        return job.results


def a_map(*segments: str, activation: Activation = AT_ONCE) -> ActionMap:
    """A map on segments, for pages but one."""
    return ActionMap(
        id="m1",
        version=1,
        display_name="Help",
        action=ActionKind(MediaType.WEBCHAT),
        activation=activation,
        trigger_with_segments=segments,
        page_url_conditions=(UrlCondition(("/b",), Operator.NOT_CONTAINS_ANY),),
    )


async def both(action_map: ActionMap, story: Sequence[Did]) -> tuple[Counted, Counted]:
    """What has come true of a story, and what is estimated of it."""
    shop = Shop(action_map)
    for browser in BROWSERS:  # Long ago, so that enough is known for an estimate.
        await shop.does(Did(browser, "/elsewhere"))
    shop.now_ms += DAYS * DAY_MS
    for did in story:
        await shop.does(did)
    return await shop.lived(), await shop.estimated()


ANN = replace(Did("phone"), email="ann")
maps = st.builds(
    a_map,
    st.sampled_from([one.id for one in SEGMENTS]),
    st.sampled_from([one.id for one in SEGMENTS]),
    activation=st.sampled_from([AT_ONCE, LATER]),
)
events = st.builds(
    Did,
    st.sampled_from(BROWSERS),
    st.sampled_from(["/a", "/b", "/elsewhere"]),
    st.sampled_from([0, MINUTE_MS, 45 * MINUTE_MS, DAY_MS, 2 * DAY_MS]),
    st.sampled_from(["", "", "", "ann", "bob"]),
    st.sampled_from(["", "", "Ann", "Bob"]),
    st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(maps, st.lists(events, max_size=30))
@example(a_map("thrice"), [ANN, replace(ANN, browser="laptop"), Did("phone"), Did("laptop", "/elsewhere")])
def test_an_estimate_of_people_with_several_browsers_is_what_has_come_true(
    action_map: ActionMap, story: list[Did]
) -> None:
    if "as Ann" in action_map.trigger_with_segments:  # What was known of somebody taken over is not kept.
        story = [replace(did, is_vouched_for=False) for did in story]
    lived, estimated = asyncio.run(both(action_map, story))
    assert estimated == lived


def test_two_browsers_of_one_person_earn_together_and_apart_they_would_not() -> None:
    """Neither has seen the page three times; the second visit of the other gets the offer at once."""
    story = [ANN, replace(ANN, browser="laptop"), Did("phone"), Did("laptop", "/elsewhere")]
    lived, estimated = asyncio.run(both(a_map("thrice"), story))
    assert estimated == lived == Counted(visits=2, qualified=2, offered=2)
    strangers = [replace(did, email="") for did in story]
    lived, estimated = asyncio.run(both(a_map("thrice"), strangers))
    assert estimated == lived == Counted(visits=2, qualified=0, offered=0)


@pytest.mark.parametrize("held_max", [estimates.RECORDS_HELD_MAX, 1])
def test_a_browser_that_did_not_come_in_these_days_has_counted_all_the_same(
    held_max: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However little of their histories is in memory at once."""
    monkeypatch.setattr(estimates, "RECORDS_HELD_MAX", held_max)
    story = [ANN, replace(ANN, after_ms=0), replace(ANN, browser="laptop", after_ms=(DAYS + 1) * DAY_MS)]
    lived, estimated = asyncio.run(both(a_map("thrice"), story))
    assert estimated == lived == Counted(visits=1, qualified=1, offered=1)


def test_what_was_known_of_somebody_when_it_happened_counts_and_not_what_is_known_now() -> None:
    named = [replace(ANN, path="/b", name="Ann"), replace(ANN, path="/b"), Did("phone", "/a")]
    lived, estimated = asyncio.run(both(a_map("as Ann"), [*named, replace(ANN, name="Bob")]))
    assert estimated == lived == Counted(visits=1, qualified=1, offered=1)

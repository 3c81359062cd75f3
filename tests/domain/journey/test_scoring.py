"""Estimates: what they are made of, when they may be shown, and how they compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import (
    Emitter,
    Fact,
    Happened,
    Moved,
    OutcomeAchieved,
    Qualified,
    State,
    VisitBegan,
    VisitEnded,
)
from frontdesk.domain.journey.scoring.judging import ModelState, is_enough, judge
from frontdesk.domain.journey.scoring.knowing import Knowledge, Tried, learnt
from frontdesk.domain.journey.scoring.learning import Past, lessons
from frontdesk.domain.journey.scoring.model import (
    Model,
    Row,
    Weight,
    contributions,
    features_of,
    probability,
    row_of,
)
from frontdesk.domain.journey.scoring.quantiles import REFERENCES_MIN, References
from frontdesk.domain.journey.scoring.remembering import Remembering
from frontdesk.domain.journey.scoring.trail import Trail, after, page_group
from frontdesk.domain.journey.web_events import Device, Origin, Page, WebEvent

PHONE = Origin(device=Device(category="mobile"), ip_address="203.0.113.0", user_agent="secret agent")
GOOD = judge([0.1, 0.9], [0, 1], 0.5)
BAD = judge([0.9, 0.1], [0, 1], 0.5)


def viewed(path: str, at_ms: int, name: str = "page_viewed") -> WebEvent:
    page = Page(url=f"https://x.test{path}?q=secret", title="secret title", pathname=path)
    return WebEvent(f"e{at_ms}", name, "v", at_ms, page, search_query="secret words")


def trail(*events: WebEvent) -> Trail:
    found = Trail(0, 0, 1)
    for event in events:
        found = after(found, event, PHONE)
    return found


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("/products/4711", "/products/*"),
        ("/products/red-shoes", "/products/red-shoes"),
        ("/o/3f2b8c1e-aaaa-4bbb-8ccc-000000000000/pay", "/o/*/pay"),
        ("/t/AbCdEfGhIjKlMnOpQr", "/t/*"),
        ("", "/"),
        ("/", "/"),
    ],
)
def test_pages_that_differ_by_a_number_are_one_group(path: str, group: str) -> None:
    assert page_group(path) == group


def test_a_row_holds_how_a_visit_went() -> None:
    row = row_of(trail(viewed("/a", 1000), viewed("/a", 4000), viewed("", 4000, "cart_filled")))
    assert row["count of /a"] == pytest.approx(1.0986, abs=1e-4)
    assert row["last is cart_filled"] == 1
    assert row["device is mobile"] == 1
    assert row["events so far"] == pytest.approx(1.3863, abs=1e-4)


def test_36_no_row_holds_who_somebody_is_or_what_they_wrote() -> None:
    row = row_of(trail(viewed("/a", 1000)))
    assert not any("secret" in feature or "203.0" in feature or "x.test" in feature for feature in row)


def test_an_estimate_is_the_sum_of_its_parts_and_the_largest_five_are_told() -> None:
    weights = tuple(Weight(f"f{n}", (-1) ** n * n, 0.5, 2.0) for n in range(1, 9))
    model = Model(1, 0.3, weights, 0.1)
    parts = contributions(model, {f"f{n}": float(n) for n in range(1, 9)})
    assert [part.feature for part in parts] == ["f8", "f7", "f6", "f5", "f4"]
    assert parts[0].contribution == pytest.approx(8 * 7.5 / 2)
    assert probability(Model(1, 0.0, (), 0.5), {"anything": 9}) == 0.5


@given(st.floats(-1e6, 1e6), st.dictionaries(st.sampled_from(["a", "b"]), st.floats(-1e6, 1e6)))
def test_an_estimate_is_always_a_share(intercept: float, row: dict[str, float]) -> None:
    model = Model(1, intercept, (Weight("a", 3.0, 0, 1), Weight("b", -7.0, 1, 0.1)), 0.1)
    assert 0 <= probability(model, row) <= 1


def test_of_many_pages_the_most_frequent_are_looked_at() -> None:
    rows = [{f"count of /p{n}": 1.0 for n in range(end)} for end in range(1, 80)]
    features = features_of(rows)
    assert len(features) == 50
    assert "count of /p0" in features
    assert "count of /p60" not in features


def test_a_judgement_knows_the_base_rate_and_how_far_estimates_are_off() -> None:
    fair = judge([0.2] * 10, [1, 1] + [0] * 8, 0.2)
    assert fair.brier == pytest.approx(0.16)
    assert fair.calibration_error == pytest.approx(0)
    assert not fair.passes  # No better than always saying the base rate.
    boastful = judge([0.9] * 10, [1, 1] + [0] * 8, 0.2)
    assert boastful.calibration_error == pytest.approx(0.7)
    assert GOOD.passes is False
    sharp = judge([0.04] * 50 + [0.96] * 50, [0] * 49 + [1] + [1] * 49 + [0], 0.5)
    assert sharp.passes
    assert [one.rows for one in sharp.calibration] == [50, 0, 0, 0, 0, 0, 0, 0, 0, 50]


def test_32_too_few_visits_teach_nothing() -> None:
    assert not is_enough(999, 500)
    assert not is_enough(1000, 29)
    assert not is_enough(1000, 971)
    assert is_enough(1000, 30)


def test_a_model_that_fails_never_takes_the_place_of_one_that_passed() -> None:
    model = Model(1, 0, (), 0.5)
    known = Knowledge()
    assert known.state is ModelState.COLLECTING
    known = learnt(known, Tried(1, 500, 20))
    assert known.state is ModelState.COLLECTING
    known = learnt(known, Tried(2, 2000, 100, BAD))
    assert known.state is ModelState.NOT_PREDICTIVE
    known = learnt(known, Tried(3, 2000, 100, GOOD, model))
    assert known.state is ModelState.ACTIVE
    known = learnt(known, Tried(4, 2000, 100, BAD))
    assert (known.state, known.model) == (ModelState.ACTIVE, model)
    known = learnt(known, Tried(5, 2000, 100, BAD))
    assert (known.state, known.model, known.trained_ms) == (ModelState.STALE, model, 3)


def test_quantiles_are_told_from_two_hundred_visits_on() -> None:
    assert References([0.1] * (REFERENCES_MIN - 1)).quantile(0.5) is None
    references = References(n / REFERENCES_MIN for n in range(REFERENCES_MIN))
    assert references.quantile(0) == 0
    assert references.quantile(0.5) == 0.5
    assert references.quantile(1) == 1


def remembered(*facts: Fact) -> list[Past[Row]]:
    customer, remembering = Customer("c"), Remembering("o1", {"tied"})
    found: list[Past[Row]] = []
    for number, fact in enumerate(facts):
        customer = evolve(customer, fact, number)
        found += remembering.take(fact, customer)
    return found


def test_rows_end_before_the_event_that_achieves_the_outcome() -> None:
    began, ended = VisitBegan("v", "d", 0), VisitEnded("v", 9000)
    events = [Happened(viewed(f"/{n}", n * 1000)) for n in (1, 2, 3)]
    (past,) = remembered(began, *events, ended)
    assert (len(past.rows), past.is_achieved) == (3, False)
    achieved = OutcomeAchieved("o1", "v")
    (past,) = remembered(began, events[0], events[1], achieved, events[2], ended)
    assert (len(past.rows), past.is_achieved) == (1, True)
    assert past.rows[0]["last is /*"] == 1


def test_a_visit_that_was_made_an_offer_because_of_the_outcome_teaches_nothing() -> None:
    began, ended = VisitBegan("v", "d", 0), VisitEnded("v", 9000)
    for map_id, was_offered in (("tied", True), ("other", False)):
        offer = (Qualified("a", map_id, 1, "v", "webchat"), Moved("a", State.OFFERED, Emitter.BROWSER))
        (past,) = remembered(began, Happened(viewed("/a", 1)), *offer, ended)
        assert past.was_offered is was_offered
    assert lessons([past, past])[0].sessions == 2


def test_the_newest_fifth_of_the_visits_is_held_out() -> None:
    past = [Past(n, ({"x": float(n)},), n % 2 == 0) for n in reversed(range(10))]
    learn, hold = lessons(past)
    assert [row["x"] for row in learn.rows] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert ([row["x"] for row in hold.rows], hold.labels) == ([8, 9], (1, 0))

"""Which maps earn an action."""

import pytest

from frontdesk.domain.journey.action_maps import ActionMap, ProbabilityCondition, QuantileCondition
from frontdesk.domain.journey.criteria import EventCondition, StreamType
from frontdesk.domain.journey.facts import OutcomeAchieved, Qualified, Scored, State
from tests.domain.journey.acting import BEGAN_MS, S1, S2, Site, Story, a_map

BUYS = "00000000-0000-4000-8000-00000000000a"
EVENT = EventCondition("page.pathname", ("/cart",), StreamType.WEB, "web")
LIKELY = ProbabilityCondition(BUYS, 0.7)
FELL_BACK = ProbabilityCondition(BUYS, 0.7, 0.3)


def on_outcome(*conditions: ProbabilityCondition | QuantileCondition) -> ActionMap:
    return a_map(
        "m1",
        trigger_with_segments=(),
        trigger_with_outcome_probability_conditions=tuple(
            one for one in conditions if isinstance(one, ProbabilityCondition)
        ),
        trigger_with_outcome_quantile_conditions=tuple(
            one for one in conditions if isinstance(one, QuantileCondition)
        ),
    )


def qualified_after(story: Story, *scores: float | tuple[float, float | None]) -> int | None:
    """After which of the scores the map qualified; None when it never did."""
    for number, score in enumerate(scores):
        probability, quantile = score if isinstance(score, tuple) else (score, None)
        story.happen(Scored(BUYS, 1, probability, quantile))
        if any(isinstance(fact, Qualified) for fact in story.earn()):
            return number
    return None


@pytest.mark.parametrize(
    ("condition", "scores", "after"),
    [
        (LIKELY, (0.2, 0.72, 0.5, 0.29), 1),
        (FELL_BACK, (0.2, 0.72, 0.5, 0.29), 3),
        (FELL_BACK, (0.2, 0.72, 0.5, 0.3), 3),
        (LIKELY, (0.2, 0.7), 1),
        (LIKELY, (0.2, 0.69), None),
        (QuantileCondition(BUYS, 0.9), ((0.5, None), (0.5, 0.9), (0.5, 0.91)), 2),
        (QuantileCondition(BUYS, 0.9, 0.4), ((0.5, 0.95), (0.2, 0.4), (0.1, 0.39)), 2),
        (QuantileCondition(BUYS, 0.9, 0.4), ((0.5, 0.95), (0.2, None)), None),
    ],
)
def test_a_score_qualifies_when_it_was_high_and_if_asked_for_fell_back(
    condition: ProbabilityCondition | QuantileCondition,
    scores: tuple[float | tuple[float, float | None], ...],
    after: int | None,
) -> None:
    assert qualified_after(Story(Site(on_outcome(condition))).visit(), *scores) == after


def test_without_a_score_a_condition_on_one_does_not_hold() -> None:
    assert not Story(Site(on_outcome(LIKELY))).visit().earn()


def test_what_is_achieved_is_no_reason_to_act_any_more() -> None:
    story = Story(Site(on_outcome(LIKELY))).visit()
    story.happen(OutcomeAchieved(BUYS, story.customer.visit.id))
    assert qualified_after(story, 1.0) is None


def test_all_parts_of_a_trigger_have_to_hold() -> None:
    both = a_map("m1", trigger_with_outcome_probability_conditions=(LIKELY,))
    story = Story(Site(both)).visit().assign(S1)
    assert story.count(Qualified) == 0
    assert qualified_after(story, 0.5, 0.8) == 1


def test_events_qualify_when_they_happened() -> None:
    site = Site(a_map("m1", trigger_with_segments=(), trigger_with_event_conditions=(EVENT,)))
    story = Story(site).visit().do("page_viewed", "/help")
    assert story.count(Qualified) == 0
    assert story.do("page_viewed", "/cart").count(Qualified) == 1


def test_events_that_happened_wait_for_the_score_that_is_asked_for_too() -> None:
    both = a_map(
        "m1",
        trigger_with_segments=(),
        trigger_with_event_conditions=(EVENT,),
        trigger_with_outcome_probability_conditions=(LIKELY,),
    )
    story = Story(Site(both)).visit().do("page_viewed", "/cart")
    assert story.count(Qualified) == 0
    assert qualified_after(story, 0.5, 0.8) == 1


def test_a_map_without_a_trigger_never_qualifies() -> None:
    assert Story(Site(a_map("m1", trigger_with_segments=()))).visit().assign(S1).count(Qualified) == 0


@pytest.mark.parametrize(
    ("changes", "is_it"),
    [
        ({"is_active": False}, False),
        ({"start_date": "2026-09-21T14:13:20Z"}, True),
        ({"start_date": "2026-09-21T14:13:20.001Z"}, False),
        ({"end_date": "2026-09-21T14:13:20.001Z"}, True),
        ({"end_date": "2026-09-21T14:13:20Z"}, False),
    ],
)
def test_a_map_acts_while_it_is_active_and_between_its_dates(changes: dict[str, object], is_it: bool) -> None:
    assert BEGAN_MS == 1_790_000_000_000  # 2026-09-21T14:13:20Z.
    story = Story(Site(a_map("m1", **changes))).visit().assign(S1)
    assert story.count(Qualified) == is_it


def test_an_action_of_a_map_that_was_switched_off_is_not_looked_at() -> None:
    story = Story(Site(a_map("m1"))).visit().assign(S1)
    story.site.edit("m1", is_active=False)
    assert story.ping() == []
    assert story.blocks() == []
    story.site.edit("m1", is_active=True)
    assert story.pinged() == ["m1"]


def test_an_assignment_of_the_visit_uses_up_none_of_the_customer() -> None:
    story = Story(Site(a_map("m1", trigger_with_segments=(S1, S2)))).visit()
    story.assign(S1, S2, of_customer=False)
    assert story.action().assignment_id == ""
    story.pass_s(60).visit().assign(S1, of_customer=True)
    assert story.action().assignment_id != ""


def test_a_segment_whose_time_is_up_does_not_count() -> None:
    story = Story(Site(a_map("m1"))).visit()
    story.assign(S2, of_customer=True)
    story.assign(S1, of_customer=True, expires_ms=story.now_ms)
    assert story.count(Qualified) == 0


def test_nothing_qualifies_when_the_visit_is_over() -> None:
    story = Story(Site(a_map("m1"))).visit()
    story.leave()
    assert story.assign(S1, of_customer=True).count(Qualified) == 0


def test_it_is_in_the_fact_what_the_map_said_then() -> None:
    action = {"action_target_id": S2}
    story = Story(Site(a_map("m1", action=action))).visit().assign(S1)
    (fact,) = [fact for fact, _ in story.facts if isinstance(fact, Qualified)]
    assert (fact.map_version, fact.target_id, fact.media_type) == (1, S2, "webchat")
    story.site.edit("m1", weight=3)
    assert (story.action().map_version, story.state()) == (1, State.QUALIFIED)

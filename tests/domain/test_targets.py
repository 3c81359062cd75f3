"""Targets as documents write them."""

import pytest
from hypothesis import given as any_text
from hypothesis import strategies as st

from frontdesk.domain.skill_expressions import parse
from frontdesk.domain.targets import (
    TARGETS_MAX,
    TEXT_CHARS_MAX,
    Sort,
    Target,
    holds,
    parse_target,
    parse_targets,
    targets_of,
    written,
)
from frontdesk.errors import Refused


def test_a_list_names_thresholds_weights_and_queues() -> None:
    assert parse_targets("{StatCallsInQueue<10}[25]8001.Q, {StatCallsInQueue<20}[75]8002.Q") == (
        Target("8001", Sort.QUEUE, threshold="StatCallsInQueue<10", weight=25),
        Target("8002", Sort.QUEUE, threshold="StatCallsInQueue<20", weight=75),
    )


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("az@.A", Target("az", Sort.AGENT)),
        ("az@stat1.A", Target("az", Sort.AGENT, "stat1")),
        (" amy@shop.example@.A ", Target("amy@shop.example", Sort.AGENT)),
        ("Desk 4@stat.east.AP", Target("Desk 4", Sort.PLACE, "stat.east")),
        ("8001@.Q", Target("8001", Sort.QUEUE)),
        ("late.nights.Q", Target("late.nights", Sort.QUEUE)),
        ("?:german > 5@stat.GA", Target("", Sort.GROUP, "stat", "german > 5")),
        ("?Loans:a=1 & b>2@.GA", Target("Loans", Sort.GROUP, "", "a=1 & b>2")),
        ("?'A: B':english > 1@.GA", Target("A: B", Sort.GROUP, "", "english > 1")),
        (
            "?:$(StatAgentLoading) > 20 & 'Ms, Mr' > 0@.GA",
            Target("", Sort.GROUP, "", "$(StatAgentLoading) > 20 & 'Ms, Mr' > 0"),
        ),
        ("'Smith, Ann'@.A", Target("Smith, Ann", Sort.AGENT)),
        ("[0.5]x@.GP", Target("x", Sort.PLACE_GROUP, weight=0.5)),
    ],
)
def test_an_entry_is_read_as_it_is_meant_and_written_so_that_it_is_read_alike(
    text: str, target: Target
) -> None:
    assert parse_target(text) == target
    assert parse_target(written(target)) == target


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "amy",
        "amy@.",
        "amy@.X",
        "amy@.a",
        "@.A",
        "amy.A",
        "{}amy@.A",
        "{x<1 amy@.A",
        "{x<}amy@.A",
        "[a]amy@.A",
        "[-1]amy@.A",
        "[9999999]amy@.A",
        "?:@.GA",
        "?:german@.GA",
        "?:german > 5@.A",
        "?'Loans'@.GA",
        "'amy@.A",
        "a'b@.A",
        "a b)@.A",
        "amy@.A,",
        "amy@.A,,bob@.A",
        "(" * 60 + "@.A",
    ],
)
def test_what_cannot_be_read_is_refused_and_says_what_to_write(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_targets(text)
    assert refused.value.code == "target_invalid"
    assert "is not right: " in refused.value.text


def test_a_list_has_its_bounds() -> None:
    assert len(parse_targets(",".join(["amy@.A"] * TARGETS_MAX))) == TARGETS_MAX
    for text in (",".join(["amy@.A"] * (TARGETS_MAX + 1)), "a" * TEXT_CHARS_MAX + "@.A"):
        with pytest.raises(Refused):
            parse_targets(text)


def test_a_threshold_holds_from_left_to_right() -> None:
    threshold = parse("StatCallsInQueue<10 | StatAgentsAvailable>0 & StatAgentsTotal>5")
    values = {"statcallsinqueue": 3, "statagentstotal": 5}
    assert not holds(threshold, lambda name: values.get(name, 0)), "(a | b) & c"
    assert holds(threshold, lambda name: 6)


# --- as elements say them --------------------------------------------------------------------------


def test_elements_name_targets_by_words_or_by_texts() -> None:
    lists: list[dict[str, object]] = [
        {
            "type": "agent",
            "statserver": "stat1",
            "items": [
                {"kind": "target", "name": "amy"},
                {"kind": "target", "name": "8001", "type": "queue", "threshold": "StatCallsInQueue<3"},
                {"kind": "target", "skillexpr": "german > 5", "weight": 40.0},
                {"kind": "target", "name": "Loans", "type": "agentgroup", "statserver": "stat2"},
                {"kind": "target", "name": 'Loans', "type": "skill", "skillexpr": "english > 1"},
                {"kind": "target", "name": "english > 1", "type": "skill"},
                {"kind": "targetid", "expr": "bob@.A, 8002.Q"},
            ],
        },
        {"items": [{"kind": "target", "name": 8003.0, "type": "Queue"}]},
    ]  # fmt: skip
    assert targets_of(lists) == (
        Target("amy", Sort.AGENT, "stat1"),
        Target("8001", Sort.QUEUE, "stat1", threshold="StatCallsInQueue<3"),
        Target("", Sort.GROUP, "stat1", "german > 5", weight=40),
        Target("Loans", Sort.GROUP, "stat2"),
        Target("Loans", Sort.GROUP, "stat1", "english > 1"),
        Target("", Sort.GROUP, "stat1", "english > 1"),
        Target("bob", Sort.AGENT),
        Target("8002", Sort.QUEUE),
        Target("8003", Sort.QUEUE),
    )


@pytest.mark.parametrize(
    "item",
    [
        {"kind": "activity"},
        {"kind": "target"},
        {"kind": "target", "name": "x", "type": "shed"},
        {"kind": "target", "name": "x", "type": "skill"},
        {"kind": "target", "name": "x", "threshold": "<"},
        {"kind": "target", "name": "x", "weight": "heavy"},
        {"kind": "target", "name": "x", "statserver": "a@b"},
        {"kind": "target", "name": "a\tb"},
        {"kind": "targetid"},
        {"kind": "targetid", "expr": "x"},
    ],
)
def test_elements_that_say_nothing_sensible_are_refused(item: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        targets_of([{"items": [item]}])
    assert refused.value.code == "target_invalid"


def test_elements_may_name_so_many_targets_and_no_more() -> None:
    with pytest.raises(Refused):
        targets_of([{"items": [{"kind": "target", "name": "x"}] * (TARGETS_MAX + 1)}])


# --- whatever is written ---------------------------------------------------------------------------

NAMES = st.text(st.sampled_from("abc 12.@,:?{}[]()-é"), min_size=1, max_size=12).filter(
    lambda name: name == name.strip()
)
SERVERS = st.sampled_from(("", "stat1", "stat.east", "a b"))
SKILLS = st.sampled_from(("german > 5", "(a > 0 | b > 0) & c = 1", "'a, b' >= 2", "$(Stat) < 3 | x != 1"))
THRESHOLDS = st.sampled_from(("", "StatCallsInQueue<10", "a > 0 & (b > 0 | c < 9)"))
WEIGHTS = st.one_of(
    st.integers(0, 1_000_000).map(float), st.decimals(0, 100, places=3).map(float), st.just(1.0)
)
TARGETS = st.one_of(
    st.builds(Target, NAMES, st.sampled_from(Sort), SERVERS, st.just(""), THRESHOLDS, WEIGHTS),
    st.builds(Target, st.just("") | NAMES, st.just(Sort.GROUP), SERVERS, SKILLS, THRESHOLDS, WEIGHTS),
)


@any_text(st.lists(TARGETS, min_size=1, max_size=5))
def test_whatever_targets_are_written_are_read_as_the_same(targets: list[Target]) -> None:
    assert list(parse_targets(", ".join(written(target) for target in targets))) == targets


@any_text(st.text(st.sampled_from("ab?:@.,GAQ'{}[]<>= 1&|()$"), max_size=40))
def test_any_text_is_read_or_refused_and_what_is_read_is_written_alike(text: str) -> None:
    try:
        targets = parse_targets(text)
    except Refused:
        return
    assert parse_targets(",".join(written(target) for target in targets)) == targets

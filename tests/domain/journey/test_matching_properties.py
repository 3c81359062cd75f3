"""What is matched event by event is what the rules say of the whole story, whatever the story is."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from frontdesk.domain.journey.action_maps import ActionKind, ActionMap, Activation, ActivationType, MediaType
from frontdesk.domain.journey.compiling import Compiled
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
)
from frontdesk.domain.journey.finding import all_hold
from frontdesk.domain.journey.segments import Outcome, Scope, Segment
from frontdesk.domain.journey.web_events import Device, Origin
from tests.domain.journey import site
from tests.domain.journey.looking import Defined, Visitor, matched
from tests.domain.journey.recomputed import Seen, recomputed

UNKNOWN = Context((ContextPattern((Criterion("no.such.key", ("x",)),)),))
PATHS = ("/a", "/a/b", "/b", "/B/a")
NAMES = ("page_viewed", "added")

OF_EVENTS = st.one_of(
    st.builds(
        Criterion,
        st.just("page.pathname"),
        st.sampled_from((("/a",), ("/b",), ("/b", "/a/b"))),
        st.sampled_from(
            (Operator.STARTS_WITH, Operator.STARTS_WITH, Operator.CONTAINS_ANY, Operator.ENDS_WITH)
        ),
    ),
    st.builds(
        Criterion,
        st.just("page.pathname"),
        st.lists(st.sampled_from(("/a", "/b", "a", "/")), min_size=1, max_size=2).map(tuple),
        st.sampled_from([one for one in Operator if "han" not in one.value]),
        st.booleans(),
    ),
    st.builds(
        Criterion,
        st.just("attributes.n"),
        st.sampled_from((("1",), ("2",))),
        st.sampled_from((Operator.GREATER_THAN, Operator.LESS_THAN_OR_EQUAL, Operator.NOT_EQUAL)),
    ),
)
OF_VISITS = st.one_of(
    st.builds(
        Criterion,
        st.just("session.pageviewCount"),
        st.sampled_from((("3",), ("5",))),
        st.sampled_from((Operator.GREATER_THAN_OR_EQUAL, Operator.EQUAL, Operator.LESS_THAN)),
    ),
    st.builds(
        Criterion, st.just("customer.visitCount"), st.just(("2",)), st.just(Operator.GREATER_THAN_OR_EQUAL)
    ),
    st.builds(Criterion, st.just("device.category"), st.sampled_from((("mobile",), ("desktop",)))),
    st.builds(Criterion, st.just("browser.family"), st.just(("Chrome",)), st.just(Operator.NOT_EQUAL)),
)
PATTERNS = st.builds(
    JourneyPattern,
    st.lists(OF_EVENTS, min_size=1, max_size=2).map(tuple) | st.tuples(OF_EVENTS),
    st.sampled_from((1, 2, 2, 3)),
    event_name=st.sampled_from((None, None, *NAMES)),
)
JOURNEYS = st.builds(
    Journey, st.lists(PATTERNS, min_size=1, max_size=2).map(tuple), st.sampled_from(Ordering)
)
WHO = st.builds(ContextPattern, st.lists(OF_VISITS, min_size=1, max_size=2).map(tuple))
CONTEXTS = st.sampled_from((None, Context(()))) | st.builds(Context, st.tuples(WHO))
CONDITIONS = st.lists(
    OF_EVENTS.flatmap(
        lambda one: st.sampled_from((None, *NAMES)).map(
            lambda name: EventCondition(one.key, one.values, StreamType.WEB, "web", one.operator, name)
        )
    ),
    min_size=1,
    max_size=3,
).map(tuple)


def _segment(number: int) -> st.SearchStrategy[Defined]:
    return st.builds(
        Segment,
        id=st.just(f"s{number}"),
        version=st.just(1),
        display_name=st.just("Segment"),
        scope=st.sampled_from(Scope),
        context=CONTEXTS,
        journey=st.one_of(st.none(), JOURNEYS, JOURNEYS, JOURNEYS),
        assignment_expiration_days=st.sampled_from((None, 1, 2)),
        is_active=st.sampled_from((True, True, True, False)),
    )


def _outcome(number: int) -> st.SearchStrategy[Defined]:
    return st.builds(
        Outcome,
        id=st.just(f"o{number}"),
        version=st.just(1),
        display_name=st.just("Outcome"),
        context=CONTEXTS,
        journey=st.one_of(st.none(), JOURNEYS, JOURNEYS, JOURNEYS),
        count_repeats=st.booleans(),
    )


def _map(number: int) -> st.SearchStrategy[Defined]:
    return st.builds(
        ActionMap,
        id=st.just(f"m{number}"),
        version=st.just(1),
        display_name=st.just("Map"),
        action=st.just(ActionKind(MediaType.WEBCHAT)),
        activation=st.just(Activation(ActivationType.IMMEDIATE)),
        trigger_with_event_conditions=CONDITIONS,
    )


THINGS = st.tuples(_segment(0), _segment(1), _outcome(0), _map(0))

EVENTS = st.tuples(
    st.just("event"),
    st.sampled_from(NAMES),
    st.sampled_from(PATHS),
    st.sampled_from((None, 1, 2, "2", "x")),
    st.sampled_from(("", "", "", "late", "of the visit before")),
)
OTHERS = st.one_of(
    st.tuples(st.just("comes")),
    st.tuples(st.just("waits"), st.sampled_from((0.5, 1, 2))),
    st.tuples(st.just("redefine"), st.integers(0, 3), st.sampled_from(("same", "same", "switch"))),
)
STORIES = st.lists(st.one_of(EVENTS, EVENTS, EVENTS, OTHERS), min_size=15, max_size=30)


@settings(max_examples=150)
@given(THINGS, STORIES)
def test_event_by_event_is_the_same_as_all_at_once(things: tuple[Defined, ...], story: list[tuple]) -> None:
    visitor = Visitor(*things, origin=Origin(device=Device("mobile", is_mobile=True)))
    seen: list[Seen] = []
    found: list[set[str]] = []
    triggered: list[set[str]] = []
    for what, *how in story:
        if what == "event":
            name, path, number, when = how
            visits = visitor.customer.visits
            old = f"v{visits - 1}" if when == "of the visit before" and visits > 1 else ""
            attributes = {} if number is None else {"n": number}
            facts = visitor.does(name, path, visit_id=old, is_late=bool(when), **attributes)
            found.append(set(matched(facts)))
            assert len(found[-1]) == len(matched(facts))
            triggered.append(set() if old else set(visitor.triggered()))
            assert visitor.event is not None
            seen.append(Seen(visitor.event, visitor.customer, visitor.now_ms, tuple(visitor.things.values())))
        elif what == "comes":
            visitor.comes()
        elif what == "waits":
            visitor.waits(how[0])
        else:
            thing = list(visitor.things.values())[how[0]]
            is_active = thing.is_active is not (how[1] == "switch")
            visitor.redefine(replace(thing, is_active=is_active))
    expected = recomputed(seen)
    assert found == [{name for name in names if not name.startswith("m")} for names in expected]
    assert triggered == [{name for name in names if name.startswith("m")} for names in expected]


def _by_each(compiled: Compiled) -> Callable[..., set[tuple[str, int]]]:
    def met(customer, event) -> set[tuple[str, int]]:
        return {
            (matcher.id, index)
            for matcher in compiled.matchers
            for index, pattern in enumerate(matcher.patterns)
            if pattern.stream_type == event.stream_type
            and pattern.event_name in ("", event.name)
            and all_hold(pattern.checks, customer, event, {})
        }

    return met


def test_only_what_was_changed_is_made_anew_and_nothing_is_another_for_it() -> None:
    definitions = site.definitions()
    compiled = Compiled(definitions)
    segments, outcomes = dict(definitions.segments), dict(definitions.outcomes)
    gone, edited, off, *_ = segments
    del segments[gone]
    segments[edited] = replace(segments[edited], version=2, journey=segments[off].journey)
    segments[off] = replace(segments[off], is_active=False)
    outcomes["unknown"] = replace(next(iter(outcomes.values())), id="unknown", context=UNKNOWN)
    changed = replace(definitions, segments=segments, outcomes=outcomes)
    after, anew = Compiled(changed, compiled), Compiled(changed)
    ends = [[(m.number, m.id, m.version, m.kind) for m in one.matchers] for one in (after, anew)]
    assert ends[0] == ends[1]
    assert [number for number, *_ in ends[0]] == list(range(len(ends[0])))
    assert after.left_out == anew.left_out == ("unknown",)
    before = {m.id: m for m in compiled.matchers}
    assert {m.id for m in after.matchers if m.patterns is not before[m.id].patterns} == {edited}
    for visitor in map(site.visitor, range(6)):
        for event in site.walk(visitor, 40, 0):
            found = [{(m.id, at) for m, at in one.met(visitor, event, {})} for one in (after, anew)]
            assert found[0] == found[1]


def test_what_is_found_by_its_value_is_what_looking_at_each_finds() -> None:
    compiled = Compiled(site.definitions())
    by_each = _by_each(compiled)
    number = 0
    for visitor in map(site.visitor, range(6)):
        others = [
            site.happening(visitor, "added_to_cart", "/shoes/", value=70, department="shoes"),
            site.happening(visitor, "order_placed", "/checkout/thanks", total=12, department="hats"),
            site.happening(visitor, "search_performed", "/", search="hats for refund"),
            site.happening(visitor, "form_abandoned", "/checkout", formName="checkout", value=51),
            site.happening(visitor, "nobody_waits_for_this", "/cart"),
        ]
        for event in (*site.walk(visitor, 40, number), *others):
            met = compiled.met(visitor, event, {})
            assert {(matcher.id, index) for matcher, index in met} == by_each(visitor, event)
            assert len(met) == len({(matcher.id, index) for matcher, index in met})
            number += len(met)
    assert number > 1000

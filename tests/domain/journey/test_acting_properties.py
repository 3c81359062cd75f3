"""Whatever visitors, browsers, chats and editors do, in any order: what stays true of offers."""

from collections import defaultdict
from collections.abc import Callable

from hypothesis import given as any_story
from hypothesis import strategies as st

from frontdesk.domain.journey.action_maps import MediaType
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import Blocked, HandedOut, Moved, Qualified, State
from frontdesk.domain.journey.offer_table import is_live, is_terminal
from frontdesk.domain.journey.site_settings import JourneySettings
from frontdesk.errors import Refused
from tests.domain.journey.acting import NO_CAPS, S1, S2, Site, Story, a_map

MAPS = (
    a_map("m1"),
    a_map("m2", weight=3, trigger_with_segments=(S2,)),
    a_map("m3", media_type=MediaType.CONTENT_OFFER, trigger_with_segments=(S1, S2)),
)
MAP_IDS = st.sampled_from([one.id for one in MAPS])
STATES = st.sampled_from(State)
Step = Callable[[Story], object]


def said(map_id: str, state: State) -> Step:
    def say(story: Story) -> None:
        if not any(one.map_id == map_id for one in story.customer.actions):
            return
        before = story.customer
        try:
            story.say(state, map_id)
        except Refused:
            assert story.customer == before

    return say


def by_chat(map_id: str, state: State) -> Step:
    def say(story: Story) -> None:
        if any(one.map_id == map_id for one in story.customer.actions):
            story.chat(state, map_id)

    return say


def edited(map_id: str, is_active: bool, weight: int) -> Step:
    return lambda story: story.site.edit(map_id, is_active=is_active, weight=weight)


steps = st.one_of(
    st.sampled_from([1, 20, 61, 1800]).map(lambda seconds: lambda story: story.pass_s(seconds)),
    st.sampled_from([S1, S2]).map(lambda segment: lambda story: story.assign(segment)),
    st.sampled_from(["one", "two"]).map(lambda tab: lambda story: story.ping(tab=tab)),
    st.builds(said, MAP_IDS, STATES),
    st.builds(said, MAP_IDS, st.sampled_from([State.OFFERED, State.ERRORED, State.ACCEPTED])),
    st.builds(by_chat, MAP_IDS, STATES),
    st.builds(edited, MAP_IDS, st.booleans(), st.integers(1, 3)),
    st.just(lambda story: story.reap()),
    st.just(lambda story: story.visit()),
)


def check_now(story: Story) -> None:
    """At most one offer of a kind is live."""
    live: dict[str, int] = defaultdict(int)
    for action in story.customer.actions:
        if action.visit_id == story.customer.visit.id:
            live[action.media_type] += is_live(action)
    assert all(count <= 1 for count in live.values())


def check_history(story: Story) -> None:
    """What is over is not handed out or shown again; a map has one action in a visit; replay is equal."""
    over: set[tuple[str, str]] = set()
    keys: set[tuple[str, str]] = set()
    again = Customer(story.customer.id)
    for fact, time_ms in story.facts:
        if isinstance(fact, HandedOut) or (isinstance(fact, Moved) and fact.state is State.OFFERED):
            action = again.action(fact.action_id)
            assert action is not None
            assert (action.visit_id, action.map_id) not in over
        if isinstance(fact, Qualified):
            assert (fact.visit_id, fact.map_id) not in keys
            keys.add((fact.visit_id, fact.map_id))
        if isinstance(fact, Blocked):
            ids = [block.action_id for block in fact.blocks]
            assert len(ids) == len(set(ids))  # Each is counted once each time that it is looked at.
        again = evolve(again, fact, time_ms)
        over |= {(one.visit_id, one.map_id) for one in again.actions if is_terminal(one)}
    assert again == story.customer


@any_story(st.lists(steps, max_size=40), st.sampled_from([NO_CAPS, JourneySettings()]))
def test_whatever_is_done_offers_keep_their_promises(done: list[Step], settings: JourneySettings) -> None:
    story = Story(Site(*MAPS, settings=settings)).visit().assign(S1)
    for step in done:
        step(story)
        check_now(story)
    check_history(story)


@any_story(st.lists(steps, max_size=30))
def test_each_action_that_is_looked_at_is_handed_out_or_blocked_once(done: list[Step]) -> None:
    story = Story(Site(*MAPS)).visit().assign(S1, S2)
    for step in done:
        step(story)
    before = len(story.facts)
    offers = story.ping()
    told = [fact for fact, _ in story.facts[before:]]
    handed = {fact.action_id for fact in told if isinstance(fact, HandedOut)}
    blocked = {block.action_id for fact in told if isinstance(fact, Blocked) for block in fact.blocks}
    assert handed == {offer.action.id for offer in offers}
    assert not handed & blocked
    assert sum(isinstance(fact, Blocked) for fact in told) <= 1

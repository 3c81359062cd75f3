"""A day of 5,000 chats and 40 agents, replayed: every story ends as it says, and every figure recounts."""

import random
from collections import defaultdict
from statistics import median

import pytest

from frontdesk.domain import events
from frontdesk.domain.interaction import Phase
from tests.desk.day import Day, Logged, Story, staff, stories

CHATS, AGENTS = 5000, 40


@pytest.fixture(scope="module")
def told() -> list[Story]:
    return stories(random.Random(4), CHATS)


@pytest.fixture(scope="module")
def day(told: list[Story]) -> Day:
    replayed = Day(told, staff(random.Random(5), AGENTS), random.Random(6))
    replayed.run()
    return replayed


@pytest.fixture(scope="module")
def histories(day: Day) -> dict[str, list[Logged]]:
    by_chat = defaultdict(list)
    for logged in day.log:
        by_chat[logged.chat].append(logged)
    return by_chat


def test_every_chat_ends_as_its_story_says(
    told: list[Story], day: Day, histories: dict[str, list[Logged]]
) -> None:
    assert histories.keys() == {story.name for story in told}
    for story in told:
        history = histories[story.name]
        joined = [it for it in history if isinstance(it.event, events.Joined)]
        [ended] = [it for it in history if isinstance(it.event, events.Ended)]
        assert isinstance(ended.event, events.Ended)
        assert day.states[story.name].phase is Phase.ENDED
        if not joined:
            assert ended.event.reason == "client_left"
            assert ended.at_ms == story.comes_ms + story.patience_ms
            continue
        assert ended.event.reason == "solved"
        assert len(joined) == (2 if story.passed_on else 1)
        assert joined[0].at_ms <= story.comes_ms + story.patience_ms
        assert ended.at_ms == joined[-1].at_ms + story.takes_ms


def test_every_figure_recounts_from_the_log(day: Day, histories: dict[str, list[Logged]]) -> None:
    taken = gave_up = solved = waited_ms = 0
    for history in histories.values():
        since_ms = 0
        for it in history:
            match it.event:
                case events.Queued(since_ms=before_ms):
                    since_ms = before_ms or it.at_ms
                case events.Joined():
                    taken += 1
                    waited_ms += it.at_ms - since_ms
                case events.Ended(reason=reason):
                    gave_up += reason == "client_left"
                    solved += reason == "solved"
    assert (day.taken, day.gave_up, day.solved, day.waited_ms) == (taken, gave_up, solved, waited_ms)
    assert gave_up + solved == CHATS
    assert gave_up > 0, "a day without waiting shows little"
    assert day.longest_waiting == longest_line(day.log)
    assert (day.floor.waiting_count, day.floor.open_count, day.floor.free_count) == (0, 0, AGENTS)


def longest_line(log: list[Logged]) -> int:
    """The most chats that waited at the end of any moment, told from the log alone."""
    waiting: set[str] = set()
    most, last_ms = 0, 0
    for it in log:
        if it.at_ms != last_ms:
            most, last_ms = max(most, len(waiting)), it.at_ms
        match it.event:
            case events.Queued() | events.InviteEnded():
                waiting.add(it.chat)
            case events.Invited() | events.Ended():
                waiting.discard(it.chat)
            case _:
                pass
    return most


def test_nobody_ever_has_more_than_they_can_hold_and_nobody_shares_a_chat(day: Day) -> None:
    capacity = {name: agent.capacity for name, agent in staff(random.Random(5), AGENTS).items()}
    held: dict[str, set[str]] = defaultdict(set)
    ringing: dict[str, str] = {}
    here: dict[str, dict[int, str]] = defaultdict(dict)
    for it in day.log:
        match it.event:
            case events.Invited(agent_id=agent_id):
                assert it.chat not in ringing, "it rings for one at a time"
                ringing[it.chat] = agent_id
                held[agent_id].add(it.chat)
                assert len(held[agent_id]) <= capacity[agent_id]
            case events.InviteEnded(agent_id=agent_id):
                held[agent_id].discard(ringing.pop(it.chat))
                held[agent_id].discard(it.chat)
            case events.Joined(participant_id=agent_id, party_id=party_id):
                assert ringing.pop(it.chat) == agent_id
                assert not here[it.chat]
                here[it.chat][party_id] = agent_id
            case events.Left(party_id=party_id) if party_id in here[it.chat]:
                held[here[it.chat].pop(party_id)].discard(it.chat)
            case events.Ended() if it.chat in ringing:
                held[ringing.pop(it.chat)].discard(it.chat)
            case _:
                pass
    assert not any(held.values())


def test_who_took_a_chat_was_meant_by_its_queue_and_had_what_was_asked_for(
    told: list[Story], histories: dict[str, list[Logged]]
) -> None:
    people = staff(random.Random(5), AGENTS)
    for story in told:
        first = next((it.event for it in histories[story.name] if isinstance(it.event, events.Joined)), None)
        if first is not None and story.queue == "support" and story.language == "de":
            assert people[first.participant_id].skills["german"] > 0


def test_the_estimate_is_off_by_no_more_than_the_documentation_says(day: Day) -> None:
    """docs/how-to/routing.md, "How long it will take": of those who waited a minute or longer."""
    shares = sorted((it.said_ms - it.took_ms) / it.took_ms for it in day.told if it.took_ms >= 60_000)
    assert len(shares) > 1000
    assert -0.2 < median(shares) < 0.2, "as often too much as too little"
    off = sorted(map(abs, shares))
    assert median(off) < 1 / 3
    assert off[len(off) * 9 // 10] < 1.5
    assert all(it.position >= 1 for it in day.told)

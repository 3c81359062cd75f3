"""One who answers: ready, not ready, ready again."""

from functools import reduce

import msgspec
from hypothesis import given as any_story
from hypothesis import strategies as st

from frontdesk.domain.agent import (
    Agent,
    BecameNotReady,
    BecameReady,
    Command,
    Event,
    NotReady,
    Ready,
    Role,
    decide,
    evolve,
)

AMY = Ready(nickname="Amy", role=Role.AGENT, capacity=3)
COMMANDS = st.one_of(
    st.builds(
        Ready,
        nickname=st.sampled_from(("Amy", "Amelie")),
        role=st.sampled_from(Role),
        capacity=st.integers(1, 3),
        skills=st.dictionaries(st.sampled_from(("german", "sales")), st.integers(1, 9)),
    ),
    st.builds(NotReady, st.sampled_from(("", "lunch"))),
)


def after(*commands: Command) -> Agent:
    agent = Agent()
    for at_ms, command in enumerate(commands, 1):
        agent = reduce(lambda a, event, at=at_ms: evolve(a, event, at), decide(agent, command), agent)
    return agent


def test_who_says_ready_is_ready_with_a_name_and_so_many_places() -> None:
    assert decide(Agent(), AMY) == (BecameReady(nickname="Amy", role=Role.AGENT, capacity=3),)
    assert after(AMY) == Agent(version=1, nickname="Amy", capacity=3, is_ready=True, since_ms=1)


def test_saying_it_again_changes_nothing_unless_something_is_new() -> None:
    assert decide(after(AMY), AMY) == ()
    assert decide(after(AMY), msgspec.structs.replace(AMY, capacity=5)) != ()
    assert decide(after(AMY), msgspec.structs.replace(AMY, skills={"german": 7})) != ()


def test_who_is_not_ready_need_not_say_so() -> None:
    assert decide(Agent(), NotReady("lunch")) == ()
    assert decide(after(AMY), NotReady("lunch")) == (BecameNotReady("lunch"),)
    assert decide(after(AMY, NotReady("lunch")), NotReady("tea")) == ()


def test_who_stops_being_ready_keeps_name_places_and_skills() -> None:
    agent = after(msgspec.structs.replace(AMY, skills={"german": 7}), NotReady())
    assert agent.skills == {"german": 7}
    assert (agent.nickname, agent.capacity, agent.is_ready, agent.since_ms) == ("Amy", 3, False, 2)


@any_story(st.lists(COMMANDS, max_size=10))
def test_whatever_is_said_history_survives_the_disk_and_twice_is_once(commands: list[Command]) -> None:
    agent, replayed, version = Agent(), Agent(), 0
    for at_ms, command in enumerate(commands):
        for event in decide(agent, command):
            agent = evolve(agent, event, at_ms)
            stored = msgspec.json.decode(msgspec.json.encode(event), type=Event)
            replayed = evolve(replayed, stored, at_ms)
            version += 1
        assert decide(agent, command) == ()
        assert agent.is_ready == isinstance(command, Ready)
    assert replayed == agent
    assert agent.version == version
    assert msgspec.json.decode(msgspec.json.encode(agent), type=Agent) == agent

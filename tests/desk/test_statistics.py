"""Statistics by the names that applications use."""

import pytest

from frontdesk.desk.floor import Floor
from frontdesk.desk.statistics import Statistics, is_known
from frontdesk.domain.agent import Agent, Role
from frontdesk.domain.asks import Aim
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.interaction import Phase, Ringing
from frontdesk.domain.queues import QueueRules, Step
from frontdesk.domain.submit import Submit
from frontdesk.domain.targets import Sort, Target
from tests.desk.nodes import BEGIN_MS, Clock

GERMAN_QUEUE = QueueRules(steps=(Step(0, "german >= 5"),))


class Scene:
    """A floor with Amy (2 places), Bob (not ready) and Dee (who knows German), and its statistics."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rules = {"german": GERMAN_QUEUE}
        self.floor = Floor(self.clock, 10_000, self._rules_of)
        groups = {"Germans": "german > 0"}
        self.statistics = Statistics(self.floor, self._rules_of, groups, self.clock)
        self.agent("amy", capacity=2, login="Amy")
        self.agent("bob", is_ready=False)
        self.agent("dee", skills={"german": 7})
        self.version = 0

    def _rules_of(self, queue: str) -> QueueRules:
        return self.rules.get(queue, QueueRules())

    def agent(self, agent_id: str, **more: object) -> None:
        of = {"capacity": 1, "is_ready": True, "since_ms": self.clock(), "version": 1, **more}
        self.floor.put_agent(agent_id, Agent(**of))  # type: ignore[arg-type]

    def chat(self, name: str, phase: Phase = Phase.ACTIVE, **more: object) -> None:
        self.version += 1
        of = {"version": self.version, "service": "s", "phase": phase, "nickname": "", **more}
        self.floor.put(name, InteractionCard(**of))  # type: ignore[arg-type]

    def all(self, statistic: str, *objects: str) -> list[float]:
        return [self.statistics.value(name, statistic) for name in objects]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_who_is_there_and_what_they_do(scene: Scene) -> None:
    scene.chat("c1", participants=("amy",))
    scene.chat("c2", ringing=Ringing("dee", BEGIN_MS + 9))
    objects = ("Amy@.A", "bob@.A", "dee@.A", "Germans@.GA", "?:german = 0@.GA", "german.Q", "all.Q")
    assert scene.all("StatAgentsTotal", *objects) == [1, 1, 1, 1, 2, 1, 3]
    assert scene.all("StatAgentsAvailable", *objects) == [1, 0, 0, 0, 1, 0, 1]
    assert scene.all("StatAgentsBusy", *objects) == [1, 0, 1, 1, 1, 1, 2]
    assert scene.all("StatAgentsInQueueReady", *objects) == [1, 0, 1, 1, 1, 1, 2]
    assert scene.all("StatAgentsInQueueLogin", *objects) == [1, 0, 1, 1, 1, 1, 2]
    assert scene.all("StatAgentLoggedIn", *objects) == [1, 0, 1, 1, 1, 1, 2]


def test_the_least_loaded_has_the_most(scene: Scene) -> None:
    scene.chat("c1", participants=("amy",))
    assert scene.all("StatAgentLoading", "amy@.A", "dee@.A", "?:german >= 0@.GA") == [50, 100, 250 / 3]


def test_how_long_somebody_is_ready(scene: Scene) -> None:
    scene.clock.after_s(90)
    scene.agent("dee", version=2, skills={"german": 7}, is_ready=False)
    scene.agent("dee", version=3, skills={"german": 7})
    scene.clock.after_s(10.9)
    assert scene.all("StatTimeInReadyState", "amy@.A", "dee@.A", "bob@.A", "all.Q") == [100, 10, 0, 100]
    scene.chat("c", participants=("amy",))
    assert scene.all("StatTimeInReadyState", "amy@.A", "all.Q") == [0, 10]


def test_what_waits_in_queues_and_for_applications(scene: Scene) -> None:
    scene.chat("c1", Phase.WAITING, queue="german", queued_ms=BEGIN_MS)
    aims = (Aim(Target("amy", Sort.AGENT), "amy"),)
    submits = tuple(
        Submit(request_id=f"s.{n}", session_id="s", aims=aims, since_ms=BEGIN_MS, queue=queue)
        for n, queue in enumerate(("german", "vip"))
    )
    scene.chat("c2", Phase.WAITING, submits=submits, owner="s")
    assert scene.all("StatCallsInQueue", "german.Q", "vip.Q", "other.Q", "amy@.A") == [2, 1, 0, 0]
    assert scene.all("StatLoadBalance", "german.Q", "vip.Q") == [2, 0.5]
    scene.chat("c2", Phase.WAITING, owner="s")
    assert scene.all("StatCallsInQueue", "german.Q", "vip.Q") == [1, 0]


def test_what_was_answered_and_completed(scene: Scene) -> None:
    for number in range(6):
        name = f"c{number}"
        scene.chat(name, Phase.WAITING, queue="german", queued_ms=scene.clock())
        scene.chat(name, queue="german", participants=("dee",))
        scene.clock.after_s(60)
        if number < 5:
            scene.chat(name, Phase.ENDED, queue="german")
    objects = ("dee@.A", "Germans@.GA", "german.Q", "amy@.A", "other.Q")
    assert scene.all("StatCallsAnswered", *objects) == [6, 6, 6, 0, 0]
    assert scene.all("StatCallsCompleted", *objects) == [5, 5, 5, 0, 0]


def test_how_long_one_who_comes_may_wait(scene: Scene) -> None:
    assert scene.all("StatExpectedWaitingTime", "german.Q", "Germans@.GA") == [0, 0], "nothing is known yet"
    for number in range(5):
        scene.chat(f"c{number}", Phase.WAITING, queue="german", queued_ms=scene.clock())
        scene.chat(f"c{number}", queue="german", participants=("dee",))
        scene.clock.after_s(60)
        scene.chat(f"c{number}", Phase.ENDED, queue="german")
    scene.chat("next", Phase.WAITING, queue="german", queued_ms=scene.clock())
    assert scene.all("StatExpectedWaitingTime", "german.Q", "nobody@.A", "x@.RP", "None@.GA") == [
        120,
        0,
        0,
        0,
    ]


def test_names_are_the_same_in_any_case_and_what_is_not_known_is_nothing(scene: Scene) -> None:
    assert scene.all("STATAGENTSTOTAL", "amy@.A", "AMY@.A") == [1, 1]
    assert scene.all("StatWeather", "amy@.A", "all.Q") == [0, 0]
    assert scene.all("StatAgentsTotal", "nobody@.A", "Nobody@.GA", "no object", "x@.RP") == [0, 0, 0, 0]
    assert is_known("StatAgentLoading")
    assert is_known("statcallsinqueue")
    assert not is_known("StatWeather")


def test_no_bot_is_counted(scene: Scene) -> None:
    scene.agent("greeter", role=Role.BOT)
    assert scene.all("StatAgentsTotal", "all.Q") == [3]


def test_numbers_about_many_are_counted_anew_each_second(scene: Scene) -> None:
    for number in range(30):
        scene.agent(f"a{number}")
    assert scene.all("StatAgentsTotal", "all.Q") == [33]
    scene.agent("another")
    assert scene.all("StatAgentsTotal", "all.Q") == [33]
    scene.clock.after_s(1)
    assert scene.all("StatAgentsTotal", "all.Q") == [34]

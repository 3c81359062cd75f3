"""Statistics: numbers about agents, groups and queues as they are now, by the names that applications use.

An object is a target: `amy@.A`, `Loans@.GA`, `?:german > 5@.GA`, `8001.Q`. What nothing is known of is 0.

| statistic | of an agent | of a group | of a queue, or virtual queue |
|---|---|---|---|
| `StatTimeInReadyState` | seconds since who is ready had a chat | the longest of them | … of whom it means |
| `StatAgentsAvailable` | 1 when ready with a free place | how many are | … of whom it means |
| `StatAgentsTotal` | 1 when ever ready | how many were | … of whom it means |
| `StatAgentsBusy` | 1 with a chat, or one that rings | how many have one | … of whom it means |
| `StatAgentsInQueueLogin`, `StatAgentLoggedIn` | 1 when at work: ready, or with a chat | how many | … |
| `StatAgentsInQueueReady` | 1 when ready, with or without a free place | how many | … |
| `StatAgentLoading` | the free part of the places in percent: the most is the least loaded | the mean | … |
| `StatCallsAnswered`, `StatCallsCompleted` | since this node began | all of theirs | what waited there |
| `StatCallsInQueue` | 0 | 0 | how many wait |
| `StatExpectedWaitingTime` | seconds for one who comes now | the same | the same |
| `StatLoadBalance` | 0 | 0 | how many wait for each one who is ready |

Source:  orchestration §15.1.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from frontdesk.desk.desks import Desk
from frontdesk.desk.floor import Floor
from frontdesk.domain.agent import Role
from frontdesk.domain.asks import Aim, Ask, expression_of
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.skill_expressions import fits
from frontdesk.domain.targets import GROUPS, PEOPLE, Sort, Target, parse_target
from frontdesk.domain.waiting import Line
from frontdesk.errors import Refused

FRESH_MS = 1000  # Looking at everybody takes a while, and an application may ask it of every chat.

Counted = Callable[[str, Desk, int], float]


class Statistics:
    """The values. `groups` are the named groups of agents, by the skill expression that each is."""

    def __init__(
        self,
        floor: Floor,
        rules_of: Callable[[str], QueueRules],
        groups: Mapping[str, str],
        clock_ms: Callable[[], int],
    ) -> None:
        self._floor = floor
        self._rules_of = rules_of
        self._groups = groups
        self._clock_ms = clock_ms
        self._counted: dict[tuple[Target, str], tuple[int, float]] = {}
        floor.of_agent, floor.of_target = self.of_agent, self.of_target

    def value(self, name: str, statistic: str) -> float:
        """A statistic of the object that `name` is; 0 where there is no such object or statistic."""
        try:
            return self.of_target(object_of(name), statistic)
        except Refused:
            return 0

    def of_agent(self, agent_id: str, statistic: str) -> float:
        """A statistic of an agent."""
        desk = self._floor.desks.get(agent_id)
        count = _OF_AGENTS.get(statistic.lower())
        if desk is None:
            return 0
        if count is not None:
            return float(count(agent_id, desk, self._clock_ms()))
        return self._handled((agent_id,), statistic.lower())

    def of_target(self, target: Target, statistic: str) -> float:
        """A statistic of an agent, a group, or a queue."""
        name = statistic.lower()
        if target.sort in PEOPLE and name not in ("statexpectedwaitingtime",):
            return self.of_agent(self._floor.desks.named(target.name), statistic)
        match name:
            case "statcallsinqueue":
                return self._floor.in_queue(target.name) if target.sort is Sort.QUEUE else 0
            case "statexpectedwaitingtime":
                return round((self._forecast_ms(target) or 0) / 1000)
            case "statloadbalance":
                waiting = self.of_target(target, "StatCallsInQueue")
                return waiting / max(1, self.of_target(target, "StatAgentsInQueueReady"))
            case "statcallsanswered" | "statcallscompleted" if target.sort is Sort.QUEUE:
                return self._handled((f"{target.name}.Q",), name)
            case _:
                return self._of_people(target, name)

    def who(self, target: Target) -> str | None:
        """Whom a group means, as a skill expression; None when there is no such group."""
        group = self._groups.get(target.name, "") if target.name else ""
        if target.name and target.name not in self._groups:
            return None
        return f"({target.skills}) & ({group})" if target.skills and group else target.skills or group

    # --- about several -------------------------------------------------------------------------

    def _of_people(self, target: Target, name: str) -> float:
        """The sum, the mean or the most over all whom a target means."""
        now_ms = self._clock_ms()
        until_ms, value = self._counted.get((target, name), (0, 0.0))
        if now_ms < until_ms:
            return value
        people = list(self._meant(target))
        if name in ("statcallsanswered", "statcallscompleted"):
            value = self._handled([agent_id for agent_id, _ in people], name)
        elif (count := _OF_AGENTS.get(name)) is not None:
            values = [count(agent_id, desk, now_ms) for agent_id, desk in people]
            value = _FOLDS.get(name, sum)(values) if values else 0
        else:
            value = 0
        if len(self._counted) > 1000:
            self._counted.clear()
        self._counted[target, name] = (now_ms + FRESH_MS if len(people) > 20 else now_ms), value
        return value

    def _meant(self, target: Target) -> Iterator[tuple[str, Desk]]:
        """The people whom a group, or a queue sooner or later, means."""
        if target.sort is Sort.QUEUE:
            texts = {step.who for step in self._rules_of(target.name).steps}
        elif target.sort in GROUPS and (who := self.who(target)) is not None:
            texts = {who}
        else:
            return
        expressions = [expression_of(text) if text else None for text in texts]
        for agent_id, desk in self._floor.desks:
            if desk.agent.version and desk.agent.role is not Role.BOT:
                skills = desk.agent.skills
                if any(one is None or fits(one, skills) for one in expressions):
                    yield agent_id, desk

    def _handled(self, names: Sequence[str], statistic: str) -> float:
        handling = self._floor.handling
        counts = {"statcallsanswered": handling.answered, "statcallscompleted": handling.completed}
        count = counts.get(statistic)
        return sum(count[name] for name in names) if count is not None else 0

    def _forecast_ms(self, target: Target) -> int | None:
        if target.sort is Sort.QUEUE:
            line = Line(self._rules_of(target.name))
            return self._floor.forecast_ms(line, target.name)
        who = self.who(target) if target.sort in GROUPS else ""
        agent_id = self._floor.desks.named(target.name) if target.sort in PEOPLE else ""
        if who is None or (target.sort not in GROUPS and not agent_id):
            return None
        return self._floor.forecast_ms(Line(ask=Ask((Aim(target, agent_id, who),))))


def object_of(name: str) -> Target:
    """The object of a statistic. Errors: `Refused("target_invalid")`."""
    return parse_target(name)


def is_known(statistic: str) -> bool:
    """Whether there is a statistic of this name."""
    return statistic.lower() in (*_OF_AGENTS, *_OTHERS)


def _ready_s(_agent_id: str, desk: Desk, now_ms: int) -> float:
    return max(0, now_ms - desk.idle_ms) // 1000 if desk.agent.is_ready and not desk.chats else 0


def _loading(_agent_id: str, desk: Desk, _now_ms: int) -> float:
    return 100 * desk.room() / desk.places() if desk.places() else 0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


_OF_AGENTS: Mapping[str, Counted] = {
    "stattimeinreadystate": _ready_s,
    "statagentsavailable": lambda _, desk, _now: desk.agent.is_ready and desk.room() > 0,
    "statagentstotal": lambda _, desk, _now: desk.agent.version > 0,
    "statagentsbusy": lambda _, desk, _now: bool(desk.chats),
    "statagentsinqueuelogin": lambda _, desk, _now: desk.is_at_work,
    "statagentloggedin": lambda _, desk, _now: desk.is_at_work,
    "statagentsinqueueready": lambda _, desk, _now: desk.agent.is_ready,
    "statagentloading": _loading,
}
_OTHERS = (
    "statcallsanswered",
    "statcallscompleted",
    "statcallsinqueue",
    "statexpectedwaitingtime",
    "statloadbalance",
)
_FOLDS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "stattimeinreadystate": max,
    "statagentloading": _mean,
}

"""What one decision of the assigner costs: 1,000 agents, 1,000 chats that wait, skills and ladders.

The chats wait in queues, or half of them for whom an application asked.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence

from bench.measure import Tell
from bench.rows import Budget, Row
from bench.scale import Scale
from frontdesk.desk.floor import Floor
from frontdesk.domain.agent import Agent
from frontdesk.domain.asks import Aim, Order
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.interaction import Phase
from frontdesk.domain.queues import QueueRules, demands_of, steps_of
from frontdesk.domain.submit import Submit
from frontdesk.domain.targeting import choose
from frontdesk.domain.targets import Sort, Target

AGENTS = CHATS = 1000
SKILLS = ("german", "french", "english", "sales", "billing", "loans", "vip", "returns")
DECISION = Budget(must=1.0, aim=0.3, of="value")
NOW_MS = 1_760_000_000_000


async def routing(scale: Scale, tell: Tell) -> Sequence[Row]:
    """The time of a decision where all agents but one are busy, where many are free, and where none fits."""
    rounds = max(20, scale.arrivals // 10)
    rows = []
    for what, make in _FLOORS.items():
        tell(what)
        floor, given = make()
        _decide(floor, given)  # The first one reads the expressions, once for ever.
        took = sorted(_decide(floor, given) for _ in range(rounds))
        value = took[len(took) * 99 // 100]
        rows.append(Row(scenario="routing", what=f"{what}, p99", value=value, unit="ms", budget=DECISION))
    return rows


def _decide(floor: Floor, given: int) -> float:
    begun = time.perf_counter()
    chosen = choose(floor.lines(), floor.people(), NOW_MS)
    took_ms = (time.perf_counter() - begun) * 1000
    if len(chosen) != given:
        raise RuntimeError(f"{len(chosen)} chats were given, not {given}")
    return took_ms


def _one_free() -> tuple[Floor, int]:
    """A chat has just ended: the one agent who is free now gets the next."""
    return _floor(free=1, chats=CHATS), 1


def _one_waits() -> tuple[Floor, int]:
    """A chat has just come, and a thousand are free."""
    return _floor(free=AGENTS, chats=1), 1


def _none_fits() -> tuple[Floor, int]:
    """A thousand are free and a thousand wait, and nobody can what they ask for."""
    return _floor(free=AGENTS, chats=CHATS, demand="swahili > 0"), 0


def _one_free_asked() -> tuple[Floor, int]:
    """The same where applications asked for half of the chats, with thresholds and statistics."""
    return _floor(free=1, chats=CHATS, asked=CHATS // 2), 1


def _none_fits_asked() -> tuple[Floor, int]:
    """A thousand are free and a thousand wait, and nobody can what applications and queues ask for."""
    return _floor(free=AGENTS, chats=CHATS, demand="swahili > 0", asked=CHATS // 2), 0


_FLOORS: dict[str, Callable[[], tuple[Floor, int]]] = {
    f"decision: {CHATS:,} chats wait, 1 of {AGENTS:,} agents is free": _one_free,
    f"decision: 1 chat waits, {AGENTS:,} agents are free": _one_waits,
    f"decision: {CHATS:,} chats wait, {AGENTS:,} agents are free, none fits": _none_fits,
    f"decision: {CHATS:,} chats wait, half by applications, 1 of {AGENTS:,} agents is free": _one_free_asked,
    f"decision: the same, {AGENTS:,} agents are free, none fits": _none_fits_asked,
}


def _floor(free: int, chats: int, demand: str = "", asked: int = 0) -> Floor:
    dice = random.Random(7)
    rules = {f"q{n}": _queue(n) for n in range(10)}
    floor = Floor(lambda: NOW_MS, 10_000, rules.__getitem__)
    floor.of_agent, floor.of_target = (lambda _agent_id, _name: 1.0), (lambda _target, _name: 1.0)
    for number in range(AGENTS):
        skills = {name: dice.randint(1, 9) for name in dice.sample(SKILLS, 3)} | {"english": 9}
        agent = Agent(version=1, capacity=1, is_ready=number < free, since_ms=number, skills=skills)
        floor.put_agent(f"agent{number}", agent)
    for number in range(asked):
        floor.put(f"asked{number}", _asked_for(dice, number, demand))
    for number, asks in zip(range(chats - asked), _demands(dice, demand), strict=False):
        card = InteractionCard(
            version=1,
            service="s",
            phase=Phase.WAITING,
            nickname="",
            queue=f"q{dice.randrange(10)}",
            priority=dice.randrange(3) if chats > 1 else 0,
            queued_ms=NOW_MS - dice.randrange(1_800_000) - 60_000,
            demand=asks,
        )
        floor.put(f"chat{number}", card)
    return floor


def _asked_for(dice: random.Random, number: int, demand: str) -> InteractionCard:
    """A chat that an application submitted: two groups of skills with a threshold, by a statistic."""
    names = dice.sample(SKILLS, 2)
    texts = [demand] if demand else [f"{name} >= {dice.randrange(3, 8)}" for name in names]
    aims = tuple(
        Aim(Target("", Sort.GROUP, skills=text, threshold="StatAgentsAvailable>0"), who=text)
        for text in texts
    )
    since_ms = NOW_MS - dice.randrange(1_800_000) - 60_000
    submit = Submit(
        request_id=f"s{number}.1",
        session_id=f"s{number}",
        aims=aims,
        since_ms=since_ms,
        priority=dice.randrange(3),
        order=Order.MAX,
        order_by="StatAgentLoading",
    )
    return InteractionCard(version=1, service="s", phase=Phase.WAITING, nickname="", submits=(submit,))


def _queue(number: int) -> QueueRules:
    """A ladder that ends with anybody, and demands of its own."""
    skill = SKILLS[number % len(SKILLS)]
    ladder = [f"{skill} >= 7", f"after 20 s: {skill} >= 3", f"after 40 s: {skill} > 0 | english >= 5"]
    demands = [f"language = {name} -> {name} > 0" for name in SKILLS[:3]]
    return QueueRules(priority=number, steps=steps_of(ladder), demands=demands_of(demands))


def _demands(dice: random.Random, demand: str) -> Iterator[str]:
    while True:
        yield demand or dice.choice(("", "", "english > 0"))

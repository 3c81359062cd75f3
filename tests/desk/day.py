"""A day of a contact center, replayed on a clock that only the day moves: real decisions, no server.

Each visitor has a story, drawn before the day begins: when they come, to which queue, how long they are
patient and how long answering them takes. What becomes of each chat the domain decides; a log keeps it.
"""

import heapq
import random
from collections.abc import Sequence
from functools import reduce

from msgspec import Struct

from frontdesk.desk.floor import Floor
from frontdesk.domain import commands
from frontdesk.domain.agent import Agent
from frontdesk.domain.card import card_of
from frontdesk.domain.commands import Command
from frontdesk.domain.deciding import decide
from frontdesk.domain.events import Event
from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.queues import QueueRules, demands_of, steps_of
from frontdesk.domain.rules import Rules, of_service
from frontdesk.domain.targeting import choose

HOUR_MS = 3_600_000
DAY_MS = 12 * HOUR_MS
RING_S = 20
RING_AGAIN_MS = 10_000
BEGIN_MS = 1_760_000_000_000
LOAD = (0.4, 0.8, 1.2, 1.5, 1.1, 0.7, 0.8, 1.1, 1.4, 1.2, 0.8, 0.3)  # Of each hour, 1 being the mean.

QUEUES = {
    "sales": QueueRules(priority=2, steps=steps_of(["sales >= 5", "after 20 s: sales > 0"])),
    "support": QueueRules(
        steps=steps_of(["support > 0"]), demands=demands_of(["language = de -> german > 0"])
    ),
    "gold": QueueRules(priority=5, steps=steps_of(["vip > 0"]), overflow_queue="support", overflow_s=120),
}
RULES = of_service(Rules(idle_alert_s=0, client_silence_s=0, retention_s=0), "support", QUEUES)


class Story(Struct, frozen=True):
    """What a visitor brings along. `passed_on` is the queue that the first agent hands the chat over to."""

    name: str
    comes_ms: int
    queue: str
    language: str
    patience_ms: int
    takes_ms: int
    passed_on: str


class Logged(Struct, frozen=True):
    """One event of one chat."""

    chat: str
    at_ms: int
    event: Event


class Told(Struct, frozen=True):
    """What a visitor who had to wait was told at first, and how long it took in the end."""

    position: int
    said_ms: int
    took_ms: int


def stories(dice: random.Random, count: int) -> list[Story]:
    hours = dice.choices(range(12), LOAD, k=count)
    return [
        Story(
            name=f"chat{number:05}",
            comes_ms=BEGIN_MS + hour * HOUR_MS + dice.randrange(HOUR_MS),
            queue=dice.choices(("sales", "support", "gold"), (30, 60, 10))[0],
            language=dice.choices(("en", "de"), (75, 25))[0],
            patience_ms=round(dice.expovariate(1 / 900_000)) + 10_000,
            takes_ms=round(dice.lognormvariate(5.7, 0.6) * 1000),
            passed_on="sales" if dice.random() < 0.04 else "",
        )
        for number, hour in enumerate(hours)
    ]


def staff(dice: random.Random, count: int) -> dict[str, Agent]:
    """Agents who can do some things and some of whom have two places."""
    people = {}
    for number in range(count):
        skills = (
            {"support": dice.randint(1, 9)} if number % 4 else {"sales": dice.randint(1, 9), "support": 1}
        )
        skills |= {"german": 5} if number % 3 == 0 else {}
        skills |= {"vip": 1, "sales": 2} if number % 5 == 0 else {}
        name = f"agent{number:02}"
        people[name] = Agent(
            version=1, nickname=name, capacity=1 + number % 2, is_ready=True, since_ms=BEGIN_MS, skills=skills
        )
    return people


class Day:
    """The day as it goes by. `log` is all that happened; the counts are kept as it happens."""

    def __init__(self, told: Sequence[Story], people: dict[str, Agent], dice: random.Random) -> None:
        self.log: list[Logged] = []
        self.told: list[Told] = []
        self.taken = self.gave_up = self.solved = self.longest_waiting = self.waited_ms = 0
        self.states: dict[str, Interaction] = {}
        self._now_ms = BEGIN_MS
        self._dice = dice
        self._stories = {story.name: story for story in told}
        self._people = people
        self._said: dict[str, tuple[int, int, int]] = {}
        self._due: list[tuple[int, int, str, str]] = []
        self._count = 0
        self.floor = Floor(lambda: self._now_ms, RING_AGAIN_MS, RULES.queue_rules)
        for name, agent in people.items():
            self.floor.put_agent(name, agent)
        for story in told:
            self._at(story.comes_ms, story.name, "comes")

    def run(self) -> None:
        """Until nothing is left to happen."""
        while self._due:
            self._now_ms = self._due[0][0]
            came = []
            while self._due and self._due[0][0] == self._now_ms:
                _, _, chat, what = heapq.heappop(self._due)
                self._happens(chat, what)
                came += [chat] if what == "comes" else []
            self._assign()
            for chat in came:
                self._note_standing(chat)

    def _at(self, at_ms: int, chat: str, what: str) -> None:
        self._count += 1
        heapq.heappush(self._due, (at_ms, self._count, chat, what))

    def _happens(self, chat: str, what: str) -> None:
        story = self._stories[chat]
        state = self.states.get(chat)
        if what == "comes":
            start = commands.Start(
                service="s",
                user_id="u",
                key_hash="h",
                nickname=chat,
                user_data={"language": story.language},
                queue=story.queue,
            )
            self._do(chat, start)
            self._at(self._now_ms + story.patience_ms, chat, "gives up")
            self._at(self._now_ms + 20_000, chat, "time")
            self._at(self._now_ms + 120_000, chat, "time")
        elif what == "gives up" and state is not None and state.is_open and len(state.parties) == 1:
            self.gave_up += 1
            self._do(chat, commands.Leave(party_id=1))
        elif what == "time" and state is not None and state.is_open:
            is_ringing = state.ringing is not None
            self._do(chat, commands.Tick(client_seen_ms=0))
            if is_ringing:
                self._at(self._now_ms + RING_AGAIN_MS, chat, "time")
        elif what.startswith("answer ") and state is not None and state.ringing is not None:
            self._answers(chat, state, what.removeprefix("answer "))
        elif what.startswith("done ") and state is not None:
            self._finishes(chat, state, story, what.removeprefix("done "))

    def _answers(self, chat: str, state: Interaction, agent_id: str) -> None:
        assert state.ringing is not None
        if state.ringing.agent_id != agent_id:
            return
        if self._dice.random() < 0.03:
            self._do(chat, commands.Decline(agent_id))
            self._at(self._now_ms + RING_AGAIN_MS, chat, "time")
            return
        waited_ms = self._now_ms - state.queued_ms
        self.taken += 1
        self.waited_ms += waited_ms
        self._do(chat, commands.Accept(agent_id, agent_id))
        self._at(self._now_ms + self._stories[chat].takes_ms, chat, f"done {agent_id}")
        if (said := self._said.pop(chat, None)) is not None:
            self.told.append(Told(said[1], said[2], self._now_ms - said[0]))

    def _finishes(self, chat: str, state: Interaction, story: Story, agent_id: str) -> None:
        party = state.party_of(agent_id)
        if party is None:
            return
        if story.passed_on and sum(p.kind == "agent" for p in state.parties) == 1:
            self._do(chat, commands.HandOver(party_id=party.party_id, queue=story.passed_on))
        else:
            self.solved += 1
            self._do(chat, commands.End(reason="solved", party_id=party.party_id))

    def _assign(self) -> None:
        for choice in choose(self.floor.lines(), self.floor.people(), self._now_ms):
            chat, agent_id = choice.interaction_id, choice.agent_id
            self._do(chat, commands.Invite(agent_id, RING_S))
            late = self._dice.random() < 0.02
            self._at(
                self._now_ms + (RING_S if late else 4) * 1000, chat, "time" if late else f"answer {agent_id}"
            )
        self.longest_waiting = max(self.longest_waiting, self.floor.waiting_count)

    def _do(self, chat: str, command: Command) -> None:
        state = self.states.get(chat, Interaction())
        happened = decide(state, command, self._now_ms, RULES)
        for event in happened:
            self.log.append(Logged(chat, self._now_ms, event))
        state = self.states[chat] = reduce(lambda s, e: evolve(s, e, self._now_ms), happened, state)
        self.floor.put(chat, card_of(state))

    def _note_standing(self, chat: str) -> None:
        """Ask where a chat stands, and keep what it was told."""
        found = self.floor.standing(chat)
        if found is not None and found[1] is not None:
            self._said[chat] = (self._now_ms, found[0], found[1])

"""Whatever waits in queues and for applications, nobody has too much, no chat two people, and all are served.

Each seed is one day: chats come to a queue or to sessions, sessions submit them in all ways, people accept,
decline and finish, and time goes by.
"""

import asyncio
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.domain.commands import Accept, Decline, End
from frontdesk.errors import DeskError
from tests.desk.orchestration.queueing import QueueHouse

PEOPLE = {"amy": 1, "bob": 2, "dee": 1}
TARGETS = ("All@.GA", "Germans@.GA", "amy@.A, dee@.A", "?:german = 0@.GA, [3]bob@.A", "sales.Q")
ORDERS = ("any", "max", "min", "percentage")
ROUNDS_MAX = 60  # As many as there are chats: each round somebody finishes.


class Day:
    """One day, as its seed makes it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.house = QueueHouse()
        self.chats: list[str] = []
        self.sessions: dict[str, str] = {}

    async def begins(self) -> None:
        for login, capacity in PEOPLE.items():
            await self.house.agent(login, capacity, **({"german": 5} if login == "dee" else {}))

    async def goes_on(self) -> None:
        """Something happens."""
        doing = (self._comes, self._comes, self._submits, self._decides, self._answers, self._time)
        await self.chance.choice(doing)()
        self._nobody_has_too_much()

    async def _comes(self) -> None:
        if len(self.chats) >= ROUNDS_MAX:
            return
        if self.chance.random() < 0.5:
            self.chats.append(await self.house.node.start("plain", queue="default"))
            return
        chat_id, session_id = await self.house.begin()
        self.chats.append(chat_id)
        self.sessions[chat_id] = session_id
        await self._submit(chat_id)

    async def _submit(self, chat_id: str) -> None:
        await self.house.submit(
            self.sessions[chat_id],
            self.chance.choice(TARGETS),
            interactionid=chat_id,
            priority=self.chance.randrange(3),
            route=self.chance.random() < 0.8,
            timeout=self.chance.choice((0, 5, 600)),
            clearontimeout=self.chance.random() < 0.5,
            ordertype=self.chance.choice(ORDERS),
            orderstat="StatAgentLoading",
        )

    async def _submits(self) -> None:
        if self.sessions:
            await self._submit(self.chance.choice(list(self.sessions)))

    async def _decides(self) -> None:
        await self.house.decide()

    async def _answers(self) -> None:
        """Somebody takes a chat or not, or is done with one."""
        for agent_id in self.chance.sample(list(PEOPLE), len(PEOPLE)):
            for chat_id in self.house.rings(agent_id):
                takes = self.chance.random() < 0.7
                wish = Accept(agent_id, agent_id.title()) if takes else Decline(agent_id)
                await self.house.node.do(chat_id, wish)
            for chat_id in self.house.node.floor.chats_of(agent_id):
                if self.chance.random() < 0.4:
                    await self.house.node.do(chat_id, End(reason="done"))
        await self.house.tell()

    async def _time(self) -> None:
        await self._goes_by(self.chance.choice((1, 5, 12, 40)))

    async def _goes_by(self, seconds: float) -> None:
        self.house.node.clock.after_s(seconds)
        for chat_id in self.chats:
            try:
                await self.house.node.interactions.tick(chat_id)
            except DeskError as error:
                raise AssertionError(chat_id) from error
        await self.house.tell()

    def _nobody_has_too_much(self) -> None:
        """By the cards, each of which names who has it, is rung for it or held for it."""
        held: Counter[str] = Counter()
        for _, card in self.house.node.floor.open():
            rung = {card.ringing.agent_id} if card.ringing is not None else set()
            kept = {card.reserved.agent_id} if card.reserved is not None else set()
            people = set(card.participants) | rung | kept
            assert len(people) <= 1, "one chat, one agent"
            held.update(people)
        for agent_id, count in held.items():
            assert count <= PEOPLE[agent_id], f"{agent_id} has {count}"

    async def ends(self) -> None:
        """Everybody who waits is served, when nobody new comes and people take what rings."""
        for chat_id, session_id in self.sessions.items():
            await self.house.submit(session_id, "All@.GA", interactionid=chat_id)
        for _ in range(2 * ROUNDS_MAX):
            await self._goes_by(11)
            await self.house.decide()
            self._nobody_has_too_much()
            for agent_id in PEOPLE:
                for chat_id in self.house.rings(agent_id):
                    await self.house.node.do(chat_id, Accept(agent_id, agent_id.title()))
                for chat_id in self.house.node.floor.chats_of(agent_id):
                    await self.house.node.do(chat_id, End(reason="done"))
            await self.house.tell()
            if not self.house.node.floor.waiting_count:
                return
        raise AssertionError([chat.interaction_id for chat in self.house.node.floor.waiting()])

    def each_request_has_one_result(self) -> None:
        for session_id in set(self.sessions.values()):
            results = Counter(said["requestid"] for said in self.house.results(session_id))
            assert all(count == 1 for count in results.values())


async def a_day(seed: int, steps: int) -> None:
    day = Day(seed)
    await day.begins()
    for _ in range(steps):
        await day.goes_on()
    await day.ends()
    day.each_request_has_one_result()


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_on_any_day_all_are_served_by_one_person_each_who_has_a_place(seed: int, steps: int) -> None:
    asyncio.run(a_day(seed, steps))

"""Whatever two nodes do at once, and in whatever order they hear of it, in the end they agree.

Each seed is one schedule: people write, take chats, hand over and end them at both nodes at the same time;
every answer of the store comes after a while of its own, and each node hears of the log when it comes to it.
"""

import asyncio
import random
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.domain import commands, events
from frontdesk.domain.commands import Command
from frontdesk.domain.events import Kind
from frontdesk.errors import DeskError
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Store
from frontdesk.store.open import open_database
from tests.desk.nodes import Node, turns, two


class Schedule:
    """One schedule, as its seed makes it."""

    def __init__(self, seed: int, store: Store | None = None) -> None:
        self.chance = random.Random(seed)
        self.nodes = two(store=store)
        self.chats: list[str] = []
        self.said: dict[str, list[str]] = {}
        for node in self.nodes:
            node.connection.pause = self.pause

    async def pause(self) -> None:
        """How long the store takes this time."""
        await turns(self.chance.randrange(6))

    def command(self, number: int) -> Command:
        agent = self.chance.choice(("amy", "bob"))
        return self.chance.choice(
            (
                commands.Invite(agent, 30),
                commands.Accept(agent, agent.title()),
                commands.Decline(agent),
                commands.Join(kind=Kind.BOT, participant_id="greeter", nickname="Greeter"),
                commands.HandOver(party_id=self.chance.randrange(2, 5), queue=""),
                commands.SetTyping(1, bool(number % 2)),
                commands.ChangeNickname(1, f"Mira {number}"),
                commands.Queue(queue="default"),
                commands.End(reason="done")
                if self.chance.random() < 0.2
                else commands.GiveReceipt(1, number),
            )
        )

    async def works(self, node: Node, steps: int) -> None:
        """Somebody at a node: writes and does this and that."""
        for number in range(steps):
            chat_id = self.chance.choice(self.chats)
            word = f"{id(node)} {number} {self.chance.random()}"
            try:
                if self.chance.random() < 0.5:
                    await node.do(chat_id, commands.Say(party_id=1, text=word, client_id=word))
                    self.said[chat_id].append(word)
                else:
                    await node.do(chat_id, self.command(number))
            except DeskError:
                continue

    async def polls(self, node: Node, steps: int) -> None:
        """A visitor at a node, whose view must never go back."""
        seen = dict.fromkeys(self.chats, 0)
        for _ in range(steps):
            chat_id = self.chance.choice(self.chats)
            version = (await node.chats.chat(chat_id)).version
            assert version >= seen[chat_id]
            seen[chat_id] = version
            await turns(self.chance.randrange(4))

    async def hears(self, node: Node, steps: int) -> None:
        for _ in range(steps):
            await turns(self.chance.randrange(8))
            await node.hears()

    async def plays(self) -> None:
        for node in self.nodes:
            self.chats.append(await node.start())
        self.said = {chat_id: [] for chat_id in self.chats}
        kinds = (self.works, self.works, self.polls, self.hears)
        await asyncio.gather(*(kind(node, 25) for node in self.nodes for kind in kinds))
        for node in self.nodes:
            await node.hears()
            await node.interactions.aclose()

    async def agrees(self) -> None:
        """Both nodes say what the log says, without being told to look."""
        for node in self.nodes:
            for chat_id in self.chats:
                records = await node.database.read(f"interaction/{chat_id}")
                chat, full = await node.chats.full(chat_id)
                assert chat.version == full.state.version == len(records)
                history = await node.chats.history(chat_id)
                assert [told.body for told in history] == [record.body for record in records]
                said = [told.event.text for told in history if isinstance(told.event, events.Said)]
                assert sorted(said) == sorted(self.said[chat_id]), "what was answered was said, once"
            assert floor_of(node) == await floor_of_a_newcomer(node)


def floor_of(node: Node) -> list[object]:
    floor = node.floor
    people = ("amy", "bob", "greeter")
    return [
        floor.open_count,
        {waiting.interaction_id for waiting in floor.waiting()},
        [floor.chats_of(agent_id) for agent_id in people],
        [floor.invites_of(agent_id) for agent_id in people],
    ]


async def floor_of_a_newcomer(node: Node) -> list[object]:
    cold = Node(node.database, node.clock)
    await cold.floor.load(cold.store)
    return floor_of(cold)


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_in_the_end_both_nodes_agree(seed: int) -> None:
    async def whole() -> None:
        schedule = Schedule(seed)
        await schedule.plays()
        await schedule.agrees()

    asyncio.run(whole())


@given(st.integers(0, 2**32))
@settings(max_examples=5, deadline=None)
def test_in_the_end_both_agree_on_a_disk_too(seed: int) -> None:
    async def whole(folder: str) -> None:
        database = await open_database(DatabaseSettings(url=f"sqlite:///{folder}/desk.db"))
        try:
            schedule = Schedule(seed, database.store)
            await schedule.plays()
            await schedule.agrees()
        finally:
            await database.aclose()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(whole(folder))

"""`kill -9` at random moments under load: what was acknowledged is there, once, in order; nobody saw more.

`FRONTDESK_CRASHES=50` makes it fifty crashes in each test.
"""

import asyncio
import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.driver.v2 import granted
from bench.postgres import Postgres
from tests.faults.mortal import Node
from tests.faults.town import CHATS, MESSAGE, SAID, Bystander, Chat, Told, Town, until

CRASHES = int(os.environ.get("FRONTDESK_CRASHES", "6"))
LIFE_S = (0.0, 0.3)  # How long a server that has begun to work goes on, at random.
MOST_CRASHES = 5 * CRASHES  # So many are tried until one has cut a message off that was under way.

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60 + 10 * MOST_CRASHES)]


async def test_a_crash_takes_back_no_word_on_sqlite(tmp_path: Path) -> None:
    await survives([Node(tmp_path, None, agents=1, capacity=CHATS)], agents=1)


async def test_a_crash_takes_back_no_word_on_postgres(tmp_path: Path, postgres_database: str) -> None:
    await survives([Node(tmp_path, Postgres(postgres_database), agents=1, capacity=CHATS)], agents=1)


async def test_a_crash_of_one_of_two_nodes_takes_back_no_word(tmp_path: Path, postgres_database: str) -> None:
    database = Postgres(postgres_database)
    await survives(
        [
            Node(tmp_path, database, agents=2, capacity=CHATS // 2),
            Node(tmp_path, database, agents=2, capacity=CHATS // 2),
        ],
        agents=2,
    )


async def survives(nodes: Sequence[Node], agents: int) -> None:
    """Crash under load again and again; then compare everybody's book with what a new server tells."""
    town = Town(nodes)
    try:
        for node in nodes:
            await node.start()
        await town.open(agents)
        for number in range(MOST_CRASHES):
            if number >= CRASHES and town.lost:
                break
            await crash(random.choice(nodes), town)
        await town.close()
        town.check()
        town.leave()
        for node in nodes:
            await node.kill()
        for node in nodes:
            await node.start()
        await compare(town)
    finally:
        await town.close()
        town.leave()
        for node in nodes:
            await node.stop()


async def crash(node: Node, town: Town) -> None:
    """Kill a node while it works, and start it again."""
    said, answered = town.acknowledged, town.answered
    await until(lambda: town.acknowledged > said and town.answered > answered, town.check)
    await asyncio.sleep(random.uniform(*LIFE_S))
    await until(lambda: town.is_speaking, town.check)
    await node.kill()
    await node.start()


async def compare(town: Town) -> None:
    """What everybody was told is what is written."""
    written = {chat.name: await transcript(town, chat) for chat in town.chats}
    for bystander in town.bystanders:
        await town.join_again(bystander)
    await until(lambda: all(heard_all(bystander, written) for bystander in town.bystanders))
    for chat in town.chats:
        visitor_was_told_the_truth(chat, written[chat.name])
    for bystander in town.bystanders:
        assert not bystander.twice
        for name, heard in bystander.heard.items():
            agent_was_told_the_truth(bystander, name, heard, written[name])
    assert town.acknowledged > CRASHES
    assert town.lost, "no crash came while a message was under way: this run shows nothing"


def heard_all(bystander: Bystander, written: dict[str, dict[int, Told]]) -> bool:
    """Whether the agent has heard the last event of each chat at hand."""
    return all(bystander.last.get(name, 0) >= max(written[name]) for name in bystander.agent.joined)


async def transcript(town: Town, chat: Chat) -> dict[int, Told]:
    """The whole of a chat, as a new connection to a new server gets it."""
    connection = await town.anywhere()
    try:
        envelope = granted(*await connection.fetch(chat.visitor.refresh(1)))
    finally:
        connection.close()
    indexes = [line.index for line in envelope.messages]
    assert indexes == sorted(set(indexes))
    return {line.index: (line.type, line.text) for line in envelope.messages}


def visitor_was_told_the_truth(chat: Chat, written: dict[int, Told]) -> None:
    words = [text for type_, text in written.values() if type_ == MESSAGE and text.startswith(chat.name)]
    assert len(words) == len(set(words)), "a message is there twice"
    assert [text for text in words if text not in set(chat.unanswered)] == chat.acknowledged
    assert chat.shown.items() <= written.items(), "the visitor saw what is not there"


def agent_was_told_the_truth(
    bystander: Bystander, name: str, heard: dict[int, Told], written: dict[int, Told]
) -> None:
    told = {version: text for version, (type_, text) in heard.items() if type_ == SAID}
    there = {index: text for index, (type_, text) in written.items() if type_ == MESSAGE}
    assert told.items() <= there.items(), "the agent heard what is not there"
    typing = {version for version, (type_, _) in heard.items() if type_.startswith("Typing")}
    assert not there.keys() & typing, "a number that was used came back"
    assert told == there, "the agent missed something"
    said = [text for text in there.values() if text.startswith(bystander.name)]
    assert said == bystander.acknowledged.get(name, []), "the agent's words are not there once and in order"

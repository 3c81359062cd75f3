"""A visitor's client on the socket of one of two nodes that is killed: it goes on at the other."""

import asyncio
from pathlib import Path

import pytest

from bench.house import PASSWORD, SERVICE, person
from bench.postgres import Postgres
from frontdesk.client import Client
from tests.bare import http_client
from tests.client.test_against_server import QUICK, chat_id, reads
from tests.conformance.agents import Agent, signed_in
from tests.faults.broken_sockets import Proxy, proxy_to
from tests.faults.mortal import Node
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

WORDS = 30
KILLED_AT = 10


async def test_nothing_is_lost_and_nothing_is_said_twice(tmp_path: Path, postgres_database: str) -> None:
    database = Postgres(postgres_database)
    doomed, other = (Node(tmp_path / name, database, agents=1, capacity=1) for name in ("doomed", "other"))
    await doomed.start()
    await other.start()
    try:
        async with (
            proxy_to(doomed.url) as proxy,
            signed_in(other.url, person().login, PASSWORD) as agent,
            Client(f"{proxy.url}/genesys/2/chat/{SERVICE}", config=QUICK) as chat,
        ):
            await agent.does("ready")
            await chat.start(nickname="Ada")
            await agent.takes(chat_id(chat))
            await _follows_a_chat(doomed)
            await _talk(chat, agent, proxy, doomed, other)
    finally:
        await doomed.stop()
        await other.stop()


async def _follows_a_chat(node: Node) -> None:
    """Wait until a visitor's socket is open there."""
    async with http_client() as http, asyncio.timeout(PATIENCE_S):
        while "\nfrontdesk_visitor_sockets 1" not in (await http.get(f"{node.url}/metrics")).text:
            await asyncio.sleep(0.05)


async def _talk(chat: Client, agent: Agent, proxy: Proxy, doomed: Node, other: Node) -> None:
    """Both speak, and wait for nobody, while the node of the visitor is killed."""
    chat_of_agent = chat_id(chat)
    killed = asyncio.Event()

    async def visitor_speaks() -> None:
        for number in range(WORDS):
            if number == KILLED_AT:
                sending = asyncio.ensure_future(chat.say(f"question {number}"))
                proxy.leads_to(other.url)  # As balancers do that find nobody at the first.
                await doomed.kill()
                killed.set()
                await sending
            else:
                await chat.say(f"question {number}")

    async def agent_speaks() -> None:
        for number in range(WORDS):
            if number == WORDS // 2:
                await killed.wait()
            await agent.does("say", interaction_id=chat_of_agent, text=f"answer {number}")

    await asyncio.gather(visitor_speaks(), agent_speaks())
    await reads(chat, "Message", f"answer {WORDS - 1}")
    await agent.hears_event(chat_of_agent, "Said", text=f"question {WORDS - 1}")
    said = [m["event"] for m in agent.heard if m["is"] == "event" and m["event"]["type"] == "Said"]
    assert [e["text"] for e in said if e["party_id"] == 1] == [f"question {n}" for n in range(WORDS)]
    heard = [line for line in chat.lines if line.kind == "Message"]
    assert [line.text for line in heard if not line.is_mine] == [f"answer {n}" for n in range(WORDS)]
    assert [line.text for line in heard if line.is_mine] == [f"question {n}" for n in range(WORDS)]
    assert [line.index for line in chat.lines] == sorted({line.index for line in chat.lines})

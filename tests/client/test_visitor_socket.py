"""The SDK over the visitors' socket: the same chat with hardly a poll, and by polls where that is broken."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from frontdesk.client import Client
from tests.client.scripted_server import only
from tests.client.stage import on_stage
from tests.client.test_against_server import QUICK, chat_id, hears, reads
from tests.conformance.agents import Agent
from tests.conformance.house import House, serving, settings_in
from tests.faults.broken_sockets import Proxy, Sockets, proxy_to
from tests.faults.mortal import Node
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

SOCKETS = "frontdesk_visitor_sockets"
WORDS = 6


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with serving(settings_in(tmp_path)) as it:
        yield it


@pytest.fixture
async def amy(house: House) -> AsyncIterator[Agent]:
    async with house.agent("amy") as agent:
        yield agent


@pytest.fixture
async def proxy(house: House) -> AsyncIterator[Proxy]:
    async with proxy_to(house.url) as between:
        yield between


def visitor(url: str, **config: Any) -> Client:
    return Client(f"{url}/genesys/2/chat/s", config=QUICK | config)


async def requests(house: House, operation: str) -> int:
    """How many requests for an operation the server has answered."""
    text = (await house.visitors.http.get(f"{house.url}/metrics")).text
    name = f'frontdesk_requests_total{{operation="{operation}",'
    return sum(int(float(line.split()[-1])) for line in text.splitlines() if line.startswith(name))


def agents_words(chat: Client) -> list[str]:
    return [line.text for line in chat.lines if line.kind == "Message" and not line.is_mine]


async def talk(chat: Client, amy: Agent) -> None:
    """A chat of both sides, after which each has heard every word of the other once and in order."""
    chat_of_amy = chat_id(chat)
    await amy.takes(chat_of_amy)
    for number in range(WORDS):
        await chat.say(f"question {number}")
        await amy.does("say", interaction_id=chat_of_amy, text=f"answer {number}")
        if number % 2:
            await reads(chat, "Message", f"answer {number}")
    await reads(chat, "Message", f"answer {WORDS - 1}")
    await amy.hears_event(chat_of_amy, "Said", text=f"question {WORDS - 1}")
    said = [m["event"] for m in amy.heard if m["is"] == "event" and m["event"]["type"] == "Said"]
    assert [e["text"] for e in said if e["party_id"] == 1] == [f"question {n}" for n in range(WORDS)]
    assert agents_words(chat) == [f"answer {n}" for n in range(WORDS)]
    assert [line.index for line in chat.lines] == sorted({line.index for line in chat.lines})


async def test_a_chat_goes_over_the_socket_and_hardly_polls(house: House, amy: Agent) -> None:
    async with visitor(house.url) as chat:
        await chat.start(nickname="Ada")
        await house.until_measured(SOCKETS, 1)
        polls = await requests(house, "refresh")
        await talk(chat, amy)
        await chat.typing("My lo")
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "My lo")
        await chat.read()
        await amy.hears(lambda m: m["is"] == "readers")
        assert await requests(house, "socket/send") == WORDS
        assert await requests(house, "send") == 0
        assert await requests(house, "refresh") == polls
    await house.until_measured(SOCKETS, 0)


async def test_what_stands_in_the_input_box_is_shown_as_it_changes(house: House, amy: Agent) -> None:
    text = "My"
    async with visitor(house.url) as chat:
        await chat.start(nickname="Ada")
        await house.until_measured(SOCKETS, 1)
        await amy.takes(chat_id(chat))
        await chat.command("registerTypingPreviewInput", {"input": lambda: text})
        await chat.typing()
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "My")
        text = "My loom"
        typing = asyncio.ensure_future(_keeps_typing(chat))
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "My loom")
        typing.cancel()


async def _keeps_typing(chat: Client) -> None:
    while True:
        await chat.typing()
        await asyncio.sleep(0.2)


async def test_polling_is_begun_and_stopped_as_ever(house: House, amy: Agent) -> None:
    async with visitor(house.url) as chat:
        began = asyncio.create_task(hears(chat, "pollingStarted"))
        await asyncio.sleep(0)
        await chat.start(nickname="Ada")
        await began
        await house.until_measured(SOCKETS, 1)
        await chat.command("stopPoll")
        await house.until_measured(SOCKETS, 0)
        await amy.takes(chat_id(chat))
        await amy.does("say", interaction_id=chat_id(chat), text="unheard")
        await chat.command("startPoll")
        await reads(chat, "Message", "unheard")
        await house.until_measured(SOCKETS, 1)


async def test_a_chat_is_found_again_on_the_socket(house: House, amy: Agent, tmp_path: Path) -> None:
    where: dict[str, Any] = {"state": tmp_path / "chat.json", "config": QUICK}
    async with Client(f"{house.url}/genesys/2/chat/s", **where) as chat:
        await chat.start(nickname="Ada")
        await amy.takes(chat_id(chat))
    await amy.does("say", interaction_id=amy.heard[-1]["interaction_id"], text="while away")
    async with Client(f"{house.url}/genesys/2/chat/s", **where) as chat:
        await reads(chat, "Message", "while away")
        await house.until_measured(SOCKETS, 1)
        await chat.leave()


async def test_a_transport_that_is_chosen_is_that_one_alone(house: House, amy: Agent) -> None:
    async with visitor(house.url, transport={"type": "v2"}) as chat:
        await chat.start(nickname="Ada")
        await talk(chat, amy)
        assert await requests(house, "socket/refresh") == 0
        assert await requests(house, "send") == WORDS


async def test_another_server_sees_version_2_and_nothing_else() -> None:
    async with on_stage() as stage:
        await stage.start()
        await stage.do("sendMessage", {"message": "Hello"})
        (fields,) = only(stage.server.requests, "send")
        assert fields.keys() == {"alias", "secureKey", "userId", "message", "messageType"}


@pytest.mark.parametrize(
    ("sockets", "after_bytes"),
    [
        (Sockets.REFUSED, 0),
        (Sockets.SWALLOWED, 0),
        (Sockets.CUT, 1),
        (Sockets.CUT, 1000),
        (Sockets.MUTED, 1),
        (Sockets.MUTED, 1000),
    ],
)
async def test_a_chat_goes_on_where_sockets_are_broken(
    proxy: Proxy, amy: Agent, sockets: Sockets, after_bytes: int
) -> None:
    proxy.sockets, proxy.after_bytes = sockets, after_bytes
    async with visitor(proxy.url, ajaxTimeout=1000) as chat:
        await chat.start(nickname="Ada")
        await talk(chat, amy)
        assert proxy.upgrades


async def test_a_socket_that_breaks_is_followed_by_another(proxy: Proxy, house: House, amy: Agent) -> None:
    proxy.sockets, proxy.after_bytes = Sockets.CUT, 1200
    async with visitor(proxy.url) as chat:
        await chat.start(nickname="Ada")
        await talk(chat, amy)
        proxy.sockets = Sockets.PASS
        async with asyncio.timeout(PATIENCE_S):
            await house.until_measured(SOCKETS, 1)
        await amy.does("say", interaction_id=chat_id(chat), text="over the new one")
        await reads(chat, "Message", "over the new one")


async def test_a_server_that_is_killed_is_come_back_to(tmp_path: Path) -> None:
    node = Node(tmp_path, None, agents=0, capacity=1)
    await node.start()
    try:
        async with Client(f"{node.url}/genesys/2/chat/desk", config=QUICK) as chat:
            await chat.start(nickname="Ada")
            await chat.say("before")
            await reads(chat, "Message", "before")
            gone = asyncio.create_task(hears(chat, "disconnected"))
            await asyncio.sleep(0)
            await node.kill()
            await gone
            back = asyncio.create_task(hears(chat, "reconnected"))
            await asyncio.sleep(0)
            await node.start()
            await back
            await chat.say("after")
            await reads(chat, "Message", "after")
            assert [line.text for line in chat.lines if line.kind == "Message"] == ["before", "after"]
    finally:
        await node.stop()

"""The limits of the visitors' socket: each has a name, a bound, a clear answer and a metric."""

import asyncio
import base64
import os
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest
from msgspec.structs import replace

from frontdesk.settings import VisitorSocketSettings
from tests.conformance.house import NO_LIMITS, House, serving, settings_in
from tests.conformance.v2 import Chat
from tests.conformance.visitor_socket import VisitorSocket, following, hello, opened
from tests.edges.test_limits import house_with, refusals
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


async def is_turned_away(socket: VisitorSocket, limit: str) -> None:
    """It is closed with the limit's name, after the advice when to try again."""
    assert await socket.closed() == (1013, limit)
    assert socket.heard[-1] == {"closing": limit, "retry_after_ms": 5000}


async def test_visitor_sockets_per_chat(tmp_path: Path) -> None:
    async with house_with(tmp_path, visitor_sockets_per_chat=2) as house:
        chat = await house.visitors.start()
        async with AsyncExitStack() as stack:
            for _ in range(2):
                await stack.enter_async_context(following(house.url, chat))
            async with opened(house.url) as third:
                await third.wishes("hello", **hello(chat))
                await is_turned_away(third, "visitor_sockets_per_chat")
        assert await refusals(house, "visitor_sockets_per_chat") == 1
        await house.until_measured("frontdesk_visitor_sockets", 0)
        async with following(house.url, chat):
            pass


@pytest.mark.parametrize("limit", ["visitor_sockets_per_address", "visitor_sockets_per_node"])
async def test_visitor_sockets(tmp_path: Path, limit: str) -> None:
    async with house_with(tmp_path, **{limit: 1}) as house:
        chat = await house.visitors.start()
        async with following(house.url, chat):
            assert await house.measured("frontdesk_visitor_sockets") == 1
            async with opened(house.url) as second:
                await is_turned_away(second, limit)
        assert await refusals(house, limit) == 1
        await house.until_measured("frontdesk_visitor_sockets", 0)
        async with following(house.url, chat):
            pass


async def test_visitor_socket_message_bytes_max(tmp_path: Path) -> None:
    limits = {"socket_message_bytes_max": 1000, "cometd_message_bytes_max": 1000}
    async with house_with(tmp_path, visitor_socket_message_bytes_max=1000, **limits) as house:
        chat = await house.visitors.start()
        async with following(house.url, chat) as socket:
            await socket.does("send", text="x" * 900)
            await socket.sends("x" * 1001)
            assert await socket.closed() == (1009, "visitor_socket_message_bytes_max")
        assert await refusals(house, "visitor_socket_message_bytes_max") == 1


async def test_hello_s(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, visitor_socket=VisitorSocketSettings(hello_s=1))
    async with serving(settings) as house, opened(house.url) as socket:
        assert await socket.closed() == (1008, "visitor_socket_hello_s")
        assert await refusals(house, "visitor_socket_hello_s") == 1


async def test_requests_of_an_address_count_here_too(tmp_path: Path) -> None:
    async with house_with(tmp_path, requests_per_second_per_address=20) as house:
        chat = await house.visitors.start()
        async with following(house.url, chat) as socket:
            with anyio.fail_after(PATIENCE_S):
                while not await refusals(house, "requests_per_second_per_address"):
                    for _ in range(50):
                        await socket.wishes("type", is_typing=True)
            later = await socket.hears(lambda m: m.get("answer", {}).get("statusCode") == 1)
            assert later["answer"]["chatEnded"] is False


async def test_pings_that_come_too_fast_close_the_socket(tmp_path: Path) -> None:
    async with house_with(tmp_path, requests_per_second_per_address=20) as house:
        chat = await house.visitors.start()
        async with following(house.url, chat) as socket:
            assert (await socket.asks("ping")).keys() == {"id"}
            for _ in range(200):
                await socket.wishes("ping")
            await is_turned_away(socket, "requests_per_second_per_address")


async def test_a_reader_that_does_not_read_is_cut_off_and_goes_on_later(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, limits=replace(NO_LIMITS, answer_stall_s=1))
    async with serving(settings) as house:
        chat = await house.visitors.start()
        for number in range(60):
            await chat.send(f"{number} " + "x" * 3900)
        async with opened(house.url) as socket:
            await socket.greets(chat)
            await socket.stops_reading()
            with anyio.fail_after(PATIENCE_S):
                while not await refusals(house, "answer_stall_s"):
                    for _ in range(50):  # Far more than what the system takes in for those who do not read.
                        await chat.send("y" * 3900)
            await house.until_measured("frontdesk_visitor_sockets", 0)
        async with following(house.url, chat, 50) as again:
            await chat.send("the last")
            await again.hears_text("the last")
            assert again.events == (await chat.refresh(50)).events


async def test_socket_ping_s(tmp_path: Path) -> None:
    """Whoever does not answer a ping is no longer there: the chat has lost its visitor."""
    settings = settings_in(tmp_path)
    settings = replace(settings, server=replace(settings.server, socket_ping_s=1))
    async with serving(settings) as house:
        chat = await house.visitors.start()
        async with following(house.url, chat) as alive:
            reader, writer = await deaf(house, chat)
            async with asyncio.timeout(PATIENCE_S):
                await reader.read()
            writer.close()
            assert await refusals(house, "socket_ping_s") == 1
            await alive.does("send", text="somebody else is there")


async def deaf(house: House, chat: Chat) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that opens a socket and answers nothing that it is told there."""
    where = urlsplit(house.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    key = base64.b64encode(os.urandom(16)).decode()
    head = (
        f"GET /genesys/2/chat/{chat.service}/socket HTTP/1.1",
        f"host: {where.netloc}",
        "upgrade: websocket",
        "connection: upgrade",
        f"sec-websocket-key: {key}",
        "sec-websocket-version: 13",
    )
    writer.write("\r\n".join((*head, "", "")).encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer

"""Connections cost nothing before they are needed, keep no cookies unasked, and swallow no flood."""

import asyncio
import gc
import gzip
from collections.abc import AsyncIterator

import pytest

from frontdesk.client.bus import Bus
from frontdesk.client.connections import RESPONSE_BYTES_MAX, _trusted, trusted
from frontdesk.client.transport import Credentials, Outcome, StartRequest
from frontdesk.client.v2 import V2Transport
from frontdesk.client.webchat_service import WebChatService
from tests.client.desk import Desk
from tests.client.scripted_server import ScriptedServer, serving

pytestmark = pytest.mark.anyio

ADA = StartRequest(nickname="Ada")
CHAT = Credentials(session_id="CHAT1", secure_key="KEY1", user_id="USER1", alias="1")
NOBODY_HOME = "https://127.0.0.1:1/genesys/2/chat/any"


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving(Desk()) as it:
        yield it


async def test_without_tls_no_certificates_are_read(server: ScriptedServer) -> None:
    before = _trusted.cache_info()
    transport = V2Transport(server.url)
    assert (await transport.start(ADA)).outcome is Outcome.DONE
    await transport.aclose()
    assert _trusted.cache_info() == before


async def test_with_tls_all_of_a_process_share_them_and_the_loop_goes_on_meanwhile() -> None:
    _trusted.cache_clear()
    transports = [V2Transport(NOBODY_HOME) for _ in range(3)]
    assert _trusted.cache_info().misses == 0
    asking = asyncio.gather(*(transport.start(ADA) for transport in transports))
    turns = 0
    while _trusted.cache_info().currsize == 0:
        turns += 1
        await asyncio.sleep(0)
    assert turns > 3  # Reading them in the loop would take one turn.
    assert [one.outcome for one in await asking] == [Outcome.UNREACHABLE] * 3
    assert trusted() is trusted()
    assert _trusted.cache_info().misses == 1
    for transport in transports:
        await transport.aclose()


@pytest.mark.parametrize("with_credentials", [False, True])
async def test_cookies_are_kept_only_when_they_are_asked_for(
    server: ScriptedServer, with_credentials: bool
) -> None:
    server.override("start", {}, headers={"set-cookie": "node=7"})
    config = {"dataURL": server.url, "xhrFields": {"withCredentials": with_credentials}}
    bus = Bus()
    service = WebChatService(bus, config)
    await service.begin()
    await bus.command("WebChatService.startChat", {"nickname": "Ada"})
    await bus.command("WebChatService.sendMessage", {"message": "hi"})
    await service.aclose()
    (sent,) = [one for one in server.requests if one.operation == "send"]
    assert sent.headers.get("cookie") == ("node=7" if with_credentials else None)


@pytest.mark.parametrize("is_packed", [False, True])
async def test_an_answer_that_goes_on_for_ever_is_not_read_to_its_end(
    server: ScriptedServer, is_packed: bool
) -> None:
    flood = b" " * 10_000
    headers = {"content-encoding": "gzip"} if is_packed else {}
    body = gzip.compress(flood) if is_packed else flood
    server.override("refresh", body, headers=headers)
    transport = V2Transport(server.url, response_bytes_max=9_999)
    answer = await transport.refresh(CHAT, 1)
    assert (answer.outcome, answer.is_reached) == (Outcome.BROKEN, False)
    assert answer.response["statusText"] == "the response is larger than 9999 bytes"
    await transport.aclose()
    assert RESPONSE_BYTES_MAX == 64 * 1024 * 1024


async def test_an_answer_that_came_packed_is_read(server: ScriptedServer) -> None:
    body = gzip.compress(b'{"statusCode": 0, "chatEnded": false}')
    server.override("refresh", body, headers={"content-encoding": "gzip"})
    transport = V2Transport(server.url)
    answer = await transport.refresh(CHAT, 1)
    assert (answer.outcome, answer.chat_ended) == (Outcome.DONE, False)
    await transport.aclose()


@pytest.mark.parametrize("was_used", [False, True])
async def test_what_was_let_go_opens_no_connection_again(server: ScriptedServer, was_used: bool) -> None:
    transport = V2Transport(server.url)
    if was_used:
        await transport.start(ADA)
    await transport.aclose()
    answer = await transport.refresh(CHAT, 1)
    assert (answer.outcome, answer.response["statusText"]) == (Outcome.UNREACHABLE, "Closed")
    assert "refresh" not in [one.operation for one in server.requests]


@pytest.mark.parametrize("turns", range(20))
async def test_letting_go_leaves_nothing_open_however_far_a_request_has_come(
    server: ScriptedServer, turns: int
) -> None:
    transport = V2Transport(server.url)
    asking = asyncio.ensure_future(transport.start(ADA))
    for _ in range(turns):
        await asyncio.sleep(0)
    await transport.aclose()
    answer = await asking
    assert answer.outcome is Outcome.DONE or answer.response["statusText"] == "Closed"
    del transport, asking
    gc.collect()  # A connection that nobody closed is a warning, and those are errors.
    await asyncio.sleep(0)

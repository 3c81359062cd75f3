"""What is no HTTP: a clear 400 in the words of the protocol that was meant, which pages can read."""

import json
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from frontdesk.settings import ServiceSettings
from tests.conformance.house import House, serving, settings_in
from tests.fuzz.anything import tries
from tests.fuzz.sockets import connected, exchange, read_to_end, request, statuses
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

ORIGIN = "https://shop.example"
PLACES = ("/genesys/2/chat/s/", "/genesys/2/chat-ntf", "/genesys/cometd", "/nexus/v3/chat/sessions", "/api/x")


def answer_of(received: bytes) -> tuple[dict[str, str], Any]:
    """The headers and the body of the one answer, which is a 400."""
    assert statuses(received) == [400]
    head, _, body = received.partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
    headers = {name.lower(): value for name, _, value in lines}
    assert headers["content-type"].startswith("application/json")
    assert (headers["connection"], int(headers["content-length"])) == ("close", len(body))
    return headers, json.loads(body)


def says_why(path: str, told: Any) -> str:
    """What is told to people, wherever the protocol has it."""
    if "cometd" in path:
        (message,) = told
        assert message["successful"] is False
        return str(message["error"])
    if "v3" in path:
        assert told["status"]["code"] == "BAD_REQUEST"
        return str(told["status"]["message"])
    if "chat" in path:
        assert (told["statusCode"], told["chatEnded"], told["messages"]) == (2, False, [])
        return str(told["errors"][0]["advice"])
    return str(told["error"]["text"])


@pytest.mark.parametrize("path", PLACES)
async def test_a_head_that_is_none_is_told_so(shared_house: House, path: str) -> None:
    asked = request(path, Origin=ORIGIN, Accept="*/*").replace(b"\r\n\r\n", b"\r\nno header\r\n\r\n")
    headers, told = answer_of(await exchange(shared_house.server.port, asked))
    assert says_why(path, told)
    if path != "/api/x":
        assert headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("path", PLACES)
async def test_so_is_a_head_without_end(shared_house: House, path: str) -> None:
    asked = request(path, Origin=ORIGIN)[:-2] + b"X: a\r\n" * 20_000
    headers, told = answer_of(await exchange(shared_house.server.port, asked))
    assert "too long" in says_why(path, told)
    if path != "/api/x":
        assert headers["access-control-allow-origin"] == ORIGIN


async def test_a_page_reads_it_also_when_its_origin_was_not_read(shared_house: House) -> None:
    asked = b"POST /genesys/2/chat/s/ HTTP/1.1\r\nno header\r\n\r\n"
    headers, _ = answer_of(await exchange(shared_house.server.port, asked))
    assert headers["access-control-allow-origin"] == "*"


async def test_other_pages_may_not_read_what_a_service_says(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_in(tmp_path_factory.mktemp("guarded"))
    settings = replace(settings, services={"s": ServiceSettings(allowed_origins=(ORIGIN,))})
    async with serving(settings) as house:
        for origin in ("https://evil.example", ""):
            for path in PLACES:
                asked = request(path, Origin=origin, Accept="*/*").replace(
                    b"\r\n\r\n", b"\r\nno header\r\n\r\n"
                )
                headers, _ = answer_of(await exchange(house.server.port, asked))
                assert "access-control-allow-origin" not in headers or path == "/genesys/2/chat-ntf"


async def test_it_is_never_taken_for_the_answer_to_a_request_before_it(shared_house: House) -> None:
    chat = await shared_house.visitors.start()
    body = f"secureKey={chat.secure_key}".encode()
    poll = request(f"/genesys/2/chat{chat.path('refresh')}", body)
    received = await exchange(shared_house.server.port, poll + b"\x00\x01\r\n\r\n")
    assert statuses(received) in ([200, 400], [200], [])


async def test_a_held_request_is_not_answered_with_it(shared_house: House) -> None:
    """Whoever waits for its news has sent garbage behind it: the connection closes without a word."""
    shake = [{"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]}]
    answer = await shared_house.visitors.http.post(f"{shared_house.url}/genesys/cometd", json=shake)
    connect = {"channel": "/meta/connect", "connectionType": "long-polling"}
    connect["clientId"] = answer.json()[0]["clientId"]
    body = json.dumps([connect]).encode()
    asked = request("/genesys/cometd", body, Content_Type="application/json")
    async with connected(shared_house.server.port) as stream:
        await stream.send(asked)
        await shared_house.until_measured("frontdesk_cometd_connects_held", 1)
        await stream.send(b"\x00\x01\r\n\r\n")
        with anyio.fail_after(PATIENCE_S), pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
            await stream.receive()


@tries(60)
@given(st.sampled_from(PLACES), st.binary(max_size=60), st.booleans())
async def test_whatever_is_sent_a_refusal_is_clear(
    shared_house: House, path: str, noise: bytes, is_in_head: bool
) -> None:
    asked = request(path, Origin=ORIGIN, Connection="close")
    sent = asked[:-2] + noise + b"\r\n\r\n" if is_in_head else noise + asked
    async with connected(shared_house.server.port) as stream:
        await stream.send(sent)
        await stream.send_eof()
        received = await read_to_end(stream)
    if statuses(received) == [400]:
        answer_of(received)

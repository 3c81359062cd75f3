"""Requests that stop half-way, come slowly or never end: a clear answer or a closed connection, in time."""

import json
from collections.abc import AsyncIterator

import anyio
import pytest
from anyio.abc import SocketStream
from msgspec.structs import replace

from tests.conformance.house import NO_LIMITS, House, serving, settings_in
from tests.conformance.v2 import Chat
from tests.fuzz.sockets import connected, exchange, read_to_end, request, statuses
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

MULTIPART = "multipart/form-data; boundary=b"


@pytest.fixture(scope="module")
async def hasty_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A server that waits for nobody longer than a second."""
    settings = settings_in(tmp_path_factory.mktemp("hasty"))
    limits = replace(
        NO_LIMITS, head_read_s=1, body_read_s=1, upload_read_s=1, answer_stall_s=1, head_bytes_max=8192
    )
    async with serving(replace(settings, limits=limits)) as house:
        yield house


@pytest.fixture
async def chat(hasty_house: House) -> Chat:
    return await hasty_house.visitors.start()


def path_to(chat: Chat, operation: str) -> str:
    return f"/genesys/2/chat{chat.path(operation)}"


def port_of(house: House) -> int:
    port: int = house.server.port
    return port


async def goes_on(chat: Chat, *said: str) -> None:
    """The chat still works, and its visitor finds exactly these words in it."""
    (await chat.send("still here")).ok()
    assert [event["text"] for event in await chat.events("Message")] == [*said, "still here"]


@pytest.mark.parametrize("begun", [b"", b"body"])
async def test_a_body_that_does_not_come_is_waited_for_only_so_long(
    hasty_house: House, chat: Chat, begun: bytes
) -> None:
    async def begin(operation: str, content_type: str) -> None:
        asked = request(path_to(chat, operation), begun, length=100, Content_Type=content_type)
        received = await exchange(port_of(hasty_house), asked)
        assert statuses(received) == [408]
        head, _, body = received.partition(b"\r\n\r\n")
        assert b"connection: close" in head.lower()
        assert json.loads(body)["statusCode"] == 2

    async with anyio.create_task_group() as visitors:
        for operation in ("send", "file"):
            for content_type in ("application/x-www-form-urlencoded", MULTIPART):
                visitors.start_soon(begin, operation, content_type)
    await goes_on(chat)


async def test_a_body_that_trickles_in_has_no_longer(hasty_house: House, chat: Chat) -> None:
    body = f"secureKey={chat.secure_key}&message=slow".encode()
    async with connected(port_of(hasty_house)) as stream:
        await stream.send(request(path_to(chat, "send"), body[:1], length=len(body)))
        try:
            for place in range(1, len(body)):
                await anyio.sleep(0.1)
                await stream.send(body[place : place + 1])
        except anyio.BrokenResourceError:
            pass  # As it should be.
        assert statuses(await read_to_end(stream)) in (
            [408],
            [],
        )  # The answer can be lost with the connection.
    await goes_on(chat)


async def test_a_body_in_many_pieces_is_one_body(hasty_house: House, chat: Chat) -> None:
    body = f"secureKey={chat.secure_key}&message=piece+by+piece".encode()
    whole = request(path_to(chat, "send"), body, Connection="close")
    received = await exchange(port_of(hasty_house), *(bytes([byte]) for byte in whole))
    assert statuses(received) == [200]
    await goes_on(chat, "piece by piece")


async def test_an_answer_that_nobody_reads_is_given_up(hasty_house: House, chat: Chat) -> None:
    """A client asks for the transcript again and again and reads nothing: it does not keep its place."""
    for _ in range(20):
        (await chat.send("x" * 4000)).ok()
    body = f"secureKey={chat.secure_key}".encode()
    asked = request(path_to(chat, "refresh"), body) * 200

    async def ask_for_ever(stream: SocketStream) -> None:
        while True:
            await stream.send(asked)
            await anyio.sleep(0.1)

    async with connected(port_of(hasty_house)) as stream:
        with (
            anyio.fail_after(PATIENCE_S),
            pytest.raises((anyio.BrokenResourceError, anyio.ClosedResourceError)),
        ):
            await ask_for_ever(stream)
    assert len(await chat.events("Message")) == 20


async def test_a_head_that_does_not_end_is_waited_for_only_so_long(hasty_house: House) -> None:
    async def begin(*pieces: bytes) -> None:
        assert await exchange(port_of(hasty_house), *pieces) == b""

    async with anyio.create_task_group() as visitors:
        visitors.start_soon(begin)
        for begun in (b"P", b"POST / HT", b"POST /genesys/2/chat/s/ HTTP/1.1\r\nHost: de"):
            visitors.start_soon(begin, begun)


async def test_so_is_the_head_of_a_second_request(hasty_house: House, chat: Chat) -> None:
    body = f"secureKey={chat.secure_key}".encode()
    received = await exchange(port_of(hasty_house), request(path_to(chat, "refresh"), body), b"POST / HT")
    assert statuses(received) == [200]


@pytest.mark.parametrize("line", [b"X: " + b"a" * 10_000, b"X: a\r\n" * 3000, b"X" * 10_000])
async def test_a_head_without_end_is_refused(hasty_house: House, line: bytes) -> None:
    begun = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    received = await exchange(port_of(hasty_house), begun, *([line] * 20))
    assert statuses(received) in ([400], [])
    assert len(received) < 1000


async def test_a_websocket_handshake_that_cannot_be_read_is_closed(hasty_house: House) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "upgrade", "Sec_WebSocket_Version": "13"}
    for headers in (upgrade, {**upgrade, "Cookie": "a" * 9000}, {**upgrade, "Sec_WebSocket_Key": "no"}):
        asked = request("/api/workspace/socket", method="GET", **headers)
        assert set(statuses(await exchange(port_of(hasty_house), asked))) <= {400}


async def test_agents_calls_are_no_different(hasty_house: House, chat: Chat) -> None:
    async with hasty_house.agent("amy", capacity=100) as amy:
        await amy.takes(chat.chat_id)
        bearer = f"Bearer {amy.token}"
        for path in ("sign-in", f"interactions/{chat.chat_id}/files"):
            whole = f"/api/workspace/{path}"
            asked = request(whole, b"{", length=100, Content_Type=MULTIPART, Authorization=bearer)
            assert statuses(await exchange(port_of(hasty_house), asked)) == [408]
        await amy.does("say", interaction_id=chat.chat_id, text="still here")


async def test_a_sign_in_of_many_megabytes_is_not_kept_in_memory(hasty_house: House) -> None:
    asked = request("/api/workspace/sign-in", b'{"login":"' + b"a" * 3_000_000, Connection="close")
    received = await exchange(port_of(hasty_house), asked)
    assert statuses(received) == [400]
    assert b"too large" in received

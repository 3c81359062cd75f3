"""The frames that a socket reads and writes by itself are as the library's; all others it leaves to it."""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from frontdesk.edges.asgi import Receive, Scope, Send
from frontdesk.edges.socket_connection import socket_connection
from frontdesk.edges.socket_frames import frame_end, text_frame, whole_text
from frontdesk.settings import LimitSettings
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]
MESSAGE_BYTES_MAX = 1000


@pytest.mark.parametrize("size", SIZES)
def test_a_text_is_framed_as_the_library_does(size: int) -> None:
    text = b"x" * size

    assert text_frame(text) == Frame(Opcode.TEXT, text).serialize(mask=False)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mask", [True, False])
def test_a_frame_ends_where_the_library_ends_it(size: int, mask: bool) -> None:
    frame = Frame(Opcode.BINARY, b"x" * size).serialize(mask=mask)
    head = len(frame) - size - (4 if mask else 0)

    assert frame_end(b"before" + frame + b"after", 6) == 6 + len(frame)
    assert frame_end(frame[:head], 0) == len(frame)
    assert {frame_end(frame[:cut], 0) for cut in range(head)} == {-1}


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535])
def test_a_whole_text_is_read(size: int) -> None:
    text = "é".encode() * (size // 2) + b"x" * (size % 2)
    frame = Frame(Opcode.TEXT, text).serialize(mask=True)

    assert whole_text(b"before" + frame + b"after", 6, 6 + len(frame)) == text


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Opcode.TEXT, b"not masked").serialize(mask=False),
        Frame(Opcode.TEXT, b"a part", fin=False).serialize(mask=True),
        Frame(Opcode.CONT, b"the rest").serialize(mask=True),
        Frame(Opcode.BINARY, b"no text").serialize(mask=True),
        Frame(Opcode.PING, b"?").serialize(mask=True),
        Frame(Opcode.CLOSE, b"").serialize(mask=True),
        bytes((0xC1, *Frame(Opcode.TEXT, b"compressed").serialize(mask=True)[1:])),
        Frame(Opcode.TEXT, b"x" * 65_536).serialize(mask=True),
    ],
    ids=["not masked", "a part", "the rest", "binary", "ping", "close", "compressed", "long"],
)
def test_whatever_else_is_left_to_the_library(frame: bytes) -> None:
    assert whole_text(frame, 0, len(frame)) is None


def test_a_text_that_has_not_come_whole_is_left_to_the_library() -> None:
    frame = Frame(Opcode.TEXT, b"hello").serialize(mask=True)

    assert whole_text(frame[:-1], 0, len(frame)) is None


# --- on a connection -------------------------------------------------------------------------------


async def repeats(_scope: Scope, receive: Receive, send: Send) -> None:
    """Say what was said, until somebody says goodbye."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "goodbye":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await send(
                {"type": "websocket.send", **{k: message[k] for k in ("text", "bytes") if k in message}}
            )


@asynccontextmanager
async def repeater() -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ws = socket_connection(LimitSettings(), lambda _limit: None)
        config = uvicorn.Config(
            repeats,
            ws=ws,
            ws_max_size=MESSAGE_BYTES_MAX,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


class Visitor:
    """One client whose bytes are cut wherever a test likes."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.protocol = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}"))
        self.heard: list[tuple[Opcode, bytes]] = []

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.protocol.send_request(self.protocol.connect())
        self.writer.writelines(self.protocol.data_to_send())
        while self.protocol.state is not State.OPEN:
            await self.hear()

    async def hear(self) -> bool:
        """Read on; whether there was anything."""
        data = await self.reader.read(65_536)
        if data:
            self.protocol.receive_data(data)
        else:
            self.protocol.receive_eof()
        if self.protocol.state is not State.OPEN:  # What is said of an end is answered.
            self.writer.writelines(filter(None, self.protocol.data_to_send()))
        events = self.protocol.events_received()
        self.heard += [(event.opcode, bytes(event.data)) for event in events if isinstance(event, Frame)]
        return bool(data)

    async def say(self, frames: bytes, cuts: set[int]) -> None:
        """Send the bytes in pieces that arrive one by one."""
        places = sorted({cut % (len(frames) + 1) for cut in cuts} | {0, len(frames)})
        for first, end in itertools.pairwise(places):
            self.writer.write(frames[first:end])
            await self.writer.drain()
            await asyncio.sleep(0)

    async def hear_to_the_end(self) -> list[tuple[Opcode, bytes]]:
        async with asyncio.timeout(PATIENCE_S):
            while await self.hear():
                pass
        self.writer.close()
        with contextlib.suppress(
            OSError
        ):  # Whoever closes with unread bytes before it resets the connection.
            await self.writer.wait_closed()
        return self.heard


def masked(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


GOODBYE = masked(Opcode.TEXT, b"goodbye")
texts = st.text(max_size=80).filter(lambda text: text not in ("", "goodbye")).map(str.encode)
# What is sent, as bytes, and what comes back.
wholes = texts.map(lambda text: (masked(Opcode.TEXT, text), (Opcode.TEXT, text)))
binaries = texts.map(lambda data: (masked(Opcode.BINARY, data), (Opcode.BINARY, data)))
pings = texts.map(lambda data: data[:100]).map(lambda data: (masked(Opcode.PING, data), (Opcode.PONG, data)))
in_pieces = st.tuples(texts, texts).map(
    lambda two: (
        masked(Opcode.TEXT, two[0], fin=False) + masked(Opcode.CONT, two[1]),
        (Opcode.TEXT, two[0] + two[1]),
    )
)


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with repeater() as port:
        yield port


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(wholes, binaries, pings, in_pieces), max_size=12),
    st.sets(st.integers(0, 2000), max_size=8),
)
async def test_wherever_the_bytes_are_cut_all_comes_once_and_in_order(
    port: int, said: list[tuple[bytes, tuple[Opcode, bytes]]], cuts: set[int]
) -> None:
    visitor = Visitor(port)
    await visitor.open()
    await visitor.say(b"".join(frame for frame, _ in said) + GOODBYE, cuts)

    heard = await visitor.hear_to_the_end()

    answers = [back for _, back in said]
    for kinds in ({Opcode.TEXT, Opcode.BINARY}, {Opcode.PONG}):  # A pong need not wait for the application.
        assert [one for one in heard if one[0] in kinds] == [one for one in answers if one[0] in kinds]
    assert visitor.protocol.close_code == 1000


@pytest.mark.parametrize("cuts", [set(), {1}])
@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (Frame(Opcode.TEXT, b"not masked").serialize(mask=False), 1002),
        (masked(Opcode.CONT, b"the rest of nothing"), 1002),
        (masked(Opcode.TEXT, b"a part", fin=False) + masked(Opcode.TEXT, b"not the rest"), 1002),
        (bytes((0xC1, *masked(Opcode.TEXT, b"compressed")[1:])), 1002),
        (bytes((0x83, *masked(Opcode.TEXT, b"no such kind")[1:])), 1002),
        (bytes((0xC1, *masked(Opcode.TEXT, b"compressed")[1:])) + 3 * GOODBYE, 1002),
        (masked(Opcode.TEXT, b"\xff\xfe"), 1007),
        (masked(Opcode.TEXT, b"x" * (MESSAGE_BYTES_MAX + 1)), 1009),
    ],
    ids=[
        *("not masked", "no beginning", "no end", "compressed", "no such kind", "goodbyes behind it"),
        *("no text", "too long"),
    ],
)
async def test_what_is_not_as_it_should_be_closes_the_connection(
    port: int, bad: bytes, code: int, cuts: set[int]
) -> None:
    visitor = Visitor(port)
    await visitor.open()
    await visitor.say(masked(Opcode.TEXT, b"before"), set())
    await visitor.say(bad, cuts)

    heard = await visitor.hear_to_the_end()

    assert {(Opcode.TEXT, b"before")} >= {one for one in heard if one[0] is Opcode.TEXT}
    assert visitor.protocol.close_rcvd is not None
    assert visitor.protocol.close_rcvd.code == code

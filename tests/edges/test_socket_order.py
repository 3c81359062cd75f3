"""What a socket sends at the end of a turn keeps its place among all that it sends."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedOK

from frontdesk.edges.asgi import SEND_TEXT, TAKE_TEXTS, App, Receive, Scope, Send, SendText
from frontdesk.edges.socket_connection import WRITTEN_AT_ONCE, socket_connection
from frontdesk.settings import LimitSettings
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


async def counts_to_five(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    send_text = scope["extensions"][SEND_TEXT]
    assert send_text(b"1")
    assert send_text(b"2")
    await send({"type": "websocket.send", "text": "3"})
    assert send_text(b"4")
    assert send_text(b"5")
    await send({"type": "websocket.close", "code": 1000})
    assert not send_text(b"too late")


async def takes_some_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    """Repeat each message: those in small letters in the turn that brought them, unless others wait."""
    await receive()
    await send({"type": "websocket.accept"})
    send_text, take_texts = scope["extensions"][SEND_TEXT], scope["extensions"][TAKE_TEXTS]
    take_texts(lambda text: text.islower() and send_text(text))
    while (message := await receive())["type"] == "websocket.receive":
        await asyncio.sleep(0)
        send_text(message["text"].encode())


@contextlib.asynccontextmanager
async def connected(app: App) -> AsyncIterator[ClientConnection]:
    """A client of this application."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ws = socket_connection(LimitSettings(), lambda _limit: None)
        server = uvicorn.Server(uvicorn.Config(app, ws=ws, lifespan="off", log_config=None))
        serving = asyncio.create_task(server._serve(sockets=[listener]))
        async with (
            asyncio.timeout(PATIENCE_S),
            connect(f"ws://127.0.0.1:{listener.getsockname()[1]}") as client,
        ):
            yield client
        server.should_exit = True
        await serving


async def test_every_message_comes_in_order_and_before_the_end() -> None:
    async with connected(counts_to_five) as client:
        heard = [await client.recv() for _ in range(5)]
        with pytest.raises(ConnectionClosedOK):
            await client.recv()
    assert heard == ["1", "2", "3", "4", "5"]


async def test_what_is_sent_to_many_in_one_turn_reaches_each_once() -> None:
    """More of them than are written at once, and some are told twice."""
    told: list[SendText] = []

    async def tells_all(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        told.append(scope["extensions"][SEND_TEXT])
        while (message := await receive())["type"] == "websocket.receive":
            for number, send_text in enumerate([*told, *told[::7]]):
                assert send_text(f"{message['text']} {number}".encode())

    count = 2 * WRITTEN_AT_ONCE + 3
    async with connected(tells_all) as first, contextlib.AsyncExitStack() as others:
        host, port = first.remote_address
        clients = [
            first,
            *[await others.enter_async_context(connect(f"ws://{host}:{port}")) for _ in range(count - 1)],
        ]
        await first.send("news")
        heard = [[await client.recv()] for client in clients]
        for again in range(0, count, 7):
            heard[again].append(await clients[again].recv())
    assert [texts[0] for texts in heard] == [f"news {number}" for number in range(count)]
    assert [texts[1] for texts in heard[::7]] == [
        f"news {count + number}" for number in range(len(heard[::7]))
    ]


async def test_what_is_taken_at_once_overtakes_nothing() -> None:
    said = [*"abCdEFghIjKlmnOpqRSTuvwxyZ"]
    async with connected(takes_some_at_once) as client:
        for text in said:
            await client.send(text)
        heard = [await client.recv() for _ in said]
    assert heard == said

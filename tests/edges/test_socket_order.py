"""What a socket sends at the end of a turn keeps its place among all that it sends."""

import asyncio
import socket

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedOK

from frontdesk.edges.asgi import SEND_TEXT, Receive, Scope, Send
from frontdesk.edges.socket_connection import socket_connection
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


async def test_every_message_comes_in_order_and_before_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            counts_to_five,
            ws=socket_connection(LimitSettings(), lambda _limit: None),
            lifespan="off",
            log_config=None,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve(sockets=[listener]))
        async with (
            asyncio.timeout(PATIENCE_S),
            connect(f"ws://127.0.0.1:{listener.getsockname()[1]}") as client,
        ):
            heard = [await client.recv() for _ in range(5)]
            with pytest.raises(ConnectionClosedOK):
                await client.recv()
        server.should_exit = True
        await serving
    assert heard == ["1", "2", "3", "4", "5"]

"""The baseline *empty*: an endpoint that does nothing, on the server stack that Frontdesk stands on."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
import uvloop

from bench.announce import announce

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json;charset=UTF-8"), (b"content-length", b"2")],
}
BODY = {"type": "http.response.body", "body": b"{}"}


async def empty(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer `{}` to whatever is asked."""
    await send(START)
    await send(BODY)


async def serve() -> None:
    """Serve until a signal, on a free port of the loopback, with the server's own uvicorn options."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    config = uvicorn.Config(
        empty,
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
    )
    announce(listener.getsockname()[1])
    await uvicorn.Server(config).serve([listener])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())

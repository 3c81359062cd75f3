"""HTTP and WebSockets: the one place that knows which web server runs the application."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from frontdesk.edges.app import FrontdeskApp
from frontdesk.edges.asgi import Answer, AtOnce, Keep, Kept, Receive, Scope, Send
from frontdesk.edges.connection import connection
from frontdesk.edges.journey_asked import ROOT as JOURNEYS
from frontdesk.edges.orchestration_http import ROOT as SESSIONS
from frontdesk.edges.socket_connection import socket_connection
from frontdesk.errors import DeskError
from frontdesk.settings import Settings

BACKLOG = 4096  # When a server comes back, all its clients come back at once.
KEEP_ALIVE_S = 65  # Longer than the slowest poll of a hidden tab.


def listen(host: str, port: int) -> socket.socket:
    """A socket on a port; port 0 is a free one. Errors: `DeskError` saying what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches off Nagle's algorithm, which holds answers back for 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        text = (
            f"cannot listen on {host} port {port}: {error.strerror}; choose another port or stop what has it"
        )
        raise DeskError(text) from error
    return listener


def _short_roots(settings: Settings) -> tuple[str, ...]:
    """Where nearly every request comes in one piece and is answered in one piece."""
    prefix = settings.server.prefix.rstrip("/")
    v3 = f"{settings.chat_v3.prefix.rstrip('/')}/v3/"
    return f"{prefix}/2/chat/", f"{prefix}/cometd", v3, JOURNEYS, SESSIONS


class _Uvicorn(uvicorn.Server):
    """Uvicorn without its signal handlers: who runs the server decides when it stops."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@contextlib.asynccontextmanager
async def answering(
    app: FrontdeskApp,
    settings: Settings,
    listener: socket.socket,
    *,
    before_stop: Callable[[], None],
    refused: Callable[[str], None],
) -> AsyncIterator[None]:
    """Answer for as long as the block lasts; requests under way are answered at the end."""
    proxies, limits = list(settings.server.trusted_proxies), settings.limits
    config = uvicorn.Config(
        app,
        http=connection(
            limits,
            _short_roots(settings),
            _through(proxies, app.at_once) if proxies else app.at_once,
            app.malformed,
            refused,
        ),
        ws=socket_connection(limits, refused),
        ws_max_size=max(
            limits.socket_message_bytes_max,
            limits.cometd_message_bytes_max,
            limits.visitor_socket_message_bytes_max,
        )
        + 1,
        ws_ping_interval=settings.server.socket_ping_s,
        ws_ping_timeout=settings.server.socket_ping_s,
        ws_per_message_deflate=False,  # A compression window for each connection costs more than it saves.
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=settings.server.stop_grace_s,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
    )
    server = _Uvicorn(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    up = asyncio.create_task(server.is_up.wait())
    await asyncio.wait((task, up), return_when=asyncio.FIRST_COMPLETED)
    up.cancel()
    if task.done():
        task.result()
        raise DeskError("the server could not start")
    try:
        yield
    finally:
        before_stop()
        server.should_exit = True
        await task


def _through(proxies: list[str], at_once: AtOnce) -> AtOnce:
    """The same for requests that come through trusted proxies: uvicorn tells whom they come from."""

    async def nobody(_scope: Scope, _receive: Receive, _send: Send) -> None:
        """What the middleware calls with the scope that it has put right."""

    name_caller: Any = ProxyHeadersMiddleware(nobody, proxies)  # type: ignore[arg-type]

    def named(scope: Scope, keep: Keep) -> Answer | Kept | None:
        scope = dict(scope)
        with contextlib.suppress(StopIteration):
            name_caller(scope, None, None).send(None)  # It awaits nothing but `nobody`.
        return at_once(scope, keep)

    return named

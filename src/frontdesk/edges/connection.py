"""One HTTP connection: bounds for heads, and a short way for requests that come whole.

Uvicorn's own connection makes room for bodies and answers of any length. Nearly every request of a chat
comes in one piece and is answered in one piece, and there are very many: such a request keeps the web
server's rules (order, keep-alive, graceful stop) and skips the rest. Any other takes uvicorn's way. One whose
answer the application has at hand, as of most polls, is answered in the turn of the loop that brought it.

A head is bounded in size and time, because uvicorn bounds neither: whoever sends half a head and then
nothing would keep a connection for ever, and whoever never ends a head would fill the memory. An answer that
nobody reads is given up for the same reason.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from frontdesk.edges.asgi import CLOSE, WHOLE_BODY, Answer, AtOnce, Headers, Malformed, Scope, json_headers
from frontdesk.edges.whole_request import KeptRequest, Outbox, WholeRequest
from frontdesk.settings import LimitSettings

KEEP_ALIVE_SLACK_S = 1.0
SHORT = (b"POST", b"GET", b"PUT", b"DELETE", b"OPTIONS")  # An answer to HEAD has a length and no body.
ASGI = {"version": "3.0", "spec_version": "2.3"}


def connection(
    limits: LimitSettings,
    short_roots: Iterable[str],
    at_once: AtOnce,
    malformed: Malformed,
    refused: Callable[[str], None],
) -> type[HttpToolsProtocol]:
    """The connection with these bounds; what is asked under `short_roots` may take the short way.

    Shape:   `refused` is called with the name of a bound that somebody has reached.
    """
    members = {
        "limits": limits,
        "roots": tuple(r.encode() for r in short_roots),
        "at_once": staticmethod(at_once),
        "malformed": staticmethod(malformed),
        "refused": staticmethod(refused),
        "outbox": Outbox(),
    }
    return type("Connection", (_Connection,), members)


class _Connection(HttpToolsProtocol):
    """One connection.

    Shape:   a head that comes in one piece, as nearly all do, costs no timer. What stands in one read beside
             an overlong head is still parsed, so a head is refused at the first read after its bound.
    """

    limits: LimitSettings
    roots: tuple[bytes, ...]
    at_once: AtOnce
    malformed: Malformed
    refused: Callable[[str], None]
    outbox: Outbox

    def __init__(self, config: uvicorn.Config, *others: Any, **named: Any) -> None:
        super().__init__(config, *others, **named)
        self._is_in_head = True  # Of the first request; later ones say when they begin.
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self._idle_since_s = 0.0
        self._whole: list[bytes] | None = None  # The body of a request that may yet have come whole.

    # --- heads ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._stop_unread_timer()
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()

    def on_message_begin(self) -> None:
        self._is_in_head = True
        self._head_bytes = 0
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._whole is not None:
            self._take_the_long_way()
        if not self._is_in_head:
            self._stop_timer()
            return
        self._head_bytes += len(data)
        if self._head_bytes > self.limits.head_bytes_max and not self.transport.is_closing():
            self.refused("head_bytes_max")
            self.send_400_response("The head of the request is too long.")
        elif self._head_timer is None:
            self._start_timer()

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.limits.head_read_s, self._too_slow)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            if self._head_bytes:
                self.refused("head_read_s")
            self.transport.close()

    # --- answers that nobody reads -------------------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_unread_timer()
        self._unread_timer = self.loop.call_later(self.limits.answer_stall_s, self._give_up)

    def _give_up(self) -> None:
        self.refused("answer_stall_s")
        self.transport.abort()

    def resume_writing(self) -> None:
        self._stop_unread_timer()
        super().resume_writing()

    def _stop_unread_timer(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    # --- the short way -------------------------------------------------------------------------

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if self._may_be_whole():
            self._whole = []
        else:
            self._begin_the_long_way()

    def _begin_the_long_way(self) -> None:
        """Let uvicorn have the request, from its beginning."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers  # The scope has this very list.
        super().on_headers_complete()

    def _may_be_whole(self) -> bool:
        parser = self.parser
        return (
            self.url.startswith(self.roots)
            and parser.get_method() in SHORT
            and not self._is_answering
            and not self.flow.write_paused
            and not self.expect_100_continue
            and not parser.should_upgrade()
            and parser.get_http_version() == "1.1"
        )

    @property
    def _is_answering(self) -> bool:
        cycle: Any = self.cycle  # None until the first request.
        return cycle is not None and not cycle.response_complete

    def on_body(self, body: bytes) -> None:
        if self._whole is not None:
            self._whole.append(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._whole is None:
            super().on_message_complete()
            return
        body, self._whole = b"".join(self._whole), None
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope: Scope = {
            "type": "http",
            "asgi": ASGI,
            "http_version": "1.1",
            "method": self.parser.get_method().decode("ascii"),
            "scheme": self.scheme,
            "server": self.server,
            "client": self.client,
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": url.path,
            "query_string": url.query or b"",
            "headers": self.headers,
            "extensions": {WHOLE_BODY: body},
        }
        keep_alive = self.parser.should_keep_alive()
        answer = self.at_once(scope, self.keep)
        if isinstance(answer, tuple):
            self.reply(answer, keep_alive=keep_alive)
            return
        self.headers = []  # The scope has them, for as long as anybody needs them.
        if answer is not None:
            return
        request = WholeRequest(self, scope, body, keep_alive=keep_alive)
        self.cycle = request  # type: ignore[assignment]  # It is one as far as uvicorn looks.
        # A graceful stop waits for connections, and this one stays until it has answered.
        request.task = self.loop.create_task(request.run(self.app))

    def keep(self) -> KeptRequest:
        """Keep the request that came in this turn, until somebody answers it."""
        request = KeptRequest(self, keep_alive=self.parser.should_keep_alive())
        self.cycle = request  # type: ignore[assignment]  # It is one as far as uvicorn looks.
        return request

    def reply(self, answer: Answer, *, keep_alive: bool) -> None:
        """Write a whole answer, and go on with what stands behind it."""
        status, headers, body = answer
        head = self.head(status, headers, keep_alive=keep_alive)
        self.outbox.put(self.transport, b"".join((*head, body)))
        if not keep_alive:
            self.close()
        self.on_response_complete()

    def head(self, status: int, headers: Headers, *, keep_alive: bool) -> list[bytes]:
        """The head of an answer, to be joined."""
        head = [STATUS_LINE[status]]
        for name, value in self.server_state.default_headers:
            head += (name, b": ", value, b"\r\n")
        for name, value in headers:
            head += (name, b": ", value, b"\r\n")
        head.append(b"\r\n" if keep_alive or CLOSE in headers else b"connection: close\r\n\r\n")
        return head

    def close(self) -> None:
        """Close the connection when what was answered is written."""
        self.outbox.flush()
        self.transport.close()

    def shutdown(self) -> None:
        self.outbox.flush()
        super().shutdown()

    def _take_the_long_way(self) -> None:
        """More of the body is to come."""
        parts, self._whole = self._whole or [], None
        if not self.transport.is_closing():
            self._begin_the_long_way()
            for part in parts:
                super().on_body(part)

    # --- what is no request --------------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong in the words of the protocol that the request is meant for, and close.

        Nothing is said while an earlier request waits for its answer: it would be taken for that answer.
        """
        self.outbox.flush()
        if not self._is_answering or self._is_being_sent:
            path = self.url.partition(b"?")[0].decode("latin-1")
            origin = next((value for name, value in self.headers if name == b"origin"), b"")
            headers, body = self.malformed(path, origin, msg)
            head = self.head(400, json_headers(body, [*headers, CLOSE]), keep_alive=False)
            self.transport.write(b"".join((*head, body)))
        self.transport.close()

    @property
    def _is_being_sent(self) -> bool:
        """Whether the one request under way is the one whose body has not come to its end."""
        cycle: Any = self.cycle
        comes_in_parts = isinstance(cycle, RequestResponseCycle) and not self.pipeline
        return comes_in_parts and cycle.more_body and not cycle.response_started

    # --- between requests ----------------------------------------------------------------------

    def on_response_complete(self) -> None:
        """Go on with what stands behind it, or wait for more; one timer for all waiting, set seldom."""
        self._idle_since_s = self.loop.time()
        if self.pipeline or self.timeout_keep_alive_task is None or self.transport.is_closing():
            super().on_response_complete()
        else:
            self.server_state.total_requests += 1
            self.flow.resume_reading()

    def timeout_keep_alive_handler(self) -> None:
        """The time to wait is over, unless something came meanwhile."""
        rest_s = self._idle_since_s + self.timeout_keep_alive - self.loop.time()
        if self._is_answering or self._is_in_head or rest_s > KEEP_ALIVE_SLACK_S:
            wait_s = max(rest_s, KEEP_ALIVE_SLACK_S)
            self.timeout_keep_alive_task = self.loop.call_later(wait_s, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def _unset_keepalive_if_required(self) -> None:
        """Leave the timer as it is: it looks for itself whether anything came."""

    # --- upgrades ------------------------------------------------------------------------------

    def _should_upgrade(self) -> bool:
        return bool(self.scope["method"] == "GET" and super()._should_upgrade())

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; one whose handshake cannot even be read is closed, not kept waiting."""
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, WebSocketsSansIOProtocol) and not protocol.handshake_initiated:
            self.transport.close()

"""Chat API version 3 over HTTP: what is answered and what is refused. What sessions do is in its neighbours.

Every answer is JSON or an image, and every page that may use a service can read it: whatever else is sent,
existing clients stop polling for ever.

Source:  chat-api-v3 §§4, 5, 10 and 11.
"""

import time
from collections.abc import Callable
from http import HTTPStatus

import structlog
from msgspec import Struct
from msgspec.structs import replace

from frontdesk.edges.asgi import (
    CLOSE,
    ClientLeft,
    Headers,
    Receive,
    Scope,
    Send,
    TooMuch,
    TooSlow,
    allow,
    answer,
    answer_nothing,
    header,
    json_headers,
)
from frontdesk.edges.bodies import form_of, read_plain
from frontdesk.edges.chat_v3_asked import Asked, asked_of
from frontdesk.edges.chat_v3_cors import ChatV3Cors
from frontdesk.edges.chat_v3_images import ChatV3Images, Picture, send_picture
from frontdesk.edges.chat_v3_reading import ChatV3Reading
from frontdesk.edges.chat_v3_session import ChatV3Sessions, Session
from frontdesk.edges.chat_v3_start import ChatV3Start
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.edges.uploads import Uploads
from frontdesk.errors import Conflict, NotFound, Refused, Unavailable
from frontdesk.settings import LimitSettings
from frontdesk.wire import chat_v3 as wire
from frontdesk.wire.chat_v3_fields import Body, Query, body_of, parse_body, parse_query

CUT_OFF = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
RETRY: tuple[bytes, bytes] = (b"retry-after", b"1")
MULTIPART = b"multipart/form-data"

_log = structlog.get_logger("chat_v3")


class Answer(Struct, frozen=True):
    """What is sent. `arrived` is called when it has left; `headers` are more than every answer has."""

    status: int
    body: bytes | Picture
    arrived: Callable[[], None] | None = None
    headers: Headers = []


class ChatV3:
    """The ASGI application under `{prefix}/v3`."""

    def __init__(
        self,
        prefix: str,
        start: ChatV3Start,
        sessions: ChatV3Sessions,
        reading: ChatV3Reading,
        images: ChatV3Images,
        cors: ChatV3Cors,
        limits: LimitSettings,
        traffic: Traffic,
        uploads: Uploads,
        metrics: Metrics,
        *,
        soft_send_errors: bool,
    ) -> None:
        self._root = f"{prefix}/v3/"
        self._sessions_root = f"{prefix}/v3/chat/sessions"
        self._start = start
        self._sessions = sessions
        self._reading = reading
        self._images = images
        self._cors = cors
        self._limits = limits
        self._traffic = traffic
        self._metrics = metrics
        self._soft_send_errors = soft_send_errors
        self._uploads = uploads

    def serves(self, path: str) -> bool:
        return path.startswith(self._root)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = header(scope, b"origin").decode("latin-1")
        if scope["method"] == "OPTIONS":
            wanted = header(scope, b"access-control-request-headers").decode("latin-1")
            await answer_nothing(send, HTTPStatus.NO_CONTENT, self._cors.preflight(origin, wanted))
            return
        started_s = time.perf_counter()
        asked = asked_of(scope, self._sessions_root, origin)
        self._traffic.in_flight += 1
        try:
            answered = await self._answer(scope, receive, asked)
        except ClientLeft:
            return
        except Exception:  # noqa: BLE001 - clients must be told in words that they understand
            _log.exception("request_failed", interaction_id=asked.session_id[:64], operation=asked.operation)
            answered = _refused(Refused("failed", ""))
        finally:
            self._traffic.in_flight -= 1
        if answered is None:
            return  # Nobody is there to hear it.
        await self._send(send, answered, origin)
        self._metrics.answered(f"v3/{asked.operation or 'unknown'}", answered.status, _since(started_s))

    def malformed(self, origin: bytes, text: str) -> tuple[Headers, bytes]:
        """The answer to a request that cannot be read."""
        return self._cors.headers(origin.decode("latin-1")), wire.refused(Refused("malformed", text))

    def at_once(self, scope: Scope) -> tuple[int, Headers, bytes] | None:
        """The answer to a poll, as nearly all requests are, if this node has it at hand.

        Shape:   None for whatever needs more than this node has at hand; then nothing has been counted.
        """
        origin = header(scope, b"origin").decode("latin-1")
        asked = asked_of(scope, self._sessions_root, origin)
        if asked.operation != "poll":
            return None
        started_s = time.perf_counter()
        query = parse_query(scope["query_string"])
        if not query.operation_id or query.index is not None or query.count is not None:
            return None
        session = self._known(asked)
        read = self._reading.at_hand(session) if session is not None else None
        if session is None or read is None:
            return None
        status, body = 200, read.body
        try:
            self._check_traffic(asked)
            self._check_traffic_of(session)
        except Refused as refusal:
            status, _ = wire.status_of(refusal)
            body = wire.refused(refusal)
        else:
            if read.arrived is not None:
                read.arrived()  # It leaves in this turn.
        self._metrics.answered("v3/poll", status, _since(started_s))
        return status, json_headers(body, self._headers(origin, status)), body

    def _known(self, asked: Asked) -> Session | None:
        """The session of who asks if this node has it at hand, and nothing is to be refused."""
        try:
            session = self._sessions.known(asked.session_id, asked.token, asked.api_key)
            if session is not None:
                self._check_origin(asked, session.chat.service)
        except Refused:
            return None
        return session

    def _headers(self, origin: str, status: int) -> Headers:
        """What stands beside an answer's own headers."""
        headers: Headers = list(self._cors.headers(origin))
        if status in CUT_OFF:
            headers.append(CLOSE)
        elif status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            headers.append(RETRY)
        return headers

    async def _send(self, send: Send, answered: Answer, origin: str) -> None:
        headers = [*self._headers(origin, answered.status), *answered.headers]
        if isinstance(answered.body, Picture):
            await send_picture(send, answered.body, headers)
            return
        await answer(send, answered.status, answered.body, headers)
        if answered.arrived is not None:
            answered.arrived()

    # --- requests ------------------------------------------------------------------------------

    async def _answer(self, scope: Scope, receive: Receive, asked: Asked) -> Answer | None:
        """Carry something out; the table of what each error is to this protocol."""
        try:
            self._check_origin(asked)
            self._check_traffic(asked)
            return await self._carry_out(scope, receive, asked)
        except Refused as refusal:
            if refusal.limit is not None:
                self._metrics.refused(refusal.code)
            return self._told(asked, refusal)
        except NotFound as error:
            return _refused(Refused("no_such_file", str(error)))
        except (Unavailable, Conflict) as error:
            _log.warning(
                "try_later",
                interaction_id=asked.session_id[:64],
                operation=asked.operation,
                reason=str(error),
            )
            return self._later(asked, parse_query(scope.get("query_string", b"")))
        except TooMuch:
            self._metrics.refused("body_bytes_max")
            code = "file_too_large" if asked.operation == "upload" else "body_too_large"
            return _refused(Refused(code, "the body is too large"))
        except TooSlow:
            self._metrics.refused("body_read_s")
            return _refused(Refused("too_slow", "the body took too long to arrive"))

    async def _carry_out(self, scope: Scope, receive: Receive, asked: Asked) -> Answer | None:
        match asked.operation:
            case "poll":  # By far the most frequent.
                return await self._poll(scope, receive, asked)
            case "":
                return _refused(Refused("no_such_address", "there is no such address"))
            case "method":
                refused = _refused(Refused("method", "this method is not for this address"))
                return replace(refused, headers=[allow(*asked.methods)])
            case "start":
                body = await self._body(scope, receive)
                return Answer(200, await self._begin(asked, body))
            case "leave":
                return Answer(200, await self._leave(asked))
            case "file":
                query = scope.get("query_string", b"")
                return Answer(200, await self._images.file(asked.session_id, asked.item_id, query))
            case "upload":
                return Answer(200, await self._upload(scope, receive, asked))
        session = await self._session(asked)
        match asked.operation:
            case "image":
                return Answer(200, await self._images.picture(session, asked.item_id))
            case "send":
                return Answer(200, await self._sessions.send(session, await self._body(scope, receive)))
            case "userdata":
                return Answer(
                    200, await self._sessions.update_data(session, await self._body(scope, receive))
                )
            case _:
                return Answer(200, wire.entity(asked.session_id, f"{self._sessions_root}/{asked.session_id}"))

    async def _body(self, scope: Scope, receive: Receive) -> Body:
        content_type = header(scope, b"content-type")
        body = await read_plain(scope, receive, self._limits)
        if content_type.lower().startswith(MULTIPART):
            return body_of(form_of(content_type, body))
        return parse_body(content_type, body)

    async def _session(self, asked: Asked) -> Session:
        session = await self._sessions.session(asked.session_id, asked.token, asked.api_key)
        self._check_origin(asked, session.chat.service)
        self._check_traffic_of(session)
        return session

    def _check_origin(self, asked: Asked, service: str | None = None) -> None:
        if not self._cors.admits(asked.origin, service):
            raise Refused("origin_refused", "pages of this origin may not use this service")

    def _check_traffic(self, asked: Asked) -> None:
        if self._traffic.is_too_much(asked.address):
            raise Refused("too_many_requests", "")  # What it said would be shown, at every poll (§10.2).

    def _check_traffic_of(self, session: Session) -> None:
        if self._traffic.is_too_much_of(session.session_id):
            raise Refused("too_many_requests", "")

    async def _begin(self, asked: Asked, body: Body) -> bytes:
        self._check_origin(asked, self._start.service_of(body.data))
        return await self._start.start(body.data, asked.token, asked.api_key, asked.address)

    async def _leave(self, asked: Asked) -> bytes:
        return await self._sessions.leave(asked.session_id, asked.item_id, asked.token, asked.api_key)

    async def _poll(self, scope: Scope, receive: Receive, asked: Asked) -> Answer | None:
        session = await self._session(asked)
        read = await self._reading.read(session, parse_query(scope.get("query_string", b"")), receive)
        return Answer(200, read.body, read.arrived) if read is not None else None

    async def _upload(self, scope: Scope, receive: Receive, asked: Asked) -> bytes:
        async with self._uploads.parts(scope, receive, self._images.file_bytes_max) as parts:
            return await self._images.upload(await self._session(asked), parts)

    # --- answers that are no answers -----------------------------------------------------------

    def _told(self, asked: Asked, refusal: Refused) -> Answer:
        """A refusal; clients show nothing of a message that was refused with an error status (§5.4)."""
        status, _ = wire.status_of(refusal)
        is_final = status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
        if asked.operation == "send" and self._soft_send_errors and not is_final:
            return Answer(200, wire.not_received(refusal))
        return _refused(refusal)

    def _later(self, asked: Asked, query: Query) -> Answer:
        """What cannot be done now; a poll of somebody who has a token has simply nothing new (§10.4).

        Of the history there is no empty page: clients would wait for ever.
        """
        claims = self._sessions.claims(asked.token)
        is_history = query.index is not None and query.count is not None
        is_known = claims is not None and claims.session_id == asked.session_id
        if asked.operation == "poll" and is_known and not is_history:
            return Answer(200, wire.NOTHING_NEW)
        return self._told(asked, Refused("try_later", ""))


def _refused(refusal: Refused) -> Answer:
    return Answer(wire.status_of(refusal)[0], wire.refused(refusal))


def _since(started_s: float) -> float:
    return time.perf_counter() - started_s

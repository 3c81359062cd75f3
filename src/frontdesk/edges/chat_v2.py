"""Chat API version 2 over HTTP: addresses, bodies, refusals. What is asked is in `chat_v2_requests`.

Plain ASGI: one look-up of the route, one decoding of the body.

Source:  chat-api-v2 §§2, 7, 8 and 18.
"""

import hmac
import time
from http import HTTPStatus

import structlog

from frontdesk.desk.identity import opened_by
from frontdesk.edges.asgi import (
    CLOSE,
    ClientLeft,
    Headers,
    Keep,
    Kept,
    Receive,
    Scope,
    Send,
    TooMuch,
    TooSlow,
    address_of,
    allow,
    answer,
    answer_nothing,
    header,
    json_headers,
    whole_body,
)
from frontdesk.edges.asgi import Answer as AnswerNow
from frontdesk.edges.bodies import form_of, is_multipart, read_form
from frontdesk.edges.chat_v2_files import send_file
from frontdesk.edges.chat_v2_places import (
    BY_FORM,
    BY_ITS_FORM,
    REFRESH,
    START,
    UNKNOWN,
    UPLOAD,
    Place,
    place_of,
)
from frontdesk.edges.chat_v2_requests import Answer, ChatV2Requests, Download
from frontdesk.edges.chat_v2_session import ChatV2Sessions
from frontdesk.edges.cors import Cors
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.edges.uploads import TOO_MANY, Uploads
from frontdesk.errors import Refused, Unavailable
from frontdesk.settings import LimitSettings
from frontdesk.wire import chat_v2 as wire
from frontdesk.wire.chat_v2_cometd import file_operation
from frontdesk.wire.chat_v2_wishes import WISHES
from frontdesk.wire.multipart import Parts
from frontdesk.wire.visitor_socket import VERSION

# How a client learns of the visitors' socket: from answers that it gets anyway, in a header that others do
# not look at. Its value is the version of that protocol.
SOCKET_OFFER: Headers = [
    (b"frontdesk-socket", b"%d" % VERSION),
    (b"access-control-expose-headers", b"frontdesk-socket"),
]
OFFERING = (START, REFRESH)
AT_ONCE = frozenset((REFRESH, *WISHES))
CUT_OFF = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

_log = structlog.get_logger("chat_v2")


NO_API_KEY: Answer = (HTTPStatus.UNAUTHORIZED, wire.failed(401, "the header apikey is missing or wrong"))


class ChatV2:
    """The ASGI application under `{prefix}/2/chat`."""

    def __init__(
        self,
        prefix: str,
        requests: ChatV2Requests,
        sessions: ChatV2Sessions,
        cors: Cors,
        limits: LimitSettings,
        traffic: Traffic,
        uploads: Uploads,
        metrics: Metrics,
        *,
        api_key: str,
        offers_socket: bool,
        file_bytes_max: dict[str, int],
    ) -> None:
        self._root = f"{prefix}/2/chat/"
        self._by_form_at = f"{prefix}/2/{BY_FORM}"
        self._requests = requests
        self._sessions = sessions
        self._cors = cors
        self._limits = limits
        self._traffic = traffic
        self._metrics = metrics
        self._api_key = api_key
        self._offer = SOCKET_OFFER if offers_socket else []
        self._file_bytes_max = file_bytes_max
        self._uploads = uploads

    def serves(self, path: str) -> bool:
        return path.startswith(self._root) or path == self._by_form_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        place = BY_ITS_FORM if path == self._by_form_at else place_of(path[len(self._root) :])
        origin = header(scope, b"origin")
        method = scope["method"]
        if method == "OPTIONS":
            await answer_nothing(send, HTTPStatus.NO_CONTENT, self._cors.preflight(place.service, origin))
            return
        cors = self._cors.headers(place.service, origin)
        if place.name in OFFERING:
            cors = cors + self._offer
        started_s = time.perf_counter()
        self._traffic.in_flight += 1
        try:
            answered = await self._answer(scope, receive, place, method)
        except ClientLeft:
            return
        except Exception as fault:  # noqa: BLE001 - whatever else is sent, clients show nothing
            answered = self._requests.failed(place, fault)
        finally:
            self._traffic.in_flight -= 1
        if isinstance(answered, Download):
            status = 200
            await send_file(send, answered.file, answered.chunks, cors)
        else:
            status, body = answered
            if status in CUT_OFF:
                cors = [*cors, CLOSE]
            elif status == HTTPStatus.METHOD_NOT_ALLOWED:
                cors = [*cors, allow("POST")]
            await answer(send, status, body, cors)
        self._metrics.answered(place.name, status, time.perf_counter() - started_s)

    def at_once(self, scope: Scope, keep: Keep) -> AnswerNow | Kept | None:
        """The answer to a poll that brings nothing new, as most do; or a write, kept until it is on disk.

        Shape:   these are most of all requests, and no task waits for them. None for whatever needs more than
                 this node has at hand; then nothing has been counted.
        """
        place = place_of(scope["path"][len(self._root) :])
        body = whole_body(scope)
        if place.name not in AT_ONCE or scope["method"] != "POST":
            return None
        if body is None or len(body) > self._limits.body_bytes_max or self._lacks_api_key(scope, place):
            return None
        started_s = time.perf_counter()
        try:
            form = form_of(header(scope, b"content-type"), body)
        except Refused:
            return None
        session, fields = self._requests.known(place, form)
        if session is None:
            return None
        cors = self._cors.headers(place.service, header(scope, b"origin"))
        if place.name == REFRESH:
            answered = self._requests.nothing_new(place, session, fields, address_of(scope))
            if answered is None:
                return None
            status, text = answered
            self._metrics.answered(REFRESH, status, time.perf_counter() - started_s)
            return status, json_headers(text, cors + self._offer), text
        if not self._requests.can_begin(place, session):
            return None
        kept = keep()

        def tell(status: int, text: bytes) -> None:
            kept.answer(status, json_headers(text, cors), text)
            self._metrics.answered(place.name, status, time.perf_counter() - started_s)

        self._requests.begin(place, session, fields, form, address_of(scope), tell)
        return kept

    def malformed(self, path: str, origin: bytes, text: str) -> tuple[Headers, bytes]:
        """The answer to a request that cannot be read."""
        service = "" if path == self._by_form_at else place_of(path[len(self._root) :]).service
        return self._cors.headers(service, origin), wire.failed(wire.MALFORMED_CODE, text)

    async def _answer(self, scope: Scope, receive: Receive, place: Place, method: str) -> Answer:
        if method != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED, wire.failed(405, "use POST")
        if place.name != BY_FORM and self._lacks_api_key(scope, place):
            return NO_API_KEY
        if place.name == UNKNOWN:
            return HTTPStatus.NOT_FOUND, wire.failed(404, "there is no such address")
        try:
            if place.name == UPLOAD:
                return await self._upload(scope, receive, place)
            if place.name == BY_FORM:
                return await self._by_form(scope, receive)
            return await self._requests.ask(
                place, await read_form(scope, receive, self._limits), address_of(scope)
            )
        except Refused as refusal:
            return self._requests.later(None) if refusal.code == TOO_MANY else self._requests.refused(refusal)
        except TooMuch:
            self._metrics.refused("body_bytes_max")
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, wire.failed(
                wire.MALFORMED_CODE, "the body is too large"
            )
        except TooSlow:
            self._metrics.refused("body_read_s")
            return HTTPStatus.REQUEST_TIMEOUT, wire.failed(408, "the body took too long to arrive")

    def _lacks_api_key(self, scope: Scope, place: Place) -> bool:
        """Downloads are posted by forms, which cannot have a header: the session's own key has to do."""
        if not self._api_key or place.is_download:
            return False
        return not hmac.compare_digest(header(scope, b"apikey"), self._api_key.encode())

    # --- bodies that are no plain forms --------------------------------------------------------

    async def _upload(self, scope: Scope, receive: Receive, place: Place) -> Answer:
        bytes_max = self._file_bytes_max.get(place.service, 0)
        async with self._uploads.parts(scope, receive, bytes_max) as parts:
            return await self._requests.ask(place, parts.fields, address_of(scope), parts)

    async def _by_form(self, scope: Scope, receive: Receive) -> Answer:
        """A request whose form says what it wants, and of which chat (§17.8)."""
        if not is_multipart(scope):
            return await self._as_formed(scope, Parts(await read_form(scope, receive, self._limits), ()))
        bytes_max = max(self._file_bytes_max.values(), default=0)
        async with self._uploads.parts(scope, receive, bytes_max) as parts:
            return await self._as_formed(scope, parts)

    async def _as_formed(self, scope: Scope, parts: Parts) -> Answer:
        form = parts.fields
        name = file_operation(form, has_file=bool(parts.files))
        chat_id = form.get("chatId") or opened_by(form.get("secureKey", ""))
        try:
            service = await self._sessions.service_of(chat_id)
        except Unavailable as error:
            _log.warning("try_later", interaction_id=chat_id[:64], operation=name, reason=str(error))
            return self._requests.later(None)
        place = Place(service, chat_id, name, name, form.get("fileId", ""))
        if self._lacks_api_key(scope, place):
            return NO_API_KEY
        if not self._cors.admits(service, header(scope, b"origin")):
            raise Refused("wrong_origin", "pages of this origin may not use the service")
        return await self._requests.ask(place, form, address_of(scope), parts if name == UPLOAD else None)

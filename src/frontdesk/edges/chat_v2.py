"""Chat API version 2 over HTTP: addresses, bodies, refusals. What a session does is in `chat_v2_session`.

Plain ASGI: one look-up of the route, one decoding of the body.

Source:  chat-api-v2 §§2, 7, 8 and 18.
"""

import hmac
import itertools
import time
from collections.abc import AsyncIterator
from http import HTTPStatus

import msgspec
import structlog
from msgspec import Struct

from frontdesk.desk.identity import opened_by
from frontdesk.domain.interaction import File
from frontdesk.edges.asgi import (
    CLOSE,
    ClientLeft,
    Headers,
    Receive,
    Scope,
    Send,
    TooMuch,
    TooSlow,
    address_of,
    answer,
    answer_nothing,
    header,
    json_headers,
    whole_body,
)
from frontdesk.edges.bodies import form_of, is_multipart, read_form
from frontdesk.edges.chat_v2_files import ChatV2Files, send_file
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
from frontdesk.edges.chat_v2_session import OPERATIONS, ChatV2Sessions, Session
from frontdesk.edges.chat_v2_start import ChatV2Start
from frontdesk.edges.cors import Cors
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.edges.uploads import TOO_MANY, Uploads
from frontdesk.errors import Conflict, NotFound, Refused, Unavailable
from frontdesk.settings import LimitSettings
from frontdesk.wire import chat_v2 as wire
from frontdesk.wire.chat_v2_cometd import file_operation
from frontdesk.wire.chat_v2_fields import RefreshFields, SessionFields
from frontdesk.wire.form import Form
from frontdesk.wire.multipart import Parts
from frontdesk.wire.visitor_socket import VERSION

# How a client learns of the visitors' socket: from answers that it gets anyway, in a header that others do
# not look at. Its value is the version of that protocol.
SOCKET_OFFER: Headers = [
    (b"frontdesk-socket", b"%d" % VERSION),
    (b"access-control-expose-headers", b"frontdesk-socket"),
]
OFFERING = (START, REFRESH)
FIELDS = {name: fields for name, (fields, _) in OPERATIONS.items()}
CUT_OFF = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

_log = structlog.get_logger("chat_v2")
_references = itertools.count(int(time.time()) % 100_000_000)


class Download(Struct, frozen=True):
    file: File
    chunks: AsyncIterator[bytes]


Answer = tuple[int, bytes] | Download
NO_API_KEY: Answer = (HTTPStatus.UNAUTHORIZED, wire.failed(401, "the header apikey is missing or wrong"))


class ChatV2:
    """The ASGI application under `{prefix}/2/chat`."""

    def __init__(
        self,
        prefix: str,
        start: ChatV2Start,
        sessions: ChatV2Sessions,
        files: ChatV2Files,
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
        self._start = start
        self._sessions = sessions
        self._files = files
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
        except Exception:  # noqa: BLE001 - whatever else is sent, clients show nothing
            # A fault of ours is "try again later" to a visitor.
            _log.exception("request_failed", interaction_id=place.chat_id[:64], operation=place.name)
            answered = self._later(None)
        finally:
            self._traffic.in_flight -= 1
        if isinstance(answered, Download):
            status = 200
            await send_file(send, answered.file, answered.chunks, cors)
        else:
            status, body = answered
            await answer(send, status, body, [*cors, CLOSE] if status in CUT_OFF else cors)
        self._metrics.answered(place.name, status, time.perf_counter() - started_s)

    def at_once(self, scope: Scope) -> tuple[int, Headers, bytes] | None:
        """The answer to a poll that brings nothing new, as most polls do, and those are most of all requests.

        Shape:   None for whatever needs more than this node has at hand; then nothing has been counted.
        """
        place = place_of(scope["path"][len(self._root) :])
        body = whole_body(scope)
        if place.name != REFRESH or scope["method"] != "POST":
            return None
        if body is None or len(body) > self._limits.body_bytes_max:
            return None
        if self._lacks_api_key(scope, place):
            return None
        started_s = time.perf_counter()
        try:
            fields = msgspec.convert(form_of(header(scope, b"content-type"), body), RefreshFields)
        except Refused:
            return None
        session = self._sessions.known(place.service, place.chat_id, fields)
        if session is None or not self._sessions.has_nothing_new(session, fields):
            return None
        traffic = self._traffic
        if traffic.is_too_much(address_of(scope)) or traffic.is_too_much_of(place.chat_id):
            status, answered = self._later(session)
        else:
            status, answered = HTTPStatus.OK, self._sessions.refresh_nothing(session, fields)
        self._metrics.answered(REFRESH, status, time.perf_counter() - started_s)
        return (
            status,
            json_headers(answered, self._cors.headers(place.service, header(scope, b"origin")) + self._offer),
            answered,
        )

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
            return await self.ask(place, await read_form(scope, receive, self._limits), address_of(scope))
        except Refused as refusal:
            return self._later(None) if refusal.code == TOO_MANY else self._refused(refusal)
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

    # --- requests ------------------------------------------------------------------------------

    async def ask(self, place: Place, form: Form, address: str, upload: Parts | None = None) -> Answer:
        """Begin a chat or carry something out in one, whichever way it was asked for."""
        try:
            if place.name == START:
                return await self._begin(place, form, address)
            return await self._operate(place, form, address, upload)
        except Refused as refusal:
            return self._refused(refusal)

    async def _begin(self, place: Place, form: Form, address: str) -> Answer:
        if self._traffic.is_too_much(address):
            return self._later(None)
        try:
            return HTTPStatus.OK, await self._start.start(place.service, form, address)
        except (Unavailable, Conflict) as error:
            _log.warning("start_failed", service=place.service, reason=str(error))
            return self._later(None)

    async def _operate(self, place: Place, form: Form, address: str, upload: Parts | None) -> Answer:
        """Find the session and carry something out; the table of what each error is to this protocol."""
        fields = msgspec.convert(form, FIELDS.get(place.name, SessionFields))
        if self._traffic.is_too_much(address):
            return self._later(self._sessions.known(place.service, place.chat_id, fields))
        session: Session | None = None
        try:
            session = await self._sessions.session(place.service, place.chat_id, fields)
            if session is None:
                return self._gone(place)
            if self._traffic.is_too_much_of(place.chat_id):
                return self._later(session)
            return await self._carry_out(place, session, form, fields, upload)
        except Refused as refusal:
            if place.is_download:
                return self._refused(refusal, HTTPStatus.FORBIDDEN)
            if wire.code_of(refusal) == wire.GONE_CODE:
                self._count(refusal)
                return self._gone(place)
            return self._refused(refusal)
        except NotFound as error:
            if place.is_download:
                return HTTPStatus.NOT_FOUND, wire.failed(404, str(error))
            return HTTPStatus.BAD_REQUEST, wire.failed(wire.MALFORMED_CODE, str(error))
        except (Unavailable, Conflict) as error:
            _log.warning("try_later", interaction_id=place.chat_id, operation=place.name, reason=str(error))
            return self._later(session)

    async def _carry_out(
        self, place: Place, session: Session, form: Form, fields: SessionFields, upload: Parts | None
    ) -> Answer:
        match place.name:
            case "file/limits":
                return HTTPStatus.OK, await self._files.limits(session)
            case "file/download":
                return Download(*await self._files.download(session, place.file_id))
            case "file/delete":
                return HTTPStatus.OK, await self._files.delete(session, place.file_id)
        if upload is not None:
            return HTTPStatus.OK, await self._files.upload(session, upload)
        return HTTPStatus.OK, await OPERATIONS[place.name][1](self._sessions, session, fields, form)

    async def _upload(self, scope: Scope, receive: Receive, place: Place) -> Answer:
        bytes_max = self._file_bytes_max.get(place.service, 0)
        async with self._uploads.parts(scope, receive, bytes_max) as parts:
            return await self.ask(place, parts.fields, address_of(scope), parts)

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
            return self._later(None)
        place = Place(service, chat_id, name, name, form.get("fileId", ""))
        if self._lacks_api_key(scope, place):
            return NO_API_KEY
        if not self._cors.admits(service, header(scope, b"origin")):
            raise Refused("wrong_origin", "pages of this origin may not use the service")
        return await self.ask(place, form, address_of(scope), parts if name == UPLOAD else None)

    # --- answers that are no answers -----------------------------------------------------------

    def _refused(self, refusal: Refused, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Answer:
        self._count(refusal)
        return status, wire.refused(refusal)

    def _count(self, refusal: Refused) -> None:
        if refusal.limit is not None:
            self._metrics.refused(refusal.code)

    def _gone(self, place: Place) -> Answer:
        reference = next(_references)
        _log.info(
            "session_gone", interaction_id=place.chat_id[:64], operation=place.name, reference=reference
        )
        body = wire.gone(reference, says_why=self._start.reveals_gone(place.service))
        return (HTTPStatus.NOT_FOUND if place.is_download else HTTPStatus.OK), body

    def _later(self, session: Session | None) -> tuple[int, bytes]:
        if session is None:
            return HTTPStatus.OK, wire.try_later()
        next_position = session.chat.last_line + 1
        body = wire.envelope(session.identity, is_ended=False, next_position=next_position, status=wire.LATER)
        return HTTPStatus.OK, body

"""Chat API version 2 over HTTP: addresses, bodies, refusals. What a session does is in `chat_v2_session`.

The short path: plain ASGI, one look-up of the route, one decoding of the body.

Source:  chat-api-v2 §§2, 7, 8 and 18.
"""

import asyncio
import hmac
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

import msgspec
import structlog
from msgspec import Struct

from frontdesk.domain.interaction import File
from frontdesk.edges.asgi import (
    CLOSE,
    READ_TO_END_BYTES_MAX,
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
    body_chunks,
    header,
    read_body,
)
from frontdesk.edges.chat_v2_files import ChatV2Files, send_file
from frontdesk.edges.chat_v2_session import OPERATIONS, ChatV2Sessions, Session
from frontdesk.edges.chat_v2_start import ChatV2Start
from frontdesk.edges.cors import Cors
from frontdesk.edges.limits import Window
from frontdesk.edges.metrics import Metrics
from frontdesk.errors import Conflict, NotFound, Refused, Unavailable
from frontdesk.settings import LimitSettings
from frontdesk.wire import chat_v2 as wire
from frontdesk.wire.chat_v2_fields import SessionFields
from frontdesk.wire.form import Form, parse_form
from frontdesk.wire.multipart import MultipartReader, Parts

UPLOAD_SLACK_BYTES = 65_536  # The fields and boundaries around a file.
MULTIPART = b"multipart/form-data"
DOWNLOAD = "download"
CUT_OFF = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

_log = structlog.get_logger("chat_v2")
_references = itertools.count(int(time.time()) % 100_000_000)


class Place(Struct, frozen=True):
    """Where a request is addressed to. `operation` is empty when a chat is requested."""

    service: str
    chat_id: str
    operation: str

    @property
    def name(self) -> str:
        """The operation as metrics name it: one of a fixed set."""
        if not self.operation:
            return "start" if not self.chat_id else "unknown"
        if self.operation in OPERATIONS or self.operation in ("file", "file/limits"):
            return self.operation
        return f"file/{self.operation.rpartition('/')[2]}" if self.file_id else "unknown"

    @property
    def file_id(self) -> str:
        """The file of `file/{fileId}/download` and `file/{fileId}/delete`; empty for anything else."""
        parts = self.operation.split("/")
        is_file = len(parts) == 3 and parts[0] == "file" and parts[2] in (DOWNLOAD, "delete")
        return parts[1] if is_file else ""


class Download(Struct, frozen=True):
    file: File
    chunks: AsyncIterator[bytes]


Answer = tuple[int, bytes] | Download


def place_of(path: str) -> Place:
    """The place that a path names, after the prefix."""
    service, _, rest = path.strip("/").partition("/")
    chat_id, _, operation = rest.partition("/")
    return Place(service, chat_id, operation)


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
        by_address: Window,
        by_chat: Window,
        metrics: Metrics,
        *,
        api_key: str,
        file_bytes_max: dict[str, int],
    ) -> None:
        self._root = f"{prefix}/2/chat/"
        self._start = start
        self._sessions = sessions
        self._files = files
        self._cors = cors
        self._limits = limits
        self._by_address = by_address
        self._by_chat = by_chat
        self._metrics = metrics
        self._api_key = api_key
        self._file_bytes_max = file_bytes_max
        self._uploads = asyncio.Semaphore(limits.uploads_in_flight_max)
        self._in_flight = 0

    def serves(self, path: str) -> bool:
        return path.startswith(self._root)

    def cors_of(self, scope: Scope) -> Headers:
        """What an answer to this request carries so that the page that asked may read it."""
        place = place_of(scope["path"][len(self._root) :])
        return self._cors.headers(place.service, header(scope, b"origin"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = place_of(scope["path"][len(self._root) :])
        origin = header(scope, b"origin")
        method = scope["method"]
        if method == "OPTIONS":
            await answer_nothing(send, HTTPStatus.NO_CONTENT, self._cors.preflight(place.service, origin))
            return
        cors = self._cors.headers(place.service, origin)
        started_s = time.perf_counter()
        self._in_flight += 1
        try:
            answered = await self._answer(scope, receive, place, method)
            if isinstance(answered, Download):
                await send_file(send, answered.file, answered.chunks, cors)
                status = 200
            else:
                status, body = answered
                await answer(send, status, body, [*cors, CLOSE] if status in CUT_OFF else cors)
        except ClientLeft:
            return
        finally:
            self._in_flight -= 1
        self._metrics.answered(place.name, status, time.perf_counter() - started_s)

    async def _answer(self, scope: Scope, receive: Receive, place: Place, method: str) -> Answer:
        if method != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED, wire.failed(405, "use POST")
        if self._api_key and not self._has_api_key(scope) and not place.operation.endswith(f"/{DOWNLOAD}"):
            return HTTPStatus.UNAUTHORIZED, wire.failed(401, "the header apikey is missing or wrong")
        if place.name == "unknown":
            return HTTPStatus.NOT_FOUND, wire.failed(404, "there is no such address")
        try:
            if place.operation == "file":
                return await self._upload(scope, receive, place)
            form = await self._form(scope, receive)
            if not place.operation:
                return await self._begin(scope, place, form)

            async def carry_out(session: Session) -> Answer:
                return await self._carry_out(place, session, form)

            return await self._operate(scope, place, form, carry_out)
        except Refused as refusal:
            return HTTPStatus.BAD_REQUEST, wire.refused(refusal)
        except TooMuch:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, wire.failed(
                wire.MALFORMED_CODE, "the body is too large"
            )
        except TooSlow:
            return HTTPStatus.REQUEST_TIMEOUT, wire.failed(408, "the body took too long to arrive")

    def _has_api_key(self, scope: Scope) -> bool:
        return hmac.compare_digest(header(scope, b"apikey"), self._api_key.encode())

    # --- bodies --------------------------------------------------------------------------------

    async def _form(self, scope: Scope, receive: Receive) -> Form:
        limits = self._limits
        body = await read_body(receive, limits.body_bytes_max, limits.body_read_s)
        if body is None:
            limit = limits.body_bytes_max
            raise Refused("body_too_large", f"a request may have {limit} bytes", limit=limit)
        content_type = header(scope, b"content-type")
        if not content_type.lower().startswith(MULTIPART):
            return parse_form(body)
        reader = MultipartReader(content_type.decode("latin-1"), bytes_max=limits.body_bytes_max)
        reader.feed(body)
        return reader.finish().fields

    async def _parts(self, scope: Scope, receive: Receive, service: str) -> Parts:
        """The parts of an upload, read to the end however long it is."""
        bytes_max = self._file_bytes_max.get(service, 0) + UPLOAD_SLACK_BYTES
        content_type = header(scope, b"content-type").decode("latin-1")
        reader: MultipartReader | None = None
        refusal: Refused | None = None
        try:
            reader = MultipartReader(content_type, bytes_max=bytes_max)
        except Refused as error:
            refusal = error
        read_max = max(READ_TO_END_BYTES_MAX, 2 * bytes_max)
        async for chunk in body_chunks(receive, self._limits.body_read_s, read_max):
            if reader is not None:
                reader.feed(chunk)
        if reader is None:
            raise refusal or Refused("bad_form", "the body must be multipart/form-data")
        return reader.finish()

    # --- requests ------------------------------------------------------------------------------

    async def _begin(self, scope: Scope, place: Place, form: Form) -> Answer:
        if self._is_busy(address_of(scope)):
            return self._later(None)
        try:
            return HTTPStatus.OK, await self._start.start(place.service, form, address_of(scope))
        except (Unavailable, Conflict) as error:
            _log.warning("start_failed", service=place.service, reason=str(error))
            return self._later(None)

    async def _operate(
        self, scope: Scope, place: Place, form: Form, carry_out: Callable[[Session], Awaitable[Answer]]
    ) -> Answer:
        """Find the session and carry something out; the table of what each error is to this protocol."""
        fields = msgspec.convert(form, SessionFields)
        is_download = place.operation.endswith(DOWNLOAD)
        if self._is_busy(address_of(scope)):
            return self._later(self._sessions.known(place.service, place.chat_id, fields))
        session: Session | None = None
        try:
            session = await self._sessions.session(place.service, place.chat_id, fields)
            if session is None:
                return self._gone(place, is_download=is_download)
            if not self._by_chat.admits(place.chat_id):
                self._metrics.refusals.labels(self._by_chat.name).inc()
                return self._later(session)
            return await carry_out(session)
        except Refused as refusal:
            if is_download:
                return HTTPStatus.FORBIDDEN, wire.refused(refusal)
            if wire.code_of(refusal) == wire.GONE_CODE:
                return self._gone(place)
            return HTTPStatus.BAD_REQUEST, wire.refused(refusal)
        except NotFound as error:
            if is_download:
                return HTTPStatus.NOT_FOUND, wire.failed(404, str(error))
            return HTTPStatus.BAD_REQUEST, wire.failed(wire.MALFORMED_CODE, str(error))
        except (Unavailable, Conflict) as error:
            _log.warning("try_later", interaction_id=place.chat_id, operation=place.name, reason=str(error))
            return self._later(session)

    async def _carry_out(self, place: Place, session: Session, form: Form) -> Answer:
        if place.operation == "file/limits":
            return HTTPStatus.OK, await self._files.limits(session)
        if file_id := place.file_id:
            if place.operation.endswith(DOWNLOAD):
                return Download(*await self._files.download(session, file_id))
            return HTTPStatus.OK, await self._files.delete(session, file_id)
        return HTTPStatus.OK, await self._sessions.carry_out(place.operation, session, form)

    async def _upload(self, scope: Scope, receive: Receive, place: Place) -> Answer:
        if self._uploads.locked():
            self._metrics.refusals.labels("uploads_in_flight_max").inc()
            return self._later(None)
        async with self._uploads:
            parts = await self._parts(scope, receive, place.service)

            async def take(session: Session) -> Answer:
                return HTTPStatus.OK, await self._files.upload(session, parts)

            return await self._operate(scope, place, parts.fields, take)

    # --- answers that are no answers -----------------------------------------------------------

    def _is_busy(self, address: str) -> bool:
        if self._in_flight > self._limits.requests_in_flight_max:
            self._metrics.refusals.labels("requests_in_flight_max").inc()
            return True
        if not self._by_address.admits(address):
            self._metrics.refusals.labels(self._by_address.name).inc()
            return True
        return False

    def _gone(self, place: Place, *, is_download: bool = False) -> Answer:
        reference = next(_references)
        _log.info(
            "session_gone", interaction_id=place.chat_id[:64], operation=place.name, reference=reference
        )
        body = wire.gone(reference, says_why=self._start.reveals_gone(place.service))
        return (HTTPStatus.NOT_FOUND if is_download else HTTPStatus.OK), body

    def _later(self, session: Session | None) -> Answer:
        if session is None:
            return HTTPStatus.OK, wire.try_later()
        next_position = session.chat.last_line + 1
        body = wire.envelope(session.identity, is_ended=False, next_position=next_position, status=wire.LATER)
        return HTTPStatus.OK, body

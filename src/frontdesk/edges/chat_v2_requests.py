"""Chat API version 2: requests as every way in brings them, and what each error is to this protocol.

Source:  chat-api-v2 §§7 and 8.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from http import HTTPStatus

import msgspec
import structlog
from msgspec import Struct

from frontdesk.domain.interaction import File
from frontdesk.edges.chat_v2_files import ChatV2Files
from frontdesk.edges.chat_v2_places import START, Place
from frontdesk.edges.chat_v2_session import OPERATIONS, ChatV2Sessions, Session, Written
from frontdesk.edges.chat_v2_start import ChatV2Start
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.errors import Conflict, NotFound, Refused, Unavailable
from frontdesk.wire import chat_v2 as wire
from frontdesk.wire.chat_v2_fields import RefreshFields, SessionFields
from frontdesk.wire.form import Form
from frontdesk.wire.multipart import Parts

_FIELDS = {name: fields for name, (fields, _) in OPERATIONS.items()}

_log = structlog.get_logger("chat_v2")
_references = itertools.count(int(time.time()) % 100_000_000)


class Download(Struct, frozen=True):
    file: File
    chunks: AsyncIterator[bytes]


Whole = tuple[int, bytes]
"""An answer in one piece: its status and its body."""
Answer = Whole | Download
Tell = Callable[[int, bytes], None]
"""Hears an answer in one piece: its status and its body."""


class ChatV2Requests:
    """Begins chats and carries out what is asked in them, within the limits on requests."""

    def __init__(
        self,
        start: ChatV2Start,
        sessions: ChatV2Sessions,
        files: ChatV2Files,
        traffic: Traffic,
        metrics: Metrics,
    ) -> None:
        self._start = start
        self._sessions = sessions
        self._files = files
        self._traffic = traffic
        self._metrics = metrics
        self._late: set[asyncio.Task[None]] = set()

    # --- requests that wait --------------------------------------------------------------------

    async def ask(self, place: Place, form: Form, address: str, upload: Parts | None = None) -> Answer:
        """Begin a chat or carry something out in one, whichever way it was asked for."""
        try:
            if place.name == START:
                return await self._begin_chat(place, form, address)
            return await self._operate(place, form, address, upload)
        except Refused as refusal:
            return self.refused(refusal)

    async def _begin_chat(self, place: Place, form: Form, address: str) -> Answer:
        if self._traffic.is_too_much(address):
            return self.later(None)
        try:
            return HTTPStatus.OK, await self._start.start(place.service, form, address)
        except (Unavailable, Conflict) as error:
            _log.warning("start_failed", service=place.service, reason=str(error))
            return self.later(None)

    async def _operate(self, place: Place, form: Form, address: str, upload: Parts | None) -> Answer:
        """Find the session and carry something out."""
        fields = msgspec.convert(form, _FIELDS.get(place.name, SessionFields))
        if self._traffic.is_too_much(address):
            return self.later(self._sessions.known(place.service, place.chat_id, fields))
        session: Session | None = None
        try:
            session = await self._sessions.session(place.service, place.chat_id, fields)
            if session is None:
                return self._gone(place)
            if self._traffic.is_too_much_of(place.chat_id):
                return self.later(session)
            return await self._carry_out(place, session, form, fields, upload)
        except (Refused, NotFound, Unavailable, Conflict) as error:
            return self._fault(place, session, error)

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

    # --- requests that need not wait -----------------------------------------------------------

    def known(self, place: Place, form: Form) -> tuple[Session | None, SessionFields]:
        """The session of a request if this node has it at hand, and the request's fields."""
        fields = msgspec.convert(form, _FIELDS[place.name])
        return self._sessions.known(place.service, place.chat_id, fields), fields

    def nothing_new(
        self, place: Place, session: Session, fields: SessionFields, address: str
    ) -> Whole | None:
        """The answer to a poll that brings nothing; None, and nothing counted, when it may bring some."""
        if not isinstance(fields, RefreshFields) or not self._sessions.has_nothing_new(session, fields):
            return None
        if self._is_too_much(place, address):
            return self.later(session)
        return HTTPStatus.OK, self._sessions.refresh_nothing(session, fields)

    def can_begin(self, place: Place, session: Session) -> bool:
        """Whether this is a write that `begin` takes."""
        return self._sessions.can_begin(place.name, session)

    def begin(
        self,
        place: Place,
        session: Session,
        fields: SessionFields,
        form: Form,
        address: str,
        tell: Tell,
    ) -> None:
        """What `ask` does of a write that this `can_begin`, with the answer told when it is on disk.

        Shape:   it begins when all that came in this turn of the loop is read. Begun one by one, requests of
                 many would wake the threads at both their ends for each of them, which costs as much again.
        """
        self._traffic.in_flight += 1

        def done(status: int, body: bytes) -> None:
            self._traffic.in_flight -= 1
            tell(status, body)

        def written(outcome: Written) -> None:
            match outcome:
                case bytes():
                    done(HTTPStatus.OK, outcome)
                case None:  # Who asks where they have come to, and that is long ago.
                    self._do_late(self._answer_late(place, session, fields, done))
                case Conflict():  # Another node was first: read, and decide again.
                    self._do_late(self._ask_late(place, form, address, done))
                case _:
                    done(*self._fault(place, session, outcome))

        def start() -> None:
            try:
                if not self._sessions.can_begin(place.name, session):  # Another was begun before it.
                    self._do_late(self._ask_late(place, form, address, done))
                elif self._is_too_much(place, address):
                    done(*self.later(session))
                else:
                    self._sessions.begin(place.name, session, fields, written)
            except Exception as error:  # noqa: BLE001 - whatever else is sent, clients show nothing
                written(error)

        asyncio.get_running_loop().call_soon(start)

    async def _answer_late(self, place: Place, session: Session, fields: SessionFields, tell: Tell) -> None:
        try:
            tell(HTTPStatus.OK, await self._sessions.answer_written(session, fields))
        except Exception as error:  # noqa: BLE001 - whatever else is sent, clients show nothing
            tell(*self._fault(place, session, error))

    async def _ask_late(self, place: Place, form: Form, address: str, tell: Tell) -> None:
        try:
            answered = await self.ask(place, form, address)
            assert not isinstance(answered, Download)  # It is a write.
            tell(*answered)
        except Exception as error:  # noqa: BLE001 - whatever else is sent, clients show nothing
            tell(*self._fault(place, None, error))

    def _do_late(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _is_too_much(self, place: Place, address: str) -> bool:
        return self._traffic.is_too_much(address) or self._traffic.is_too_much_of(place.chat_id)

    # --- answers that are no answers -----------------------------------------------------------

    def _fault(self, place: Place, session: Session | None, error: BaseException) -> Whole:
        """What each error is to this protocol; a fault of ours is "try again later" to a visitor."""
        match error:
            case Refused() if place.is_download:
                return self.refused(error, HTTPStatus.FORBIDDEN)
            case Refused() if wire.code_of(error) == wire.GONE_CODE:
                self._count(error)
                return self._gone(place)
            case Refused():
                return self.refused(error)
            case NotFound() if place.is_download:
                return HTTPStatus.NOT_FOUND, wire.failed(404, str(error))
            case NotFound():
                return HTTPStatus.BAD_REQUEST, wire.failed(wire.MALFORMED_CODE, str(error))
            case Unavailable() | Conflict():
                _log.warning(
                    "try_later", interaction_id=place.chat_id, operation=place.name, reason=str(error)
                )
                return self.later(session)
            case _:
                return self.failed(place, error)

    def failed(self, place: Place, fault: BaseException) -> Whole:
        """The answer when something is wrong with ourselves; what, only the log says."""
        _log.error("request_failed", interaction_id=place.chat_id[:64], operation=place.name, exc_info=fault)
        return self.later(None)

    def refused(self, refusal: Refused, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Whole:
        """The answer to what may not be."""
        self._count(refusal)
        return status, wire.refused(refusal)

    def _count(self, refusal: Refused) -> None:
        if refusal.limit is not None:
            self._metrics.refused(refusal.code)

    def _gone(self, place: Place) -> Whole:
        reference = next(_references)
        _log.info(
            "session_gone", interaction_id=place.chat_id[:64], operation=place.name, reference=reference
        )
        body = wire.gone(reference, says_why=self._start.reveals_gone(place.service))
        return (HTTPStatus.NOT_FOUND if place.is_download else HTTPStatus.OK), body

    def later(self, session: Session | None) -> Whole:
        """The answer that has a client ask again."""
        if session is None:
            return HTTPStatus.OK, wire.try_later()
        next_position = session.chat.last_line + 1
        body = wire.envelope(session.identity, is_ended=False, next_position=next_position, status=wire.LATER)
        return HTTPStatus.OK, body

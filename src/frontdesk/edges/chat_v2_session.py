"""Chat API version 2: what a visitor does in a session."""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence

from msgspec import Struct

from frontdesk.desk.chat import Chat, Told
from frontdesk.desk.identity import is_key
from frontdesk.desk.input_boxes import InputBoxes
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.services import ServiceBook
from frontdesk.domain import commands
from frontdesk.domain.commands import Command
from frontdesk.domain.deadlines import idle_close_ms
from frontdesk.domain.events import TRANSCRIPT, Ended
from frontdesk.errors import NotFound, Refused
from frontdesk.wire import chat_v2 as wire
from frontdesk.wire.chat_v2_fields import (
    KeysFields,
    NicknameFields,
    NoticeFields,
    PushUrlFields,
    RefreshFields,
    SendFields,
    SessionFields,
    TypingFields,
)
from frontdesk.wire.chat_v2_wishes import SEND, START_TYPING, VISITOR, WISHES
from frontdesk.wire.form import Form, user_data

CHAT_ID_CHARS_MAX = 64
PRIVATE_KEYS = ("GCTI_", "_genesys_")  # webchat-service §9.3: written by clients, never read back.


Written = bytes | BaseException | None
"""What became of a write: its answer, or why it is not written; None when what is to be answered has to be
read first."""


class Session(Struct, frozen=True):
    """A visitor who has shown the key of a chat; without an `identity`, on a connection that remembers it."""

    chat: Chat
    identity: wire.Identity | None

    @property
    def chat_id(self) -> str:
        return self.chat.interaction_id


class ChatV2Sessions:
    """The operations on a session, by name."""

    def __init__(
        self,
        interactions: Interactions,
        services: ServiceBook,
        input_boxes: InputBoxes,
        clock_ms: Callable[[], int],
    ) -> None:
        self._interactions = interactions
        self._services = services
        self._input_boxes = input_boxes
        self._clock_ms = clock_ms

    # --- who asks ------------------------------------------------------------------------------

    def known(self, service: str, chat_id: str, fields: SessionFields) -> Session | None:
        """The session if this node has it at hand: who holds its key does not change."""
        chat = self._interactions.chats.known(chat_id)
        return self._proven(chat, service, fields) if chat is not None else None

    async def session(self, service: str, chat_id: str, fields: SessionFields) -> Session | None:
        """The session, or None when there is none for who asks: unknown, over for good, or another's."""
        chat = await self._find(chat_id)
        return self._proven(chat, service, fields) if chat is not None else None

    async def service_of(self, chat_id: str) -> str:
        """The service of a chat, for clients that do not name it; empty when there is no such chat."""
        chat = await self._find(chat_id)
        return chat.service if chat is not None else ""

    async def _find(self, chat_id: str) -> Chat | None:
        if len(chat_id) > CHAT_ID_CHARS_MAX or not chat_id.isascii() or not chat_id.isalnum():
            return None
        try:
            return self._interactions.chats.known(chat_id) or await self._interactions.chats.chat(chat_id)
        except NotFound:
            return None

    def _proven(self, chat: Chat, service: str, fields: SessionFields) -> Session | None:
        if not is_key(fields.secure_key, chat.key_hash) or chat.service != service or chat.is_archived:
            return None
        if fields.user_id and fields.user_id != chat.user_id:
            return None
        chat.seen_ms = self._clock_ms()
        return Session(chat, wire.Identity(chat.interaction_id, chat.user_id, fields.secure_key))

    # --- what is answered ----------------------------------------------------------------------

    async def answer(
        self, session: Session, position: int | None = None, extra: Mapping[str, str] | None = None
    ) -> bytes:
        """The envelope, with the lines from `position` on when there is one.

        Shape:   lines and `nextPosition` belong together: what is left out is at or after it. A chat is only
                 called ended together with its last lines. `extra` is user data of the answer itself.
        """
        chat, chat_id = session.chat, session.chat_id
        if position is not None and position > chat.last_line + 1:
            # Another node has told of more than this one knows.
            chat = await self._interactions.chats.catch_up(chat_id)
        elif chat.is_stale:
            chat = await self._interactions.chats.chat(chat_id)
        if position is None or position > chat.last_line:
            return self._nothing_new(session.identity, chat, extra)
        told = await self._told(chat, chat_id, position)
        return self._news(session.identity, chat, told, position, extra)

    def news_at_hand(self, session: Session, position: int) -> bytes | None:
        """What `answer` gives, when there are lines from `position` on and nothing need be read for them."""
        chat = session.chat
        if chat.is_stale or chat.full is None or not 0 < position <= chat.last_line:
            return None
        told = chat.full.since(position)
        return None if told is None else self._news(session.identity, chat, told, position)

    def _nothing_new(
        self, identity: wire.Identity | None, chat: Chat, extra: Mapping[str, str] | None = None
    ) -> bytes:
        return wire.envelope(
            identity, is_ended=not chat.is_open, next_position=chat.last_line + 1, user_data=extra
        )

    def _news(
        self,
        identity: wire.Identity | None,
        chat: Chat,
        told: Sequence[Told],
        position: int,
        extra: Mapping[str, str] | None = None,
    ) -> bytes:
        lines = [line for t in told if (line := _line(t))]
        if position < 0:
            lines = lines[position:]
        return wire.envelope(
            identity,
            is_ended=not chat.is_open or any(type(t.event) is Ended for t in told),
            lines=lines,
            next_position=max(
                (t.version + 1 for t in told if type(t.event) in _LINES), default=chat.last_line + 1
            ),
            idle_expire_s=self._idle_expire_s(chat) if lines else None,
            user_data=extra,
        )

    async def _told(self, chat: Chat, chat_id: str, position: int) -> Sequence[Told]:
        full = chat.full
        if position < 0 and full is not None:
            newest = list(full.lines)
            if sum(1 for told in newest if _line(told)) >= -position:
                return newest
        return await self._interactions.chats.history(chat_id, max(1, position))

    def _idle_expire_s(self, chat: Chat) -> int | None:
        if chat.full is None or not chat.is_open:
            return None
        due_ms = idle_close_ms(chat.full.state, self._services.rules(chat.service))
        return None if due_ms is None else max(1, math.ceil((due_ms - self._clock_ms()) / 1000))

    # --- what is written -----------------------------------------------------------------------

    async def write(self, name: str, session: Session, fields: SessionFields) -> bytes:
        """Carry out the operation `name`, by which visitors say or leave something."""
        chat = await self._interactions.do(session.chat_id, self._wish(name, session, fields))
        self._is_written(name, session, fields)
        return await self.answer_written(Session(chat, session.identity), fields)

    async def answer_written(self, session: Session, fields: SessionFields) -> bytes:
        """The answer to a write that is on disk."""
        return await self.answer(session, wire.parse_position(fields.transcript_position))

    def can_begin(self, name: str, session: Session) -> bool:
        """Whether the operation is a write for which nothing but the disk need be waited for."""
        return name in WISHES and self._interactions.can_begin(session.chat)

    def begin(
        self, name: str, session: Session, fields: SessionFields, then: Callable[[Written], None]
    ) -> None:
        """Begin to `write` where one `can_begin`; `then` gets what became of it.

        Errors:  as `Interactions.begin`.
        """

        def written(outcome: Chat | BaseException) -> None:
            if isinstance(outcome, BaseException):
                then(outcome)
            else:
                self._is_written(name, session, fields)
                then(self._answer_at_hand(session, fields))

        self._interactions.begin(session.chat, self._wish(name, session, fields), written)

    def _wish(self, name: str, session: Session, fields: SessionFields) -> Command:
        if name == START_TYPING:
            self._input_boxes.typing(session.chat)
        return WISHES[name](fields)

    def _is_written(self, name: str, session: Session, fields: SessionFields) -> None:
        """What stands in the input box now."""
        if name == SEND:
            self._input_boxes.holds(session.chat, "")
        elif isinstance(fields, TypingFields) and name == START_TYPING:
            self._input_boxes.holds(session.chat, fields.message)

    def _answer_at_hand(self, session: Session, fields: SessionFields) -> bytes | None:
        """What `answer` gives after a write, if nothing need be read for it."""
        position = wire.parse_position(fields.transcript_position)
        if position is not None:
            return self.news_at_hand(session, position)
        return None if session.chat.is_stale else self._nothing_new(session.identity, session.chat)

    # --- what is asked -------------------------------------------------------------------------

    async def refresh(self, session: Session, fields: RefreshFields, _form: Form) -> bytes:
        self._input_boxes.holds(session.chat, fields.message)
        return await self.answer(session, _first_wanted(fields))

    def has_nothing_new(self, session: Session, fields: RefreshFields) -> bool:
        """Whether this node knows, without asking the log, that a poll brings nothing."""
        return not session.chat.is_stale and _first_wanted(fields) == session.chat.last_line + 1

    def refresh_nothing(self, session: Session, fields: RefreshFields) -> bytes:
        """`refresh` when there is nothing new."""
        self._input_boxes.holds(session.chat, fields.message)
        return self._nothing_new(session.identity, session.chat)

    async def update_data(self, session: Session, fields: SessionFields, form: Form) -> bytes:
        changes = user_data(form)
        if not changes:
            return await self.answer(session, wire.parse_position(fields.transcript_position))
        await self._interactions.do(session.chat_id, commands.ChangeData(party_id=VISITOR, changes=changes))
        return await self.answer_written(session, fields)

    async def read_receipt(self, session: Session, fields: SessionFields, _form: Form) -> bytes:
        position = wire.parse_position(fields.transcript_position)
        if position is None:
            raise Refused("position_missing", "transcriptPosition is required")
        chat = await self._interactions.do(session.chat_id, commands.GiveReceipt(VISITOR, position))
        return await self.answer(Session(chat, session.identity))

    async def read_data(self, session: Session, fields: KeysFields, form: Form) -> bytes:
        _, full = await self._interactions.chats.full(session.chat_id)
        service = self._services.get(session.chat.service)
        granted = service.readable_keys if service is not None else frozenset()
        readable = _readable(full.state.visitor_keys | granted)
        data = full.state.user_data
        wanted = wire.parse_keys(fields.keys, form)
        return await self.answer(session, extra={k: data[k] for k in wanted if k in data and k in readable})

    async def delete_data(self, session: Session, fields: KeysFields, form: Form) -> bytes:
        _, full = await self._interactions.chats.full(session.chat_id)
        own = _readable(full.state.visitor_keys)  # What routing lets a visitor read, it does not give away.
        removed = tuple(key for key in wire.parse_keys(fields.keys, form) if key in own)
        chat = await self._interactions.do(
            session.chat_id, commands.ChangeData(party_id=VISITOR, removed=removed)
        )
        return wire.envelope(
            session.identity,
            is_ended=not chat.is_open,
            next_position=chat.last_line + 1,
            timestamp_ms=self._clock_ms(),
        )


def _first_wanted(fields: RefreshFields) -> int:
    """The position that a poll asks for; without one, all."""
    return wire.parse_position(fields.transcript_position) or 1


def _readable(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(key for key in keys if not key.startswith(PRIVATE_KEYS))


def _line(told: Told) -> bytes:
    """The event in this wire's form, made once; empty when it is not for visitors."""
    form: bytes | None = told.form
    if form is None:
        form = wire.line(told.version, told.at_ms, told.event, told.party) or b""
        told.form = form
    return form


def _writing(name: str) -> Callable[..., Awaitable[bytes]]:
    """The operation that carries out such a wish."""

    async def write(sessions: ChatV2Sessions, session: Session, fields: SessionFields, _form: Form) -> bytes:
        return await sessions.write(name, session, fields)

    return write


_LINES = frozenset(TRANSCRIPT)
_Operation = tuple[type[SessionFields], Callable[..., Awaitable[bytes]]]
OPERATIONS: Mapping[str, _Operation] = {
    "refresh": (RefreshFields, ChatV2Sessions.refresh),
    SEND: (SendFields, _writing(SEND)),
    START_TYPING: (TypingFields, _writing(START_TYPING)),
    "stopTyping": (TypingFields, _writing("stopTyping")),
    "disconnect": (SessionFields, _writing("disconnect")),
    "customNotice": (NoticeFields, _writing("customNotice")),
    "updateData": (SessionFields, ChatV2Sessions.update_data),
    "updateNickname": (NicknameFields, _writing("updateNickname")),
    "pushUrl": (PushUrlFields, _writing("pushUrl")),
    "readReceipt": (SessionFields, ChatV2Sessions.read_receipt),
    "userData/read": (KeysFields, ChatV2Sessions.read_data),
    "userData/delete": (KeysFields, ChatV2Sessions.delete_data),
}

"""Chat API version 3: who asks, and what a visitor says and does in a session.

Source:  chat-api-v3 §3.4 for who may ask, §§5.4 to 5.7 for the operations.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct

from frontdesk.desk.chat import Chat
from frontdesk.desk.input_boxes import CLIENT, InputBoxes
from frontdesk.desk.interactions import Interactions
from frontdesk.domain import commands
from frontdesk.domain.events import Said
from frontdesk.edges.chat_v3_services import ChatV3Services
from frontdesk.errors import NotFound, Refused
from frontdesk.wire import chat_v3 as wire
from frontdesk.wire.chat_v3_fields import Body, MessageFields
from frontdesk.wire.chat_v3_token import Claims, Tokens

SESSION_ID_CHARS_MAX = 64
LEFT_KEPT_MAX = 10_000  # Far more than end within the time in which they can still be read.
LEFT_BY_VISITOR = ("client_left", "client_silent")
TYPING = {"typingstarted": True, "typingstopped": False}


class Session(Struct, frozen=True):
    """A visitor who has shown the token of a chat."""

    chat: Chat
    claims: Claims

    @property
    def session_id(self) -> str:
        return self.chat.interaction_id


class ChatV3Sessions:
    """The operations on a session."""

    def __init__(
        self,
        interactions: Interactions,
        services: ChatV3Services,
        input_boxes: InputBoxes,
        clock_ms: Callable[[], int],
        secrets: Sequence[bytes],
    ) -> None:
        self._interactions = interactions
        self._services = services
        self._input_boxes = input_boxes
        self._clock_ms = clock_ms
        self._tokens = Tokens(secrets)
        self._left: OrderedDict[str, None] = OrderedDict()

    # --- who asks ------------------------------------------------------------------------------

    def claims(self, token: str) -> Claims | None:
        """What a token says; None when it is absent or not ours."""
        return self._tokens.claims(token)

    async def session(self, session_id: str, token: str, api_key: str) -> Session:
        """The session of who asks.

        Errors:  `Refused`: `gone` whatever the token is, `not_authorised`, `key_unknown`.
        """
        return self._session_in(await self.chat(session_id), token, api_key)

    def known(self, session_id: str, token: str, api_key: str) -> Session | None:
        """The same if this node has its chat at hand, else None. Errors: as `session`."""
        chat = self._interactions.chats.known(session_id)
        return self._session_in(chat, token, api_key) if chat is not None else None

    def _session_in(self, chat: Chat | None, token: str, api_key: str) -> Session:
        if chat is None or is_gone(chat) or chat.interaction_id in self._left:
            raise gone()
        return self._proven(chat, token, api_key)

    async def chat(self, session_id: str) -> Chat | None:
        """The chat of an id, or None when there is none."""
        if len(session_id) > SESSION_ID_CHARS_MAX or not session_id.isascii() or not session_id.isalnum():
            return None
        chats = self._interactions.chats
        try:
            return chats.known(session_id) or await chats.chat(session_id)
        except NotFound:
            return None

    def _proven(self, chat: Chat, token: str, api_key: str) -> Session:
        claims = self.claims(token)
        if claims is None or claims.session_id != chat.interaction_id:
            raise Refused("not_authorised", "the header x-nexus-client-key has no token of this session")
        if not self._services.admits(chat.service, api_key):
            raise Refused("key_unknown", "the header x-api-key is missing or of another contact center")
        chat.seen_ms = self._clock_ms()
        return Session(chat, claims)

    # --- what is asked -------------------------------------------------------------------------

    async def send(self, session: Session, body: Body) -> bytes:
        """Say something, or tell that typing began or stopped. Errors: as `Say`."""
        fields = msgspec.convert(body.data, MessageFields)
        kind, text = fields.type, fields.text
        is_typing = TYPING.get(kind.lower())
        if is_typing is not None:
            return await self._typing(session, text, is_typing=is_typing)
        if not text or text.isspace():
            return wire.succeeded()
        said = commands.Say(
            party_id=CLIENT,
            text=text,
            message_type="" if kind.lower() == "text" else kind,
            client_id=body.operation_id,
        )
        chat = await self._interactions.do(session.session_id, said)
        self._input_boxes.holds(chat, "")
        return wire.succeeded(await self._said(chat, said))

    async def _said(self, chat: Chat, said: commands.Say) -> Mapping[str, str]:
        """What a message has become, also when it was sent before."""
        full = chat.full
        lines = full.lines if full is not None else ()
        for line in reversed(lines or await self._interactions.chats.history(chat.interaction_id)):
            event = line.event
            if isinstance(event, Said) and (event.party_id, event.client_id, event.text) == (
                said.party_id,
                said.client_id,
                said.text,
            ):
                index = wire.index_of(line.version)
                return {"id": f"{chat.interaction_id}-{index}", "index": index}
        return {}

    async def _typing(self, session: Session, text: str, *, is_typing: bool) -> bytes:
        if is_typing and self._input_boxes.is_overtaken(session.chat, text):
            return wire.succeeded()
        if is_typing:
            self._input_boxes.typing(session.chat)
        chat = await self._interactions.do(session.session_id, commands.SetTyping(CLIENT, is_typing))
        self._input_boxes.holds(chat, text if is_typing else "")
        return wire.succeeded()

    async def update_data(self, session: Session, body: Body) -> bytes:
        """Merge user data. Errors: as `ChangeData`."""
        if body.data:
            change = commands.ChangeData(party_id=CLIENT, changes=body.data)
            await self._interactions.do(session.session_id, change)
        return wire.succeeded()

    def _note_left(self, session_id: str) -> None:
        """Remember who has left a chat that was over: the end may have been left to the page (§7.8)."""
        self._left[session_id] = None
        if len(self._left) > LEFT_KEPT_MAX:
            self._left.popitem(last=False)

    async def leave(self, session_id: str, participant_id: str, token: str, api_key: str) -> bytes:
        """Leave; leaving twice is leaving.

        Errors:  `Refused` as `session`, and `not_authorised` for anybody's but the own participant.
        """
        chat = await self.chat(session_id)
        if chat is None:
            raise gone()
        session = self._proven(chat, token, api_key)
        if participant_id != session.claims.participant_id:
            raise Refused("not_authorised", "only the own participant can leave")
        if chat.is_open:
            leave = commands.Leave(party_id=CLIENT, reason="client_left")
            await self._interactions.do(session_id, leave)
        else:
            self._note_left(session_id)
        return wire.succeeded()


def is_gone(chat: Chat) -> bool:
    """Whether a session is over for its visitor: for good, or because the visitor has left."""
    return chat.is_archived or (not chat.is_open and chat.end_reason in LEFT_BY_VISITOR)


def gone() -> Refused:
    return Refused("gone", "the session could not be found or has ended")

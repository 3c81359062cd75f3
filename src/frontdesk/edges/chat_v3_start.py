"""Chat API version 3: a visitor asks for a chat, or comes back to one.

Source:  chat-api-v3 §§5.1, 5.2 and 8.3.
"""

import secrets
from collections.abc import Callable, Mapping

import structlog

from frontdesk.desk.chat import Chat
from frontdesk.desk.identity import new_id, new_key
from frontdesk.desk.input_boxes import CLIENT
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.commands import ComeBack, Start
from frontdesk.edges.admission import Admission
from frontdesk.edges.chat_v3_places import Places
from frontdesk.edges.chat_v3_services import ChatV3Services
from frontdesk.edges.chat_v3_session import ChatV3Sessions, gone
from frontdesk.errors import Refused
from frontdesk.wire import chat_v3 as wire
from frontdesk.wire.chat_v3_fields import StartFields, start_fields
from frontdesk.wire.chat_v3_token import ABSENT, Claims, mint

_log = structlog.get_logger("chat_v3")


class ChatV3Start:
    """Admission, and the first answer. `secret` signs new tokens, `root` is the path of all sessions."""

    def __init__(
        self,
        interactions: Interactions,
        book: ServiceBook,
        services: ChatV3Services,
        sessions: ChatV3Sessions,
        places: Places,
        admission: Admission,
        clock_ms: Callable[[], int],
        secret: bytes,
        root: str,
        *,
        renews_lost: bool,
    ) -> None:
        self._interactions = interactions
        self._book = book
        self._services = services
        self._sessions = sessions
        self._places = places
        self._admission = admission
        self._clock_ms = clock_ms
        self._secret = secret
        self._root = root
        self._renews_lost = renews_lost

    def service_of(self, data: Mapping[str, str]) -> str:
        """The service that a start names."""
        return self._services.name_of(data.get("endpoint", ""))

    async def start(self, data: dict[str, str], token: str, api_key: str, address: str) -> bytes:
        """Begin a chat, or go on with the one of the token.

        Errors:  `Refused`: `gone` when the chat to resume is over, `not_authorised`, `key_unknown`,
                 `endpoint_unknown`, `closed`, and those of `Start`; `Unavailable`.
        """
        fields = start_fields(data)
        if token not in ABSENT:
            chat = await self._resumable(token, api_key)
            if chat is not None:
                return await self._resume(chat)
            if not fields.nickname.strip():
                fields = await self._renewed(token, api_key, fields)
        return await self._begin(fields, api_key, address)

    # --- begin ---------------------------------------------------------------------------------

    async def _begin(self, fields: StartFields, api_key: str, address: str) -> bytes:
        service = self._services.endpoint(fields.endpoint, api_key)
        if not fields.nickname.strip():
            raise Refused("name_missing", "nickname is required")
        self._admission.admit(service.name, address)
        command = Start(
            service=service.name,
            user_id=secrets.token_hex(8).upper(),
            key_hash="",  # No key opens it, only the tokens that this installation signs.
            nickname=fields.nickname,
            first_name=fields.first_name,
            last_name=fields.last_name,
            email=fields.email,
            subject=fields.subject,
            user_data=fields.user_data,
            address=address,
            queue=None if self._book.bot_id(service.name) else service.queue,
            asynchronous=self._book.rules(service.name).asynchronous,
        )
        chat = await self._interactions.start(new_id(self._clock_ms()), command)
        self._admission.begun(chat.interaction_id, service.name, address)
        _log.info("started", interaction_id=chat.interaction_id, service=service.name)
        return self._welcome(chat, 0)

    def _welcome(self, chat: Chat, version: int) -> bytes:
        """The answer with a token of its own, for a connection that has everything up to a version."""
        session_id, transport_id = chat.interaction_id, new_key()
        claims = Claims(
            session_id=session_id,
            transport_id=transport_id,
            participant_id=wire.participant_id(session_id, CLIENT),
            position=version,
        )
        self._places.begin(transport_id, version)
        return wire.started(session_id, f"{self._root}/{session_id}", mint(claims, self._secret))

    # --- resume --------------------------------------------------------------------------------

    async def _resumable(self, token: str, api_key: str) -> Chat | None:
        """The chat of a token, if it goes on."""
        claims = self._sessions.claims(token)
        chat = await self._sessions.chat(claims.session_id) if claims is not None else None
        if chat is None or not chat.is_open or not self._services.admits(chat.service, api_key):
            return None
        return chat

    async def _resume(self, chat: Chat) -> bytes:
        chat.seen_ms = self._clock_ms()
        if chat.is_left:
            chat = await self._interactions.do(chat.interaction_id, ComeBack())
        return self._welcome(chat, chat.version)

    async def _renewed(self, token: str, api_key: str, fields: StartFields) -> StartFields:
        """What a new chat begins with that stands in for the one that is over.

        Errors:  `Refused`: `not_authorised` for a token that is not ours, else `gone`, which makes clients
                 forget it; unless lost chats are renewed.
        """
        claims = self._sessions.claims(token)
        if claims is None:
            raise Refused("not_authorised", "the header x-nexus-client-key has no token of ours")
        chat = await self._sessions.chat(claims.session_id)
        if chat is not None and not self._services.admits(chat.service, api_key):
            raise Refused("not_authorised", "the session is of another contact center")
        if chat is None or not self._renews_lost:
            raise gone()
        _, full = await self._interactions.chats.full(chat.interaction_id)
        old = full.state
        return StartFields(
            nickname=old.client.nickname,
            first_name=old.first_name,
            last_name=old.last_name,
            email=old.email,
            subject=old.subject,
            endpoint=fields.endpoint or old.service,
            user_data=old.user_data | fields.user_data,
        )

"""Chat API version 2: a visitor asks for a chat (chat-api-v2 §7.1)."""

import secrets
from collections.abc import Callable, Mapping

import msgspec
import structlog

from frontdesk.desk.identity import hash_key, new_id, new_key
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.commands import Start
from frontdesk.edges.admission import Admission
from frontdesk.edges.chat_v2_session import ChatV2Sessions, Session
from frontdesk.errors import Refused
from frontdesk.settings import ServiceSettings
from frontdesk.wire import chat_v2 as wire
from frontdesk.wire.chat_v2_fields import StartFields, asks_to_stay_open
from frontdesk.wire.form import Form, user_data

_log = structlog.get_logger("chat_v2")


class ChatV2Start:
    """Admission and the first answer."""

    def __init__(
        self,
        interactions: Interactions,
        services: ServiceBook,
        settings: Mapping[str, ServiceSettings],
        sessions: ChatV2Sessions,
        admission: Admission,
        clock_ms: Callable[[], int],
    ) -> None:
        self._interactions = interactions
        self._services = services
        self._settings = settings
        self._sessions = sessions
        self._admission = admission
        self._clock_ms = clock_ms

    def reveals_gone(self, service: str) -> bool:
        found = self._settings.get(service)
        return found is None or found.reveals_gone

    async def start(self, service_name: str, form: Form, address: str) -> bytes:
        """Begin a chat.

        Errors:  `Refused` with `closed` for a service that is unknown or closed, and those of `Start`;
                 `Unavailable` when a limit is reached or nothing can be kept now.
        """
        service = self._services.get(service_name)
        if service is None or not service.is_open:
            raise Refused("closed", "no chat can be started here now")
        fields = msgspec.convert(form, StartFields)
        self._admission.admit(service_name, address)
        now_ms = self._clock_ms()
        interaction_id = new_id(now_ms)
        key = new_key(interaction_id)
        data = user_data(form)
        asynchronous = asks_to_stay_open(data) and self._services.rules(service_name).asynchronous
        command = Start(
            service=service_name,
            user_id=secrets.token_hex(8).upper(),
            key_hash=hash_key(key),
            nickname=fields.nickname,
            first_name=fields.first_name,
            last_name=fields.last_name,
            email=fields.email_address,
            subject=fields.subject,
            endpoint=fields.endpoint[:200],
            text=fields.text,
            user_data=data,
            address=address,
            queue=None if self._services.bot_id(service_name) else service.queue,
            asynchronous=asynchronous,
            closes_when_idle=asynchronous,
        )
        chat = await self._interactions.start(interaction_id, command)
        self._admission.begun(chat.interaction_id, service_name, address)
        _log.info("started", interaction_id=chat.interaction_id, service=service_name)
        identity = wire.Identity(chat.interaction_id, chat.user_id, key)
        return await self._sessions.answer(Session(chat, identity), 1)

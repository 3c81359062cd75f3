"""Chat API version 2: a visitor asks for a chat (chat-api-v2 §7.1)."""

import secrets
from collections.abc import Callable, Mapping

import msgspec
import structlog

from frontdesk.desk.floor import Floor
from frontdesk.desk.identity import hash_key, new_id, new_key
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.commands import Start
from frontdesk.edges.chat_v2_session import ChatV2Sessions, Session
from frontdesk.edges.limits import Gate, OpenByAddress, Window
from frontdesk.edges.metrics import Metrics
from frontdesk.errors import Refused, Unavailable
from frontdesk.settings import ServiceSettings
from frontdesk.wire import chat_v2 as wire
from frontdesk.wire.chat_v2_fields import StartFields
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
        floor: Floor,
        clock_ms: Callable[[], int],
        metrics: Metrics,
        *,
        starts: Window,
        by_address: OpenByAddress,
        node: Gate,
    ) -> None:
        self._interactions = interactions
        self._services = services
        self._settings = settings
        self._sessions = sessions
        self._floor = floor
        self._clock_ms = clock_ms
        self._metrics = metrics
        self._starts = starts
        self._by_address = by_address
        self._node = node
        self._gates = {name: Gate("open_chats_max", s.open_chats_max) for name, s in settings.items()}

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
        self._admit(service_name, address)
        now_ms = self._clock_ms()
        interaction_id = new_id(now_ms)
        key = new_key(interaction_id)
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
            user_data=user_data(form),
            address=address,
            queue=None if self._services.bot_id(service_name) else service.queue,
        )
        chat = await self._interactions.start(interaction_id, command)
        self._by_address.add(chat.interaction_id, address)
        self._metrics.started(service_name)
        _log.info("started", interaction_id=chat.interaction_id, service=service_name)
        identity = wire.Identity(chat.interaction_id, chat.user_id, key)
        return await self._sessions.answer(Session(chat, identity), 1)

    def _admit(self, service_name: str, address: str) -> None:
        """Errors: `Unavailable`. What is busy may be free again soon, and clients say so (§8.4)."""
        reached = ""
        if not self._node.admits(self._floor.open_count):
            reached = self._node.name
        elif not self._gates[service_name].admits(self._floor.open_of(service_name)):
            reached = self._gates[service_name].name
        elif not self._by_address.admits(address):
            reached = self._by_address.name
        elif not self._starts.admits(address):
            reached = self._starts.name
        if reached:
            self._metrics.refused(reached)
            raise Unavailable(f"the limit {reached} is reached")

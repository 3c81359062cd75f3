"""The chat services of this installation, by the name that addresses use."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from frontdesk.domain.hours import Hours
from frontdesk.domain.queues import DEFAULT, QueueRules
from frontdesk.domain.rules import DEFAULT_QUEUE, Rules, ServiceRules, of_service


class Service(Struct, frozen=True, kw_only=True):
    """One service as the desk sees it. `bot` is the login of the bot that takes each chat first, or
    `application` that of which a session does; without `hours` chats may begin at any time."""

    name: str
    is_open: bool = True
    queue: str = DEFAULT_QUEUE
    bot: str = ""
    application: str = ""
    hours: Hours | None = None
    open_chats_max: int = 10_000
    readable_keys: frozenset[str] = frozenset()
    rules: Rules = Rules()


class ServiceBook:
    """Every service; an interaction of a service that is no longer configured goes on by the defaults."""

    def __init__(
        self, services: Mapping[str, Service], queues: Mapping[str, QueueRules] | None = None
    ) -> None:
        self._services = dict(services)
        self._queues = dict(queues or {})
        self._rules = {name: of_service(s.rules, s.queue, self._queues) for name, s in services.items()}
        self._defaults = ServiceRules(queues=self._queues)
        self._bot_ids: dict[str, str] = {}

    def get(self, name: str) -> Service | None:
        return self._services.get(name)

    def rules(self, name: str) -> ServiceRules:
        return self._rules.get(name, self._defaults)

    def queue_rules(self, name: str) -> QueueRules:
        """How a queue behaves; one that nobody has set anything for goes by the defaults."""
        return self._queues.get(name, DEFAULT)

    def application(self, name: str) -> str:
        """The application of which a session has each chat of a service first; empty for none."""
        service = self._services.get(name)
        return service.application if service is not None else ""

    def knows_queue(self, name: str) -> bool:
        """Whether there is such a queue: it has settings, or chats of a service wait there."""
        return name in self._queues or any(service.queue == name for service in self)

    def bot_id(self, name: str) -> str:
        """The account of a service's bot; empty when it has none, or none that is known yet."""
        service = self._services.get(name)
        return self._bot_ids.get(service.bot.casefold(), "") if service is not None and service.bot else ""

    def unknown_bots(self) -> set[str]:
        """Logins of bots whose accounts have not been found yet."""
        return {s.bot for s in self if s.bot and s.bot.casefold() not in self._bot_ids}

    def know_bot(self, login: str, account_id: str) -> None:
        """Take note of a bot's account."""
        self._bot_ids[login.casefold()] = account_id

    def __iter__(self) -> Iterator[Service]:
        return iter(self._services.values())

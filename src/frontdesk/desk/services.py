"""The chat services of this installation, by the name that addresses use."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from frontdesk.domain.rules import Rules


class Service(Struct, frozen=True, kw_only=True):
    """One service as the desk sees it. `bot_id` is the account of the bot that takes each chat first."""

    name: str
    is_open: bool = True
    queue: str = "default"
    bot_id: str = ""
    open_chats_max: int = 10_000
    readable_keys: frozenset[str] = frozenset()
    rules: Rules = Rules()


class ServiceBook:
    """Every service; an interaction of a service that is no longer configured goes on by the defaults."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._services = dict(services)

    def get(self, name: str) -> Service | None:
        return self._services.get(name)

    def rules(self, name: str) -> Rules:
        service = self._services.get(name)
        return service.rules if service is not None else _DEFAULTS

    def __iter__(self) -> Iterator[Service]:
        return iter(self._services.values())


_DEFAULTS = Rules()

"""Chat API version 3: endpoints, and whose keys may use them.

Source:  chat-api-v3 §3.1.
"""

from collections.abc import Callable, Mapping

from frontdesk.desk.services import Service, ServiceBook
from frontdesk.errors import Refused
from frontdesk.settings import ChatV3Settings, ServiceSettings
from frontdesk.wire.chat_v3 import View

Links = Callable[[str], Callable[[str, int], str]]


class ChatV3Services:
    """The services as version 3 sees them. `links` makes the addresses of a session's files."""

    def __init__(
        self,
        book: ServiceBook,
        settings: Mapping[str, ServiceSettings],
        own: ChatV3Settings,
        links: Links,
    ) -> None:
        self._book = book
        self._settings = settings
        self._own = own
        self._links = links
        self._keys = frozenset(key for service in settings.values() for key in service.api_keys)

    def endpoint(self, name: str, api_key: str) -> Service:
        """The service in which a chat is to begin.

        Errors:  `Refused`: `key_unknown`, `endpoint_unknown`, `closed`.
        """
        if self._keys and api_key not in self._keys:
            raise Refused("key_unknown", "the header x-api-key is missing or of no contact center")
        service = self._book.get(self.name_of(name))
        if service is None or not self.admits(service.name, api_key):
            raise Refused("endpoint_unknown", "there is no such endpoint")
        if not service.is_open:
            raise Refused("closed", "no chat can be started here now")
        return service

    def name_of(self, endpoint: str) -> str:
        """The service that an endpoint is; one that is not named is the default."""
        return endpoint or self._own.default_endpoint

    def admits(self, name: str, api_key: str) -> bool:
        """Whether pages with a key may use a service."""
        settings = self._settings.get(name)
        return settings is None or not settings.api_keys or api_key in settings.api_keys

    def view(self, session_id: str, name: str) -> View:
        """How visitors of a service are shown what happens."""
        settings = self._settings.get(name, _DEFAULTS)
        return View(
            session_id=session_id,
            client=settings.visitor_type,
            end_text=settings.end_marker or settings.end_text,
            file_link=self._links(session_id),
        )

    def leaves_end_to_page(self, name: str) -> bool:
        """Whether scripts of the page end a chat that our side has ended (§7.8)."""
        return bool(self._settings.get(name, _DEFAULTS).end_marker)


_DEFAULTS = ServiceSettings()

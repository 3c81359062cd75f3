"""Which pages of other sites may read an answer.

Source:  the Fetch standard, "CORS protocol"; chat-api-v2 §18.
"""

from collections.abc import Iterable, Mapping

from frontdesk.edges.asgi import Headers

ANY = "*"
MADE_MAX = 1000  # Pages that visitors come from; beyond it, headers are made for each answer.
_VARY = (b"vary", b"Origin")
_CREDENTIALS = (b"access-control-allow-credentials", b"true")
_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"POST, GET, OPTIONS"),
    (b"access-control-allow-headers", b"apikey, authorization, content-type, x-requested-with"),
    (b"access-control-max-age", b"3600"),
]


class Cors:
    """The origins of each service.

    Shape:   the headers for an address of no service are those for any origin: such an answer says nothing
             about anybody, and a page that may not read it would take it for a lost network.
    """

    def __init__(self, origins: Mapping[str, Iterable[str]]) -> None:
        self._origins = {service: frozenset(allowed) for service, allowed in origins.items()}
        self._made: dict[tuple[str, bytes], Headers] = {}

    def headers(self, service: str, origin: bytes) -> Headers:
        """What every answer carries, errors too."""
        made = self._made.get((service, origin))
        if made is None:
            made = self._headers(service, origin)
            if len(self._made) < MADE_MAX:
                self._made[service, origin] = made
        return made

    def admits(self, service: str, origin: bytes) -> bool:
        """Whether a page of this origin may use the service; programs that are no pages have no origin."""
        return not origin or len(self.headers(service, origin)) > 1

    def _headers(self, service: str, origin: bytes) -> Headers:
        if not origin:
            return [_VARY]
        allowed = self._origins.get(service)
        if allowed is None or ANY in allowed or origin.decode("latin-1") in allowed:
            return [_VARY, _CREDENTIALS, (b"access-control-allow-origin", origin)]
        return [_VARY]

    def preflight(self, service: str, origin: bytes) -> Headers:
        """What answers the question whether a request may be made at all."""
        headers = self.headers(service, origin)
        return [*headers, *_PREFLIGHT] if len(headers) > 1 else headers

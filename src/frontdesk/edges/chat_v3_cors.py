"""Chat API version 3: which pages of other sites may use it.

Every request has headers of its own, so browsers ask for permission before each; the question names no
service yet, and is answered for the origins of all of them.

Source:  chat-api-v3 §11; the Fetch standard, "CORS protocol".
"""

import re
from collections.abc import Iterable, Mapping

from frontdesk.edges.asgi import Headers

ANY = "*"
HEADERS_MAX = 30
_BASE = ("x-api-key", "x-nexus-client-key", "content-type", "authorization")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,64}")
_VARY = (b"vary", b"Origin")


class ChatV3Cors:
    """The origins of each service. A request without an origin is none of a page, and is let through."""

    def __init__(self, origins: Mapping[str, Iterable[str]]) -> None:
        self._origins = {service: frozenset(allowed) for service, allowed in origins.items()}
        self._all = frozenset().union(*self._origins.values())

    def admits(self, origin: str, service: str | None = None) -> bool:
        """Whether pages of an origin may use a service, or any service at all."""
        allowed = self._all if service is None else self._origins.get(service, self._all)
        return not origin or ANY in allowed or origin in allowed

    def headers(self, origin: str) -> Headers:
        """What every answer carries that a page of this origin may read."""
        if not origin or not self.admits(origin):
            return [_VARY]
        return [_VARY, (b"access-control-allow-origin", origin.encode("latin-1"))]

    def preflight(self, origin: str, asked: str) -> Headers:
        """What answers the question whether a request may be made; `asked` are the headers that it has."""
        headers = self.headers(origin)
        if len(headers) == 1:
            return headers
        names = [name.strip().lower() for name in asked.split(",")[:HEADERS_MAX]]
        allowed = dict.fromkeys((*_BASE, *(name for name in names if _NAME.fullmatch(name))))
        return [
            *headers,
            (b"access-control-allow-methods", b"GET, POST, PUT, DELETE, OPTIONS"),
            (b"access-control-allow-headers", ", ".join(allowed).encode("ascii")),
            (b"access-control-max-age", b"7200"),
        ]

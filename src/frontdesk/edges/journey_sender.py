"""Who sends a request to the journey collector: from where, with what, and what their browser asks for."""

import hmac
from collections.abc import Iterable

from msgspec import Struct

from frontdesk.domain.journey.consenting import Signals
from frontdesk.edges.asgi import Scope, address_of

BEARER = "Bearer "
READ = frozenset((b"user-agent", b"authorization", b"origin", b"sec-gpc", b"dnt", b"if-none-match"))
"""The headers that anything of the collector reads; of no other has it to be told."""


class Sender(Struct, frozen=True):
    """Shape: `is_server` when it is the site's own, by its key; `token` is what stands behind `Bearer`."""

    address: str
    user_agent: str
    token: str
    signals: Signals
    is_server: bool


def sender_of(scope: Scope, server_keys: Iterable[str]) -> Sender:
    """The sender of a request. A server speaks for others, whose signals it has to heed itself."""
    user_agent = authorization = gpc = dnt = b""
    for name, value in scope["headers"]:
        match name:
            case b"user-agent":
                user_agent = value
            case b"authorization":
                authorization = value
            case b"sec-gpc":
                gpc = value
            case b"dnt":
                dnt = value
    said = authorization.decode("latin-1")
    token = said.removeprefix(BEARER).strip() if said.startswith(BEARER) else ""
    return Sender(
        address_of(scope),
        user_agent.decode("latin-1"),
        token,
        Signals(gpc=gpc.strip() == b"1", dnt=dnt.strip() == b"1"),
        is_server=bool(token) and any(hmac.compare_digest(token.encode(), k.encode()) for k in server_keys),
    )

"""Who is asking: sign-in sessions of agents and bots, in a cookie or a bearer token."""

from http.cookies import CookieError, SimpleCookie
from typing import Protocol
from urllib.parse import urlsplit

from frontdesk.desk.sign_ins import sign_in_name
from frontdesk.edges.asgi import Scope, header
from frontdesk.errors import Denied
from frontdesk.store.account import Account

COOKIE = "frontdesk_session"
BEARER = "bearer "


class Known(Protocol):
    async def who(self, token: str) -> Account:
        """Whose sign-in this token is. Errors: `Denied`."""


class Callers:
    """Finds the account behind a request among those that are `known`.

    Shape:   `public_url` is what browsers call the server, when it is set.
    """

    def __init__(self, known: Known, public_url: str) -> None:
        self.known = known
        self._public_origin = _origin_of(public_url) if public_url else ""

    async def who(self, scope: Scope) -> tuple[Account, str]:
        """The account, and a name for its sign-in. Errors: `Denied`."""
        token = token_of(scope)
        account = await self.known.who(token)
        return account, sign_in_name(token)

    def check_origin(self, scope: Scope) -> None:
        """Errors: `Denied` when a page of another site asks in the name of who is signed in here."""
        origin = header(scope, b"origin").decode("latin-1")
        if not origin or header(scope, b"authorization"):
            return  # No browser asks for itself, or a page that knows the token.
        scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
        own = f"{scheme}://{header(scope, b'host').decode('latin-1')}"
        if origin not in (own, self._public_origin):
            raise Denied("a page of another origin may not do this", "wrong_origin")


def token_of(scope: Scope) -> str:
    """The token that a request shows; empty when it shows none."""
    bearer = header(scope, b"authorization").decode("latin-1")
    if bearer.lower().startswith(BEARER):
        return bearer[len(BEARER) :].strip()
    try:
        cookie = SimpleCookie(header(scope, b"cookie").decode("latin-1")).get(COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie is not None else ""


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

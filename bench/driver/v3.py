"""Visitors: Chat API v3 for load (start, poll)."""

from urllib.parse import quote_plus

import msgspec

from bench.driver.http import HttpConnection, post, with_body
from bench.driver.v2 import FORM, ServerRefused

SESSIONS = "/nexus/v3/chat/sessions"
OPERATION_ID = "c150dfac1c-21d81-5c5d3-e2ba4-0aebbb375a6e7ac"  # As long as clients' are.


class Entity(msgspec.Struct):
    id: str


class Session(msgspec.Struct, rename="camel"):
    entity: Entity
    client_token: str


class Started(msgspec.Struct):
    """The answer to a start. Source: chat API v3, §5.1.2."""

    data: Session


_read_started = msgspec.json.Decoder(Started).decode


class Visitor:
    """One session over one connection. `poll` is the request for what is new."""

    def __init__(self, connection: HttpConnection, session: Session) -> None:
        self.connection = connection
        self.name = session.entity.id
        lines = [
            f"GET {SESSIONS}/{self.name}/messages?operationId={OPERATION_ID} HTTP/1.1",
            "host: localhost",
            "accept: */*",
            f"x-nexus-client-key: {session.client_token}",
        ]
        self.poll = "\r\n".join([*lines, "", ""]).encode()

    async def catch_up(self) -> None:
        """Poll once, so that later polls bring nothing new. Errors: `ServerRefused`, `ConnectionError`."""
        status, body = await self.connection.fetch(self.poll)
        if status != 200:
            raise ServerRefused(f"{status} {body[:200]!r}")


async def start(connection: HttpConnection, endpoint: str, nickname: str) -> Visitor:
    """A new session. Errors: `ServerRefused`, `ConnectionError`."""
    data = {
        "firstName": "Mira",
        "lastName": "Olsen",
        "nickname": nickname,
        "endpoint": endpoint,
        "userData][_genesys_source": "web",
        "userData][_genesys_url": "https://shop.example/orders",
        "subject": "Late order",
    }
    form = "&".join(f"{quote_plus(f'data[{name}]')}={quote_plus(value)}" for name, value in data.items())
    body = f"{form}&operationId={OPERATION_ID}".encode()
    status, answer = await connection.fetch(with_body(post(SESSIONS, FORM), body))
    if status != 200:
        raise ServerRefused(f"{status} {answer[:200]!r}")
    return Visitor(connection, _read_started(answer).data)

"""Chat API v2 with the socket of a Frontdesk server beside it, over which news come by themselves.

It relieves polls and requests and takes the place of none: whatever the socket cannot carry goes as it went
without one. With a server that offers no socket, it is that protocol and nothing else.

Source:  docs/reference/visitor-socket.md."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from frontdesk.client.http_answers import unreachable
from frontdesk.client.transport import Answer, Credentials, Following, Outcome, Polls
from frontdesk.client.v2 import V2Transport
from frontdesk.client.visitor_line import ANSWERED_WITHIN_S, Line

ID_BYTES = 16


class NoLine:
    """What follows a session where there is no socket: nothing."""

    def stop(self) -> None:
        """There is nothing to stop."""


class VisitorSocketTransport(V2Transport):
    """A chat service at `url`, with its socket where the server has one."""

    _line: Line | None = None

    def relieve(self, session: Credentials, polls: Polls) -> Following:
        """Bring what is new without polls, as long as that works."""
        if not self.offers_socket:
            return NoLine()
        self._line = Line(
            f"{self._base}socket",
            self._headers,
            session,
            polls,
            answer_within_s=self._timeout_s or ANSWERED_WITHIN_S,
        )
        return self._line

    async def send(
        self,
        session: Credentials,
        text: str,
        *,
        message_type: str = "text",
        attributes: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Say `text`: by whichever way it goes, and however often, it is one message."""
        if not self.offers_socket:  # Other servers need not know what an id is.
            return await super().send(session, text, message_type=message_type, attributes=attributes)
        message_id = secrets.token_hex(ID_BYTES)
        wish = {"do": "send", "id": message_id, "text": text, "message_type": message_type}
        if attributes is not None:
            wish["attributes"] = dict(attributes)  # type: ignore[assignment]
        return await self._either(
            session, wish, lambda: self._send(session, text, message_type, attributes, message_id)
        )

    async def type(self, session: Credentials, *, is_typing: bool, preview: str, position: int) -> Answer:
        """Typing started or stopped."""
        by_http = super().type
        return await self._either(
            session,
            {"do": "type", "is_typing": is_typing, "preview": preview},
            lambda: by_http(session, is_typing=is_typing, preview=preview, position=position),
        )

    async def read_receipt(self, session: Credentials, position: int) -> Answer:
        """Everything up to and including `position` was read."""
        by_http = super().read_receipt
        wish = {"do": "read", "up_to": position}
        return await self._either(session, wish, lambda: by_http(session, position))

    async def aclose(self) -> None:
        """Let go of connections."""
        if self._line is not None:
            await self._line.aclose()
        await super().aclose()

    async def _either(
        self, session: Credentials, wish: Mapping[str, Any], by_http: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """The answer by the socket, or else by HTTP: a socket that is lost leaves nobody waiting."""
        line = self._line
        if line is None or line.session.session_id != session.session_id or not line.carries:
            return await by_http()
        said = await line.wish(wish)
        if said is not None:
            return said
        said = await by_http()
        if said.outcome is not Outcome.UNREACHABLE or said == unreachable("timeout"):
            return said
        return await by_http()  # A connection that was kept may have ended with the socket; this one is new.

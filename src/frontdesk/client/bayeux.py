"""One Bayeux client without its connection: what to send, and what the answers mean.

Source:  the Bayeux protocol 1.0; chat-api-v2, sections 17.2 and 17.3."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from msgspec import Struct

Message = dict[str, Any]

HANDSHAKE = "/meta/handshake"
CONNECT = "/meta/connect"
DISCONNECT = "/meta/disconnect"
LONG_POLLING = "long-polling"
TIMEOUT_MS = 60_000  # Until the server advises otherwise, in what it says last.


class Advice(Struct, frozen=True):
    """What the server wants of a client: how long a connect may be held, and what to do after it, when."""

    reconnect: str = ""
    interval_ms: float = 0
    timeout_ms: float = TIMEOUT_MS


class Push(Struct, frozen=True):
    """What was published on a channel."""

    channel: str
    data: Mapping[str, Any]


class Told(Struct, frozen=True):
    """What one answer of the server brought: replies by the ids of what was asked, and what was pushed."""

    replies: Mapping[str, Message]
    pushes: Sequence[Push]


class Bayeux:
    """The client's side of the protocol.

    Shape:   `client_id` is empty while the server knows no such client: a handshake comes first then.
    """

    def __init__(self) -> None:
        self.client_id = ""
        self.advice = Advice()
        self._ids = count(1)
        self._is_connected = False

    def handshake(self) -> Message:
        """Ask to be known."""
        message = self._message(HANDSHAKE, version="1.0", minimumVersion="1.0")
        message["supportedConnectionTypes"] = [LONG_POLLING]
        message["advice"] = {"timeout": TIMEOUT_MS, "interval": 0}
        return message

    def connect(self) -> Message:
        """Ask for what is pushed; the first after a handshake or a failure is answered at once."""
        message = self._message(CONNECT, clientId=self.client_id, connectionType=LONG_POLLING)
        return message if self._is_connected else {**message, "advice": {"timeout": 0}}

    def publish(self, channel: str, data: Mapping[str, Any]) -> Message:
        """Say `data` on `channel`."""
        return self._message(channel, clientId=self.client_id, data=dict(data))

    def disconnect(self) -> Message:
        """Ask to be forgotten."""
        message = self._message(DISCONNECT, clientId=self.client_id)
        self.forget()
        return message

    def fail(self) -> None:
        """A request was not answered: the next connect should be answered at once."""
        self._is_connected = False

    def forget(self) -> None:
        """Begin anew."""
        self.client_id = ""
        self._is_connected = False

    def hear(self, messages: Sequence[Mapping[str, Any]]) -> Told:
        """Take in an answer of the server."""
        replies: dict[str, Message] = {}
        pushes: list[Push] = []
        for message in messages:
            channel, data = str(message.get("channel") or ""), message.get("data")
            if isinstance(message.get("advice"), Mapping):
                self.advice = _advice(message["advice"])
            if isinstance(data, Mapping):
                pushes.append(Push(channel, data))
            elif "id" in message:
                replies[str(message["id"])] = dict(message)
                self._hear_reply(channel, message)
            elif channel == DISCONNECT:
                self.forget()  # It is the server that wants this.
        return Told(replies, pushes)

    def _hear_reply(self, channel: str, reply: Mapping[str, Any]) -> None:
        is_good = reply.get("successful") is True
        if channel == HANDSHAKE:
            self.client_id = str(reply.get("clientId") or "") if is_good else ""
            self._is_connected = False
        elif not is_good and (is_unknown(reply) or self.advice.reconnect in ("handshake", "none")):
            self.forget()
        elif channel == CONNECT:
            self._is_connected = is_good

    def _message(self, channel: str, **members: Any) -> Message:
        return {"id": str(next(self._ids)), "channel": channel, **members}


def is_unknown(reply: Mapping[str, Any]) -> bool:
    """Whether the server does not know the client: nothing was done."""
    return reply.get("successful") is False and str(reply.get("error") or "").startswith("402")


def _advice(advice: Mapping[str, Any]) -> Advice:
    return Advice(
        reconnect=str(advice.get("reconnect") or ""),
        interval_ms=_ms(advice.get("interval"), 0),
        timeout_ms=_ms(advice.get("timeout"), TIMEOUT_MS),
    )


def _ms(value: object, default: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return max(0.0, float(value)) if is_number else default  # type: ignore[arg-type]

"""A server of Bayeux with a clock of its own, and what is asked of it and read of its answers."""

import json
from typing import Any

from frontdesk.wire.bayeux import Action, Bayeux, Hold, Reply, Send
from frontdesk.wire.bayeux_client import LONG_POLLING, Bounds, Carrier
from frontdesk.wire.bayeux_messages import parse, pushed

BOUNDS = Bounds(
    hold_ms=30_000,
    absence_ms=20_000,
    clients_per_address=2,
    clients_per_node=3,
    subscriptions_per_client=2,
    queue_messages_per_client=3,
    queue_bytes_per_client=100,
)
CHANNEL = "/service/chat/s"
SMALL = pushed(CHANNEL, b"{}")


class House:
    """A server and a clock."""

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self.now_ms = 1000
        self.names = iter(f"c{n}" for n in range(100))
        self.bayeux = Bayeux(
            bounds, lambda channel: channel.startswith("/service/chat/"), self.names.__next__
        )

    def take(
        self, message: dict[str, Any], line: Carrier | None = None, *, is_alone: bool = True
    ) -> list[Action]:
        (parsed,) = parse(json.dumps(message))
        return self.bayeux.receive(line or poll(), parsed, self.now_ms, is_alone=is_alone)

    def ask(self, message: dict[str, Any], line: Carrier | None = None) -> dict[str, Any]:
        """The one answer to a message that is answered at once."""
        (action,) = [a for a in self.take(message, line) if isinstance(a, Reply)]
        reply: dict[str, Any] = json.loads(action.message)
        return reply

    def client(self, **members: Any) -> str:
        hello = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": [LONG_POLLING]}
        client_id: str = self.ask(hello | members)["clientId"]
        return client_id

    def hold(self, client_id: str, line: Carrier | None = None, **members: Any) -> Carrier:
        """A connect that is held; where it is."""
        line = line or poll()
        assert self.take(connect(client_id, line.kind, **members), line)[-1] == Hold()
        return line

    def push(self, client_id: str, message: bytes = SMALL) -> list[Action]:
        return self.bayeux.push(client_id, message, self.now_ms)


def poll(address: str = "192.0.2.1") -> Carrier:
    return Carrier(LONG_POLLING, address)


def connect(client_id: str, kind: str = LONG_POLLING, **members: Any) -> dict[str, Any]:
    return {"id": "7", "channel": "/meta/connect", "clientId": client_id, "connectionType": kind, **members}


def read(action: Action) -> list[dict[str, Any]]:
    """The messages of a `Send`."""
    assert isinstance(action, Send)
    return [json.loads(message) for message in action.messages]

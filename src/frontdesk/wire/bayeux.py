"""Bayeux without sockets: messages in, actions out.

A client is a name that was given in a handshake. It is reached by *carriers*: each long poll is one, which
can be answered once; a WebSocket is one for as long as it is open. Time and new names are arguments, so every
order of messages, deaths and deliveries can be tried without a network.

What waits for a client is bounded. A client for whom too much waits is forgotten: it hears so at its next
message, shakes hands again and asks for what it has missed.

Source:  the Bayeux protocol 1.0; the acknowledgement extension of CometD; chat-api-v2 §§17.3, 17.6, 17.7.
"""

import heapq
from collections.abc import Callable, Sequence

from msgspec import UNSET, Raw, Struct

from frontdesk.domain.sources import source_of
from frontdesk.wire import bayeux_messages as wire
from frontdesk.wire.bayeux_client import LONG_POLLING, WEBSOCKET, Bounds, Carrier, Client
from frontdesk.wire.bayeux_messages import Advice, Malformed, Message

UNKNOWN_CLIENT = "402::Unknown client"  # These very words: clients look for them (chat-api-v2 §17.3).
# How long those wait who are two of one, or who find the house full: enough not to turn in circles.
SPACED_MS = 1000
BUSY_MS = 5000


class Reply(Struct, frozen=True):
    """Answer on the carrier that brought the message."""

    message: bytes


class Hold(Struct, frozen=True):
    """Keep the carrier: its answer comes later, as a `Send`."""


class Publish(Struct, frozen=True):
    """Carry out what was published, then answer `reply` on the carrier that brought it."""

    client_id: str
    channel: str
    data: Raw
    reply: bytes


class Send(Struct, frozen=True):
    """Send these on a carrier that was kept: all of a request's answer, or a socket's next frame."""

    carrier: Carrier
    messages: Sequence[bytes]


class Gone(Struct, frozen=True):
    """A client is forgotten."""

    client_id: str


class Reached(Struct, frozen=True):
    """A limit was reached, by its name in `Bounds`."""

    limit: str


Action = Reply | Hold | Publish | Send | Gone | Reached


class Bayeux:
    """Every client of one server.

    Shape:   `serves` says whether anything stands behind a channel; `new_id` gives a name that nobody can
             guess; `kinds` are the connection types on offer.
    """

    def __init__(
        self,
        bounds: Bounds,
        serves: Callable[[str], bool],
        new_id: Callable[[], str],
        kinds: Sequence[str] = (WEBSOCKET, LONG_POLLING),
    ) -> None:
        self._bounds = bounds
        self._serves = serves
        self._new_id = new_id
        self._kinds = tuple(kinds)
        self._clients: dict[str, Client] = {}
        self._per_source: dict[str, int] = {}
        self._looks: list[tuple[int, str]] = []  # When to look at whom, soonest first.
        self._is_stopping = False
        self._advice = Advice("retry", 0, bounds.hold_ms)
        self._spaced = Advice("retry", SPACED_MS, bounds.hold_ms)
        self.busy = Advice("retry", BUSY_MS, bounds.hold_ms)
        self._anew = Advice("handshake", 0, bounds.hold_ms)
        self._never = Advice("none", 0, bounds.hold_ms)

    @property
    def client_count(self) -> int:
        return len(self._clients)

    @property
    def held_count(self) -> int:
        return sum(1 for client in self._clients.values() if client.held is not None)

    def knows(self, client_id: str) -> bool:
        return client_id in self._clients

    # --- messages ------------------------------------------------------------------------------

    def receive(
        self, carrier: Carrier, message: Message | Malformed, now_ms: int, *, is_alone: bool = True
    ) -> list[Action]:
        """What to do about one message, in order.

        Shape:   the last action is what becomes of the message: a `Reply`, `Publish` or `Hold`. A request
                 that brought more messages than one is not held, since its other answers would wait as well:
                 then `is_alone` is False.
        """
        if isinstance(message, Malformed):
            return [Reply(wire.refused(message, f"400::{message.why}"))]
        if message.channel == wire.HANDSHAKE:
            return self._handshake(carrier, message, now_ms)
        client = self._clients.get(message.client_id)
        if client is None:
            return [Reply(wire.refused(message, UNKNOWN_CLIENT, self._anew))]
        match message.channel:
            case wire.CONNECT:
                return self._connect(carrier, client, message, now_ms, is_alone=is_alone)
            case wire.DISCONNECT:
                return self._disconnect(client, message)
            case wire.SUBSCRIBE:
                return self._subscribe(client, message)
            case wire.UNSUBSCRIBE:
                client.subscriptions -= frozenset(_listed(message.subscription))
                return [Reply(wire.done(message, subscription=message.subscription))]
        return [self._publish(client, message)]

    def _handshake(self, carrier: Carrier, message: Message, now_ms: int) -> list[Action]:
        if message.version and message.version.split(".")[0] != wire.VERSION.split(".")[0]:
            error = f"400:{wire.VERSION}:this server speaks another version"
            return [Reply(wire.refused(message, error, self._never, self._kinds))]
        if not set(self._kinds) & set(message.supported_connection_types):
            error = "400::no connection type in common"
            return [Reply(wire.refused(message, error, self._never, self._kinds))]
        source = source_of(carrier.address)
        here = self._per_source.get(source, 0)
        limit = ""
        if here >= self._bounds.clients_per_address:
            limit = "clients_per_address"
        elif len(self._clients) >= self._bounds.clients_per_node:
            limit = "clients_per_node"
        if limit:
            return [Reached(limit), Reply(wire.refused(message, f"503:{limit}:too many clients", self.busy))]
        acks = message.ext is not None and message.ext.get("ack") is True
        client = Client(self._new_id(), carrier.address, acks=acks)
        self._clients[client.client_id] = client
        self._per_source[source] = here + 1
        self._due(client, now_ms + self._bounds.absence_ms)
        return [Reply(wire.shaken(message, client.client_id, self._kinds, self._advice, acks=acks))]

    def _connect(
        self, carrier: Carrier, client: Client, message: Message, now_ms: int, *, is_alone: bool
    ) -> list[Action]:
        if carrier.kind not in self._kinds or message.connection_type not in ("", carrier.kind):
            error = f"400:{message.connection_type[:50]}:this is no such connection"
            return [Reply(wire.refused(message, error, self._advice))]
        actions: list[Action] = []
        for earlier in dict.fromkeys(
            (client, carrier.client or client)
        ):  # Two that share a name or a socket take turns.
            answer = self._ended_early(earlier, self._spaced)
            if answer is not None:
                self._due(earlier, now_ms + self._bounds.absence_ms)
                actions.append(answer)
        is_elsewhere = carrier is not client.socket
        client.reach(carrier)
        if client.acks:
            client.acknowledged(message)
        else:
            # Some always ask at once along with other messages: they were not away.
            client.returned(is_back=is_alone and message.wants_it_at_once, is_elsewhere=is_elsewhere)
        hold_ms = self._hold_ms(message)
        if hold_ms and client.queue is not None and client.socket is not None and not client.acks:
            waiting = client.take()
            client.goes_out(waiting, self._bounds)
            actions.append(Send(carrier, waiting))
        is_kept = hold_ms > 0 and client.queue is None and (is_alone or client.socket is not None)
        if is_kept:
            client.hold(carrier, message.id)
            self._due(client, now_ms + hold_ms)
            actions.append(Hold())
        else:
            if client.socket is None:
                carrier.client = None
            self._due(client, now_ms + self._bounds.absence_ms)
            actions += map(Reply, self._brought(client, message.id))
        return actions

    def _hold_ms(self, message: Message) -> int:
        """How long a connect may be held: no longer than its client waits, and not at all at the end."""
        if self._is_stopping or message.wants_it_at_once:
            return 0
        wished = message.advice.timeout if message.advice is not None else None
        return int(min(wished, self._bounds.hold_ms)) if wished is not None else self._bounds.hold_ms

    def _disconnect(self, client: Client, message: Message) -> list[Action]:
        # First the connect: after the answer to the disconnect, a client closes its socket.
        before = self._ended_early(client, self._never)
        return [*([before] if before is not None else []), *self._forget(client), Reply(wire.done(message))]

    def _subscribe(self, client: Client, message: Message) -> list[Action]:
        wanted = _listed(message.subscription)
        if not wanted:
            return [Reply(wire.refused(message, "400:subscription:it is missing"))]
        for channel in wanted:
            if not wire.is_channel(channel) or not self._serves(channel):
                error = f"403:{channel[:200]}:there is nothing to subscribe to"
                return [Reply(wire.refused(message, error))]
        subscriptions = client.subscriptions.union(wanted)
        if len(subscriptions) > self._bounds.subscriptions_per_client:
            limit = "subscriptions_per_client"
            return [Reached(limit), Reply(wire.refused(message, f"403:{limit}:too many subscriptions"))]
        client.subscriptions = subscriptions
        return [Reply(wire.done(message, subscription=message.subscription))]

    def _publish(self, client: Client, message: Message) -> Action:
        if message.channel.startswith(wire.META):
            return Reply(wire.refused(message, f"404:{message.channel}:there is no such meta channel"))
        if not self._serves(message.channel):
            return Reply(wire.refused(message, f"403:{message.channel}:nobody hears what is published here"))
        if message.data is UNSET:
            return Reply(wire.refused(message, "400:data:what is published must have data"))
        return Publish(client.client_id, message.channel, message.data, wire.done(message))

    # --- deliveries ----------------------------------------------------------------------------

    def push(self, client_id: str, message: bytes, now_ms: int) -> list[Action]:
        """Tell a client something, now or as soon as it can be reached; a client that is gone is not told."""
        client = self._clients.get(client_id)
        if client is None:
            return []
        if client.socket is not None and not client.acks:
            client.goes_out((message,), self._bounds)
            return [Send(client.socket, [message])]
        limit = client.reached(self._bounds, message)
        if limit:
            return [Reached(limit), *self._forget(client)]
        client.wait(message)
        return [self._answer_connect(client, now_ms)] if client.held is not None else []

    def _answer_connect(self, client: Client, now_ms: int) -> Send:
        """Answer the connect that is held, with what waits."""
        held = client.release()
        assert held is not None
        carrier, id_ = held
        self._due(client, now_ms + self._bounds.absence_ms)
        return Send(carrier, self._brought(client, id_))

    def _brought(self, client: Client, id_: str | int | None) -> list[bytes]:
        """The answer to a connect, with what waits.

        The answer comes first: a client that was away learns so that it is back, and asks for what it has
        missed from where it was, not from where the newest of these messages would put it.
        """
        waiting = client.take()
        client.answered(waiting, self._bounds)
        advice = self._spaced if self._is_stopping else self._advice
        return [wire.connected(id_, advice, client.newest_batch), *waiting]

    def _ended_early(self, client: Client, advice: Advice) -> Send | None:
        """Answer a connect that is held, if one is, without anything that waits."""
        held = client.release()
        if held is None:
            return None
        carrier, id_ = held
        return Send(carrier, [wire.connected(id_, advice, client.newest_batch)])

    # --- ends ----------------------------------------------------------------------------------

    def left(self, carrier: Carrier, now_ms: int) -> None:
        """A carrier is gone: its request was given up, its socket closed. The client may come on another."""
        client, carrier.client = carrier.client, None
        if client is not None:
            client.let_go(carrier)
            self._due(client, now_ms + self._bounds.absence_ms)

    def drop(self, client_id: str) -> list[Action]:
        """Forget a client, because what it was sent could not be carried."""
        client = self._clients.get(client_id)
        return self._forget(client) if client is not None else []

    def _forget(self, client: Client) -> list[Action]:
        del self._clients[client.client_id]
        source = source_of(client.address)
        here = self._per_source[source] - 1
        if here:
            self._per_source[source] = here
        else:
            del self._per_source[source]
        for carrier in (client.held, client.socket):
            if carrier is not None:
                carrier.client = None
        client.held = client.socket = None
        return [Gone(client.client_id)]

    def stop(self) -> list[Action]:
        """Answer every connect, because the server is about to go: all come again, but not at once."""
        self._is_stopping = True
        answers = (self._ended_early(client, self._spaced) for client in self._clients.values())
        return [answer for answer in answers if answer is not None]

    # --- time ----------------------------------------------------------------------------------

    def _due(self, client: Client, due_ms: int) -> None:
        """Let something happen to the client by itself at `due_ms`.

        A look that comes too early looks again, so that a busy client need not be noted each time.
        """
        client.due_ms = due_ms
        if not client.looked_at_ms or due_ms < client.looked_at_ms:
            client.looked_at_ms = due_ms
            heapq.heappush(self._looks, (due_ms, client.client_id))

    def next_tick_ms(self) -> int | None:
        """When `tick` has something to look at."""
        return self._looks[0][0] if self._looks else None

    def tick(self, now_ms: int) -> list[Action]:
        """What time does: connects that were held long enough are answered, who stays away is forgotten."""
        actions: list[Action] = []
        while self._looks and self._looks[0][0] <= now_ms:
            looked_at_ms, client_id = heapq.heappop(self._looks)
            client = self._clients.get(client_id)
            if client is None or client.looked_at_ms != looked_at_ms:
                continue
            client.looked_at_ms = 0
            if client.due_ms > now_ms:
                self._due(client, client.due_ms)
            elif client.held is not None:
                actions.append(self._answer_connect(client, now_ms))
            else:
                actions += self._forget(client)
        return actions


def _listed(subscription: str | list[str]) -> list[str]:
    return ([subscription] if subscription else []) if isinstance(subscription, str) else subscription

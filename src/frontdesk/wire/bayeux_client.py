"""One Bayeux client: what waits for it, how it is reached, and how much there may be of it."""

from collections.abc import Sequence

from msgspec import Struct

from frontdesk.wire.bayeux_messages import Message

WEBSOCKET = "websocket"
LONG_POLLING = "long-polling"
CALLBACK_POLLING = "callback-polling"
RETURNS_MAX = 3  # Whoever comes back so often in a row and never goes on, asks like that always.


class Bounds(Struct, frozen=True, kw_only=True):
    """How long things last, and how much there may be of them.

    Shape:   `hold_ms` is how long a connect is held; `absence_ms` how long a client may be without one. The
             others bear the names of the limits.
    """

    hold_ms: int = 30_000
    absence_ms: int = 30_000
    clients_per_node: int = 100_000
    clients_per_address: int = 100
    subscriptions_per_client: int = 20
    queue_messages_per_client: int = 1000
    queue_bytes_per_client: int = 1_048_576


class Carrier:
    """A way to reach a client: one request, which can be answered once, or a socket.

    Shape:   `client` is who is reached by it now, if anybody.
    """

    __slots__ = ("address", "client", "kind")

    def __init__(self, kind: str, address: str) -> None:
        self.kind = kind
        self.address = address
        self.client: Client | None = None


class Sent:
    """What was sent to a client that acknowledges nothing, and may not have arrived.

    Shape:   oldest first. Whoever goes on after the answer to a connect has had the first `answered` of them.
             What would be more than may wait is forgotten whole, since a part would not be in order:
             `is_over` then, and nothing more is remembered. `returns` is how often it came back for them.
    """

    __slots__ = ("answered", "is_over", "messages", "returns", "size")

    def __init__(self, returns: int = 0) -> None:
        self.messages: list[bytes] = []
        self.size = 0
        self.answered = 0
        self.is_over = False
        self.returns = returns

    def add(self, messages: Sequence[bytes], bounds: Bounds) -> None:
        """These went out as well."""
        if self.is_over:
            return
        self.messages += messages
        self.size += sum(map(len, messages))
        count = len(self.messages)
        if count > bounds.queue_messages_per_client or (
            count > 1 and self.size > bounds.queue_bytes_per_client
        ):
            self.messages, self.is_over = [], True

    def settle(self) -> bool:
        """What the last answer closed has arrived; whether anything is left that may not have."""
        self.messages = self.messages[self.answered :]
        self.size = sum(map(len, self.messages))
        self.answered = self.returns = 0
        return bool(self.messages)


class Client:
    """One client.

    Shape:   `held` is where its connect waits for an answer; `socket` is where it can be told things at any
             time. `due_ms` is when something happens by itself, and `looked_at_ms` when that is looked at.
             `batch` numbers what was sent to a client that acknowledges, and is -1 for others; `unacked` is
             what the newest batch brought. `sent` is what others were sent, as long as it may not have
             arrived. While a connect is held, nothing waits.
    """

    __slots__ = (
        "address",
        "batch",
        "client_id",
        "due_ms",
        "held",
        "held_id",
        "looked_at_ms",
        "queue",
        "queue_bytes",
        "sent",
        "socket",
        "subscriptions",
        "unacked",
    )

    def __init__(self, client_id: str, address: str, *, acks: bool) -> None:
        self.client_id = client_id
        self.address = address
        self.batch = 0 if acks else -1
        self.due_ms = self.looked_at_ms = 0
        self.held: Carrier | None = None
        self.held_id: str | int | None = None
        self.socket: Carrier | None = None
        self.queue: list[bytes] | None = None
        self.queue_bytes = 0
        self.unacked: list[bytes] | None = None
        self.sent: Sent | None = None
        self.subscriptions: frozenset[str] = frozenset()

    @property
    def acks(self) -> bool:
        return self.batch >= 0

    @property
    def newest_batch(self) -> int | None:
        return self.batch if self.acks else None

    # --- how it is reached ---------------------------------------------------------------------

    def reach(self, carrier: Carrier) -> None:
        """From now on it is reached here, and nobody else is."""
        if carrier.client is not None and carrier.client is not self:
            carrier.client.let_go(carrier)
        for former in (self.held, self.socket):
            if former is not None and former is not carrier:
                former.client = None
        carrier.client = self
        self.socket = carrier if carrier.kind == WEBSOCKET else None

    def hold(self, carrier: Carrier, id_: str | int | None) -> None:
        """Its connect waits here for an answer."""
        self.held, self.held_id = carrier, id_

    def release(self) -> tuple[Carrier, str | int | None] | None:
        """Where a connect waits and what its id is; it waits no longer."""
        if self.held is None:
            return None
        carrier, id_ = self.held, self.held_id
        self.held = self.held_id = None
        if carrier is not self.socket:
            carrier.client = None
        return carrier, id_

    def let_go(self, carrier: Carrier) -> None:
        """It is reached there no longer."""
        if self.held is carrier:
            self.held = self.held_id = None
        if self.socket is carrier:
            self.socket = None

    # --- what waits for it ---------------------------------------------------------------------

    def reached(self, bounds: Bounds, message: bytes) -> str:
        """The limit that one more message would pass, or nothing: what finds nothing waiting is taken."""
        if self.queue is None:
            return ""
        if len(self.queue) >= bounds.queue_messages_per_client:
            return "queue_messages_per_client"
        if self.queue_bytes + len(message) > bounds.queue_bytes_per_client:
            return "queue_bytes_per_client"
        return ""

    def wait(self, message: bytes) -> None:
        """Let a message wait for it."""
        if self.queue is None:
            self.queue = []
        self.queue.append(message)
        self.queue_bytes += len(message)

    def take(self) -> list[bytes]:
        """What waits; it waits no longer."""
        waiting = self.queue or []
        self.queue, self.queue_bytes = None, 0
        return waiting

    # --- what may not have arrived -------------------------------------------------------------

    def goes_out(self, messages: Sequence[bytes], bounds: Bounds) -> None:
        """These are sent, and need not arrive."""
        if self.sent is None:
            self.sent = Sent()
        self.sent.add(messages, bounds)

    def answered(self, brings: list[bytes], bounds: Bounds) -> None:
        """A connect is answered, which brings these."""
        if self.acks:
            if brings:
                self.batch += 1
                self.unacked = brings
            return
        if brings:
            self.goes_out(brings, bounds)
        if self.sent is not None:
            self.sent.answered = len(self.sent.messages)

    def acknowledged(self, message: Message) -> None:
        """Forget what has arrived, and let what has not go out again before anything else.

        Shape:   a connect that says nothing of it is taken to have had everything, for it might never say.
        """
        lost, self.unacked = self.unacked, None
        ack = message.ext.get("ack") if message.ext else None
        if lost is not None and isinstance(ack, int) and not isinstance(ack, bool) and ack < self.batch:
            self._goes_again(lost)

    def returned(self, *, is_back: bool, is_elsewhere: bool) -> None:
        """The same for one that acknowledges nothing, by how it comes.

        Shape:   `is_back` when it was away, so that nobody knows what has arrived. Else it has had the last
                 answer, and all that came before; what followed that on a socket may still be under way
                 there, unless it `is_elsewhere` now.
        """
        sent, self.sent = self.sent, None
        if sent is None:
            return
        if is_back or (sent.settle() and is_elsewhere):
            if sent.messages and sent.returns < RETURNS_MAX:
                self._goes_again(sent.messages)
                self.sent = Sent(sent.returns + 1)
        elif sent.messages:
            self.sent = sent

    def _goes_again(self, lost: list[bytes]) -> None:
        self.queue = [*lost, *(self.queue or ())]
        self.queue_bytes += sum(map(len, lost))

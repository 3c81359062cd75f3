"""Chat API version 3: where each connection of a visitor has come to, on this node."""

from collections import OrderedDict, deque
from collections.abc import Callable

from frontdesk.desk.positions import Positions
from frontdesk.edges.chat_v3_session import Session
from frontdesk.wire.chat_v3_delivery import Batch, Delivery

PLACES_MAX = 200_000  # Far more than poll one node; the others are looked up when they come again.
RECENT_MAX = 100_000  # Batches whose lines are held to be delivered again: about 1 KiB each.


class Places:
    """The place of every connection that this node has heard of lately."""

    def __init__(
        self,
        positions: Positions,
        clock_ms: Callable[[], int],
        replay_ms: int,
        *,
        recent_max: int = RECENT_MAX,
    ) -> None:
        self._positions = positions
        self._clock_ms = clock_ms
        self._replay_ms = replay_ms
        self._recent_max = recent_max
        self._places: OrderedDict[str, Delivery] = OrderedDict()
        self._recent: deque[tuple[int, Delivery]] = deque()  # Who was delivered something, and when.

    def begin(self, transport_id: str, version: int) -> None:
        """A new connection, which has everything up to a version."""
        self._keep(transport_id, Delivery(version, version))

    def known(self, session: Session) -> Delivery | None:
        """The place of a connection, if this node has it at hand."""
        return self._places.get(session.claims.transport_id)

    async def of(self, session: Session) -> Delivery:
        """The place of a connection. Errors: `Unavailable`."""
        return self.known(session) or await self._found(session)

    async def _found(self, session: Session) -> Delivery:
        """A place that another node, or this one before it was started anew, has noted.

        Whatever had not settled may have reached one tab and not the other, so it counts as just delivered.
        """
        claims = session.claims
        noted = await self._positions.find(session.session_id, claims.transport_id)
        known = self.known(session)
        if known is not None:
            return known  # Another request was first.
        if noted is None:
            place = Delivery(claims.position, claims.position)
        else:
            place = Delivery(noted.settled, noted.settled)
            place.arrived(noted.delivered, self._clock_ms())
        self._keep(claims.transport_id, place)
        return place

    @property
    def are_shared(self) -> bool:
        """Whether other nodes deliver to the same connections."""
        return self._positions.are_shared

    def arrived(self, session: Session, place: Delivery, batch: Batch) -> None:
        """A batch has left for a connection."""
        now_ms = self._clock_ms()
        if place.arrived(batch.up_to, now_ms, batch.fresh):
            self.note(session, place)
            self._recent.append((now_ms, place))
            self._put_away(now_ms)

    def _put_away(self, now_ms: int) -> None:
        """Let go of lines that are not delivered again; those who have left do not come and do it."""
        recent = self._recent
        while recent and recent[0][0] + self._replay_ms <= now_ms:
            recent.popleft()[1].settled(now_ms, self._replay_ms)
        while len(recent) > self._recent_max:
            recent.popleft()[1].put_away()

    async def refresh(self, session: Session, place: Delivery) -> None:
        """Take over what other nodes have delivered, before delivering anything. Errors: `Unavailable`."""
        if self._positions.are_shared:
            noted = await self._positions.find(session.session_id, session.claims.transport_id)
            if noted is not None:
                place.floor = max(place.floor, noted.settled)
                place.arrived(noted.delivered, self._clock_ms())

    async def note_now(self, session: Session, place: Delivery) -> None:
        """The same, before the next request may come to another node."""
        self.note(session, place)
        if self._positions.are_shared:
            await self._positions.flush()

    def note(self, session: Session, place: Delivery) -> None:
        """Have the place of a connection remembered beyond this node."""
        settled = place.settled(self._clock_ms(), self._replay_ms)
        self._positions.note(session.session_id, session.claims.transport_id, place.cursor, settled)

    def _keep(self, transport_id: str, place: Delivery) -> None:
        self._places[transport_id] = place
        while len(self._places) > PLACES_MAX:
            self._places.popitem(last=False)

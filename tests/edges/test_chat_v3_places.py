"""How long version 3 holds what it may have to deliver again."""

import pytest

from frontdesk.desk.chat import Chat, Full
from frontdesk.desk.positions import Positions
from frontdesk.domain.interaction import Interaction
from frontdesk.edges.chat_v3_places import Places
from frontdesk.edges.chat_v3_session import Session
from frontdesk.store.memory import MemoryStore
from frontdesk.wire.chat_v3 import Line
from frontdesk.wire.chat_v3_delivery import Batch, Delivery
from frontdesk.wire.chat_v3_token import Claims

pytestmark = pytest.mark.anyio

REPLAY_MS = 10_000


class Visitors:
    """Visitors who are delivered one line each."""

    def __init__(self, recent_max: int = 100) -> None:
        self.now_ms = 0
        self._positions = Positions(MemoryStore(), are_shared=False)
        self._places = Places(self._positions, lambda: self.now_ms, REPLAY_MS, recent_max=recent_max)

    async def is_told(self, name: str) -> Delivery:
        chat = Chat(name, Full(Interaction()), None, 0)
        session = Session(chat, Claims(session_id=name, transport_id=name, participant_id=name))
        place = await self._places.of(session)
        self._places.arrived(session, place, Batch([b"{}"], 1, [Line(version=1, at_ms=0, body=b"{}")]))
        return place

    async def aclose(self) -> None:
        await self._positions.aclose()


async def test_those_who_have_left_leave_no_lines_behind() -> None:
    visitors = Visitors()
    left = await visitors.is_told("left")
    visitors.now_ms = REPLAY_MS - 1
    await visitors.is_told("another")
    assert len(left.recent) == 1
    visitors.now_ms = REPLAY_MS
    await visitors.is_told("a third")
    assert not left.recent
    await visitors.aclose()


async def test_only_so_much_is_held_and_the_oldest_is_read_again() -> None:
    visitors = Visitors(recent_max=2)
    places = [await visitors.is_told(name) for name in ("first", "second", "third")]
    assert [place.again() is None for place in places] == [True, False, False]
    await visitors.aclose()

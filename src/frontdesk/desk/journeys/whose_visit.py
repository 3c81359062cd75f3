"""Whose visit it is: from the id of a visit to the customer whose stream tells of it.

    await whose.note(visit_id, customer_id, now_ms)    # before the visit is written down
    customer_id = await whose.customer_of(visit_id)
    await whose.forget(visit_id)                       # when its customer is erased, or its time has come

A card for each visit, in a stream `visit/<id>` that holds nothing else. It is written before the visit: a
card of a visit that never began does no harm, a visit that nobody finds would.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from frontdesk.errors import NotFound
from frontdesk.store.log import Card, Store

CARD = "visit"


class Noted(Struct, frozen=True, gc=False):
    """A visit, whose it is, and when it began."""

    visit_id: str
    customer_id: str
    at_ms: int


class WhoseVisit:
    """The index of the visits, in the database of journeys."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, visit_id: str, customer_id: str, at_ms: int) -> None:
        """Remember whose it is. Errors: `Unavailable`."""
        card = Card(CARD, is_open=False, sort_ms=at_ms, body=msgspec.json.encode(customer_id))
        await self._store.append(_stream(visit_id), 0, (), at_ms, also=(card,))

    async def customer_of(self, visit_id: str) -> str:
        """The customer's id. Errors: `NotFound`, `Unavailable`."""
        card = await self._store.card(_stream(visit_id))
        if card is None:
            raise NotFound(f"there is no session {visit_id!r}")
        return msgspec.json.decode(card.body, type=str)

    async def page(self, after: str = "", limit: int = 1000) -> Sequence[Noted]:
        """Visits by their ids, after the visit `after`; ids are random, so the first are a fair sample."""
        filed = await self._store.cards(CARD, after=_stream(after), limit=limit)
        return [
            Noted(
                one.stream.partition("/")[2], msgspec.json.decode(one.card.body, type=str), one.card.sort_ms
            )
            for one in filed
        ]

    async def forget(self, visit_id: str) -> None:
        """It is nobody's any more. Errors: `Unavailable`."""
        await self._store.purge(_stream(visit_id))


def _stream(visit_id: str) -> str:
    return f"visit/{visit_id}"

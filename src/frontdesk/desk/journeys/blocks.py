"""What was not offered, and why: entered as it happens, counted when it is asked for."""

import asyncio
from collections.abc import Sequence

import msgspec

from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.entries import BLOCK, BlockedCounts, BlockEntry, entries
from frontdesk.domain.journey.facts import Fact
from frontdesk.store.log import Entry, Store

PAGE = 500

_encode = msgspec.json.Encoder().encode
_block = msgspec.json.Decoder(BlockEntry)


def entered(_before: Customer, facts: Sequence[Fact], after: Customer, now_ms: int) -> Sequence[Entry]:
    """The entries of a change, for `Customers.entries`."""
    return [Entry(kind, now_ms, _encode(body)) for kind, body in entries(facts, after)]


async def blocked(store: Store, map_id: str, from_ms: int, until_ms: int) -> BlockedCounts:
    """How often a map was not offered from one moment on until another. Errors: `Unavailable`."""
    counts = BlockedCounts(map_id)
    after: tuple[int, int] | None = None
    while page := await store.entries(BLOCK, from_ms, until_ms, after=after, limit=PAGE):
        counts.add((one.stream, _block.decode(one.entry.body)) for one in page)
        after = (page[-1].entry.at_ms, page[-1].number)
        await asyncio.sleep(0)  # Memory answers at once, and others want to go on.
    return counts

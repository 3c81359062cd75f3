"""What must hold of a log after any accident."""

from collections import defaultdict

from frontdesk.store.log import Recorded, Store


async def whole_log(store: Store) -> list[Recorded]:
    """All events, after checking that no position and no version is missing or given twice."""
    head = await store.head()
    records: list[Recorded] = []
    if head:
        async for batch in store.follow(0):
            records += batch
            if records[-1].position >= head:
                break
    assert [record.position for record in records] == list(range(1, head + 1))
    versions = defaultdict(list)
    for record in records:
        versions[record.stream].append(record.version)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
    return records

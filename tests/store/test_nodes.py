"""Several nodes on one PostgreSQL: one order of events, each timer once, one holder of a lease."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator

import asyncpg
import pytest

from frontdesk.errors import Conflict
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Arm, Card, Entry, Fence, Recorded, Store
from frontdesk.store.open import open_database
from frontdesk.store.postgres.store import POLL_S
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


@pytest.fixture
async def nodes(postgres_database: str) -> AsyncIterator[list[Store]]:
    databases = [await open_database(DatabaseSettings(url=postgres_database)) for _ in range(2)]
    yield [database.store for database in databases]
    for database in databases:
        await database.aclose()


async def hear(store: Store, count: int) -> list[Recorded]:
    """The first `count` events, as a follower hears them that was there from the beginning."""
    heard: list[Recorded] = []
    async for batch in store.follow(0):
        heard += batch
        if len(heard) >= count:
            break
    return heard


async def say(store: Store, stream: str, body: bytes) -> None:
    """Append, and again when another was first."""
    while True:
        version = len(await store.read(stream))
        try:
            await store.append(stream, version, [body], 5)
        except Conflict:
            continue
        return


async def test_followers_of_all_nodes_hear_one_story(nodes: list[Store]) -> None:
    chats, words = 20, 25
    count = len(nodes) * chats * words
    followers = [asyncio.create_task(hear(node, count)) for node in nodes]

    async def chat(node: int, number: int) -> None:
        for version in range(words):
            await nodes[node].append(f"interaction/{node}-{number}", version, [b"x"], 5)

    await asyncio.gather(*(chat(node, number) for node in range(len(nodes)) for number in range(chats)))
    first, second = [await follower for follower in followers]
    assert first == second
    assert [record.position for record in first] == list(range(1, count + 1))


async def test_two_nodes_in_one_chat_lose_no_word(nodes: list[Store]) -> None:
    bodies = [b"%d" % number for number in range(60)]
    await asyncio.gather(*(say(nodes[n % 2], "interaction/1", body) for n, body in enumerate(bodies)))
    records = await nodes[0].read("interaction/1")
    assert [record.version for record in records] == list(range(1, 61))
    assert sorted(record.body for record in records) == sorted(bodies)


async def test_the_doorbell_is_heard_on_the_other_node(nodes: list[Store]) -> None:
    """Much sooner than a follower would look by itself."""
    await nodes[0].append("interaction/1", 0, [b"x"], 5)
    await hear(nodes[1], 1)
    took_s: list[float] = []
    loop = asyncio.get_running_loop()
    for version in range(1, 6):
        following = asyncio.create_task(hear(nodes[1], version + 1))
        await asyncio.sleep(0.02)  # Until it has read what there is, and waits.
        started_s = loop.time()
        await nodes[0].append("interaction/1", version, [b"x"], 5)
        await following
        took_s.append(loop.time() - started_s)
    assert min(took_s) < POLL_S / 4


async def test_each_timer_is_claimed_by_one_node(nodes: list[Store]) -> None:
    timers = [f"interaction/{number:03}" for number in range(300)]
    await asyncio.gather(*(nodes[0].append(stream, 0, (), 0, (Arm(1000),)) for stream in timers))

    async def claim(node: Store) -> list[str]:
        claimed: list[str] = []
        while batch := await node.claim_due(2000, 10_000, 7):
            claimed += batch
        return claimed

    shares = await asyncio.gather(*(claim(node) for node in nodes * 3))
    assert Counter(stream for share in shares for stream in share) == Counter(timers)


async def test_of_many_who_want_a_lease_one_gets_it(nodes: list[Store]) -> None:
    takers = [nodes[n % 2].take_lease("routing", f"node-{n}", 1000, 500) for n in range(10)]
    numbers = await asyncio.gather(*takers)
    assert [number for number in numbers if number is not None] == [1]


async def test_once_a_new_holder_has_its_number_the_old_one_writes_nothing_more(nodes: list[Store]) -> None:
    old, new = nodes
    number = await old.take_lease("routing", "old", 1000, 500)
    assert number is not None
    written: list[int] = []

    async def go_on(chat: int) -> None:
        for version in range(1000):
            last = await old.append(f"interaction/{chat}", version, [b"x"], 5, (Fence("routing", number),))
            assert last is not None
            written.append(last.position)

    old_work = [asyncio.create_task(go_on(chat)) for chat in range(10)]
    while len(written) < 100:
        await asyncio.sleep(0.001)
    newer = await new.take_lease("routing", "new", 2000, 500)
    head = await new.head()
    outcomes = await asyncio.gather(*old_work, return_exceptions=True)
    assert all(isinstance(outcome, Conflict) for outcome in outcomes)
    assert newer == number + 1
    assert max(written) <= head


async def test_a_fence_waits_for_a_lease_that_is_changing_hands(
    nodes: list[Store], postgres_database: str
) -> None:
    number = await nodes[0].take_lease("routing", "old", 1000, 500)
    assert number is not None
    taker = await asyncpg.connect(postgres_database)
    taking = taker.transaction()
    await taking.start()
    await taker.execute("UPDATE leases SET number = number + 1, holder = 'new'")
    fence = Fence("routing", number)
    append = asyncio.ensure_future(nodes[0].append("interaction/1", 0, [b"x"], 5, (fence,)))
    watcher = await asyncpg.connect(postgres_database)  # Within a transaction one sees no news of others.
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while not await watcher.fetchval(waiting) and not append.done():
        await asyncio.sleep(0.01)
    await taking.commit()
    await taker.close()
    await watcher.close()
    with pytest.raises(Conflict):
        await append
    assert await nodes[0].head() == 0


async def test_cards_are_counted_on_all_nodes_together(nodes: list[Store]) -> None:
    async def come_and_go(node: Store, number: int) -> None:
        stream = f"interaction/{number}"
        await node.append(stream, 0, [b"x"], 5, (Card("interaction", is_open=True, sort_ms=5, body=b""),))
        if number % 3:
            await node.append(
                stream, 1, [b"x"], 5, (Card("interaction", is_open=False, sort_ms=5, body=b""),)
            )

    await asyncio.gather(*(come_and_go(nodes[number % 2], number) for number in range(90)))
    assert await nodes[0].count_cards("interaction", is_open=True) == 30
    assert await nodes[1].count_cards("interaction", is_open=False) == 60


async def test_entries_of_all_nodes_are_counted_together_once(nodes: list[Store]) -> None:
    async def offer(node: Store, number: int) -> None:
        for version in range(5):
            entries = (Entry("offer", 100 * version + number, b""), Entry("offer", 1000, b""))
            await node.append(f"customer/{number}", version, [b"x"], 5, entries)

    await asyncio.gather(*(offer(nodes[number % 2], number) for number in range(40)))
    entered = await nodes[1].entries("offer", 0, 2000)
    assert len(entered) == len({each.number for each in entered}) == 40 * 5 * 2
    assert Counter(each.stream for each in entered) == {f"customer/{n}": 10 for n in range(40)}


WRITING_PROCESS = """
import asyncio, sys
from frontdesk.settings import DatabaseSettings
from frontdesk.store.open import open_database
from frontdesk.store.postgres.store import POLL_S

async def run(url, node):
    database = await open_database(DatabaseSettings(url=url))
    async def chat(number):
        for version in range(0, 80, 2):
            await database.store.append(f"interaction/{node}-{number}", version, [b"x"] * 2, 5)
    await asyncio.gather(*(chat(number) for number in range(10)))
    await database.aclose()

asyncio.run(run(sys.argv[1], sys.argv[2]))
"""


async def test_processes_that_write_at_once_leave_no_gap_for_a_follower(
    nodes: list[Store], postgres_database: str
) -> None:
    count = 3 * 10 * 80
    following = asyncio.create_task(hear(nodes[0], count))
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", WRITING_PROCESS, postgres_database, node)
        for node in "abc"
    ]
    heard = await following
    assert [await process.wait() for process in processes] == [0, 0, 0]
    assert [record.position for record in heard] == list(range(1, count + 1))
    for stream in {record.stream for record in heard}:
        versions = [record.version for record in heard if record.stream == stream]
        assert versions == list(range(1, 81))


async def test_nodes_hear_what_one_whispers(nodes: list[Store]) -> None:
    heard: list[tuple[int, str]] = []
    everybody = asyncio.Event()

    def hears(number: int, words: str) -> None:
        heard.append((number, words))
        if len(heard) == len(nodes):
            everybody.set()

    for number, node in enumerate(nodes):
        node.on_whisper(lambda words, number=number: hears(number, words))
    async with asyncio.timeout(PATIENCE_S):
        while not everybody.is_set():  # A listener that is not there yet hears nothing: it is no promise.
            heard.clear()
            await nodes[0].whisper("…half a “word”")
            await asyncio.sleep(0.1)
    assert sorted(heard) == [(number, "…half a “word”") for number in range(len(nodes))]

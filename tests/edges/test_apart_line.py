"""What a node and its process of journeys say to each other: over a real socket, both ends in one loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import pytest

from frontdesk.desk.floor import Floor
from frontdesk.desk.journeys.queue_answers import QueueAnswers, Waited
from frontdesk.domain.agent import Agent
from frontdesk.domain.reception import Outlook
from frontdesk.edges.apart.floor_news import FloorNews, ToldFloor
from frontdesk.edges.apart.line import Line
from frontdesk.edges.apart.log_proxy import AskedLog
from frontdesk.edges.apart.messages import (
    Ask,
    DefinitionsChanged,
    Failure,
    Head,
    Queues,
    Reply,
    Requests,
    Told,
    Wish,
)
from frontdesk.edges.apart.news import News
from frontdesk.edges.apart.node_desk import NodeDesk
from frontdesk.errors import Conflict, Denied, DeskError, NotFound, Refused, TooNew, Unavailable
from frontdesk.store.account import Account
from frontdesk.store.log import Card, Fence
from frontdesk.store.memory import MemoryStore
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
STARTED = b'{"type":"Started"}'
SAID = b'{"type":"Said","text":"a secret"}'


class Nobody:
    """No sign-in holds."""

    async def who(self, _token: str) -> Account:
        raise Denied("please sign in", "not_signed_in")


@asynccontextmanager
async def connected(
    carry_out: Callable[[Wish], Awaitable[object]],
    hear: Callable[[Requests | Told], None] = lambda _: None,
) -> AsyncIterator[tuple[Line, Line]]:
    """Our end of a line, and the one that carries out and hears."""

    async def nothing(wish: Wish) -> None:
        raise AssertionError(wish)

    loop, ends = asyncio.get_running_loop(), socket.socketpair()
    lines = Line(nothing, lambda _: None), Line(carry_out, hear)
    for line, end in zip(lines, ends, strict=True):
        end.setblocking(False)
        await loop.create_unix_connection(lambda line=line: line, sock=end)  # type: ignore[misc]
    try:
        yield lines
    finally:
        for line in lines:
            line.abort()
            await line.lost


async def refusing(_wish: Wish) -> object:
    raise Conflict("somebody was first")


# --- the main log -----------------------------------------------------------------------------------


async def test_the_main_log_is_written_and_read_by_asking() -> None:
    store = MemoryStore()
    desk = NodeDesk(store, Nobody())
    async with connected(desk.carry_out) as (line, _):
        log = AskedLog(line)
        record = await log.append("journeys/definitions", 0, [b"a", b"b"], 5)
        assert record is not None
        assert (record.version, record.time_ms, record.body) == (2, 5, b"b")
        assert [one.body for one in await log.read("journeys/definitions", 1)] == [b"b"]
        assert await log.head() == 2
        assert await log.read("nothing") == []
        with pytest.raises(Conflict):
            await log.append("journeys/definitions", 1, [b"c"], 6)


async def test_what_is_kept_beside_it_is_written_under_the_same_fence() -> None:
    desk = NodeDesk(MemoryStore(), Nobody())
    async with connected(desk.carry_out) as (line, _):
        log = AskedLog(line)
        number = await log.take_lease("chats", "a", 0, 1000)
        assert number == 1
        assert await log.take_lease("chats", "b", 500, 1000) is None
        card = Card("cursor", True, 7, b"7")
        assert await log.append("cursor/chats", 0, (), 0, (Fence("chats", 1), card)) is None
        assert await log.card("cursor/chats") == card
        await log.drop_lease("chats", "a")
        assert await log.take_lease("chats", "b", 500, 1000) == 2
        with pytest.raises(Conflict):
            await log.append("cursor/chats", 0, (), 0, (Fence("chats", 1), card))


async def test_words_stay_where_they_are_and_the_place_moves_on_all_the_same() -> None:
    store = MemoryStore()
    news = News(store, quiet_s=0.01)
    try:
        await store.append("interaction/a", 0, [STARTED, SAID, SAID], 0)
        await store.append("agent/amy", 0, [STARTED], 0)
        position, records = 0, list[bytes]()
        with anyio.fail_after(PATIENCE_S):
            while position < 4:
                passage = await news.after(position)
                position = passage.end
                records += [record.body for record in passage.records]
        assert records == [STARTED]
        waiting = asyncio.create_task(news.after(position))
        await asyncio.sleep(0)
        await store.append("interaction/a", 3, [SAID], 0)
        assert (await waiting).records == []
        again = await news.after(0)  # Whoever has forgotten where they were begins anew.
        assert [record.stream for record in again.records] == ["interaction/a"]
    finally:
        news.close()


# --- the line ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        Conflict("first"),
        NotFound("none"),
        Denied("no", "wrong_origin"),
        Unavailable("away", 7),
        TooNew(),
        DeskError("do this"),
    ],
)
def test_errors_travel_as_themselves(error: DeskError) -> None:
    again = Failure.of(1, error).error()
    assert (type(again), str(again)) == (type(error), str(error))
    assert vars(again) == vars(error)


def test_what_does_not_travel_is_unavailable() -> None:
    assert type(Failure.of(1, Refused("any", "text")).error()) is Unavailable


async def test_who_asks_hears_of_an_error_and_of_a_line_that_is_lost() -> None:
    async def never(_wish: Wish) -> object:
        return await asyncio.get_running_loop().create_future()

    async with connected(refusing) as (line, _):
        with pytest.raises(Conflict, match="somebody was first"):
            await line.ask(Head(), int)
    async with connected(never) as (line, other):
        asked = asyncio.create_task(line.ask(Head(), int))
        await asyncio.sleep(0)
        other.abort()
        with pytest.raises(Unavailable):
            await asked
        with pytest.raises(Unavailable):
            await line.ask(Head(), int)


async def test_what_was_said_is_heard_in_its_order_also_in_pieces_and_at_the_end() -> None:
    heard: list[Ask | Reply | Told] = []
    said: list[Reply | DefinitionsChanged] = []
    async with connected(refusing, heard.append) as (line, other):
        for number in range(20):
            reply = Reply(number, 200, [(b"a", b"b")], bytes(100_000 if number == 7 else 10))
            said += [reply, DefinitionsChanged()]
            line.send(reply)
            line.tell(DefinitionsChanged())
            await asyncio.sleep(0)
        line.close()
        with anyio.fail_after(PATIENCE_S):
            await other.lost
    assert heard == said


# --- how queues stand -------------------------------------------------------------------------------


async def test_queues_that_are_watched_are_told_once_and_then_when_they_change() -> None:
    floor, answers = Floor(lambda: 0, 0), QueueAnswers(lambda: 0)
    there = ToldFloor(QueueAnswers(lambda: 0))
    told: list[Queues] = []
    news = FloorNews(floor, answers)
    news.begin(told.append)
    try:
        assert there.outlook("help") == Outlook(0, 0, could_answer=False)
        news.watch(("help",))
        assert [queue for queue, _ in told[0].now] == ["help"]
        floor.put_agent("amy", Agent(is_ready=True, capacity=2))
        answers.take("help", Waited(0, 100, is_answered=True))
        assert len(told) == 1
        with anyio.fail_after(PATIENCE_S):
            while len(told) < 2:
                await asyncio.sleep(0.01)
        for queues in told:
            there.take(queues)
        assert there.outlook("help") == floor.outlook("help")
        assert there.outlook("help").places == 2
        assert told[1].waited == [("help", Waited(0, 100, is_answered=True))]
    finally:
        news.end()
    floor.put_agent("amy", Agent())  # Nobody is there to be told.
    assert len(told) == 2

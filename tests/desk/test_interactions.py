"""The use cases of interactions on one node."""

import asyncio
import gc
import warnings

import pytest

from frontdesk.desk.interactions import SNAPSHOT_EVERY
from frontdesk.desk.services import Service
from frontdesk.domain import commands, events
from frontdesk.domain.rules import Rules
from frontdesk.errors import NotFound, Refused, Unavailable
from frontdesk.store.log import Snapshot
from tests.desk.nodes import Node, turns

pytestmark = pytest.mark.anyio


def say(text: str, party_id: int = 1, client_id: str = "") -> commands.Say:
    return commands.Say(party_id=party_id, text=text, client_id=client_id)


async def texts(node: Node, interaction_id: str) -> list[str]:
    return [e.text for e in await node.events(interaction_id) if isinstance(e, events.Said)]


async def test_what_was_said_is_in_the_log_before_it_is_answered() -> None:
    node = Node()
    chat_id = await node.start()
    node.connection.hold("append")
    saying = asyncio.ensure_future(node.do(chat_id, say("hello")))
    await turns()
    chat = node.chats.known(chat_id)
    assert chat is not None
    assert chat.version == 2, "nothing is told before the store has answered"
    node.connection.release("append")
    await saying
    assert chat.version == 3
    assert await texts(node, chat_id) == ["hello"]


async def test_nobody_finds_a_chat_that_is_not_there() -> None:
    with pytest.raises(NotFound):
        await Node().chats.chat("NEVER")


async def test_a_refusal_changes_nothing() -> None:
    node = Node()
    chat_id = await node.start()
    with pytest.raises(Refused):
        await node.do(chat_id, say(" "))
    assert len(await node.database.read(f"interaction/{chat_id}")) == 2


async def test_a_hundred_words_at_once_are_all_said_in_the_order_they_came() -> None:
    node = Node()
    chat_id = await node.start()
    words = [str(n) for n in range(100)]
    node.connection.hold("append")
    saying = [asyncio.ensure_future(node.do(chat_id, say(word))) for word in words]
    await turns()
    node.connection.release("append")
    await asyncio.gather(*saying)
    assert sorted(await texts(node, chat_id), key=int) == words


async def test_a_word_repeated_by_the_network_at_the_same_moment_is_said_once() -> None:
    node = Node()
    chat_id = await node.start()
    await asyncio.gather(*(node.do(chat_id, say("hello", client_id="x")) for _ in range(10)))
    assert await texts(node, chat_id) == ["hello"]


async def test_time_in_a_chat_never_goes_back() -> None:
    node = Node()
    chat_id = await node.start()
    node.clock.after_s(-60)
    await node.do(chat_id, say("hello"))
    times = [told.at_ms for told in await node.chats.history(chat_id)]
    assert times == sorted(times)


async def test_a_long_chat_is_loaded_from_its_snapshot_and_is_the_same() -> None:
    node = Node()
    chat_id = await node.start()
    for n in range(SNAPSHOT_EVERY * 2 + 10):
        await node.do(chat_id, say(str(n)))
    await node.interactions.aclose()
    _, full = await node.chats.full(chat_id)
    cold = Node(node.database, node.clock)
    _, again = await cold.chats.full(chat_id)
    assert again.state == full.state
    assert len(again.lines) < 30, "no more than what came after the snapshot is read"
    history = await cold.chats.history(chat_id, 5)
    assert [told.version for told in history] == list(range(5, full.state.version + 1))


async def test_a_snapshot_of_another_fold_is_not_believed() -> None:
    node = Node()
    chat_id = await node.start()
    for n in range(SNAPSHOT_EVERY):
        await node.do(chat_id, say(str(n)))
    await node.interactions.aclose()
    stream = f"interaction/{chat_id}"
    snapshot = await node.database.snapshot(stream)
    assert snapshot is not None
    await node.database.keep_snapshot(stream, type(snapshot)(snapshot.version, "another", b"nonsense"))
    _, again = await Node(node.database, node.clock).chats.full(chat_id)
    assert again.state.version == SNAPSHOT_EVERY + 2


async def test_chats_that_were_dropped_from_memory_come_back() -> None:
    node = Node(full_chats_max=2, chats_max=3)
    chat_ids = [await node.start() for _ in range(6)]
    await asyncio.gather(*(node.do(chat_id, say("hello")) for chat_id in chat_ids * 3))
    for chat_id in chat_ids:
        assert await texts(node, chat_id) == ["hello"] * 3


async def test_many_cold_chats_asked_for_at_once_do_not_crowd_each_other_out() -> None:
    warm = Node()
    chat_ids = [await warm.start() for _ in range(50)]
    node = Node(warm.database, warm.clock, full_chats_max=1)
    found = await asyncio.gather(*(node.chats.full(chat_id) for chat_id in chat_ids))
    assert [full.state.version for _, full in found] == [2] * 50


async def test_what_was_refused_by_the_store_is_read_again_before_the_next_use() -> None:
    """An answer that got lost may have been a yes."""
    node = Node()
    chat_id = await node.start()
    node.connection.hold("append")
    saying = asyncio.ensure_future(node.do(chat_id, say("hello")))
    await turns()
    saying.cancel()
    await turns()
    node.connection.release("append")
    await node.do(chat_id, say("again"))
    assert await texts(node, chat_id) == ["hello", "again"]


BRIEF = Service(name="s", rules=Rules(idle_alert_s=0, client_silence_s=0, retention_s=60))


async def ended_after_typing(node: Node) -> str:
    """A chat of seven events, the third and fourth of which are typing."""
    chat_id = await node.start()
    await node.do(chat_id, commands.SetTyping(1, True), commands.SetTyping(1, False), say("hello"))
    await node.do(chat_id, commands.End(reason="done"))
    return chat_id


async def test_typing_is_forgotten_when_the_chat_is_put_away_and_its_numbers_stay_used() -> None:
    node = Node(None, None, BRIEF)
    chat_id = await ended_after_typing(node)
    node.clock.after_s(60)
    await node.interactions.tick(chat_id)
    versions = [record.version for record in await node.database.read(f"interaction/{chat_id}")]
    assert versions == [1, 2, 5, 6, 7, 8]
    cold = Node(node.database, node.clock)
    assert [told.version for told in await cold.chats.history(chat_id)] == versions
    _, full = await cold.chats.full(chat_id)
    assert full.state.version == 8


async def test_it_is_put_away_and_forgotten_at_once_or_not_at_all() -> None:
    """Whatever happens to the node at that moment, the timer finds it again."""
    node = Node(None, None, BRIEF)
    chat_id = await ended_after_typing(node)
    stream = f"interaction/{chat_id}"
    node.clock.after_s(60)
    append = node.database.append

    async def fails(*_arguments: object) -> None:
        raise Unavailable("the disk is full")

    node.database.append = fails  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable):
        await node.interactions.tick(chat_id)
    node.database.append = append  # type: ignore[method-assign]
    assert len(await node.database.read(stream)) == 7
    again = Node(node.database, node.clock, BRIEF)
    assert await node.database.claim_due(node.clock(), 10_000, 10) == [stream]
    await again.interactions.tick(chat_id)
    assert [record.version for record in await node.database.read(stream)] == [1, 2, 5, 6, 7, 8]


async def test_the_history_tells_each_line_by_the_name_of_its_time() -> None:
    node = Node()
    chat_id = await node.start()
    await node.do(chat_id, say("I am Mira"), commands.ChangeNickname(1, "Mo"), say("now Mo"))
    for n in range(70):
        await node.do(chat_id, say(str(n)))
    names = [told.party.nickname for told in await node.chats.history(chat_id) if told.party]
    assert names[:5] == ["Mira", "Mira", "Mira", "Mo", "Mo"]


async def test_a_card_says_who_is_there() -> None:
    node = Node()
    chat_id = await node.start()
    await node.do(chat_id, commands.Invite("amy", 30), commands.Accept("amy", "Amy"))
    assert node.floor.chats_of("amy") == [chat_id]
    await node.do(chat_id, commands.End(reason="done"))
    assert node.floor.chats_of("amy") == []
    assert node.floor.open_count == 0
    card = await node.database.card(f"interaction/{chat_id}")
    assert card is not None
    assert not card.is_open


async def test_a_snapshot_that_cannot_be_kept_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node()
    chat_id = await node.start()

    async def full_disk(_stream: str, _snapshot: Snapshot) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(node.database, "keep_snapshot", full_disk)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in range(SNAPSHOT_EVERY):
            await node.do(chat_id, say(str(n)))
        await node.interactions.aclose()
        gc.collect()
    assert len(await texts(node, chat_id)) == SNAPSHOT_EVERY


async def test_a_chat_that_nobody_uses_keeps_only_what_a_poll_needs() -> None:
    node = Node()
    chat_id = await node.start()
    await node.do(chat_id, say("Hello"))
    node.chats.rest()
    chat = node.chats.known(chat_id)
    assert chat is not None
    assert chat.full is not None, "it was used a moment ago"
    node.chats.rest()
    assert chat.full is None
    assert (chat.last_line, chat.is_stale) == (3, False)
    await node.do(chat_id, say("still there"))
    assert chat.full is not None

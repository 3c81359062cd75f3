"""Two nodes on one PostgreSQL are one server: it does not matter who is connected to which."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import pytest

from frontdesk.domain.rules import Rules
from frontdesk.settings import DatabaseSettings, ServiceSettings
from tests.conformance.agents import Agent, signed_in
from tests.conformance.house import PASSWORD, House, serving, settings_in
from tests.conformance.v2 import Chat, Visitors
from tests.conformance.v3 import Site, Widget, site_of
from tests.desk.nodes import Clock
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

Two = tuple[House, House]


@pytest.fixture
async def two(postgres_database: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Two]:
    settings = settings_in(
        tmp_path,
        database=DatabaseSettings(url=postgres_database),
        services={
            "s": ServiceSettings(),
            "silence": ServiceSettings(rules=Rules(client_silence_s=8)),
            "long": ServiceSettings(rules=Rules(asynchronous=True)),
        },
    )
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(serving(settings, clock)),
            await stack.enter_async_context(serving(settings, clock)),
        )


def at(house: House, chat: Chat) -> Chat:
    """The same visitor, whose next request comes to another node."""
    visitors = Visitors(house.url, house.visitors.http)
    return Chat(visitors, chat.service, chat.started)


async def test_visitor_and_agent_talk_across_nodes(two: Two) -> None:
    a, b = two
    chat = await a.visitors.start()
    async with b.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        await chat.send("Hello from A")
        await amy.hears_event(chat.chat_id, "Said", text="Hello from A")
        await amy.does("say", interaction_id=chat.chat_id, text="Hello from B")
        await chat.comes(
            lambda answer: [e["text"] for e in answer.of_type("Message")][1:] == ["Hello from B"]
        )
        await amy.does("end", interaction_id=chat.chat_id)
        await chat.comes(lambda answer: answer.has_ended)


async def test_a_visitor_may_ask_any_node_and_never_sees_the_chat_go_backwards(two: Two) -> None:
    a, b = two
    chat = await a.visitors.start()
    there = at(b, chat)
    for number in range(20):
        here, other = (chat, there) if number % 2 else (there, chat)
        answer = (await here.send(f"word {number}", P=1)).ok()
        follows = (await other.refresh(answer.next_position)).ok()
        assert follows.next_position >= answer.next_position
        seen = (await other.refresh(1)).ok()
        assert [e["text"] for e in seen.of_type("Message")] == [f"word {n}" for n in range(number + 1)]


async def test_no_chat_rings_for_two_agents(two: Two) -> None:
    a, b = two
    async with a.agent("amy") as amy, signed_in(b.url, "amy", PASSWORD) as tab, b.agent("bob") as bob:
        chats = [await house.visitors.start() for house in (a, b) * 4]
        for chat in chats:
            await _rings_somewhere(chat, amy, bob)
        invited = [m["interaction_id"] for agent in (amy, bob) for m in agent.heard if m["is"] == "invited"]
        assert sorted(invited) == sorted(chat.chat_id for chat in chats)
        taken = next(m["interaction_id"] for m in tab.heard if m["is"] == "invited")
        await tab.does("accept", interaction_id=taken)
        await amy.hears(lambda m: m["is"] == "interaction" and m["interaction_id"] == taken)


async def _rings_somewhere(chat: Chat, *agents: Agent) -> None:
    with anyio.fail_after(PATIENCE_S):
        while not any(
            m["is"] == "invited" and m["interaction_id"] == chat.chat_id
            for agent in agents
            for m in agent.heard
        ):
            await anyio.sleep(0.02)


async def test_polls_at_one_node_keep_a_chat_alive_for_the_timers_of_the_other(
    two: Two, clock: Clock
) -> None:
    """The node that started the chat hears nothing more of its visitor; the other one does.

    The nodes tell each other every few seconds who was heard of, which no clock but the machine's counts.
    """
    a, b = two
    chat = await a.visitors.start("silence")
    there = at(b, chat)
    for _ in range(24):
        clock.after_s(0.5)
        await anyio.sleep(0.5)
        assert not (await there.refresh(1)).has_ended
    silent = await a.visitors.start("silence")
    with anyio.fail_after(PATIENCE_S):
        while not sum([await node.measured("frontdesk_interactions_ended_total") for node in two]):
            clock.after_s(0.5)
            await anyio.sleep(0.5)
            assert not (await there.refresh(1)).has_ended
    assert (await silent.refresh(1)).has_ended


async def test_previews_cross_nodes(two: Two) -> None:
    a, b = two
    chat = await a.visitors.start()
    async with b.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        await amy.hears_event(chat.chat_id, "Joined")
        await chat.refresh(1, message="half a wor")
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "half a wor")


@pytest.fixture
async def sites(two: Two) -> AsyncIterator[tuple[Site, Site]]:
    async with site_of(two[0].url) as a, site_of(two[1].url) as b:
        yield a, b


async def test_a_page_of_version_3_may_ask_any_node_and_misses_nothing(sites: tuple[Site, Site]) -> None:
    visit = await sites[0].visit()
    tabs = [Widget(visit), Widget(visit)]
    for number in range(20):
        visit.site = sites[number % 2]
        await visit.says(f"word {number}")
        visit.site = sites[number // 2 % 2]
        await tabs[number % 2].polls()
    with anyio.fail_after(30):
        while any(len(tab.texts) < 20 for tab in tabs):
            for tab in tabs:
                await tab.polls()
    for tab in tabs:
        assert tab.texts == [f"word {number}" for number in range(20)]


async def test_what_was_read_in_pages_at_one_node_is_not_old_news_at_another(
    sites: tuple[Site, Site],
) -> None:
    visit = await sites[1].visit()
    await visit.poll()
    visit.site = sites[0]
    await visit.says(*(f"word {number}" for number in range(40)))
    widget = Widget(visit)
    await widget.restore()
    visit.site = sites[1]
    await visit.says("new")
    with anyio.fail_after(30):
        while "new" not in widget.texts:
            await widget.polls()
    assert widget.texts == [*(f"word {number}" for number in range(20, 40)), "new"]


async def test_a_poll_held_at_one_node_hears_of_a_word_at_another(sites: tuple[Site, Site]) -> None:
    visit = await sites[0].visit()
    await visit.poll(widget=False)
    answers: list[list[str]] = []

    async def is_held() -> None:
        answers.append((await visit.comes(lambda answer: answer.messages, widget=False)).texts)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(is_held)
        await anyio.sleep(0.3)  # Whether it is held already or not, it hears of it.
        there = await visit.resume()
        there.site = sites[1]
        await there.says("from elsewhere")
    assert answers == [["from elsewhere"]]


async def test_a_conversation_wakes_at_whichever_node_somebody_writes(
    two: Two, sites: tuple[Site, Site]
) -> None:
    visit = await sites[0].visit("long")
    async with two[0].agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("leave", interaction_id=visit.session_id)
        await amy.hears(lambda m: m["is"] == "left")
        visit.site = sites[1]
        again = await visit.resume("long")
        assert again.session_id == visit.session_id
        await again.says("I am back")
        await amy.hears(lambda _: sum(m["is"] == "invited" for m in amy.heard) == 2, within_s=30)
        await amy.does("accept", interaction_id=visit.session_id)
        await amy.hears_event(visit.session_id, "Said", text="I am back")

"""Visitors and agents do anything at all at the same time; afterwards each chat holds exactly its own words.

The model is as simple as it can be: of each author and chat, the list of texts that the server took. What a
visitor reads must be made of those lists, each in its order, each text once, and of nothing else.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.agents import Agent
from tests.conformance.house import House
from tests.conformance.v2 import Answer, Chat
from tests.fuzz.anything import tries
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

VISITOR_DOES = ("send", "send", "type", "stop", "notice", "rename", "data", "poll", "strange key", "leave")
AGENT_DOES = ("take", "take", "say", "say", "whisper", "type", "push", "leave", "end", "breathe")
Steps = Sequence[tuple[str, int]]

visitor_scripts = st.lists(
    st.lists(st.tuples(st.sampled_from(VISITOR_DOES), st.integers(0, 2)), max_size=8), min_size=2, max_size=3
)
agent_scripts = st.lists(
    st.lists(st.tuples(st.sampled_from(AGENT_DOES), st.integers(0, 2)), max_size=10), min_size=2, max_size=2
)


@pytest.fixture(scope="module")
async def agents(shared_house: House) -> AsyncIterator[list[Agent]]:
    async with (
        shared_house.agent("amy", capacity=1000) as amy,
        shared_house.agent("ben", capacity=1000) as ben,
    ):
        yield [amy, ben]


class Story:
    """A few chats, what was said in each by whom, and what each visitor has seen."""

    def __init__(self, chats: list[Chat]) -> None:
        self.chats = chats
        self.said: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.seen: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.next_position: dict[str, int] = defaultdict(lambda: 1)
        self._count = 0

    def new_text(self, author: str, chat: Chat) -> str:
        """A text that nobody else says, so that a stray one is known by its sight."""
        self._count += 1
        return f"{author} in {chat.chat_id}: {self._count}"

    async def poll(self, chat: Chat) -> Answer:
        """Follow `nextPosition` as a client does."""
        answer = await chat.refresh(self.next_position[chat.chat_id])
        assert answer.body["statusCode"] == 0, answer.body
        self.seen[chat.chat_id] += answer.events
        self.next_position[chat.chat_id] = answer.next_position
        return answer

    async def visitor(self, chat: Chat, steps: Steps) -> None:
        for do, number in steps:
            await self._visitor_does(chat, do, number)
            assert chat.chat_id

    async def _visitor_does(self, chat: Chat, do: str, number: int) -> None:
        match do:
            case "send":
                text = self.new_text("visitor", chat)
                answer = await chat.send(text)
                if answer.body["statusCode"] == 0:
                    self.said["visitor", chat.chat_id].append(text)
            case "type":
                answer = await chat.ask("startTyping", message="half")
            case "stop":
                answer = await chat.ask("stopTyping")
            case "notice":
                answer = await chat.ask("customNotice", message="notice")
            case "rename":
                answer = await chat.ask("updateNickname", nickname=f"Mira {number}")
            case "data":
                answer = await chat.ask("updateData", **{"userData[a]": str(number)})
            case "poll":
                answer = await self.poll(chat)
            case "strange key":
                other = self.chats[number % len(self.chats)]
                is_own = other.chat_id == chat.chat_id
                answer = await chat.visitors.post(other.path("send"), chat.credentials | {"message": "stray"})
                if is_own and answer.body["statusCode"] == 0:
                    self.said["visitor", chat.chat_id].append("stray")
                elif not is_own:
                    answer.gone()
            case _:
                answer = (await chat.ask("disconnect")).ok()
                assert answer.has_ended
        assert answer.status in (200, 400), answer.body
        assert answer.body["statusCode"] in (0, 2), answer.body

    async def agent(self, name: str, agent: Agent, steps: Steps) -> None:
        for do, number in steps:
            chat = self.chats[number % len(self.chats)]
            wish: dict[str, Any] = {"interaction_id": chat.chat_id}
            text = self.new_text(name, chat)
            match do:
                case "take":
                    answer = await agent.asks("accept", **wish)
                case "say":
                    answer = await agent.asks("say", text=text, **wish)
                    if answer["is"] == "done":
                        self.said[name, chat.chat_id].append(text)
                case "whisper":
                    answer = await agent.asks("say", text="whisper", visibility="agents", **wish)
                case "type":
                    answer = await agent.asks("type", is_typing=bool(number), **wish)
                case "push":
                    answer = await agent.asks("push_url", url="https://shop.example/", **wish)
                case "leave" | "end":
                    answer = await agent.asks(do, **wish)
                case _:
                    answer = await agent.asks("ping")
            assert answer.get("code") != "try_later", answer

    async def finish(self) -> None:
        """Nobody is stuck: each chat can be left, and is over for its visitor then."""
        for chat in self.chats:
            (await chat.ask("disconnect")).ok()
            assert (await self.poll(chat)).has_ended

    def check(self, chat: Chat, events: list[dict[str, Any]]) -> None:
        indexes = [event["index"] for event in events]
        assert indexes == sorted(set(indexes))
        heard: dict[str, list[str]] = defaultdict(list)
        for event in events:
            if event["type"] == "Message":
                is_visitor = event["from"]["type"] == "Client"
                heard["visitor" if is_visitor else event["from"]["nickname"]].append(event["text"])
        for author in ("visitor", "amy", "ben"):
            assert heard.pop(author, []) == self.said[author, chat.chat_id]
        assert not heard
        others = {other.secure_key for other in self.chats if other is not chat}
        assert not any(key in str(events) for key in others)


@tries(12)
@given(visitors=visitor_scripts, agents_do=agent_scripts)
async def test_each_visitor_sees_exactly_the_words_of_the_own_chat(
    shared_house: House, agents: list[Agent], visitors: list[Steps], agents_do: list[Steps]
) -> None:
    story = Story([await shared_house.visitors.start() for _ in visitors])
    with anyio.fail_after(PATIENCE_S):
        async with anyio.create_task_group() as people:
            for chat, steps in zip(story.chats, visitors, strict=True):
                people.start_soon(story.visitor, chat, steps)
            for name, agent, does in zip(("amy", "ben"), agents, agents_do, strict=True):
                people.start_soon(story.agent, name, agent, does)
        await story.finish()
    for chat in story.chats:
        everything = (await chat.refresh(1)).ok()
        assert everything.has_ended
        story.check(chat, everything.events)
        assert story.seen[chat.chat_id] == everything.events

"""The application `survey`: a question to the visitor once the agent has left."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.domain.rules import Rules
from frontdesk.settings import ServiceSettings
from tests.desk.nodes import Clock
from tests.gallery.people import Visitor, agent, visitor
from tests.gallery.shop import Shop, shop

pytestmark = pytest.mark.anyio


@pytest.fixture
async def surveyed(tmp_path: Path) -> AsyncIterator[Shop]:
    rules = Rules(ends_with_last_agent=False, idle_alert_s=0)
    services = {"shop": ServiceSettings(application="survey", rules=rules)}
    async with shop("survey", tmp_path, Clock(), services=services) as made:
        yield made


async def helped(surveyed: Shop, mira: Visitor) -> str:
    """Amy helps, and leaves; the chat's id."""
    async with agent(surveyed, "amy") as amy:
        chat = await amy.takes()
        await chat.say("It is on its way")
        await chat.leave()
        await mira.reads("How did we do?")
        return chat.id


async def score(surveyed: Shop, chat_id: str) -> str | None:
    _, full = await surveyed.house.server._parts.interactions.chats.full(chat_id)
    user_data: dict[str, str] = full.state.user_data
    return user_data.get("SurveyScore")


async def test_an_answer_is_kept_with_the_chat(surveyed: Shop) -> None:
    async with visitor(surveyed) as mira:
        chat_id = await helped(surveyed, mira)
        await mira.client.say(" 5 ")
        await mira.reads("Thank you, and goodbye.")
        await mira.is_over()
        await surveyed.session_is_in("finished")
        assert await score(surveyed, chat_id) == "5"


async def test_what_is_no_number_is_asked_for_once_more(surveyed: Shop) -> None:
    async with visitor(surveyed) as mira:
        chat_id = await helped(surveyed, mira)
        await mira.client.say("very well!")
        await mira.reads("How did we do?", 2)
        await mira.client.say("still very well!")
        await mira.is_over()
        assert await score(surveyed, chat_id) is None


async def test_who_does_not_answer_is_let_go(surveyed: Shop) -> None:
    async with visitor(surveyed) as mira:
        chat_id = await helped(surveyed, mira)
        await surveyed.session_is_in("asking")
        await surveyed.after_s(121)
        await mira.client.set_data(
            Page="2"
        )  # Whatever happens in a chat, the question looks at the clock then.
        await mira.is_over()
        await surveyed.session_is_in("finished")
        assert await score(surveyed, chat_id) is None


async def test_nobody_is_asked_whose_chat_the_agent_has_ended(surveyed: Shop) -> None:
    async with visitor(surveyed) as mira, agent(surveyed, "amy") as amy:
        await (await amy.takes()).end()
        await mira.is_over()
        await surveyed.session_is_in("finished")
        assert not any("How did we do?" in line for line in mira.read())

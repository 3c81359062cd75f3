"""Agents find the conversations that rest, take them up, and mark them as done."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.bare import http_client
from tests.conformance.agents import Agent, AgentRefused, signed_in
from tests.conformance.house import PASSWORD, House, serving
from tests.conformance.v3 import Site, Visit, site_of
from tests.conformance.v3_house import v3_settings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def v3_house(tmp_path: Path) -> AsyncIterator[House]:
    async with serving(v3_settings(tmp_path)) as house:
        yield house


@pytest.fixture
async def site(v3_house: House) -> AsyncIterator[Site]:
    async with site_of(v3_house.url) as site:
        yield site


async def resting(agent: Agent, after: str = "") -> dict[str, Any]:
    async with http_client() as http:
        answer = await http.get(
            f"{agent.url}/api/workspace/resting",
            params={"after": after},
            headers={"authorization": f"Bearer {agent.token}"},
        )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def rests(agent: Agent, site: Site) -> Visit:
    """A conversation that the agent has left to rest."""
    visit = await site.visit("long")
    await agent.takes(visit.session_id)
    await agent.does("leave", interaction_id=visit.session_id)
    await agent.hears(lambda m: m["is"] == "left" and m["interaction_id"] == visit.session_id)
    return visit


async def test_an_agent_finds_the_own_conversations_and_a_supervisor_all(v3_house: House, site: Site) -> None:
    async with v3_house.agent("amy") as amy:
        visits = [await rests(amy, site) for _ in range(2)]
        found = await resting(amy)
        assert list(found["conversations"]) == [visit.session_id for visit in visits]
        card = found["conversations"][visits[0].session_id]
        assert (card["phase"], card["nickname"], card["service"]) == ("dormant", "Ann", "long")
        assert card["rested_ms"]
        assert list((await resting(amy, visits[0].session_id))["conversations"]) == [visits[1].session_id]
        async with v3_house.agent("bob") as bob:
            assert (await resting(bob))["conversations"] == {}
    await v3_house.server.add_account(login="sam", password=PASSWORD, role="supervisor")
    async with signed_in(v3_house.url, "sam", PASSWORD) as sam:
        assert len((await resting(sam))["conversations"]) == 2


async def test_who_takes_one_up_reads_it_from_the_first_word_and_can_write(
    v3_house: House, site: Site
) -> None:
    async with v3_house.agent("amy") as amy:
        visit = await rests(amy, site)
        await amy.does("take_up", interaction_id=visit.session_id)
        await amy.hears(lambda m: m["is"] == "interaction" and m["party_id"] == 3)
        await amy.does("say", interaction_id=visit.session_id, text="Here is the answer.")
        await visit.sees("Here is the answer.")
        assert (await resting(amy))["conversations"] == {}


async def test_a_supervisor_who_looked_on_takes_it_up_once_it_rests(v3_house: House, site: Site) -> None:
    await v3_house.server.add_account(login="sue", password=PASSWORD, role="supervisor", name="Sue")
    async with v3_house.agent("amy") as amy, signed_in(v3_house.url, "sue", PASSWORD) as sue:
        visit = await site.visit("long")
        chat_id = visit.session_id
        await amy.takes(chat_id)
        await sue.does("monitor", interaction_id=chat_id)
        with pytest.raises(AgentRefused, match="not_resting"):
            await sue.does("take_up", interaction_id=chat_id)
        await amy.does("leave", interaction_id=chat_id)
        await sue.hears(lambda m: m["is"] == "left" and m["interaction_id"] == chat_id)
        with pytest.raises(AgentRefused, match="resting"):
            await sue.does("monitor", interaction_id=chat_id)
        await sue.does("take_up", interaction_id=chat_id)
        await sue.does("say", interaction_id=chat_id, text="Here is the answer.")
        await visit.sees("Here is the answer.")
        assert (await resting(sue))["conversations"] == {}


async def test_nobody_takes_up_what_is_anothers_or_does_not_rest(v3_house: House, site: Site) -> None:
    async with v3_house.agent("amy") as amy:
        visit = await rests(amy, site)
        async with v3_house.agent("bob") as bob:
            with pytest.raises(AgentRefused, match="not_found"):
                await bob.does("take_up", interaction_id=visit.session_id)
        await visit.says("hello again")
        await amy.hears(lambda m: m["is"] == "invited" and m["interaction_id"] == visit.session_id)
        with pytest.raises(AgentRefused, match="not_resting"):
            await amy.does("take_up", interaction_id=visit.session_id)


async def test_one_that_rests_is_marked_as_done(v3_house: House, site: Site) -> None:
    async with v3_house.agent("amy") as amy:
        visit = await rests(amy, site)
        await amy.does("end", interaction_id=visit.session_id)
        answer = await visit.comes(lambda answer: answer.has_ended)
        assert answer.texts == ["This chat has ended."]
        assert (await resting(amy))["conversations"] == {}

"""A visitor's client before a queue that is closed, full or deserted, on a real server."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from frontdesk.settings import HoursSettings, QueueSettings, ServiceSettings
from tests.conformance.house import House, serving, settings_in
from tests.conformance.v2 import Chat
from tests.conformance.v3 import site_of
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

NEVER = HoursSettings(time_zone="Europe/Berlin", week=("mon closed",))
QUEUES = {
    "closed": QueueSettings(hours="never"),
    "late": QueueSettings(hours="never", when_closed="end", closed_text="We are asleep."),
    "deserted": QueueSettings(when_nobody="tell", nobody_text="Nobody yet."),
    "full": QueueSettings(waiting_max=1, when_nobody="wait"),
    "german": QueueSettings(targets=("german > 0",), demands=("plan = gold -> vip > 0",)),
}


@pytest.fixture
async def queues(tmp_path: Path) -> AsyncIterator[House]:
    services = {name: ServiceSettings(queue=name) for name in QUEUES} | {
        "shut": ServiceSettings(hours="never")
    }
    async with serving(
        settings_in(tmp_path, services=services, queues=QUEUES, hours={"never": NEVER})
    ) as house:
        yield house


async def hears(chat: Chat, text: str) -> None:
    """Wait until the visitor has been told this."""
    with anyio.fail_after(PATIENCE_S):
        while text not in [event["text"] for event in await chat.events("Message")]:
            await anyio.sleep(0.02)


@pytest.mark.parametrize("service", ["shut", "closed"])
async def test_out_of_hours_a_start_is_refused_as_for_a_closed_service(queues: House, service: str) -> None:
    (await queues.visitors.post(f"/{service}/", {"nickname": "Mira"})).refused(240)


async def test_over_version_3_too(queues: House) -> None:
    async with site_of(queues.url) as site:
        for service in ("shut", "closed"):
            (await site.start({"nickname": "Mira", "endpoint": service})).refused(400, "ENDPOINT_CLOSED")


async def test_or_the_visitor_is_told_and_the_chat_ends(queues: House) -> None:
    chat = await queues.visitors.start("late")
    await hears(chat, "We are asleep.")
    assert (await chat.refresh(1)).ok().has_ended


async def test_where_nobody_is_the_visitor_is_told_and_waits(queues: House) -> None:
    chat = await queues.visitors.start("deserted")
    await hears(chat, "Nobody yet.")
    async with queues.agent("amy") as amy:
        told = await amy.takes(chat.chat_id)
        assert [party["kind"] for party in told["parties"]] == ["client", "system", "agent"]
        await amy.hears_event(chat.chat_id, "Informed", about="nobody")


async def test_one_more_than_a_queue_holds_is_told_to_try_later(queues: House) -> None:
    await queues.visitors.start("full")
    answer = await queues.visitors.post("/full/", {"nickname": "Bo"})
    assert (answer.status, answer.body["statusCode"]) == (200, 1)
    async with queues.agent("amy"):
        await queues.until_measured("frontdesk_interactions_waiting", 0)
        await queues.visitors.start("full")


async def test_an_agent_gets_what_the_skills_are_for(queues: House) -> None:
    async with queues.agent("amy", 5, "german=2") as amy, queues.agent("bob", 5, "german=1", "vip=1") as bob:
        gold = await queues.visitors.start("german", nickname="Mira", **{"userData[plan]": "Gold"})
        await bob.takes(gold.chat_id)
        other = await queues.visitors.start("german")
        await amy.takes(other.chat_id)

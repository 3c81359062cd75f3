"""The application `vip`: a web service says who comes first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from frontdesk.settings_modules import FetchSettings, SecretSettings
from frontdesk.settings_orchestration import OrchestrationSettings
from tests.desk.nodes import Clock
from tests.desk.orchestration.web_service import WebService, answer, web_service
from tests.gallery.people import agent, visitor
from tests.gallery.shop import Shop, shop

pytestmark = pytest.mark.anyio
JSON = {"content_type": "application/json"}
VIP, REGULAR = answer(200, '{"tier": "vip"}', **JSON), answer(200, '{"tier": "silver"}', **JSON)


@asynccontextmanager
async def asking(folder: Path, *answers: bytes) -> AsyncIterator[tuple[Shop, WebService]]:
    """The shop, and the service that it asks."""
    async with web_service(*answers) as service:
        fetch = FetchSettings(
            allow=(f"127.0.0.1:{service.port}",),
            private=("127.0.0.1",),
            secrets={"crm": SecretSettings(value="Bearer s3cret")},
        )
        options = {"crm_url": f"{service.url}/customers"}
        orchestration = OrchestrationSettings(fetch=fetch, options=options)
        async with shop("vip", folder, Clock(), orchestration=orchestration) as made:
            yield made, service


async def test_important_customers_come_before_those_who_came_earlier(tmp_path: Path) -> None:
    async with asking(tmp_path, REGULAR, VIP) as (crm, service):
        async with visitor(crm, CustomerId="1") as first:
            await crm.session_is_in("regular")
            async with visitor(crm, CustomerId="2") as second:
                await crm.session_is_in("vip-agents")
                async with agent(crm, "amy", "vip=1", capacity=1) as amy:
                    chat = await amy.takes()
                    await chat.say("Welcome back")
                    await second.reads("Welcome back")
                    assert chat.user_data["CustomerTier"] == "vip"
                    await chat.end()
                    await (await amy.takes()).say("Good morning")
                    await first.reads("Good morning")
        assert [seen.target for seen in service.seen] == ["/customers?customer=1", "/customers?customer=2"]
        assert {seen.headers["authorization"] for seen in service.seen} == {"Bearer s3cret"}


async def test_anybody_may_help_them_later(tmp_path: Path) -> None:
    async with (
        asking(tmp_path, VIP) as (crm, _),
        agent(crm, "amy") as amy,
        visitor(crm, CustomerId="2") as mira,
    ):
        await crm.session_is_in("vip-agents")
        assert not amy.client.invites
        await crm.after_s(30)
        await (await amy.takes()).say("Hello")
        await mira.reads("Hello")


@pytest.mark.parametrize("said", [answer(503), answer(200, "<html>", content_type="text/html"), b""])
async def test_a_service_that_fails_keeps_nobody_waiting(tmp_path: Path, said: bytes) -> None:
    async with asking(tmp_path, said) as (crm, service), agent(crm, "amy") as amy:
        async with visitor(crm, CustomerId="2") as mira:
            await (await amy.takes()).say("Hello")
            await mira.reads("Hello")
            await crm.session_is_in("served")
        assert len(service.seen) == 1


async def test_what_is_no_customer_number_is_not_asked_about(tmp_path: Path) -> None:
    async with asking(tmp_path, VIP) as (crm, service), agent(crm, "amy") as amy:
        async with visitor(crm, CustomerId="../admin?x="):
            await amy.takes()
        assert service.seen == []

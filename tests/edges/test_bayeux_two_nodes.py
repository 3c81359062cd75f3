"""Visitors on CometD at one node, everybody else at another."""

import anyio
import pytest

from tests.conformance.cometd import follower
from tests.edges.test_two_nodes import Two, two

pytestmark = pytest.mark.anyio

__all__ = ["two"]


async def test_what_is_said_at_one_node_is_pushed_by_the_other(two: Two) -> None:
    a, b = two
    async with b.agent("amy") as amy, follower(a.url) as client, follower(b.url) as other:
        chat_id = (await client.starts())["chatId"]
        await amy.takes(chat_id)
        other.credentials = {"secureKey": client.credentials["secureKey"]}
        await other.publish("requestNotifications", P=1)
        for number in range(10):
            await amy.does("say", interaction_id=chat_id, text=f"from B {number}")
            await client.publish("sendMessage", message=f"from A {number}")
        for visitor in (client, other):
            for number in range(10):
                await visitor.hears_text(f"from B {number}")
                await visitor.hears_text(f"from A {number}")
            assert visitor.indexes == sorted(set(visitor.indexes))
        await amy.does("end", interaction_id=chat_id)
        for visitor in (client, other):
            await visitor.hears(lambda data: data["chatEnded"])


async def test_who_is_connected_to_one_node_has_not_left_for_the_other(two: Two) -> None:
    """The service takes a visitor to have left after eight seconds without a request."""
    a, _ = two
    async with follower(a.url, "silence") as client:
        await client.starts()
        await anyio.sleep(14)
        assert not client.pushed[-1]["data"]["chatEnded"]

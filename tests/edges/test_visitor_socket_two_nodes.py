"""Visitors on sockets at one node, everybody else at another."""

import pytest

from tests.conformance.visitor_socket import following
from tests.edges.test_two_nodes import Two, two

pytestmark = pytest.mark.anyio

__all__ = ["two"]


async def test_what_is_said_at_one_node_is_told_by_the_other(two: Two) -> None:
    a, b = two
    chat = await a.visitors.start()
    async with b.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        async with following(a.url, chat) as here, following(b.url, chat) as there:
            for number in range(10):
                await amy.does("say", interaction_id=chat.chat_id, text=f"from B {number}")
                await here.does("send", f"wish {number}", text=f"from A {number}")
                await there.does("send", f"wish {number}", text=f"from A {number}")
            await amy.does("end", interaction_id=chat.chat_id)
            for socket in (here, there):
                assert await socket.closed() == (1000, "ended")
                assert socket.indexes == sorted(set(socket.indexes))
                assert [t for t in socket.texts if "A" in t] == [f"from A {n}" for n in range(10)]
                assert [t for t in socket.texts if "B" in t] == [f"from B {n}" for n in range(10)]


async def test_a_socket_is_gone_on_with_at_any_node(two: Two) -> None:
    a, b = two
    chat = await a.visitors.start()
    async with following(a.url, chat) as before:
        await before.does("send", text="said at A")
        await before.hears_text("said at A")
        await before.breaks()
    async with following(b.url, chat, before.indexes[-1] + 1) as after:
        await after.does("send", text="said at B")
        await after.hears_text("said at B")
    assert before.texts + after.texts == ["said at A", "said at B"]

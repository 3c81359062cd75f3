"""chat-api-v2 §17.9: chats that stay open over days, over the CometD variant."""

import pytest

from tests.conformance.cometd import Bayeux, follower
from tests.conformance.house import House
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio

DAY_S = 86_400
ASYNC = {"nickname": "Mira", "userData": {"GCTI_Chat_AsyncMode": True}}


def texts(data: dict[str, object]) -> list[object]:
    messages = data["messages"]
    assert isinstance(messages, list)
    return [event["text"] for event in messages if event["type"] == "Message"]


async def restores(client: Bayeux, credentials: dict[str, str]) -> dict[str, object]:
    """What the reference client does days later: the newest event, then all from a page before it."""
    client.credentials = credentials
    await client.publish("refresh", P=-1)
    newest = await client.hears(lambda _: True)
    assert (newest["statusCode"], newest["chatEnded"]) == (0, False)
    (event,) = newest["messages"]
    seen = len(client.pushed)
    await client.publish("requestNotifications", P=max(1, event["index"] - 20))
    return await client.hears(lambda _: True, seen)


async def test_a_chat_is_restored_days_later_and_goes_on(clocked: House, clock: Clock) -> None:
    """The service `days` does not close such chats when nobody writes."""
    async with clocked.agent("amy") as amy:
        async with follower(clocked.url, "days") as client:
            data = await client.starts(**ASYNC)
            await amy.takes(data["chatId"])
            await client.publish("sendMessage", message="I will be back")
            await client.hears_text("I will be back")
            await amy.does("leave", interaction_id=data["chatId"])
            await client.hears(lambda told: told["messages"][-1:] and "Left" in told["messages"][-1]["type"])
        clock.after_s(3 * DAY_S)
        async with follower(clocked.url, "days") as again:
            page = await restores(again, client.credentials)
            assert texts(page) == ["I will be back"]
            await again.publish("sendMessage", message="Here I am")
            await again.hears_text("Here I am")
            await amy.hears(
                lambda m: m["is"] == "invited" and m["interaction_id"] == data["chatId"] and m["asynchronous"]
            )


async def test_an_older_page_is_read_by_smaller_positions(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        await client.starts(**ASYNC)
        for number in range(3):
            await client.publish("sendMessage", message=f"line {number}")
        await client.hears_text("line 2")
        seen = len(client.pushed)
        await client.publish("refresh", P=2)
        assert texts(await client.hears(lambda _: True, seen)) == ["line 0", "line 1", "line 2"]


async def test_it_is_closed_when_nobody_has_written_for_an_hour(clocked: House, clock: Clock) -> None:
    async with follower(clocked.url) as client:
        await client.starts(**ASYNC)
        clock.after_s(3599)
        await client.publish("sendMessage", message="still here")
        await client.hears_text("still here")
        clock.after_s(3600)
        last = await client.hears(lambda data: data["chatEnded"])
        assert "IdleClose" in [event["type"] for event in last["messages"]]
        assert "IdleAlert" not in [event["type"] for event in client.events]


async def test_a_visitor_who_disconnects_ends_it(shared_house: House) -> None:
    async with follower(shared_house.url) as client:
        await client.starts(**ASYNC)
        await client.publish("disconnect")
        await client.hears(lambda data: data["chatEnded"])


async def test_a_service_may_have_none(clocked: House) -> None:
    async with clocked.agent("amy") as amy, follower(clocked.url, "brisk") as client:
        data = await client.starts(**ASYNC)
        told = await amy.takes(data["chatId"])
        assert told["asynchronous"] is False


async def test_who_does_not_ask_for_it_has_an_ordinary_chat(clocked: House) -> None:
    async with clocked.agent("amy") as amy, follower(clocked.url) as client:
        data = await client.starts(nickname="Mira", userData={"GCTI_Chat_AsyncMode": "false"})
        told = await amy.takes(data["chatId"])
        assert told["asynchronous"] is False

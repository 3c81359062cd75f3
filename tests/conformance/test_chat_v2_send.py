"""Chat API v2, checks 26–36: messages and typing."""

import pytest

from tests.conformance.house import House
from tests.conformance.v2 import Visitors

pytestmark = pytest.mark.anyio

MESSAGE_FIELDS = {"index", "type", "utcTime", "from", "text", "messageType"}


async def test_26_a_message_arrives_as_it_was_written(visitors: Visitors) -> None:
    chat = await visitors.start()
    body = f"secureKey={chat.secure_key}&message=a+b%2Bc%0Ad&messageType=poem"
    (await visitors.post(chat.path("send"), body.encode())).ok()
    (message,) = await chat.events("Message")
    assert message["text"] == "a b+c\nd"
    assert message["messageType"] == "poem"
    assert message["from"] == {"nickname": "Mira", "participantId": 1, "type": "Client"}


@pytest.mark.parametrize(
    "text", ["  spaces  ", "\r\n\ttab\r\n", "Привет 👋🏽", "\u202eright to left", '"\\/{}[]', "0"]
)
async def test_26_nothing_of_a_message_is_lost(visitors: Visitors, text: str) -> None:
    chat = await visitors.start()
    (await chat.send(text)).ok()
    assert [event["text"] for event in await chat.events("Message")] == [text]


async def test_27_send_without_a_position_returns_no_events(visitors: Visitors) -> None:
    chat = await visitors.start()
    answer = (await chat.send("Hello")).ok()
    assert answer.events == []
    (message,) = await chat.events("Message")
    assert answer.next_position == message["index"] + 1


async def test_28_send_with_a_position_returns_the_events_with_the_new_one(visitors: Visitors) -> None:
    chat = await visitors.start()
    answer = (await chat.send("Hello", P=1)).ok()
    joined, message = answer.events
    assert joined == chat.started.events[0]
    assert (message["type"], message["text"]) == ("Message", "Hello")
    assert answer.events == await chat.events()


@pytest.mark.parametrize("text", ["", "   ", "\n\t ", "\u00a0", "\x00"])
async def test_29_a_blank_message_is_refused(visitors: Visitors, text: str) -> None:
    chat = await visitors.start()
    (await chat.send(text)).refused(100)
    assert (await chat.refresh(1)).next_position == chat.started.next_position


async def test_29_a_missing_message_is_refused(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.ask("send")).refused(100)
    assert (await chat.refresh(1)).next_position == chat.started.next_position


async def test_30_a_text_over_the_limit_is_refused(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.send("я" * 4001)).refused(204)
    assert (await chat.refresh(1)).next_position == chat.started.next_position
    (await chat.send("я" * 4000)).ok()
    assert len((await chat.events("Message"))[0]["text"]) == 4000


async def test_31_event_attributes_come_as_text_and_go_as_an_object(visitors: Visitors) -> None:
    chat = await visitors.start()
    attributes = '{"general-properties":{"related-event-id":"3"}}'
    (await chat.send("Blue", eventAttributes=attributes)).ok()
    (message,) = await chat.events("Message")
    assert message["eventAttributes"] == {"general-properties": {"related-event-id": "3"}}


@pytest.mark.parametrize("attributes", ["{", "[]", '"text"', "7", "null", '{"a":NaN}', "[" * 5000])
async def test_31_event_attributes_that_are_no_json_object_are_refused(
    visitors: Visitors, attributes: str
) -> None:
    chat = await visitors.start()
    (await chat.send("Blue", eventAttributes=attributes)).refused(100)
    assert await chat.events("Message") == []


async def test_32_nobody_can_add_members_to_an_event(visitors: Visitors) -> None:
    chat = await visitors.start()
    extra = dict.fromkeys(("html", "custom", "avatar", "index", "utcTime", "type"), "true")
    (await chat.send("Hello", bubble="x", **{"from": "Agent"}, **extra)).ok()
    (message,) = await chat.events("Message")
    assert message.keys() == MESSAGE_FIELDS
    assert message["from"]["type"] == "Client"


async def test_33_markup_is_plain_text(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.send("<img src=x onerror=1>")).ok()
    (message,) = await chat.events("Message")
    assert message["text"] == "<img src=x onerror=1>"


async def test_34_typing_that_goes_on_starts_once_and_stops_once(visitors: Visitors) -> None:
    chat = await visitors.start()
    for operation in ("startTyping", "startTyping", "stopTyping", "stopTyping"):
        (await chat.ask(operation, message="Hel")).ok()
    typing = [event for event in await chat.events() if event["type"].startswith("Typing")]
    assert [event["type"] for event in typing] in ([], ["TypingStarted", "TypingStopped"])
    assert "Hel" not in str(typing)


async def test_35_stopping_without_having_started_is_nothing(visitors: Visitors) -> None:
    chat = await visitors.start()
    answer = (await chat.ask("stopTyping", P=1)).ok()
    assert answer.events == chat.started.events
    assert answer.next_position == chat.started.next_position


async def test_36_the_visitor_sees_the_agent_type(house: House) -> None:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy:
        party_id = (await amy.takes(chat.chat_id))["party_id"]
        await amy.does("type", interaction_id=chat.chat_id, is_typing=True)
        (started,) = await chat.events("TypingStarted")
        await amy.does("type", interaction_id=chat.chat_id, is_typing=False)
        (stopped,) = await chat.events("TypingStopped")
    for event in (started, stopped):
        assert event["from"]["type"] == "Agent"
        assert event["from"]["participantId"] == party_id


async def test_the_agent_sees_what_the_visitor_is_typing(house: House) -> None:
    """The preview of `refresh` and of `startTyping` is for the agent's side alone (§7.2, §7.4)."""
    chat = await house.visitors.start()
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        (await chat.ask("startTyping", message="my ord")).ok()
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "my ord")
        (await chat.refresh(1, message="my order is")).ok()
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "my order is")

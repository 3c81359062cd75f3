"""The visitors' socket: the same chat as by polling, pushed, each wish answered, resumed by position."""

import json
from pathlib import Path

import pytest
import websockets
from msgspec.structs import replace
from websockets.typing import Origin

from frontdesk.settings import ServiceSettings, VisitorSocketSettings
from tests.bare import http_client
from tests.conformance.house import House, serving, settings_in
from tests.conformance.v2 import ORIGIN
from tests.conformance.visitor_socket import address_of, following, hello, opened
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio

OFFER = "frontdesk-socket"


# --- how a client learns of it -----------------------------------------------------------------


async def test_the_first_answer_and_polls_say_that_there_is_one(shared_house: House) -> None:
    chat = await shared_house.visitors.start()
    poll = (await chat.refresh(1)).ok()
    nothing = (await chat.refresh(poll.next_position)).ok()
    for answer in (chat.started, poll, nothing):
        assert answer.headers[OFFER] == "1"
        assert answer.headers["access-control-expose-headers"] == OFFER
    sent = (await chat.send("Hello")).ok()
    assert OFFER not in sent.headers


async def test_a_server_without_one_says_nothing_and_opens_none(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, visitor_socket=VisitorSocketSettings(is_on=False))
    async with serving(settings) as house:
        chat = await house.visitors.start()
        assert OFFER not in chat.started.headers
        assert OFFER not in (await chat.refresh(1)).headers
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(address_of(house.url), origin=Origin(ORIGIN))


# --- the chat ----------------------------------------------------------------------------------


async def test_a_whole_chat(house: House) -> None:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy, opened(house.url) as socket:
        first = await socket.greets(chat)
        assert [e["type"] for e in first["messages"]] == ["ParticipantJoined"]
        await amy.takes(chat.chat_id)
        await socket.does("type", is_typing=True, preview="Hel")
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "Hel")
        assert (await socket.does("preview", text="Hello"))["messages"] == []
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "Hello")
        await socket.does("send", text="Hello", attributes={"a": {"b": 1}})
        said = await amy.hears_event(chat.chat_id, "Said", text="Hello")
        assert said["event"]["attributes"] == {"a": {"b": 1}}
        await amy.does("say", interaction_id=chat.chat_id, text="Hello Mira")
        news = await socket.hears_text("Hello Mira")
        up_to = next(e["index"] for e in news["answer"]["messages"] if e["text"] == "Hello Mira")
        await socket.does("read", up_to=up_to)
        await amy.hears(lambda m: m["is"] == "readers" and m["up_to"] == up_to)
        ended = await socket.does("disconnect")
        assert ended["chatEnded"] is True
        assert await socket.closed() == (1000, "ended")
    assert socket.indexes == sorted(set(socket.indexes))
    assert socket.events == (await chat.refresh(1)).events


async def test_what_is_pushed_is_the_envelope_without_the_key(house: House) -> None:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy, following(house.url, chat) as socket:
        await amy.takes(chat.chat_id)
        await amy.does("say", interaction_id=chat.chat_id, text="Hello Mira")
        news = await socket.hears_text("Hello Mira")
        assert news.keys() == {"answer"}
        polled = (await chat.refresh(1)).body
        assert {**polled, **news["answer"]}.keys() == polled.keys()
        assert not news["answer"].keys() & {"secureKey", "userId", "chatId", "alias"}


async def test_it_begins_where_its_client_says(shared_house: House) -> None:
    chat = await shared_house.visitors.start()
    for number in range(5):
        await chat.send(f"word {number}")
    position = (await chat.refresh(1)).of_type("Message")[3]["index"]
    async with following(shared_house.url, chat, position) as socket:
        assert socket.texts == ["word 3", "word 4"]
        await chat.send("by the way of old")
        await socket.hears_text("by the way of old")
        assert socket.indexes == sorted(set(socket.indexes))


async def test_a_lost_socket_loses_nothing_and_repeats_nothing(house: House) -> None:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        async with following(house.url, chat) as before:
            await amy.does("say", interaction_id=chat.chat_id, text="one")
            await before.hears_text("one")
            await before.breaks()
        await amy.does("say", interaction_id=chat.chat_id, text="two")
        async with following(house.url, chat, before.indexes[-1] + 1) as after:
            await amy.does("say", interaction_id=chat.chat_id, text="three")
            await after.hears_text("three")
    assert before.texts + after.texts == ["one", "two", "three"]


async def test_a_message_that_is_sent_again_is_one_message(shared_house: House) -> None:
    """Over the same socket, over another, and by HTTP with the same id."""
    chat = await shared_house.visitors.start()
    async with following(shared_house.url, chat) as socket, following(shared_house.url, chat) as other:
        await socket.does("send", "m1", text="Hello")
        await socket.does("send", "m1", text="Hello")
        await other.does("send", "m1", text="Hello")
        (await chat.send("Hello", messageId="m1")).ok()
        (await chat.send("Hello", messageId="m2")).ok()
        (await chat.send("Hello")).ok()
        (await chat.send("Hello")).ok()
        (await chat.send("the last")).ok()
        await other.hears_text("the last")
    assert [e["text"] for e in await chat.events("Message")] == ["Hello"] * 4 + ["the last"]
    assert other.texts == ["Hello"] * 4 + ["the last"]


async def test_a_message_id_that_is_too_long_is_refused(shared_house: House) -> None:
    chat = await shared_house.visitors.start()
    (await chat.send("Hello", messageId="m" * 64)).ok()
    (await chat.send("Hello", messageId="m" * 65)).refused(100)


async def test_what_visitors_may_not_see_never_leaves(house: House) -> None:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy, following(house.url, chat) as socket:
        await amy.takes(chat.chat_id)
        about = {"interaction_id": chat.chat_id, "visibility": "agents"}
        await amy.does("say", text="whispered", **about)
        await amy.does("notice", text="noticed aside", **about)
        await amy.does("set_data", interaction_id=chat.chat_id, user_data={"grade": "secret grade"})
        await amy.does("say", interaction_id=chat.chat_id, text="aloud")
        await socket.hears_text("aloud")
        heard = json.dumps(socket.heard)
        assert not [hidden for hidden in ("whispered", "aside", "secret grade") if hidden in heard]
        async with following(house.url, chat) as again:
            assert "whispered" not in json.dumps(again.heard)


async def test_several_sockets_of_a_chat_hear_the_same(house: House) -> None:
    chat = await house.visitors.start()
    async with (
        house.agent("amy") as amy,
        following(house.url, chat) as one,
        following(house.url, chat) as two,
    ):
        await amy.takes(chat.chat_id)
        await one.does("send", text="from one")
        await two.does("send", text="from two")
        await amy.does("end", interaction_id=chat.chat_id)
        for socket in (one, two):
            assert await socket.closed() == (1000, "ended")
    assert one.events == two.events == (await chat.refresh(1)).events


async def test_an_ended_chat_is_told_to_its_end(shared_house: House) -> None:
    chat = await shared_house.visitors.start()
    await chat.send("Hello")
    await chat.ask("disconnect")
    async with opened(shared_house.url) as socket:
        envelope = await socket.greets(chat)
        assert envelope["chatEnded"] is True
        assert [e["type"] for e in envelope["messages"]][-1] == "ParticipantLeft"
        assert await socket.closed() == (1000, "ended")


async def test_who_follows_has_not_left(clocked: House, clock: Clock) -> None:
    """The service takes a visitor to have left after a second without a word of the client."""
    chat = await clocked.visitors.start("silence")
    async with following(clocked.url, chat) as socket:
        clock.after_s(60)
        await socket.does("send", text="still here")
        assert not (await chat.refresh(1)).has_ended


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["chat_id", "secure_key", "user_id"])
async def test_who_shows_a_wrong_key_learns_nothing(shared_house: House, wrong: str) -> None:
    chat = await shared_house.visitors.start()
    async with opened(shared_house.url) as socket:
        answer = await socket.asks("hello", **(hello(chat) | {wrong: "x"}))
        envelope = answer["answer"]
        assert (envelope["statusCode"], envelope["chatEnded"], envelope["messages"]) == (2, True, [])
        assert {error["code"] for error in envelope["errors"]} == {249}
        assert await socket.closed() == (1008, "refused")
    assert len(socket.heard) == 1


async def test_the_key_of_a_chat_opens_no_other_service(shared_house: House) -> None:
    chat = await shared_house.visitors.start()
    async with opened(shared_house.url, "other") as socket:
        assert (await socket.asks("hello", **hello(chat)))["answer"]["statusCode"] == 2
        assert await socket.closed() == (1008, "refused")


@pytest.mark.parametrize(
    "frame",
    ["", "[]", "nonsense", "\x00", b"\xff", '{"do":"dance","id":"1"}', '{"do":"send","id":"1","text":"x"}'],
)
async def test_who_does_not_say_hello_is_closed(shared_house: House, frame: str | bytes) -> None:
    async with opened(shared_house.url) as socket:
        await socket.sends(frame)
        assert await socket.closed() == (1008, "refused")
    (answer,) = socket.heard
    assert (answer["status"], answer["answer"]["statusCode"]) == (400, 2)
    assert answer["id"] == ("1" if "1" in str(frame) else "")


@pytest.mark.parametrize(
    "frame",
    [
        "[]",
        '{"do":"send","id":"1"}',
        '{"do":"send","id":"","text":"x"}',
        '{"do":"send","id":"1","text":"x","visibility":"agents"}',
        '{"do":"hello","id":"1","chat_id":"x","secure_key":"x"}',
        '{"do":"read","id":"1","up_to":"x"}',
        b'{"do":"send","id":"1","text":"\xff"}',
        "[" * 10_000,
    ],
)
async def test_a_message_that_is_none_is_refused_and_the_socket_goes_on(
    shared_house: House, frame: str | bytes
) -> None:
    chat = await shared_house.visitors.start()
    async with following(shared_house.url, chat) as socket:
        await socket.sends(frame)
        answer = await socket.hears(lambda m: m.get("status") == 400)
        assert {error["code"] for error in answer["answer"]["errors"]} == {100}
        await socket.does("send", text="still here")


async def test_a_wish_that_is_refused_says_why(shared_house: House) -> None:
    chat = await shared_house.visitors.start()
    async with following(shared_house.url, chat) as socket:
        answer = await socket.asks("send", text=" ")
        assert (answer["status"], answer["answer"]["statusCode"]) == (400, 2)
        assert answer["answer"] == (await chat.send(" ")).body


async def test_control_characters_are_taken_out(shared_house: House) -> None:
    chat = await shared_house.visitors.start()
    async with following(shared_house.url, chat) as socket:
        await socket.does("send", text="a\x00b\x1b[31m\nc")
        await socket.hears_text("ab[31m\nc")


async def test_pages_of_other_origins_are_kept_out(tmp_path: Path) -> None:
    services = {"s": ServiceSettings(allowed_origins=(ORIGIN,))}
    async with serving(settings_in(tmp_path, services=services)) as house:
        chat = await house.visitors.start()
        async with following(house.url, chat):
            pass
        async with opened(house.url, origin=None) as program:  # No page at all.
            await program.greets(chat)
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(address_of(house.url), origin=websockets.Origin("https://evil.example"))


async def test_an_api_key_is_asked_for(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with serving(replace(settings, server=replace(settings.server, api_key="k"))) as house:
        headers = {"origin": ORIGIN, "apikey": "k"}
        async with http_client(headers=headers) as http:
            started = (await http.post(f"{house.url}/genesys/2/chat/s/", data={"nickname": "Mira"})).json()
        who = {"chat_id": started["chatId"], "secure_key": started["secureKey"]}
        async with opened(house.url) as socket:
            await socket.does("hello", apikey="k", **who)
        for wrong in ({}, {"apikey": "x"}, {"apikey": "\u00e9"}):
            async with opened(house.url) as socket:
                answer = await socket.asks("hello", **who, **wrong)
                assert (answer["status"], answer["answer"]["statusCode"]) == (401, 2)
                assert await socket.closed() == (1008, "refused")


# --- the end of the server ---------------------------------------------------------------------


async def test_a_server_that_stops_asks_its_clients_to_come_back_soon(house: House) -> None:
    chats = [await house.visitors.start() for _ in range(4)]
    async with (
        following(house.url, chats[0]) as a,
        following(house.url, chats[1]) as b,
        following(house.url, chats[2]) as c,
        following(house.url, chats[3]) as d,
    ):
        sockets = [a, b, c, d]
        house.server.stop()
        for socket in sockets:
            assert await socket.closed() == (1012, "server_stopping")
    waits_ms = [socket.heard[-1]["retry_after_ms"] for socket in sockets]
    assert all(socket.heard[-1]["closing"] == "server_stopping" for socket in sockets)
    assert all(0 <= wait_ms <= 5000 for wait_ms in waits_ms)
    assert len(set(waits_ms)) > 1, "they would all come back at once"


async def test_the_api_description_says_that_a_message_may_have_an_id(shared_house: House) -> None:
    described = (await shared_house.visitors.http.get(f"{shared_house.url}/api/openapi.json")).json()
    assert "messageId" in described["components"]["schemas"]["SendFields"]["properties"]

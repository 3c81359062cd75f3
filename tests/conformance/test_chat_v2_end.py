"""Chat API v2, checks 44–51: how a session ends, and what is said of one that is not there."""

import pytest

from tests.conformance.house import House
from tests.conformance.v2 import Answer, Visitors
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio

WRITES = ("send", "startTyping", "stopTyping", "customNotice", "updateData", "updateNickname", "pushUrl")
FIELDS = {"message": "Hello", "nickname": "New", "pushUrl": "https://x.example", "userData[a]": "1"}


async def test_44_leaving_ends_the_chat_however_often_it_is_said(visitors: Visitors) -> None:
    chat = await visitors.start()
    for _ in range(2):
        answer = (await chat.ask("disconnect")).ok()
        assert answer.has_ended


async def test_45_an_ended_chat_can_be_read_to_its_end(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.send("Bye")).ok()
    (await chat.ask("disconnect")).ok()
    answer = (await chat.refresh(1)).ok()
    assert answer.has_ended
    assert [event["type"] for event in answer.events] == ["ParticipantJoined", "Message", "ParticipantLeft"]
    assert answer.events[-1]["from"] == {"nickname": "Mira", "participantId": 1, "type": "Client"}


async def test_46_who_hears_of_the_end_has_heard_everything(house: House) -> None:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        seen, position = [], 1

        async def poll() -> Answer:
            nonlocal position
            answer = (await chat.refresh(position)).ok()
            seen.extend(answer.events)
            position = answer.next_position
            return answer

        await amy.does("say", interaction_id=chat.chat_id, text="Bye")
        assert not (await poll()).has_ended
        await amy.does("end", interaction_id=chat.chat_id, reason="solved")
        assert (await poll()).has_ended
        assert seen == (await chat.refresh(1)).events
    left = {event["from"]["type"] for event in seen if event["type"] == "ParticipantLeft"}
    assert left == {"Agent", "Client"}


async def test_46_the_last_agents_leaving_ends_it_too(house: House) -> None:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        await amy.does("leave", interaction_id=chat.chat_id)
    answer = (await chat.refresh(1)).ok()
    assert answer.has_ended
    assert "Agent" in {event["from"]["type"] for event in answer.of_type("ParticipantLeft")}


@pytest.mark.parametrize("operation", WRITES)
async def test_47_nothing_can_be_written_after_the_end(visitors: Visitors, operation: str) -> None:
    chat = await visitors.start()
    (await chat.ask("disconnect")).ok()
    before = await chat.events()
    answer = await chat.ask(operation, **FIELDS)
    assert (answer.status, answer.body["statusCode"], answer.has_ended) == (200, 2, True)
    assert answer.codes == {249}
    assert await chat.events() == before


@pytest.mark.parametrize("operation", ["refresh", "disconnect", "file/limits", "readReceipt", *WRITES])
async def test_48_who_has_no_right_to_a_chat_learns_nothing_of_it(visitors: Visitors, operation: str) -> None:
    chat, stranger = await visitors.start(), await visitors.start(nickname="Eve")
    fields = {**FIELDS, "transcriptPosition": "1"}
    for path, key in (
        (f"/s/0004GaFT5E1X0017/{operation}", chat.secure_key),
        (f"/s/{'x' * 1000}/{operation}", chat.secure_key),
        (chat.path(operation), stranger.secure_key),
        (chat.path(operation), chat.secure_key[:-1]),
        (chat.path(operation), chat.secure_key.swapcase()),
        (chat.path(operation), "ключ"),
        (chat.path(operation), ""),
        (f"/other/{chat.chat_id}/{operation}", chat.secure_key),
        (f"/nowhere/{chat.chat_id}/{operation}", chat.secure_key),
    ):
        (await visitors.post(path, {"secureKey": key, **fields})).gone()
    unharmed = (await chat.refresh(1)).ok()
    assert not unharmed.has_ended
    assert unharmed.events == chat.started.events


async def test_48_a_call_without_a_key_is_no_different(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await visitors.post(chat.path("refresh"), {"transcriptPosition": 1})).gone()
    assert not (await chat.refresh(1)).ok().has_ended


async def test_49_a_purged_chat_is_gone(clocked: House, clock: Clock) -> None:
    chat = await clocked.visitors.start("forgets")
    (await chat.ask("disconnect")).ok()
    assert (await chat.refresh(1)).ok().has_ended
    clock.after_s(1)
    (await chat.comes(lambda answer: answer.codes)).gone()
    (await chat.send("Hello?")).gone()


async def test_50_silence_ends_a_chat_and_polling_keeps_it(clocked: House, clock: Clock) -> None:
    silent, polling = [await clocked.visitors.start("silence") for _ in range(2)]
    for _ in range(4):
        clock.after_s(0.5)
        assert not (await polling.refresh(1)).ok().has_ended
    await clocked.until_measured("frontdesk_interactions_ended_total", 1)
    assert not (await polling.refresh(1)).ok().has_ended
    answer = (await silent.refresh(1)).ok()
    assert answer.has_ended
    (left,) = answer.of_type("ParticipantLeft")
    assert left["from"]["type"] == "Client"
    assert left["utcTime"] - answer.events[0]["utcTime"] >= 1000

"""Chat API v2, checks 37–43: notices, user data, names, pushed addresses, receipts."""

import pytest

from tests.conformance.house import House
from tests.conformance.v2 import Visitors

pytestmark = pytest.mark.anyio

MIRA = {"nickname": "Mira", "participantId": 1, "type": "Client"}


async def test_37_a_notice_may_be_attributes_alone(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.ask("customNotice", eventAttributes='{"a":{"b":"c"}}')).ok()
    (notice,) = await chat.events("CustomNotice")
    assert notice["from"] == MIRA
    assert notice["eventAttributes"] == {"a": {"b": "c"}}
    assert notice["text"] == ""


async def test_38_a_notice_has_the_text_it_was_given(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.ask("customNotice", message="abc")).ok()
    (notice,) = await chat.events("CustomNotice")
    assert notice["text"] == "abc"
    assert "eventAttributes" not in notice


async def test_38_a_notice_may_be_neither(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.ask("customNotice")).ok()
    assert [notice["text"] for notice in await chat.events("CustomNotice")] == [""]


async def test_39_user_data_is_merged_key_by_key_without_an_event(house: House) -> None:
    chat = await house.visitors.start(nickname="Mira", **{"userData[a]": "1", "userData[b]": "1"})
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        before = (await chat.refresh(1)).ok()
        answer = await chat.ask("updateData", P=1, **{"userData[a]": "2", "userData[n]": "3"})
        assert answer.ok().events == before.events
        await amy.hears_event(chat.chat_id, "DataChanged")
        assert await amy.user_data(chat.chat_id) == {"a": "2", "b": "1", "n": "3"}
        assert (await chat.refresh(before.next_position)).ok().events == []


async def test_39_no_user_data_at_all_changes_nothing(visitors: Visitors) -> None:
    chat = await visitors.start()
    answer = (await chat.ask("updateData")).ok()
    assert answer.next_position == chat.started.next_position


async def test_39_user_data_has_its_limits(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.ask("updateData", **{f"userData[k{n}]": "1" for n in range(201)})).refused(100)
    (await chat.ask("updateData", **{"userData[a]": "x" * 17_000})).refused(100)
    (await chat.ask("updateData", **{"userData[a]": "x"})).ok()


async def test_40_a_new_nickname_counts_from_now_on(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.send("before")).ok()
    (await chat.ask("updateNickname", nickname="New")).ok()
    (await chat.send("after")).ok()
    assert [(event["type"], event["from"]["nickname"]) for event in await chat.events()] == [
        ("ParticipantJoined", "Mira"),
        ("Message", "Mira"),
        ("NicknameUpdated", "New"),
        ("Message", "New"),
    ]


@pytest.mark.parametrize("nickname", ["", "  ", "x" * 201])
async def test_40_a_nickname_that_is_none_is_refused(visitors: Visitors, nickname: str) -> None:
    chat = await visitors.start()
    (await chat.ask("updateNickname", nickname=nickname)).refused(100 if len(nickname) < 200 else 204)
    assert await chat.events("NicknameUpdated") == []


async def test_41_an_address_is_pushed_as_it_is(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.ask("pushUrl", pushUrl="https://x.example/a?b=c")).ok()
    (pushed,) = await chat.events("PushUrl")
    assert (pushed["text"], pushed["from"]) == ("https://x.example/a?b=c", MIRA)


@pytest.mark.parametrize(
    "url", ["javascript:1", "", "data:text/html,x", "//x.example", " javascript:1", "ftp://x"]
)
async def test_41_only_web_addresses_are_pushed(visitors: Visitors, url: str) -> None:
    chat = await visitors.start()
    (await chat.ask("pushUrl", pushUrl=url)).refused(100)
    assert await chat.events("PushUrl") == []


async def test_42_a_receipt_leaves_no_event(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.send("Hello")).ok()
    before = (await chat.refresh(1)).ok()
    receipt = (await chat.ask("readReceipt", P=2)).ok()
    assert receipt.events == []
    assert (await chat.refresh(1)).ok().events == before.events
    assert receipt.next_position == before.next_position


@pytest.mark.parametrize("position", ["", "abc"])
async def test_42_a_receipt_without_a_position_is_refused(visitors: Visitors, position: str) -> None:
    chat = await visitors.start()
    (await chat.ask("readReceipt", P=position)).refused(100)


async def test_42_the_agent_learns_how_far_the_visitor_has_read(house: House) -> None:
    """Beyond the last event counts as the last event; a lower number than before as nothing (§15)."""
    chat = await house.visitors.start()
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        last = (await chat.send("Hello", P=1)).ok().indexes[-1]
        (await chat.ask("readReceipt", P=last + 1000)).ok()
        await amy.hears(lambda m: m["is"] == "readers" and m["party_id"] == 1 and m["up_to"] == last)
        (await chat.ask("readReceipt", P=1)).ok()
        await amy.does("ping")
        assert [m["up_to"] for m in amy.heard if m["is"] == "readers"][-1] == last


async def test_43_the_key_is_enough(visitors: Visitors) -> None:
    chat = await visitors.start()
    only_key = {"secureKey": chat.secure_key}
    (await visitors.post(chat.path("send"), {**only_key, "message": "Hello"})).ok()
    answer = (await visitors.post(chat.path("refresh"), {**only_key, "transcriptPosition": 1})).ok()
    assert [event["text"] for event in answer.of_type("Message")] == ["Hello"]
    assert {key: answer.body[key] for key in chat.identity} == chat.identity


async def test_43_an_alias_of_another_node_is_no_fault(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.ask("refresh", alias="99999")).ok()


async def test_43_the_user_id_of_somebody_else_is(visitors: Visitors) -> None:
    chat = await visitors.start()
    (await chat.ask("refresh", userId="0123456789ABCDEF")).gone()

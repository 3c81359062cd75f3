"""Chat API v3, checks 38–50: what a visitor says, user data, and leaving."""

from pathlib import Path

import pytest

from tests.conformance.house import House, serving
from tests.conformance.v3 import Site, operation_id, site_of
from tests.conformance.v3_house import v3_settings
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio

TOO_LONG = "x" * 4001


async def test_38_a_message_reaches_the_agent(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        answer = (await visit.send("hey there & more")).ok()
        assert answer.data["index"].isdigit()
        await amy.hears_event(visit.session_id, "Said", text="hey there & more", party_id=1)


async def test_38_the_name_of_the_type_may_be_in_small_letters(site: Site) -> None:
    visit = await site.visit()
    (await visit.send("hello", kind="text")).ok()
    assert (await visit.poll()).texts == ["hello"]


async def test_38_nothing_is_made_of_an_empty_message(site: Site) -> None:
    visit = await site.visit()
    (await visit.send("")).ok()
    assert (await visit.poll()).types == ["ParticipantJoined"]


async def test_39_the_same_operation_twice_is_one_message(site: Site) -> None:
    visit = await site.visit()
    operation = operation_id()
    first = (await visit.send("hello", operation=operation)).ok()
    second = (await visit.send("hello", operation=operation)).ok()
    assert second.body == first.body
    assert (await visit.poll()).texts == ["hello"]


async def test_39_of_two_visitors_it_is_two(site: Site) -> None:
    operation = operation_id()
    for _ in range(2):
        visit = await site.visit()
        (await visit.send("hello", operation=operation)).ok()
        assert (await visit.poll()).texts == ["hello"]


async def test_40_a_message_that_is_too_long_is_refused_so_that_clients_show_it(site: Site) -> None:
    visit = await site.visit()
    answer = await visit.send(TOO_LONG)
    assert answer.status == 200
    assert answer.body["statusCode"] == 1
    assert answer.body["status"]["code"] == "MESSAGE_TOO_LONG"


async def test_40_or_with_a_status_for_other_clients(tmp_path: Path) -> None:
    async with serving(v3_settings(tmp_path, soft_send_errors=False)) as house, site_of(house.url) as site:
        visit = await site.visit()
        (await visit.send(TOO_LONG)).refused(400, "MESSAGE_TOO_LONG")


async def test_41_what_is_half_typed_is_shown_to_the_agent_and_kept_nowhere(
    v3_house: House, own_site: Site
) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        (await visit.send("half a sen", kind="TypingStarted")).ok()
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "half a sen")
        await amy.hears_event(visit.session_id, "TypingStarted", party_id=1)
        assert (await visit.read(count=100)).ok().texts == []
        assert "TypingStarted" not in (await visit.poll()).types


async def test_42_a_message_ends_the_typing_before_it(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    (await visit.send("he", kind="TypingStarted")).ok()
    (await visit.send("hello")).ok()
    async with v3_house.agent("amy") as amy:
        told = await amy.takes(visit.session_id)
        assert [party["is_typing"] for party in told["parties"] if party["kind"] == "client"] == [False]


async def test_42_typing_that_its_message_has_overtaken_is_not_shown(tmp_path: Path, clock: Clock) -> None:
    """§7.7: HTTP does not keep the order of two requests."""
    async with (
        serving(v3_settings(tmp_path), clock) as house,
        site_of(house.url) as site,
        house.agent("amy") as amy,
    ):
        visit = await site.visit()
        chat_id = visit.session_id
        await amy.takes(chat_id)
        (await visit.send("hello there")).ok()
        (await visit.send("hello", kind="TypingStarted")).ok()
        clock.after_s(1.001)
        (await visit.send("he", kind="TypingStarted")).ok()  # The visitor has begun with something new.
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "he")
        told = [m["event"] for m in amy.heard if m["is"] == "event"]
        heard = [event["type"] for event in told if event.get("party_id") == 1]
        assert heard[-2:] == ["Said", "TypingStarted"]
        assert "hello" not in [m["text"] for m in amy.heard if m["is"] == "preview"]


async def test_43_the_words_that_hand_over_to_another_program_are_left_as_they_are(
    v3_house: House, own_site: Site
) -> None:
    visit = await own_site.visit()
    await visit.says("{start:123456789}")
    assert (await visit.poll()).texts == ["{start:123456789}"]
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.hears_event(visit.session_id, "Said", text="{start:123456789}")


@pytest.mark.parametrize(
    "member", ["html", "custom", "bubble", "avatar", "eventAttributes", "content", "contentType"]
)
async def test_44_no_visitor_can_smuggle_in_how_it_is_drawn(site: Site, member: str) -> None:
    visit = await site.visit()
    (await visit.send("<b>bold</b>", **{member: "true"})).ok()
    (said,) = [m for m in (await visit.poll()).messages if m["type"] == "Text"]
    assert said["text"] == "<b>bold</b>"
    assert member not in said


async def test_45_a_refused_message_leaves_nothing_in_the_chat(site: Site) -> None:
    """What the widget shows: the dialog, and the text back in the box; so it must not be there twice."""
    visit = await site.visit()
    assert (await visit.send(TOO_LONG)).body["statusCode"] == 1
    assert (await visit.poll()).texts == []
    (await visit.send("shorter")).ok()
    assert (await visit.poll()).texts == ["shorter"]


async def test_46_user_data_is_merged(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit(**{"userData[a]": "old", "userData[b]": "kept"})
    (await visit.ask("PUT", "userdata", {"data[a]": "new", "data[c][d]": "1", "data[e]": ""})).ok()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        assert await amy.user_data(visit.session_id) == {"a": "new", "b": "kept", "c.d": "1", "e": ""}


async def test_47_leaving_twice_is_leaving(site: Site) -> None:
    visit = await site.visit()
    (await visit.leave()).ok()
    (await visit.leave()).ok()


async def test_48_nobody_can_make_another_leave(site: Site) -> None:
    visit, other = await site.visit(), await site.visit()
    (await visit.leave(other.participant_id)).refused(401, "AUTHENTICATION_REQUIRED")
    (await visit.leave(visit.participant_id[:-1] + "2")).refused(401, "AUTHENTICATION_REQUIRED")
    await visit.poll()


async def test_49_who_has_left_finds_no_session(site: Site) -> None:
    visit = await site.visit()
    (await visit.leave()).ok()
    (await visit.read()).refused(404, "INVALID_SESSION")
    (await visit.send("hello")).refused(404, "INVALID_SESSION")


async def test_49_nor_does_one_who_was_silent_for_too_long(site: Site) -> None:
    visit = await site.visit("silence")
    answer = await visit.comes_to_an_end()
    answer.refused(404, "INVALID_SESSION")


async def test_50_a_widget_that_forgot_its_session_is_told_so_in_json(site: Site) -> None:
    answer = await site.ask("DELETE", "/undefined/participants/undefined", {"operationId": operation_id()})
    answer.refused(404, "INVALID_SESSION")

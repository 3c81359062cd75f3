"""Chat API v3, checks 56–64: conversations that stay open over days."""

from pathlib import Path

import anyio
import pytest

from tests.conformance.agents import Agent, Message, signed_in
from tests.conformance.house import PASSWORD, House, serving
from tests.conformance.v3 import Site, Visit, Widget, site_of
from tests.conformance.v3_house import v3_settings

pytestmark = pytest.mark.anyio

FORGED = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzZXNzaW9uSWQiOiI1In0.AAAA"
RESUME = {"endpoint": "long", "userData[_genesys_source]": "web"}
FORM = {"endpoint": "long", "nickname": "Ann", "firstName": "Ann", "lastName": "Lee"}


def invites(agent: Agent) -> list[Message]:
    return [message for message in agent.heard if message["is"] == "invited"]


async def answered_and_left(agent: Agent, visit: Visit) -> None:
    """The agent takes the chat, says something, and leaves it to rest."""
    await agent.takes(visit.session_id)
    await agent.does("say", interaction_id=visit.session_id, text="I will look into it.")
    await agent.does("leave", interaction_id=visit.session_id)
    await visit.comes(lambda answer: "ParticipantLeft" in answer.types)


async def test_56_a_resting_session_is_resumed_without_a_nickname(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit("long")
    async with v3_house.agent("amy") as amy:
        await answered_and_left(amy, visit)
    again = await visit.resume("long")
    assert again.session_id == visit.session_id
    assert again.token != visit.token
    assert (await again.poll(widget=True)).messages == []  # What there is, is read in pages.
    assert (await again.read(count=20)).ok().texts == ["I will look into it."]


async def test_57_older_tokens_go_on_working(site: Site) -> None:
    visit = await site.visit("long")
    again = await visit.resume("long")
    await again.says("from the new page")
    assert (await visit.poll()).texts == ["from the new page"]
    assert (await again.poll()).texts == ["from the new page"]


async def test_58_who_left_comes_back_to_the_same_session(site: Site) -> None:
    visit = await site.visit("long")
    await visit.says("before")
    (await visit.leave()).ok()
    again = await visit.resume("long")
    assert again.session_id == visit.session_id
    page = (await again.read(count=20)).ok()
    assert page.texts == ["before"]
    assert page.types == ["ParticipantJoined", "Text", "ParticipantLeft", "ParticipantJoined"]
    third = await again.resume("long")
    assert (await third.read(count=20)).ok().types == page.types  # Nobody had left.


async def test_58_who_writes_after_leaving_has_come_back(site: Site) -> None:
    visit = await site.visit("long")
    (await visit.leave()).ok()
    await visit.says("one more thing")
    assert (await visit.read(count=20)).ok().types[-2:] == ["ParticipantJoined", "Text"]


async def test_59_a_form_with_a_token_that_is_over_starts_anew(v3_house: House, own_site: Site) -> None:
    visit = await done(v3_house, own_site)
    answer = (await own_site.start(FORM, token=visit.token)).ok()
    assert answer.data["entity"]["id"] != visit.session_id


async def done(house: House, site: Site) -> Visit:
    """A conversation that an agent has marked as done."""
    visit = await site.visit("long")
    async with house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("end", interaction_id=visit.session_id)
        assert (await visit.comes(lambda answer: answer.has_ended)).has_ended
    return visit


async def test_60_resuming_what_is_over_is_refused(v3_house: House, own_site: Site) -> None:
    visit = await done(v3_house, own_site)
    (await own_site.start(RESUME, token=visit.token)).refused(404, "INVALID_SESSION")


async def test_60_or_begins_another_from_what_was_known(tmp_path: Path) -> None:
    async with serving(v3_settings(tmp_path, resume_lost="renew")) as house, site_of(house.url) as site:
        visit = await done(house, site)
        again = Visit(site, (await site.start(RESUME, token=visit.token)).ok())
        assert again.session_id != visit.session_id
        assert (await again.poll()).messages[0]["from"]["nickname"] == "Ann"
        (await site.start(RESUME, token=FORGED)).refused(401, "AUTHENTICATION_REQUIRED")


async def test_61_a_forged_token_opens_nothing(site: Site) -> None:
    (await site.start(RESUME, token=FORGED)).refused(401, "AUTHENTICATION_REQUIRED")
    visit = await site.visit("long")
    head, payload, signature = visit.token.split(".")
    bent = f"{head}.{payload}.{signature[:-2]}{'AA' if signature[-2:] != 'AA' else 'BB'}"
    (await site.start(RESUME, token=bent)).refused(401, "AUTHENTICATION_REQUIRED")
    started = (await site.start(FORM, token=bent)).ok()
    assert started.data["entity"]["id"] != visit.session_id


@pytest.mark.parametrize("token", ["", "undefined", "null"])
async def test_61_no_token_is_none_in_any_spelling(site: Site, token: str) -> None:
    (await site.start(FORM, token=token)).ok()
    (await site.start(RESUME, token=token)).refused(400, "INVALID_NICKNAME")


async def test_62_coming_back_wakes_nobody_and_a_word_does(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit("long")
    async with v3_house.agent("amy") as amy:
        await answered_and_left(amy, visit)
        (await visit.leave()).ok()
        again = await visit.resume("long")
        await again.read(count=20)
        await again.poll()
        other = await own_site.visit("s")  # Whatever was to be routed before this one would ring before it.
        await amy.hears(lambda m: m["is"] == "invited" and m["interaction_id"] == other.session_id)
        assert [m["interaction_id"] for m in invites(amy)] == [visit.session_id, other.session_id]
        await again.says("are you there?")
        await amy.hears(lambda _: len(invites(amy)) == 3)
        assert invites(amy)[-1]["interaction_id"] == visit.session_id
        assert invites(amy)[-1]["asynchronous"] is True


async def test_62_who_knows_the_conversation_is_asked_first(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit("long")
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        async with v3_house.agent(
            "bob"
        ):  # From when Amy leaves, Bob is the one who has been idle for longer.
            await amy.does("say", interaction_id=visit.session_id, text="I will look into it.")
            await amy.does("leave", interaction_id=visit.session_id)
            await amy.hears(lambda m: m["is"] == "left")
            await visit.says("it is me again")
            await amy.hears(lambda _: len(invites(amy)) == 2)
            await amy.does("accept", interaction_id=visit.session_id)
            await amy.hears_event(visit.session_id, "Said", text="it is me again")
            await amy.hears_event(visit.session_id, "Said", text="I will look into it.")  # To read on from.


async def test_63_a_page_without_cookies_finds_the_conversation(v3_house: House, own_site: Site) -> None:
    """What the widget does: a resume with the stored token, the newest page, older ones, and on."""
    visit = await own_site.visit("long")
    await visit.says(*(f"message {number}" for number in range(30)))
    async with v3_house.agent("amy") as amy:
        await answered_and_left(amy, visit)
    again = Widget(await visit.resume("long"))
    await again.restore()
    while await again.scroll_up():
        pass
    await again.polls()
    assert again.texts == [*(f"message {number}" for number in range(30)), "I will look into it."]


async def test_63_it_rests_through_a_restart_and_goes_on(tmp_path: Path) -> None:
    settings = v3_settings(tmp_path)
    async with serving(settings) as house, site_of(house.url) as site:
        visit = await site.visit("long")
        async with house.agent("amy") as amy:
            await answered_and_left(amy, visit)
    async with serving(settings) as house, site_of(house.url) as site:
        visit.site = site
        again = await visit.resume("long")
        async with signed_in(house.url, "amy", PASSWORD) as amy:
            await amy.does("ready")
            await again.says("the next day")
            await amy.takes(visit.session_id)
        assert (await again.read(count=2)).ok().texts == ["the next day"]


async def test_64_a_session_that_rested_too_long_is_lost_and_said_to_be(
    v3_house: House, own_site: Site
) -> None:
    visit = await own_site.visit("brief")
    (await visit.leave()).ok()
    answer = await visit.comes(lambda answer: answer.has_ended)
    assert answer.has_ended
    (await own_site.start({"endpoint": "brief"}, token=visit.token)).refused(404, "INVALID_SESSION")


async def test_an_agent_is_taken_out_of_a_conversation_that_went_quiet(
    v3_house: House, own_site: Site
) -> None:
    visit = await own_site.visit("quiet")
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.hears_event(visit.session_id, "Rested", reason="quiet")
        await amy.hears(lambda m: m["is"] == "left" and m["interaction_id"] == visit.session_id)
        await visit.says("still here")
        with anyio.fail_after(30):
            await amy.hears(lambda _: len(invites(amy)) == 2, within_s=30)


async def test_several_devices_share_one_conversation(site: Site) -> None:
    desk = await site.visit("long")
    phone = await desk.resume("long")
    await desk.says("from the desk")
    await phone.says("from the phone")
    for device in (desk, phone):
        assert (await device.poll()).texts == ["from the desk", "from the phone"]

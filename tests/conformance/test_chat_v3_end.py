"""Chat API v3, checks 51–55: our side ends a chat."""

import pytest

from tests.conformance.house import House
from tests.conformance.v3 import Site

pytestmark = pytest.mark.anyio


async def test_51_the_end_comes_with_the_last_messages(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("say", interaction_id=visit.session_id, text="goodbye")
        await visit.sees("goodbye")
        await amy.does("end", interaction_id=visit.session_id)
        last = await visit.poll()
    assert last.has_ended
    assert last.texts == ["This chat has ended."]  # And nothing that was delivered before.
    assert last.messages[-1]["from"]["type"] == "External"
    assert ("ParticipantLeft", "Agent") in [(m["type"], m["from"]["type"]) for m in last.messages]


async def test_51_as_long_as_something_remains_it_has_not_ended(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    await visit.poll()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        png = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
        await amy.upload(visit.session_id, "a.png", png)
        await amy.does("end", interaction_id=visit.session_id)
        first, second = await visit.poll(), await visit.poll()
    assert not first.has_ended
    assert first.messages[-1]["contentType"] == "attachments"
    assert second.has_ended


async def test_52_a_lost_end_is_told_again(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("end", interaction_id=visit.session_id)
        assert (await visit.poll()).has_ended
        again = await visit.poll()
    assert (again.has_ended, again.messages) == (True, [])


async def test_53_after_a_while_the_session_is_gone(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit("forgets")
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("end", interaction_id=visit.session_id)
        assert (await visit.poll()).has_ended
        (await visit.comes_to_an_end()).refused(404, "INVALID_SESSION")


async def test_54_what_is_over_does_not_keep_anybody_from_a_new_chat(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit("forgets")
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("end", interaction_id=visit.session_id)
        (await visit.comes_to_an_end()).refused(404, "INVALID_SESSION")
        started = await own_site.start(token=visit.token)
        assert started.ok().data["entity"]["id"] != visit.session_id


async def test_55_a_marker_leaves_the_end_to_the_page(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit("marked")
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("end", interaction_id=visit.session_id)
        last = await visit.poll()
        assert last.texts == ["TerminateChat"]
        assert not last.has_ended
        assert not (await visit.poll()).has_ended
        (await visit.leave()).ok()
        (await visit.read()).refused(404, "INVALID_SESSION")


async def test_55_a_script_that_runs_late_still_finds_the_marker(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit("marked")
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("end", interaction_id=visit.session_id)
        assert (await visit.read(index=1)).ok().texts == ["TerminateChat"]

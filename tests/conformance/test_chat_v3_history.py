"""Chat API v3, checks 29–37: what a page that was loaded anew reads."""

from pathlib import Path

import anyio
import pytest

from tests.conformance.house import House, serving
from tests.conformance.v3 import Site, Visit, Widget, site_of
from tests.conformance.v3_house import v3_settings

pytestmark = pytest.mark.anyio


async def with_messages(site: Site, count: int) -> Visit:
    """A visit with so many messages in its history, the joining among them."""
    visit = await site.visit()
    await visit.says(*(f"message {number}" for number in range(2, count + 1)))
    return visit


async def test_29_a_page_of_the_newest_and_then_only_what_is_newer(site: Site) -> None:
    visit = await with_messages(site, 50)
    page = (await visit.read(count=20)).ok()
    assert page.texts == [f"message {number}" for number in range(31, 51)]
    later = (await visit.poll()).messages
    assert all(int(m["index"]) >= int(page.indexes[0]) for m in later)
    await visit.says("new")
    assert (await visit.poll(widget=False)).texts == ["new"]


async def test_30_two_thousand_messages_come_at_once(site: Site) -> None:
    visit = await site.visit()

    async def says_some(first: int) -> None:
        await visit.says(*(f"message {first + number}" for number in range(100)))

    async with anyio.create_task_group() as tasks:
        for first in range(0, 2000, 100):
            tasks.start_soon(says_some, first)
    answer = (await visit.read(count=10_000)).ok()
    assert answer.elapsed_s < 5
    assert len(answer.messages) == 2001
    assert len(set(answer.indexes)) == 2001


async def test_31_a_page_of_the_history_ends_with_its_anchor(site: Site) -> None:
    visit = await with_messages(site, 50)
    indexes = (await visit.read(count=50)).ok().indexes
    page = (await visit.read(index=indexes[29], count=20)).ok()
    assert page.indexes == indexes[10:30]


async def test_32_before_the_oldest_message_there_is_only_itself(site: Site) -> None:
    visit = await with_messages(site, 5)
    oldest = (await visit.read(count=50)).ok().indexes[0]
    assert (await visit.read(index=oldest, count=20)).ok().indexes == [oldest]


async def test_33_an_anchor_that_is_no_longer_there_is_answered_all_the_same(site: Site) -> None:
    visit = await with_messages(site, 5)
    anchor = "1000000000000001"
    assert (await visit.read(index=anchor, count=20)).ok().indexes == [anchor]


async def test_34_reading_the_history_moves_nothing(site: Site) -> None:
    visit = await with_messages(site, 5)
    index = (await visit.read(count=2)).ok().indexes[-1]
    await visit.says("new")
    await visit.read(index=index, count=20)
    assert (await visit.poll(widget=False)).texts == ["new"]


async def test_35_scrolling_up_shows_everything_once_and_news_still_come(site: Site) -> None:
    visit = await with_messages(site, 51)
    widget = Widget(await visit.resume())
    await widget.restore()
    pages = 1
    while await widget.scroll_up():
        pages += 1
    assert pages == 3
    assert widget.texts == [f"message {number}" for number in range(2, 52)]
    widget.take((await widget.visit.read(index=widget.shown[18]["index"])).ok())  # It catches up from there.
    await visit.says("new")
    await widget.polls()
    assert widget.texts == [*(f"message {number}" for number in range(2, 52)), "new"]


@pytest.mark.parametrize("count", [20, 10_000], ids=["older", "newer"])
async def test_36_a_page_that_is_loaded_anew_goes_on(v3_house: House, own_site: Site, count: int) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await visit.says("before")
        await visit.poll()
        widget = Widget(visit)
        await widget.restore(count)
        await amy.does("say", interaction_id=visit.session_id, text="after")
        await visit.sees("after")
        await widget.polls()
        await visit.says("and on")
        await widget.polls()
    assert widget.texts == ["before", "after", "and on"]


async def test_37_a_chat_that_is_over_is_not_restored(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("end", interaction_id=visit.session_id)
        (await visit.read(count=20)).refused(404, "INVALID_SESSION")
        (await visit.read(index="1000000001000001", count=20)).refused(404, "INVALID_SESSION")


async def test_where_a_page_has_come_to_outlives_the_server(tmp_path: Path) -> None:
    """Neither is anything lost, nor do old messages stand below new ones after a page was read in part."""
    settings = v3_settings(tmp_path)
    async with serving(settings) as house, site_of(house.url) as site:
        visit = await with_messages(site, 50)
        widget = Widget(visit)
        await widget.restore()
        await visit.says("said just before")
    async with serving(settings) as house, site_of(house.url) as site:
        visit.site = site
        await visit.says("said after")
        await widget.polls()
        other = (await visit.poll(widget=False)).messages
    assert widget.texts[-2:] == ["said just before", "said after"]
    assert widget.texts[0] == "message 31"
    assert other == []

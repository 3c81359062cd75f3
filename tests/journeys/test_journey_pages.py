"""The pages of journeys: a supervisor watches visitors, shapes maps and segments, reads how they do."""

import csv
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from frontdesk.domain.journey.facts import Blocked, Happened, Moved, OutcomeAchieved, Qualified, Stage, State
from frontdesk.edges.workspace_caller import COOKIE
from tests.conformance.agents import signed_in
from tests.conformance.house import PASSWORD
from tests.journeys import axe
from tests.journeys.followed import BIDI, HOSTILE, LONG, Followed, followed
from tests.journeys.people import window
from tests.journeys.test_looks import DARK, PHONE, nothing_sticks_out

pytestmark = pytest.mark.anyio
PAGE = "/operator/journeys/"
SURROUNDINGS: dict[str, dict[str, Any]] = {"desktop": {}, "dark phone": PHONE | DARK}
ALSO_IN_THE_DARK = ("An agent joined:", "60.0 % of qualified", "3 segments of at most 500", "We know both.")
OPEN_ALL = "() => { for (const one of document.querySelectorAll('details')) one.open = true }"


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Followed]:
    """The site, with names that nobody should have, and a chat, refusals and blocks to count."""
    async with followed(tmp_path_factory.mktemp("followed")) as desk:
        site = desk.site
        await site.segment("/cart", displayName=BIDI, shouldDisplayToAgent=False)
        await site.segment("/cart", displayName=LONG)
        await site.map([desk.segment_id], displayName=f"{HOSTILE}{BIDI}", isActive=False)
        pattern = {"criteria": [{"key": "page.pathname", "values": ["/thanks"]}], "count": 1}
        outcome = {"displayName": "Bought", "journey": {"patterns": [pattern]}}
        desk.outcome_id = (await site.manage("POST", "/outcomes", outcome))["id"]
        await site.manage("POST", "/outcomes/predictors", {"outcome": {"id": desk.outcome_id}})
        await desk.is_offered()
        visitor, action = await desk.is_offered()
        await visitor.reports(action, "rejected", stage="invitation")
        visitor = await desk.arrives("/cart", HOSTILE + LONG)
        for _ in range(2):
            await visitor.pings("/elsewhere")
        async with site.house.agent("amy") as amy:
            offer = await desk.is_offered()
            desk.chat_id = await desk.chats(offer, amy)
            await offer[0].does(path="/thanks")
            desk.visit_id = offer[1]["sessionId"]
            yield desk


async def sign_in(page: Page, login: str = "sue") -> None:
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


@asynccontextmanager
async def signed_page(browser: Browser, desk: Followed, where: str, **options: Any) -> AsyncIterator[Page]:
    """The pages, looked at by the supervisor, who has signed in before."""
    cookie = {"name": COOKIE, "value": desk.token, "url": desk.url}
    state = {"storage_state": {"cookies": [cookie], "origins": []}}
    async with window(browser, f"{desk.url}{PAGE}{where}", **state, **options) as page:
        yield page


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
async def test_each_page_is_accessible_fits_and_takes_text_as_text(
    surroundings: str, browser: Browser, desk: Followed, axe_source: str
) -> None:
    pages = {
        "#/visitors": "visitors on the site",
        f"#/visit/{desk.visit_id}": "An agent joined:",
        "#/visit/none": "there is no session",
        "#/report": "How often the map qualified",
        f"#/report/{desk.map_id}": "60.0 % of qualified",
        "#/segments": "3 segments of at most 500",
        f"#/segments/{desk.segment_id}": "Version 1",
        "#/actionmaps": "2 action maps",
        f"#/actionmaps/{desk.map_id}": "We know both.",
        "#/actionmaps/new": "Who gets which offer",
        f"#/outcomes/{desk.outcome_id}": "Not estimated yet: too little has been seen.",
        "#/schedulegroups": "There is no schedule group yet.",
        "#/actiontargets": "1 target of",
        f"#/deployments/{desk.site.deployment_id}": "Copy the snippet",
        "#/settings": "They hold for all deployments.",
    }
    async with signed_page(browser, desk, "#/visitors", **SURROUNDINGS[surroundings]) as page:
        for where, seen in pages.items():
            await page.evaluate("(where) => { location.hash = where }", where)
            await expect(page.get_by_text(seen).first).to_be_visible()
            await page.evaluate(OPEN_ALL)
            if surroundings == "desktop" or seen in ALSO_IN_THE_DARK:
                assert await axe.faults(page, axe_source) == [], where
            await nothing_sticks_out(page)
            assert await page.locator("main img").count() == 0


async def test_every_number_of_the_report_and_its_file_is_a_recount_of_the_events(
    browser: Browser, desk: Followed
) -> None:
    facts = await desk.facts()
    states = Counter(fact.state for fact in facts if isinstance(fact, Moved))
    blocks = [block for fact in facts if isinstance(fact, Blocked) for block in fact.blocks]
    achieved = [fact for fact in facts if isinstance(fact, OutcomeAchieved)]
    wanted = {
        "qualified": sum(isinstance(fact, Qualified) for fact in facts),
        "blocked": len(blocks),
        "offered": states[State.OFFERED],
        "accepted": states[State.ACCEPTED],
        "started": states[State.STARTED],
        "engaged": states[State.ENGAGED],
        "rejected": states[State.REJECTED],
        "abandoned": states[State.ABANDONED],
        "outcomesAchieved": sum(desk.map_id in fact.after_engaged for fact in achieved),
    }
    assert wanted["blocked"] == 2
    assert min(wanted[name] for name in ("qualified", "offered", "engaged", "outcomesAchieved")) > 0
    shares = {
        "offeredPercent": wanted["offered"] / wanted["qualified"],
        "acceptedPercent": wanted["accepted"] / wanted["offered"],
        "engagedPercent": wanted["engaged"] / wanted["accepted"],
    }
    expected = {name: str(number) for name, number in wanted.items()}
    expected |= {name: f"{100 * share:.1f} %" for name, share in shares.items()}
    declined = sum(
        isinstance(f, Moved) and (f.state, f.stage) == (State.REJECTED, Stage.INVITATION) for f in facts
    )
    async with signed_page(browser, desk, "#/report") as page:
        for name, text in expected.items():
            cell = page.locator(f'tr[data-map="{desk.map_id}"] [data-column="{name}"]')
            await expect(cell).to_have_text(text)
        async with page.expect_download() as saved:
            await page.get_by_role("button", name="Export as CSV").click()
        file = await saved.value
        assert file.suggested_filename.startswith("action-maps-")
        (line,) = [
            line
            for line in csv.DictReader((await file.path()).read_text(encoding="utf-8-sig").splitlines())
            if line["Name"] == "Help at the cart"
        ]
        for column, name in (("Qualified", "qualified"), ("Blocked", "blocked"), ("Engaged", "engaged")):
            assert line[column] == expected[name]
        assert f"{line['Offered %']} %" == expected["offeredPercent"]
        await page.get_by_role("link", name="Help at the cart").click()
        for name, text in expected.items():
            await expect(page.locator(f'.figure [data-column="{name}"]')).to_have_text(text)
        for name in ("qualified", "offered", "accepted", "started", "engaged"):
            await expect(page.locator(f'[data-step="{name}"]')).to_have_text(str(wanted[name]))
        blocked = page.locator('tr[data-reason="PageUrlConditionsNotMatching"] td')
        await expect(blocked).to_have_text([str(len(blocks)), "1"])
        await page.get_by_text("Diagnostics").click()
        share = page.locator('[data-column="rejectedInvitationPercent"]')
        await expect(share).to_have_text(f"{100 * declined / wanted['offered']:.1f} %")


async def test_a_visit_is_told_as_it_happens_and_why_a_map_is_not_offered(
    browser: Browser, desk: Followed
) -> None:
    visitor = await desk.arrives()
    async with signed_page(browser, desk, "#/visitors") as page:
        await page.get_by_role("link", name="Your cart").first.click()
        (began,) = [f for f in await desk.site.history(visitor) if isinstance(f, Happened)]
        await page.evaluate("(id) => { location.hash = `#/visit/${id}` }", began.event.visit_id)
        timeline = page.locator(".timeline")
        await expect(timeline.get_by_text("Chat offer qualified:")).to_be_visible()
        await visitor.pings("/elsewhere")
        await expect(timeline.get_by_text("The visitor was on another page")).to_be_visible()
        await page.get_by_label("On the page").fill("https://shop.example/plants")
        await page.get_by_label("The map").select_option(label="Help at the cart")
        await page.get_by_role("button", name="Why is it not offered?").click()
        failing = page.locator(".check.is-no")
        await expect(failing).to_contain_text(["Condition 1 on the page does not hold"])


async def test_a_map_is_made_tried_and_its_faults_stand_at_their_fields(
    browser: Browser, desk: Followed
) -> None:
    async with signed_page(browser, desk, "#/actionmaps/new") as page:
        await page.get_by_label("Name (needed)", exact=True).fill("Made here")
        await page.get_by_role("button", name="Create").click()
        segments = page.get_by_role("group", name="When somebody comes into any of these segments")
        await expect(segments.locator(".field-problem")).to_contain_text("Nothing would make it act")
        await segments.get_by_label(HOSTILE).check()
        await page.get_by_role("button", name="Add a page condition").click()
        condition = page.get_by_role("group", name="Only on pages where all of these hold")
        await page.get_by_role("button", name="Create").click()
        await expect(condition.get_by_text("Please fill this in.")).to_be_visible()
        await condition.get_by_label("Values").fill("/sale\n/offers")
        await page.get_by_label("Control group, in percent").fill("90")
        await page.get_by_role("button", name="Create").click()
        await expect(page.get_by_text("Write a whole number from 0 to 50.")).to_be_visible()
        await expect(page.get_by_label("Control group, in percent")).to_be_focused()
        await page.get_by_label("Control group, in percent").fill("0")
        await page.get_by_label("Text", exact=True).fill(HOSTILE)
        await expect(page.locator(".invitation-text")).to_have_text(HOSTILE)
        await page.get_by_label("Address of a page").fill("https://Shop.example/Plants")
        await page.get_by_role("button", name="Test").click()
        await expect(page.get_by_text("No: a condition does not hold.")).to_be_visible()
        await expect(page.get_by_text("https://shop.example/plants", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Create").click()
        await expect(page.get_by_role("heading", name="Made here")).to_be_visible()
        await page.get_by_role("button", name="Delete…").click()
        await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await expect(page.get_by_role("heading", name="Action maps")).to_be_visible()
    names = {one["displayName"] for one in (await desk.site.manage("GET", "/actionmaps"))["entities"]}
    assert "Made here" not in names


async def test_content_is_seen_as_it_is_written_and_where_a_map_offers_it(
    browser: Browser, desk: Followed, axe_source: str
) -> None:
    async with signed_page(browser, desk, "#/actiontemplates/new") as page:
        preview = page.get_by_role("region", name="What visitors see")
        await expect(preview).to_contain_text("Nothing yet")
        await page.get_by_label("Name (needed)", exact=True).fill("Lamps")
        await page.get_by_label("Title", exact=True).fill(HOSTILE)
        await page.get_by_label("Text", exact=True).fill("Ten per cent off.")
        await page.get_by_label("Image", exact=True).fill("https://elsewhere.example/lamp.png")
        await page.get_by_label("The image in words").fill("A green lamp")
        await expect(preview.get_by_text("A green lamp")).to_be_hidden()
        await page.get_by_label("Layout").select_option(label="text beside the image, first")
        await expect(preview.get_by_text("A green lamp")).to_be_visible()
        await expect(preview.locator(".content-title")).to_have_text(HOSTILE)
        assert await axe.faults(page, axe_source) == []
        await nothing_sticks_out(page)
        await page.get_by_role("button", name="Create").click()
        await expect(page.get_by_role("heading", name="Lamps")).to_be_visible()
        await page.evaluate("location.hash = '#/actionmaps/new'")
        await page.get_by_label("What it offers").select_option(label="content")
        await expect(preview).to_contain_text("Choose a template")
        await page.get_by_label("Template").select_option(label="Lamps")
        await expect(preview).to_contain_text("Ten per cent off.")
        assert await page.locator("main img").count() == 0


async def test_a_map_is_replayed_on_past_visits(browser: Browser, desk: Followed) -> None:
    async with signed_page(browser, desk, f"#/actionmaps/{desk.map_id}") as page:
        await page.get_by_role("button", name="Find out").click()
        replay = page.get_by_role("region", name="Who would have got it?")
        await expect(replay).to_contain_text("would have got the offer (100.0 %)")
        await expect(replay.get_by_role("listitem")).to_contain_text([HOSTILE])
        await page.get_by_label("Values").first.fill("/nowhere")
        await page.get_by_role("button", name="Find out").click()
        await expect(replay).to_contain_text("0 visits of")
        await page.get_by_role("button", name="Undo changes").click()


async def test_what_somebody_else_changed_is_told_and_both_changes_are_kept(
    browser: Browser, desk: Followed
) -> None:
    made = await desk.site.segment("/both", displayName="Two of us")
    async with signed_page(browser, desk, f"#/segments/{made}") as page:
        await page.get_by_label("Description").fill("Mine")
        await desk.site.manage("PATCH", f"/segments/{made}", {"version": 1, "color": "#aa0000"})
        await page.get_by_role("button", name="Save").click()
        told = page.locator(".conflict")
        await expect(told).to_contain_text("Colour was #2f6fb3 and is now #aa0000")
        await expect(told).to_contain_text("You changed other fields than they did")
        await page.get_by_role("button", name="Save mine too").click()
        await expect(page.get_by_text("Version 3")).to_be_visible()
    after = await desk.site.manage("GET", f"/segments/{made}")
    assert (after["description"], after["color"]) == ("Mine", "#aa0000")
    assert after["journey"]["patterns"][0]["criteria"][0]["values"] == ["/both"]
    await desk.site.manage("DELETE", f"/segments/{made}")


async def test_lists_are_searched_switching_is_undone_and_nobody_leaves_changes_behind_unasked(
    browser: Browser, desk: Followed
) -> None:
    async with signed_page(browser, desk, "#/segments") as page:
        await page.get_by_label("Find segments by name").fill("IMG")
        await expect(page.get_by_text("1 segment found")).to_be_visible()
        await expect(page.locator(".thing-name")).to_have_text([HOSTILE])
        await page.get_by_label("Find segments by name").fill("WWW")
        switch = page.get_by_role("switch")
        await expect(page.locator(".thing-name")).to_have_text([LONG])
        await switch.click()
        await expect(switch).to_have_attribute("aria-checked", "false")
        await page.get_by_role("button", name="Undo").click()
        await expect(switch).to_have_attribute("aria-checked", "true")
        await page.get_by_role("link", name="Settings").click()
        await page.get_by_label("Time zone of reports").fill("Europe/Berlin")
        await page.get_by_role("link", name="Segments").click()
        await page.get_by_role("button", name="Stay").click()
        await expect(page.get_by_label("Time zone of reports")).to_have_value("Europe/Berlin")
        await page.get_by_role("button", name="Undo changes").click()
        await expect(page.get_by_label("Time zone of reports")).to_have_value("UTC")


async def test_only_supervisors_see_anything(browser: Browser, desk: Followed) -> None:
    async with window(browser, desk.url + PAGE) as page:
        await sign_in(page, "bob")
        await expect(page.get_by_role("heading", name="Only supervisors may look here")).to_be_visible()


async def test_the_agent_of_a_chat_sees_its_journey_and_nobody_else_does(
    browser: Browser, desk: Followed, axe_source: str
) -> None:
    async with window(browser, f"{desk.url}/agent/#chat/{desk.chat_id}") as page:
        await sign_in(page, "amy")
        journey = page.locator(".journey")
        await expect(journey).to_contain_text("Came by the offer Help at the cart")
        await expect(journey.get_by_role("list", name="Segments").get_by_role("listitem")).to_have_text(
            [HOSTILE, LONG]
        )
        await expect(journey.get_by_role("list", name="Pages, the newest first")).to_contain_text("/thanks")
        assert await page.locator("aside img").count() == 0
        assert await axe.faults(page, axe_source) == []
    path = f"/api/workspace/interactions/{desk.chat_id}/journey"
    async with signed_in(desk.url, "amy", PASSWORD) as amy:
        status, told = await amy.asks_for(path)
        assert (status, [one["name"] for one in told["segments"]]) == (200, [HOSTILE, LONG])
        assert (told["offer"]["name"], told["offer"]["state"]) == ("Help at the cart", "engaged")
        assert (await amy.asks_for(f"{path}?known={told['version']}"))[1] == {"version": told["version"]}
        async with signed_in(desk.url, "bob", PASSWORD) as bob:
            assert (await bob.asks_for(path))[0] == 404
        await amy.does("leave", interaction_id=desk.chat_id)
        assert (await amy.asks_for(path))[0] == 404
    async with signed_in(desk.url, "sue", PASSWORD) as sue:
        assert (await sue.asks_for(path))[0] == 404

"""Make the pictures of the documentation: `python -m scripts.screenshots`.

A demonstration server on a free port, an agent in one window, a visitor in another, and what they would say.
"""

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from frontdesk.client import Client
from scripts.machine import ROOT, chromium
from scripts.screenshots_journeys import take_journey_pictures
from scripts.studio import (
    ARGUMENTS,
    CORNER,
    DARK,
    DESKTOP,
    NARROW,
    PHONE,
    Studio,
    demonstration,
    sign_in,
    sign_in_as,
    start_chat,
)

IMAGES = ROOT / "docs" / "images"
TALK = (
    ("visitor", "It has to live in the office kitchen. Not much sun there."),
    ("agent", "Then the kitchen fern will be happy: it likes shade and the steam of a kettle."),
    ("agent", "Water it twice a week. If you forget, it forgives you once."),
    ("visitor", "Once! I can work with that. Can I get two by Friday?"),
)
# The name of the picture, the window, who asks what, and what the agent says.
ELSEWHERE: tuple[tuple[str, dict[str, Any], str, str, tuple[str, ...]], ...] = (
    (
        "widget-phone",
        PHONE,
        "Noor",
        "Which one survives a dark hallway?",
        (
            "The snake plant: it was made for dark corners.",
            "Here is how to water it: https://quillwort.example/dark",
        ),
    ),
    (
        "widget-dark",
        CORNER | DARK,
        "Ada",
        "My calathea has crispy edges. Too much sun?",
        ("More likely dry air. Try the bathroom for a week; it will thank you.",),
    ),
    (
        "widget-narrow",
        NARROW,
        "Tom",
        "Do ferns mind a draught?",
        ("They do. Half a metre from the window is enough.",),
    ),
    (
        "widget-arabic",
        CORNER,
        "ليلى",
        "مرحبا! أي نبتة تناسب مكتبي؟",
        ("أهلا ليلى! الصبار الصغير يكتفي برشفة ماء كل شهر.",),
    ),
)


async def take_pictures(studio: Studio) -> None:
    """Every picture of the documentation."""
    shop = await studio.window("/shop/", **CORNER)
    desk = await studio.window("/agent/", **DESKTOP)
    await people_talking(studio, shop, desk)
    await visitors_elsewhere(studio, desk)
    await agents_elsewhere(studio, desk)
    await visitor_at_the_end(studio, shop)
    await pages_for_developers(studio)
    await applications_watched(studio)


async def people_talking(studio: Studio, shop: Page, desk: Page) -> None:
    """A visitor and an agent beside each other, from the button in the shop to half a sentence of both."""
    await sign_in(desk)
    await shop.get_by_role("button", name="Add Kitchen fern to the basket").click()
    await shop.get_by_role("button", name="Dismiss").click()
    await shop.evaluate("scrollTo(0, 0)")
    await shop.get_by_role("button", name="Chat with us").wait_for()
    await studio.picture(shop, "widget-launcher")
    await shop.get_by_role("button", name="Ask a plant person").click()
    await shop.get_by_label("Your name (optional)").wait_for()
    await studio.picture(shop, "widget-form")
    await shop.get_by_role("button", name="Cancel").click()
    await start_chat(shop, "Mia", "Hello! Is the kitchen fern really easy?")
    await desk.locator(".invite").wait_for()
    await studio.picture(desk, "agent-ringing")
    await desk.get_by_role("button", name="Accept").click()
    agent_box = desk.get_by_role("textbox", name="Message to the visitor")
    visitor_box = shop.get_by_role("textbox", name="Message", exact=True)
    await studio.say_in(agent_box, shop, "Hi Mia! As easy as they come. Where will it live?")
    for who, text in TALK:
        box, other = (visitor_box, desk) if who == "visitor" else (agent_box, shop)
        await studio.say_in(box, other, text)
    await desk.get_by_role("button", name="Note", exact=True).click()
    note = desk.get_by_role("textbox", name="Note for the team")
    await studio.say_in(note, desk, "Two ferns left in the greenhouse.")
    await desk.get_by_role("button", name="Reply", exact=True).click()
    other = await studio.window("/shop/", **CORNER)
    await start_chat(other, "Jonas Weber", "Do you deliver to Oslo?")
    await desk.get_by_role("button", name="Accept").click()
    await desk.get_by_role("button", name="Mia").first.click()
    await visitor_box.press_sequentially("One for my sister too, may")
    await desk.locator(".has-preview").wait_for()
    await studio.picture(desk, "agent")
    await agent_box.press_sequentially("Friday works")
    await shop.locator(".cx-agent-typing").wait_for()
    await studio.picture(shop, "widget-chat")
    await studio.side_by_side(shop, desk)


async def agents_elsewhere(studio: Studio, desk: Page) -> None:
    """The agents' page in the dark and on a phone."""
    dark = await studio.window(f"/agent/{desk.url.partition('/agent/')[2]}", **DESKTOP | DARK)
    await sign_in(dark)
    await dark.locator(".bubble").first.wait_for()
    await studio.picture(dark, "agent-dark")
    phone = await studio.window("/agent/", **PHONE)
    await sign_in(phone)
    await phone.get_by_role("button", name="Mia").wait_for()
    await studio.picture(phone, "agent-phone-list")
    await phone.get_by_role("button", name="Mia").click()
    await studio.picture(phone, "agent-phone")


async def visitors_elsewhere(studio: Studio, desk: Page) -> None:
    """The widget on a phone, in the dark, and in a language from right to left."""
    for name, options, visitor, question, answers in ELSEWHERE:
        page = await studio.window("/shop/", **options)
        await start_chat(page, visitor, question)
        await desk.get_by_role("button", name="Accept").click()
        await desk.get_by_role("heading", name=visitor).first.wait_for()
        for answer in answers:
            await studio.say_in(desk.get_by_role("textbox", name="Message to the visitor"), page, answer)
        if name == "widget-arabic":
            await page.evaluate("frontdesk.command('App.setLanguage', {lang: 'ar'})")
            await page.locator(".cx-webchat:dir(rtl)").wait_for()
        await studio.picture(page, name)
        await page.locator(".cx-button-close").click()
        await page.locator(".cx-end-confirm").click()
        await desk.get_by_text("The chat has ended").last.wait_for()
    await desk.get_by_role("button", name="Mia").first.click()


async def applications_watched(studio: Studio) -> None:
    """An application's chart, with the sessions of three visitors in it."""
    async with contextlib.AsyncExitStack() as visitors:
        for name in ("Mia", "Jonas", "Noor"):
            visitor = await visitors.enter_async_context(Client(f"{studio.url}/genesys/2/chat/support"))
            await visitor.start(nickname=name)
        page = await studio.window("/operator/orchestration/#/application/skill-based", **DESKTOP)
        await sign_in_as(page, "sue")
        await page.locator(".badge.is-shown").first.wait_for()
        await studio.picture(page, "operator-orchestration")


async def visitor_at_the_end(studio: Studio, shop: Page) -> None:
    """The question before the end, and what can be done after it."""
    await shop.get_by_role("button", name="Close chat").click()
    await shop.get_by_role("button", name="End now").wait_for()
    await studio.picture(shop, "widget-question")
    await shop.get_by_role("button", name="End now").click()
    await shop.get_by_role("button", name="Start again").wait_for()
    await studio.picture(shop, "widget-ended")


async def pages_for_developers(studio: Studio) -> None:
    await studio.picture(await studio.window("/shop/", **DESKTOP), "shop")
    choice = "service=demo&theme=system&branded=on&color=%230b6e4f"
    snippet = await studio.window(f"/widget/?{choice}", **DESKTOP)
    await snippet.get_by_role("button", name="Copy: The tag").wait_for()
    await studio.picture(snippet, "widget-tag")
    playground = await studio.window(f"/widget/playground/?{choice}", **DESKTOP)
    await playground.get_by_role("list", name="Events").get_by_text("App.ready").wait_for()
    await studio.picture(playground, "widget-playground")
    api = await studio.window("/api/", **DESKTOP)
    await api.get_by_role("heading", name="Answers").first.wait_for()
    await studio.picture(api, "api")


async def main() -> None:
    path = chromium()
    if path is None:
        sys.exit("There is no Chromium to take pictures with.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            async with demonstration(Path(folder)) as url:
                await take_pictures(Studio(browser, url, IMAGES))
            async with demonstration(Path(other), follows_visitors=True) as url:
                await take_journey_pictures(Studio(browser, url, IMAGES))
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())

"""Make the pictures of the documentation: `python -m scripts.screenshots`.

A demonstration server on a free port, an agent in one window, a visitor in another, and what they would say.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright

from frontdesk.client import Client
from frontdesk.desk.orchestration.application_files import read_folder
from frontdesk.main import running
from frontdesk.settings import DatabaseSettings, FileStoreSettings, ServerSettings, ServiceSettings, Settings
from scripts.machine import ROOT, chromium, say

IMAGES = ROOT / "docs" / "images"
BYTES_MAX = 150_000  # Readers of the documentation may be on a slow line.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
DESKTOP: dict[str, Any] = {"viewport": {"width": 1200, "height": 700}}
CORNER: dict[str, Any] = {"viewport": {"width": 460, "height": 700}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 375, "height": 720},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
}
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 560}}
DARK: dict[str, Any] = {"color_scheme": "dark"}
PASSWORD = "a picture of a password"  # noqa: S105
SETTLED_S = 1.0

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


@contextlib.asynccontextmanager
async def demonstration(folder: Path) -> AsyncIterator[str]:
    """A server with an agent; its address."""
    settings = Settings(
        server=ServerSettings(port=0, stop_grace_s=1),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'frontdesk.db'}"),
        files=FileStoreSettings(folder=str(folder / "files")),
        services={
            "demo": ServiceSettings(title="Quillwort"),
            "support": ServiceSettings(application="skill-based"),
        },
    )
    async with running(settings, is_demo=True) as server:
        await server.add_account(login="amy", password=PASSWORD, name="Amy")
        await server.add_account(login="sue", password=PASSWORD, name="Sue", role="supervisor")
        await server.applications.upload(read_folder(ROOT / "examples" / "orchestration" / "skill-based"))
        yield server.url


async def sign_in(page: Page) -> None:
    await page.get_by_label("Login").fill("amy")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    ready = page.get_by_role("switch")
    await ready.wait_for()
    if await ready.get_attribute("aria-checked") == "false":
        await ready.click()


async def start_chat(page: Page, name: str, question: str) -> None:
    await page.get_by_role("button", name="Chat with us").click()
    await page.get_by_label("Your name (optional)").fill(name)
    await page.get_by_label("Your question (optional)").fill(question)
    await page.get_by_role("button", name="Start chatting").click()
    await page.get_by_text("Chat Started").wait_for()


class Studio:
    """Windows of one browser on one server, and the pictures of them.

    Units:   before each picture, `settled_s` seconds pass, so that what moves has come to rest.
    """

    def __init__(self, browser: Browser, url: str, folder: Path, settled_s: float = SETTLED_S) -> None:
        self._browser = browser
        self.url = url
        self._folder = folder
        self._settled_s = settled_s

    async def window(self, path: str, **options: Any) -> Page:
        page = await (await self._browser.new_context(**options)).new_page()
        await page.goto(self.url + path)
        return page

    async def settle(self) -> None:
        await asyncio.sleep(self._settled_s)

    async def say_in(self, box: Locator, page: Page, text: str) -> None:
        """Write into a box and wait until a page shows it."""
        await box.fill(text)
        await box.press("Enter")
        await page.locator(".bubble, .cx-message-text").filter(has_text=text).wait_for()
        await self.settle()

    async def picture(self, page: Page, name: str) -> None:
        file = self._folder / f"{name}.png"
        await page.mouse.move(0, 0)
        await self.settle()
        await page.screenshot(path=file, animations="disabled")
        say(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")
        if file.stat().st_size > BYTES_MAX:
            sys.exit(f"{file.name} has more than {BYTES_MAX} bytes: make its window smaller")

    async def side_by_side(self, left: Page, right: Page) -> None:
        """The README's picture: both windows as they stand, beside each other on a quiet ground."""
        shots = [await page.screenshot(animations="disabled") for page in (left, right)]
        context = await self._browser.new_context(viewport={"width": 1200, "height": 540})
        page = await context.new_page()
        await page.set_content(
            """<style>
                body { margin: 0; height: 100vh; display: grid; grid-template-columns: auto auto; gap: 28px;
                    place-content: center; background: #dfe7e0 }
                img { height: 460px; border-radius: 12px; box-shadow: 0 12px 40px #1e232133 }
            </style><img><img>"""
        )
        show = """(img, bytes) => {
            img.src = URL.createObjectURL(new Blob([new Uint8Array(bytes)]))
            return img.decode()
        }"""
        for number, shot in enumerate(shots):
            await page.locator("img").nth(number).evaluate(show, list(shot))
        await self.picture(page, "frontdesk")
        await context.close()


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
        await page.get_by_label("Login").fill("sue")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
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
    with tempfile.TemporaryDirectory() as folder:
        async with demonstration(Path(folder)) as url, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            await take_pictures(Studio(browser, url, IMAGES))
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())

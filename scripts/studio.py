"""Where the pictures of the documentation are taken: a demonstration server, and windows on it."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page

from frontdesk.demo.seed import QUEUE
from frontdesk.demo.seed_journeys import ids, seed_journeys
from frontdesk.desk.journeys.book import Book
from frontdesk.desk.orchestration.application_files import read_folder
from frontdesk.domain.journey.checks.checking import Around
from frontdesk.domain.journey.keys import is_key
from frontdesk.main import running, wall_clock_ms
from frontdesk.settings import (
    DatabaseSettings,
    FileStoreSettings,
    QueueSettings,
    ServerSettings,
    ServiceSettings,
    Settings,
)
from frontdesk.store.open import open_database
from scripts.machine import ROOT, say

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


@contextlib.asynccontextmanager
async def demonstration(folder: Path, *, follows_visitors: bool = False) -> AsyncIterator[str]:
    """A server with an agent; its address. Its shop makes offers where visitors are followed."""
    settings = Settings(
        server=ServerSettings(port=0, stop_grace_s=1),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'frontdesk.db'}"),
        files=FileStoreSettings(folder=str(folder / "files")),
        services={
            "demo": ServiceSettings(title="Quillwort", queue=QUEUE if follows_visitors else ""),
            "support": ServiceSettings(application="skill-based"),
        },
        queues={QUEUE: QueueSettings()} if follows_visitors else {},
    )
    if follows_visitors:
        database = await open_database(settings.database)
        around = Around(tuple(settings.queues), tuple(settings.services), is_key)
        await seed_journeys(Book(database.store, wall_clock_ms, around, ids().__next__))
        await database.aclose()
    async with running(settings, is_demo=True) as server:
        await server.add_account(login="amy", password=PASSWORD, name="Amy")
        await server.add_account(login="sue", password=PASSWORD, name="Sue", role="supervisor")
        await server.applications.upload(read_folder(ROOT / "examples" / "orchestration" / "skill-based"))
        yield server.url


async def sign_in_as(page: Page, login: str) -> None:
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def sign_in(page: Page) -> None:
    """Amy, ready for chats."""
    await sign_in_as(page, "amy")
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

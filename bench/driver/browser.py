"""A visitor's browser: a real Chromium on a page of its own, which counts what people would feel."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

from msgspec import Struct
from playwright.async_api import CDPSession, Page, async_playwright

from bench.driver.load import Wrong
from scripts import machine

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
)
SCREEN = {"width": 1280, "height": 800}

# Long tasks are those over 50 ms; the browser tells of no shorter one. What moves because somebody clicked or
# typed is no layout shift. Source: Long Tasks API; Layout Instability API.
WATCH = """
    window.felt = { tasks: [], shift: 0 }
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) felt.tasks.push(entry.duration)
    }).observe({ type: 'longtask', buffered: true })
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) felt.shift += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
"""


class Felt(Struct, frozen=True):
    """What a visitor felt on a page so far: long tasks in milliseconds, and the layout shift score."""

    tasks: list[float]
    shift: float


class Screen:
    """One page in one browser."""

    def __init__(self, page: Page, devtools: CDPSession) -> None:
        self.page = page
        self._devtools = devtools

    async def show(self, url: str, html: str) -> None:
        """Go to a page of the origin of `url` whose text is `html`."""
        await self.page.route(url, lambda route: route.fulfill(body=html, content_type="text/html"))
        await self.page.goto(url)

    async def felt(self) -> Felt:
        """What was felt since the page came."""
        found: dict[str, Any] = await self.page.evaluate("felt")
        return Felt(found["tasks"], found["shift"])

    async def heap_bytes(self) -> float:
        """What the page's scripts hold on to, after the garbage is gone."""
        await self._devtools.send("HeapProfiler.collectGarbage")
        used: float = (await self._devtools.send("Runtime.getHeapUsage"))["usedSize"]
        return used


@contextlib.asynccontextmanager
async def screen() -> AsyncIterator[Screen]:
    """A browser with one page. Errors: `Wrong`: there is no Chromium, or something went wrong in the page."""
    chromium = machine.chromium()
    if chromium is None:
        raise Wrong(f"there is no Chromium: {machine.CHROMIUM_COMMAND}")
    node = machine.node()
    if node is not None:  # The one inside Playwright needs a library that small machines do not have.
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        try:
            page = await browser.new_page(viewport=SCREEN)
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(str(error)))
            await page.add_init_script(WATCH)
            yield Screen(page, await page.context.new_cdp_session(page))
            if faults:
                raise Wrong(f"an error in the page: {faults[0]}")
        finally:
            await browser.close()

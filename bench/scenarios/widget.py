"""The widget on a page: what its visitor feels, beside the same page without it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from statistics import median

from bench.driver.browser import Screen, screen
from bench.driver.workspace import Agent, sign_in
from bench.house import BASE, PASSWORD, folder, frontdesk, person
from bench.measure import Tell
from bench.processes import Server
from bench.rows import Budget, Row, Unit
from bench.scale import Scale

MIB = 2**20
BATCH = 200  # Messages that are on their way at once.
TEXT = "Number {number}. The fern in the kitchen wants water twice a week, and forgives you once."
HELPERS = """<script>
window.transcriptOf = (root) => {
    for (const { shadowRoot } of root.querySelectorAll('*')) {
        const found = shadowRoot?.querySelector('.cx-transcript')
        if (found) return found
    }
}
</script>"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title>
<body style="font: 16px sans-serif"><h1>Ferns</h1>{text}</body>{helpers}{scripts}</html>"""
SCRIPTS = """<script>
window._genesys = {{widgets: {{main: {{theme: 'light'}}, webchat: {{
    dataURL: {data_url}, chatButton: {{enabled: true, openDelay: 0}}}}}}}}
</script><script async src="/widget/frontdesk.js"></script>"""

# Waits until a line with `text` is drawn, then gives how long after the end of the response that brought it.
SHOWN = """(text) => new Promise((resolve) => {
    const transcript = transcriptOf(document)
    const look = () => {
        if (!transcript.lastElementChild?.textContent.includes(text)) return requestAnimationFrame(look)
        const polls = performance.getEntriesByType('resource').filter((it) => it.name.includes('/refresh'))
        const shown = performance.now()
        performance.clearResourceTimings()
        resolve(shown - polls.at(-1).responseEnd)
    }
    look()
})"""

# Scrolls from the newest line to the oldest in steps and back at once, and gives the time between frames.
SCROLLED = """() => new Promise((resolve) => {
    const transcript = transcriptOf(document) ?? document.querySelector('main')
    const frames = []
    let before = performance.now()
    const step = (now) => {
        frames.push(now - before)
        before = now
        if (transcript.scrollTop <= 60) {
            transcript.scrollTop = transcript.scrollHeight
            return resolve(frames.slice(2))
        }
        transcript.scrollTop -= 400
        requestAnimationFrame(step)
    }
    transcript.scrollTop = transcript.scrollHeight
    requestAnimationFrame(step)
})"""


LINES = f"<main style='height: 400px; overflow: auto'>{'<p>The fern in the kitchen.</p>' * 1000}</main>"


async def widget(scale: Scale, tell: Tell) -> Sequence[Row]:
    """Long tasks, layout shift, the way of a message to the eye, scrolling, memory."""
    with folder() as place:
        async with frontdesk(place) as server, screen() as window, screen() as bare:
            tell("a page without it")
            await bare.show(f"{server.url}/shop", PAGE.format(text=LINES, helpers=HELPERS, scripts=""))
            plain_ms = await _longest_frame(bare)
            async with _chat(server, window) as chat:
                tell(f"{scale.shown_messages} messages, one by one")
                shown_ms = [await chat.shows() for _ in range(scale.shown_messages)]
                felt = await window.felt()
                tell(f"{scale.short_transcript} messages")
                await chat.grows(scale.short_transcript)
                frame_ms = await _longest_frame(window)
                short_bytes = await window.heap_bytes()
                tell(f"{scale.long_transcript} messages")
                await chat.grows(scale.long_transcript)
                long_bytes = await window.heap_bytes()
    return (
        _row(
            "longest task over 50 ms, until chatting",
            max(felt.tasks, default=0),
            "ms",
            Budget(50, 0, "value"),
        ),
        _row("layout shift, until chatting", felt.shift, "", Budget(0, 0, "value")),
        _row("a message is seen after its response", max(shown_ms), "ms", Budget(100, 50, "value")),
        _row("… half of them", median(shown_ms), "ms"),
        _row(
            f"longest frame, scrolling {scale.short_transcript} messages",
            frame_ms,
            "ms",
            Budget(50, 34, "value"),
            "plain page",
            plain_ms,
        ),
        _row(
            f"heap at {scale.long_transcript} messages",
            long_bytes / MIB,
            "MiB",
            Budget(1.2, 1.0),
            f"{scale.short_transcript}",
            short_bytes / MIB,
        ),
    )


def _row(
    what: str, value: float, unit: Unit, budget: Budget | None = None, against: str = "", baseline: float = 0
) -> Row:
    return Row(
        scenario="widget",
        what=what,
        value=value,
        unit=unit,
        against=against,
        baseline=baseline or None,
        budget=budget,
    )


async def _longest_frame(page: Screen) -> float:
    frames: list[float] = await page.page.evaluate(SCROLLED)
    return max(frames)


class _Chat:
    """A visitor at the window and an agent at the other end who writes."""

    def __init__(self, screen: Screen, agent: Agent, interaction_id: str) -> None:
        self._page = screen.page
        self._agent = agent
        self._interaction_id = interaction_id
        self._written = 0

    async def _write(self) -> str:
        self._written += 1
        text = TEXT.format(number=self._written)
        await self._agent.ask("say", interaction_id=self._interaction_id, text=text)
        return text.partition(".")[0] + "."

    async def shows(self) -> float:
        """Write one; the milliseconds from the end of the response that brings it until it is drawn."""
        shown = asyncio.create_task(self._page.evaluate(SHOWN, f"Number {self._written + 1}."))
        await self._write()
        delay_ms: float = await shown
        return delay_ms

    async def grows(self, count: int) -> None:
        """Write until there are `count`, and wait until the newest is drawn."""
        while self._written < count:
            await asyncio.gather(*(self._write() for _ in range(min(BATCH, count - self._written))))
        await self._page.evaluate(SHOWN, f"Number {count}.")


@contextlib.asynccontextmanager
async def _chat(server: Server, window: Screen) -> AsyncIterator[_Chat]:
    """The page with the widget, where a visitor has opened the window and begun."""
    agent = Agent(lambda _: None)
    await agent.connect(server.url, await sign_in(server.url, person().login, PASSWORD))
    await agent.ask("ready")
    try:
        scripts = SCRIPTS.format(data_url=json.dumps(f"{server.url}{BASE}"))
        await window.show(
            f"{server.url}/shop", PAGE.format(text="<p>Ferns.</p>" * 50, helpers=HELPERS, scripts=scripts)
        )
        page = window.page
        await page.locator(".cx-webchat-chat-button").click()
        await page.get_by_label("First name").fill("Mira")
        await page.get_by_label("Last name").fill("Quill")
        await page.locator(".cx-submit").click()
        while not agent.joined:
            await asyncio.sleep(0.05)
        yield _Chat(window, agent, next(iter(agent.joined)))
    finally:
        agent.close()

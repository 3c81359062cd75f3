"""Visitors on the official CometD client, in Node and in a browser, as the tests drive them."""

import json
import subprocess
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
from playwright.async_api import Browser, Page

from tests.browser.site import serving

HERE = Path(__file__).parent
WITHIN_S = 60.0
Message = dict[str, Any]


class Visitor(ABC):
    """One visitor. `heard` is everything that happened to it, in order."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self._news = anyio.Event()

    @abstractmethod
    async def does(self, do: str, **members: Any) -> Any:
        """Have it carry out a command; its outcome."""

    def happens(self, message: Message) -> None:
        self.heard.append(message)
        self._news.set()
        self._news = anyio.Event()

    async def comes(self, wanted: Callable[[Message], object], since: int = 0) -> Message:
        """The first thing that happened, from `since` on, that is as `wanted`."""
        with anyio.move_on_after(WITHIN_S):
            while True:
                for message in self.heard[since:]:
                    since += 1
                    if wanted(message):
                        return message
                await self._news.wait()
        raise AssertionError(f"it did not happen, but {self.heard}")

    async def hears(self, text: str) -> None:
        """Wait for an event with this text."""
        await self.comes(
            lambda m: m["is"] == "data" and text in [e.get("text") for e in m["data"]["messages"]]
        )

    async def publishes(self, operation: str, **fields: Any) -> bool:
        """Publish an operation; whether it was acknowledged."""
        return bool(await self.does("publish", operation=operation, fields=fields))

    async def starts(self) -> Message:
        """Shake hands and request a chat; the first data."""
        assert await self.does("handshake")
        assert await self.publishes("requestChat", nickname="Mira")
        data: Message = (await self.comes(lambda m: m["is"] == "data"))["data"]
        assert data["statusCode"] == 0
        return data

    async def says(self, text: str) -> None:
        assert await self.publishes("sendMessage", message=text, messageType="text")

    @property
    def pushes(self) -> list[Message]:
        return [m["data"] for m in self.heard if m["is"] == "data"]

    @property
    def events(self) -> list[Message]:
        """What it shows: the first event of each index, in the order in which they came."""
        return list({e["index"]: e for data in self.pushes for e in data["messages"]}.values())

    @property
    def words(self) -> list[str]:
        return [event["text"] for event in self.events if event["type"] == "Message"]

    def hears_in_order(self) -> bool:
        """Whether events came by rising index, apart from what came again."""
        indexes = [event["index"] for event in self.events]
        return indexes == sorted(indexes)


class InNode(Visitor):
    """One in a process of Node."""

    def __init__(self, process: anyio.abc.Process) -> None:
        super().__init__()
        self._process = process
        self._ids = count(1)

    async def does(self, do: str, **members: Any) -> Any:
        id_, since = next(self._ids), len(self.heard)
        assert self._process.stdin is not None
        await self._process.stdin.send(json.dumps({"do": do, "id": id_, **members}).encode() + b"\n")
        done = await self.comes(lambda m: m["is"] == "done" and m["id"] == id_, since)
        return done["value"]

    async def listen(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        async for chunk in self._process.stdout:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.happens(json.loads(line))


class InBrowser(Visitor):
    """One on a page of another origin."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    async def does(self, do: str, **members: Any) -> Any:
        return await self._page.evaluate("(command) => window.visitor.do(command)", {"do": do, **members})


def options_for(url: str, transports: list[str], **others: Any) -> dict[str, Any]:
    return {
        "url": f"{url}/genesys/cometd",
        "channel": "/service/chatV2/s",
        "transports": transports,
        **others,
    }


@asynccontextmanager
async def in_node(node: Path, options: dict[str, Any]) -> AsyncIterator[Visitor]:
    """A visitor in Node, until the block is left."""
    command = [str(node), str(HERE / "main.js"), json.dumps(options)]
    async with (
        await anyio.open_process(command, stderr=subprocess.DEVNULL) as process,
        anyio.create_task_group() as tasks,
    ):
        visitor = InNode(process)
        tasks.start_soon(visitor.listen)
        try:
            yield visitor
        finally:
            process.kill()
            tasks.cancel_scope.cancel()


@asynccontextmanager
async def in_browser(browser: Browser, options: dict[str, Any]) -> AsyncIterator[Visitor]:
    """A visitor on a page of its own, until the block is left."""
    with serving(options["url"]) as site:
        site.policy = "default-src * 'unsafe-inline' 'unsafe-eval'; script-src * 'unsafe-eval'"
        for file in (HERE / "node_modules" / "cometd").glob("*.js"):
            site.put(f"/cometd/{file.name}", file.read_text("utf-8"))
        site.put("/visitor.js", (HERE / "visitor.js").read_text("utf-8"))
        site.put(
            "/page.js",
            "import * as modules from './cometd/cometd.js'\n"
            "import { Visitor } from './visitor.js'\n"
            f"const options = {json.dumps(options)}\n"
            "window.visitor = new Visitor(modules, options, (message) => window.told(message))\n",
        )
        context = await browser.new_context()
        try:
            page = await context.new_page()
            visitor = InBrowser(page)
            await page.expose_function("told", visitor.happens)
            await page.goto(site.page('<script type="module" src="/page.js"></script>'))
            await page.wait_for_function("window.visitor !== undefined")
            yield visitor
        finally:
            await context.close()

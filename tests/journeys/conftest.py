"""The house of the journeys: a server that can be killed and started again on the same port."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from scripts import widget
from tests.journeys import axe
from tests.journeys.people import Agent, Visitor, window
from tests.patience import PATIENCE_S


class House:
    """One server process over one folder."""

    def __init__(self, folder: Path, idle_alert_s: int = 0) -> None:
        self._folder = folder
        self._idle_alert_s = idle_alert_s
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Serve; the second time on the port of the first."""
        arguments = (str(self.port), str(self._folder), str(self._idle_alert_s))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.journeys.serve",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = b""
            while not line.strip().isdigit():
                line = await self._process.stdout.readline()
                assert line, "it did not start"
        self.port = int(line)
        self._drain = asyncio.ensure_future(self._process.stdout.read())

    async def kill(self) -> None:
        """As if the power went."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        await self._process.wait()
        await self._drain
        self._process = None


@pytest.fixture(scope="session", autouse=True)
def built(node_path: Path) -> None:
    """The widget is in the shop, and on the pages about it."""
    assert widget.build(), f"the widget could not be built with {node_path}"


@pytest.fixture(scope="session")
async def axe_source(npm_path: Path, request: pytest.FixtureRequest, anyio_backend: str) -> str:
    return await axe.source(npm_path, request.config.cache.mkdir("axe-core"))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
async def visitor(browser: Browser, house: House) -> AsyncIterator[Visitor]:
    """Somebody who has just opened the shop."""
    async with window(browser, f"{house.url}/shop/") as page:
        yield Visitor(page)


@pytest.fixture
async def agent(browser: Browser, house: House) -> AsyncIterator[Agent]:
    """Amy, signed in and ready."""
    async with window(browser, f"{house.url}/agent/") as page:
        agent = Agent(page)
        await agent.signs_in()
        await agent.gets_ready()
        yield agent

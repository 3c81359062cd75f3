"""What tests may ask for: an event loop, a PostgreSQL database, a browser, a Node.

What the machine does not have is a reason to skip, with the command that changes it; `make test` has
installed it before, where it may.
"""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog
from playwright.async_api import Browser, async_playwright, expect

from scripts import machine
from tests import passwords
from tests.patience import PATIENCE_MS
from tests.postgres import fresh_database, own_server

pytest_plugins = ["tests.no_skips", "tests.runner", "pytester"]

# An example may take its time on a machine that others use too; each test has a limit of its own. The rest
# stays as it was: what runs unattended tries the same examples every time.
hypothesis.settings.register_profile("house", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("house")

expect.set_options(timeout=PATIENCE_MS)
passwords.make_cheap()

# Who starts tests in the background of a script has them ignore Ctrl-C, and all programs that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No sandbox: it is refused to root, as containers often are; what these browsers see is our own pages.
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """Logs go where pytest shows them with the test that failed."""
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Of the whole session, so that fixtures of a whole file may be async."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server: the one `FRONTDESK_TEST_POSTGRES_URL` names, or one of this test process alone."""
    named = os.environ.get("FRONTDESK_TEST_POSTGRES_URL")
    if named:
        yield named
        return
    with own_server() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The address of an empty database for one test."""
    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def node_path() -> Path:
    """A Node that is new enough."""
    found = machine.node()
    if found is None:
        pytest.skip(f"there is no Node {machine.NODE_MAJOR_MIN} or newer: {machine.NODE_COMMAND}")
    return found


@pytest.fixture(scope="session")
def npm_path() -> Path:
    """An npm that runs."""
    found = machine.npm()
    if found is None:
        pytest.skip(f"there is no npm: {machine.NODE_COMMAND}")
    return found


@pytest.fixture(scope="session")
def chromium_path(node_path: Path) -> Iterator[Path]:
    """A Chromium that starts, and that Playwright can drive."""
    found = machine.headless()
    if found is None:
        pytest.skip(f"there is no Chromium: {machine.CHROMIUM_COMMAND}")
    with pytest.MonkeyPatch.context() as patch:
        # The Node inside Playwright needs a library that small machines do not have.
        patch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node_path))
        yield found


@pytest.fixture(scope="session")
async def browser(chromium_path: Path, anyio_backend: str) -> AsyncIterator[Browser]:
    """A running browser. Each person of a story gets an own context: `await browser.new_context()`."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=chromium_path, args=list(BROWSER_ARGUMENTS)
        )
        try:
            yield chromium
        finally:
            await chromium.close()

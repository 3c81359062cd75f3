"""A server with the built widget, a site that uses it, and a visitor's browser."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from frontdesk.domain.rules import Rules
from frontdesk.main import Server, running
from frontdesk.settings import (
    DatabaseSettings,
    FileStoreSettings,
    ServerSettings,
    ServiceSettings,
    Settings,
    VisitorSocketSettings,
)
from scripts import widget
from tests.browser.site import Site, serving
from tests.journeys.people import window

# For the pages of these tests: how a promise ended, waiting until the bus has delivered everything, and
# waiting for anything else. Playwright's own waiting evaluates text, which the policy of the site forbids.
HELPERS = """
window.ending = (promise) => new Promise((resolve) => promise
    .done((...values) => resolve(['resolved', ...values]))
    .fail((...values) => resolve(['rejected', ...values])))
window.delivered = async () => { for (let round = 0; round < 5; round++) await CXBus.command('LOAD') }
window.until = (test) => new Promise((resolve) => {
    const look = () => test() ? resolve(true) : requestAnimationFrame(look)
    look()
})
"""

Visit = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture(scope="session")
def built(node_path: Path) -> Path:
    """The folder of the built widget."""
    assert widget.build(), f"the widget could not be built with {node_path}"
    return widget.BUILT / "widget"


@pytest.fixture(scope="module")
async def server(
    anyio_backend: str, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """A server that the tests of a file share: its agents are given nobody else's chats."""
    folder = tmp_path_factory.mktemp("server")
    settings = Settings(
        server=ServerSettings(port=0, stop_grace_s=1),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'frontdesk.db'}"),
        files=FileStoreSettings(folder=str(folder / "files")),
        services={"demo": ServiceSettings(rules=Rules(asynchronous=False))},  # A chat that is left is over.
        visitor_socket=VisitorSocketSettings(is_on=False),  # These tests stop requests on their way.
    )
    async with running(settings) as server:
        yield server


@pytest.fixture
def site(server: Server) -> Iterator[Site]:
    """A site on an origin of its own."""
    with serving(server.url) as site:
        yield site


@pytest.fixture
def visit(browser: Browser) -> Visit:
    """Opens a page; whatever goes wrong in it fails the test."""
    return lambda address, **options: window(browser, address, helpers=HELPERS, **options)


@pytest.fixture(params=["widgets.min.js", "cxbus.min.js"])
async def page(request: pytest.FixtureRequest, site: Site, visit: Visit) -> AsyncIterator[Page]:
    """A page with the bus: once with the loader, where a stand-in is used first, once with the bus itself."""
    async with visit(site.page(site.widget(request.param))) as page:
        yield page

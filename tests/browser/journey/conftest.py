"""A site with the tracker on it, a collector that keeps what it is told, and a visitor."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.journey.peer import DEPLOYMENT, Peer, collecting
from tests.browser.site import Site, serving
from tests.journeys.people import window
from tests.patience import PATIENCE_S

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "track-visitors.md"
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-abc' {widget}; connect-src 'self' {widget} {socket}; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'"
)
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'


def snippet(name: str) -> str:
    """A snippet as the guide has it."""
    found = re.search(
        rf"<!-- snippet: {name} -->\n```\w+\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found, f"the guide has no snippet {name}"
    return found[1]


class Tracked:
    """A page with the tracker."""

    def __init__(self, page: Page, peer: Peer, site: Site) -> None:
        self.page = page
        self.peer = peer
        self.site = site

    async def does(self, *call: Any) -> Any:
        """What a command is answered: `["done", …]` or `["failed", reason]`."""
        return await self.page.evaluate(
            """(call) => new Promise((resolve) => journey(...call,
                (answer) => resolve(['done', answer]), (reason) => resolve(['failed', `${reason}`])))""",
            list(call),
        )

    async def is_ready(self, *call: Any) -> None:
        """A command that fetches a part is done, and the tracker knows what it may do."""
        assert (await self.does(*call))[0] == "done"
        await self.does("get", "ids")

    async def hears(self, pattern: str, answer: str = "undefined") -> None:
        """Keep what subscribers of a pattern are told: `told` of the page."""
        await self.page.evaluate(
            """([pattern, answer]) => {
                window.told ??= []
                journey('on', pattern, (it) => {
                    told.push(it)
                    return answer === 'false' ? false : undefined
                })
            }""",
            [pattern, answer],
        )

    async def told(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.page.evaluate("window.told ?? []")
        return found

    async def until(self, what: Callable[[], object]) -> None:
        """The peer has heard something."""
        heard = await asyncio.to_thread(self.peer.told, what, PATIENCE_S)
        assert heard, (self.peer.names(), self.peer.states(), self.peer.pings)

    async def leaves(self) -> None:
        """To another page of the site, without a tracker."""
        self.site.page(path="/elsewhere")
        await self.page.goto(f"{self.site.url}/elsewhere")

    async def cookies(self) -> dict[str, str]:
        every = await self.page.context.cookies()
        return {
            it.get("name", ""): it.get("value", "") for it in every if it.get("name", "").startswith("_jny")
        }


@pytest.fixture
def peer(built: Path) -> Iterator[Peer]:
    with collecting(built.parent / "tracker") as peer:
        yield peer


@pytest.fixture
def shop(peer: Peer) -> Iterator[Site]:
    """A site that allows nothing but its own and the tracker."""
    with serving(peer.url) as site:
        site.policy = POLICY
        yield site


Visits = Callable[..., Any]


@pytest.fixture
def tracked(browser: Browser, shop: Site, peer: Peer) -> Visits:
    """A visitor on a page: `head` are tags, `body` markup, `calls` what its script says."""

    @asynccontextmanager
    async def visit(
        *calls: list[Any],
        body: str = "",
        head: str = "",
        path: str = "/",
        query: str = "",
        script: str = "",
        helpers: str = "",
        **options: Any,
    ) -> AsyncIterator[Tracked]:
        queue = "".join(f"journey(...{json.dumps(call)});" for call in (calls or (["init", DEPLOYMENT],)))
        own = shop.script(
            "window.journey ??= function () { (journey.q ??= []).push(arguments) };" + script + queue, "own"
        )
        tag = f'<script async src="{peer.url}/tracker/journey.js"></script>'
        address = shop.page(VIEWPORT, head, own, tag, f"</head><body>{body}", path=path)
        async with window(browser, f"{address}{query}", helpers=helpers, **options) as page:
            yield Tracked(page, peer, shop)

    return visit

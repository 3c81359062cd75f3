"""Offers in each layout, light and dark: within the screen, and sound for whoever hears them read."""

from typing import Any

import pytest

from tests.browser.journey.conftest import Visits
from tests.browser.journey.peer import Peer
from tests.journeys import axe

pytestmark = pytest.mark.anyio
PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='400' height='300'%3E"
    "%3Crect width='400' height='300' fill='%23bcd'/%3E%3C/svg%3E"
)
DARK = '<meta name="color-scheme" content="light dark">'
PHONE = {"viewport": {"width": 360, "height": 700}}


@pytest.fixture(scope="session")
async def axe_source(npm_path: Any, request: pytest.FixtureRequest, anyio_backend: str) -> str:
    assert request.config.cache is not None
    return await axe.source(npm_path, request.config.cache.mkdir("axe-core"))


@pytest.mark.parametrize(
    ("mode", "layout", "options"),
    [
        ("Toast", "RightText", {}),
        ("Overlay", "LeftText", {"color_scheme": "dark"}),
        ("Modal", "BottomText", PHONE),
        ("Modal", "ImageOnly", {"color_scheme": "dark"}),
        ("Toast", "TextOnly", PHONE),
    ],
)
async def test_it_is_as_it_should_be(
    mode: str, layout: str, options: dict[str, Any], tracked: Visits, peer: Peer, axe_source: str
) -> None:
    offer = {
        "displayMode": mode,
        "layoutMode": layout,
        "imageUrl": PICTURE,
        "imageAltText": "Blue",
        "title": "A title that is rather long for where it stands",
        "headline": "A headline",
        "body": "Words that say what it is about.\nAnd more of them.",
        "callToAction": {"text": "Show me", "url": "/sale"},
    }
    async with tracked(head=DARK, body="<main><p>The page</p></main>", **options) as it:
        peer.offer("contentOffer", contentOfferProperties={"contentOffer": offer})
        await it.does("record", "x")
        await it.until(lambda: peer.states() == ["offered"])
        box = await it.page.locator("frontdesk-offer .offer").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= it.page.viewport_size["width"]
        assert box["y"] + box["height"] <= it.page.viewport_size["height"]
        found = await axe.faults(it.page, axe_source)
        assert [fault for fault in found if "offer" in fault] == []

"""The pictures of the documentation: the script that makes them works, and none is missing or left over."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser

from scripts.machine import ROOT
from scripts.screenshots import IMAGES, take_pictures
from scripts.screenshots_journeys import take_journey_pictures
from scripts.studio import Studio, demonstration

pytestmark = pytest.mark.anyio
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.timeout(300)
async def test_every_picture_can_be_taken_anew(
    browser: Browser, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with demonstration(tmp_path) as url:
        await take_pictures(Studio(browser, url, tmp_path, settled_s=0))
    async with demonstration(tmp_path_factory.mktemp("followed"), follows_visitors=True) as url:
        await take_journey_pictures(Studio(browser, url, tmp_path, settled_s=0))
    assert {file.name for file in tmp_path.glob("*.png")} == {file.name for file in IMAGES.iterdir()}


def test_every_picture_that_a_page_shows_is_there_and_every_picture_is_shown() -> None:
    shown = {
        (page.parent / address).resolve()
        for page in PAGES
        for address in re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", page.read_text(encoding="utf-8"))
    }
    assert shown == set(IMAGES.resolve().iterdir())

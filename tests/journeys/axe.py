"""Accessibility by axe-core, fetched once by npm into pytest's cache, in one exact version."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page

VERSION = "4.11.0"
FETCH_S = 120
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def source(npm: Path, cache: Path) -> str:
    """The text of axe-core."""
    file = cache / "node_modules" / "axe-core" / "axe.min.js"
    if not file.is_file():
        command = (str(npm), "install", "--prefix", str(cache), "--no-save", "--ignore-scripts", "--silent")
        process = await asyncio.create_subprocess_exec(*command, f"axe-core@{VERSION}")
        async with asyncio.timeout(FETCH_S):
            if await process.wait() != 0:
                pytest.skip(f"axe-core could not be fetched: npm install axe-core@{VERSION}")
    return file.read_text(encoding="utf-8")


async def faults(page: Page, axe: str) -> list[str]:
    """What axe finds wrong with the page as it stands, one line each."""
    await page.evaluate(f"() => {{ {axe} }}")
    found: list[str] = await page.evaluate(
        """async (rules) => {
            // Half-way through an animation nothing has its contrast yet.
            const shadows = [...document.querySelectorAll('*')].map((node) => node.shadowRoot).filter(Boolean)
            const all = [document, ...shadows].flatMap((root) => root.getAnimations())
            const brief = all.filter((it) => it.effect.getTiming().iterations === 1)
            await Promise.all(brief.map((it) => it.finished))
            const found = await axe.run({runOnly: {type: 'tag', values: rules}})
            return found.violations.flatMap(({id, nodes}) =>
                nodes.map(({target, failureSummary}) => `${id}: ${target} ${failureSummary}`))
        }""",
        RULES,
    )
    return found

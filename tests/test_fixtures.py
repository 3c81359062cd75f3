"""What the fixtures of conftest.py promise to every test."""

import re
import subprocess
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser

from tests.postgres import fresh_database

pytestmark = pytest.mark.anyio

PAGE = "data:text/html,<title>Shop</title><button onclick=\"document.title='Chat'\">Ask us</button>"


async def test_each_test_has_an_empty_database_of_its_own(postgres_database: str) -> None:
    connection = await asyncpg.connect(postgres_database)
    try:
        await connection.execute("CREATE TABLE note (text text)")
        assert await connection.fetchval("SELECT count(*) FROM pg_stat_user_tables") == 1
    finally:
        await connection.close()


def test_a_database_is_dropped_afterwards_even_while_it_is_used(postgres_url: str) -> None:
    with fresh_database(postgres_url) as first, fresh_database(postgres_url) as second:
        assert first != second


async def test_a_dropped_database_is_gone(postgres_url: str) -> None:
    from anyio.to_thread import run_sync

    def made_and_dropped() -> str:
        with fresh_database(postgres_url) as url:
            return url

    url = await run_sync(made_and_dropped)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(url)


async def test_the_server_keeps_what_it_acknowledged(postgres_database: str) -> None:
    connection = await asyncpg.connect(postgres_database)
    try:
        assert await connection.fetchval("SHOW fsync") == "on"
    finally:
        await connection.close()


async def test_the_browser_runs_a_page(browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(PAGE)
    await page.get_by_role("button", name="Ask us").click()
    assert await page.title() == "Chat"
    await page.close()


async def test_people_in_two_contexts_share_no_cookies(browser: Browser) -> None:
    visitor, agent = await browser.new_context(), await browser.new_context()
    await visitor.add_cookies([{"name": "id", "value": "1", "url": "http://localhost"}])
    assert len(await visitor.cookies()) == 1
    assert await agent.cookies() == []
    await visitor.close()
    await agent.close()


def test_node_runs_a_script(node_path: Path) -> None:
    answer = subprocess.run(
        (node_path, "-p", "[1, 2].at(-1)"), capture_output=True, text=True, check=True, timeout=30
    )
    assert answer.stdout.strip() == "2"


def test_npm_runs(npm_path: Path) -> None:
    answer = subprocess.run((npm_path, "--version"), capture_output=True, text=True, check=True, timeout=60)
    assert re.fullmatch(r"\d+\.\d+\.\d+", answer.stdout.strip())

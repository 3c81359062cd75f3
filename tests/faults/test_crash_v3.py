"""`kill -9` while pages of version 3 talk: what was acknowledged is there, once, and every tab saw it."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from bench.house import SERVICE
from bench.postgres import Postgres
from tests.bare import http_client
from tests.conformance.v3 import Site, Visit, Widget, operation_id
from tests.faults.mortal import Node

CRASHES = 3
WORDS = 30

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]


async def says(visit: Visit, word: str) -> None:
    """Say a word until it is acknowledged, as one and the same operation."""
    operation = operation_id()
    while True:
        with suppress(httpx2.TransportError):
            answer = await visit.send(word, operation=operation)
            if answer.body["status"]["code"] == "SUCCESS":
                return
        await asyncio.sleep(0.02)


async def looks(tab: Widget) -> None:
    """Poll for ever, as a page does."""
    while True:
        with suppress(httpx2.TransportError):
            await tab.polls()
        await asyncio.sleep(random.uniform(0.02, 0.1))


async def survives(node: Node) -> None:
    await node.start()
    try:
        async with http_client(timeout=5) as http:
            visit = await Site(node.url, http).visit(SERVICE)
            tabs = [Widget(visit), Widget(visit)]
            looking = [asyncio.create_task(looks(tab)) for tab in tabs]
            words = [f"word {number}" for number in range(WORDS)]
            for number, word in enumerate(words):
                if number % (WORDS // CRASHES) == WORDS // CRASHES // 2:
                    saying = asyncio.create_task(says(visit, word))
                    await asyncio.sleep(random.uniform(0, 0.02))
                    await node.kill()
                    await node.start()
                    await saying
                else:
                    await says(visit, word)
            async with asyncio.timeout(60):
                while any(len(tab.texts) < WORDS for tab in tabs) and not any(t.done() for t in looking):
                    await asyncio.sleep(0.05)
            assert not any(task.done() for task in looking)
            for task in looking:
                task.cancel()
            await asyncio.wait(looking)
            assert (await visit.read(count=1000)).ok().texts == words
            for tab in tabs:
                assert tab.texts == words
    finally:
        await node.stop()


async def test_a_crash_takes_back_no_word_on_sqlite(tmp_path: Path) -> None:
    await survives(Node(tmp_path, None, agents=1, capacity=1))


async def test_a_crash_takes_back_no_word_on_postgres(tmp_path: Path, postgres_database: str) -> None:
    await survives(Node(tmp_path, Postgres(postgres_database), agents=1, capacity=1))

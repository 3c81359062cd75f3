"""A server that is killed while it writes: what it acknowledged is there, and nothing is half done."""

import asyncio
import sys

import pytest

from frontdesk.settings import DatabaseSettings
from frontdesk.store.open import open_database
from tests.faults.whole import whole_log

pytestmark = pytest.mark.anyio

ACKNOWLEDGED = (1, 150, 400)  # After so many the process is killed, in one round after the other.


async def killed_after(count: int, url: str, name: str) -> list[tuple[str, int, int]]:
    """What a process acknowledged until it was killed: stream, version, position."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.writing", url, name, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(count)]
    process.kill()
    lines += (await process.stdout.read()).splitlines()
    await process.wait()
    fields = [line.decode().split() for line in lines]
    return [(stream, int(version), int(position)) for stream, version, position in fields]


async def test_what_was_acknowledged_survives_the_process(durable_url: str) -> None:
    acknowledged: list[tuple[str, int, int]] = []
    for count in ACKNOWLEDGED:
        acknowledged += await killed_after(count, durable_url, f"round-{count}")
        database = await open_database(DatabaseSettings(url=durable_url))
        found = {(r.stream, r.version, r.position): r.body for r in await whole_log(database.store)}
        assert set(acknowledged) <= set(found)
        assert all(body == f"{stream} {version}".encode() for (stream, version, _), body in found.items())
        await database.aclose()
    assert len(acknowledged) >= sum(ACKNOWLEDGED)

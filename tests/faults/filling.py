"""A process whose files may not grow for a while, as on a disk that is full.

Run as `python -m tests.faults.filling URL FOLDER`. It prints as JSON how many appends were acknowledged
before, during and after, and which errors came during.
"""

import asyncio
import json
import resource
import sys
from pathlib import Path

from frontdesk.errors import DeskError
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Arm, Card
from frontdesk.store.open import open_database

BODY = b"x" * 2000


def limit_files(limit_bytes: int) -> None:
    """Let no file of this process grow beyond `limit_bytes`; what is written beyond it fails."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, most))


async def run(url: str, folder: str) -> None:
    """Write before the disk is full, while it is, and after."""
    database = await open_database(DatabaseSettings(url=url))
    acknowledged: list[str] = []
    errors: list[str] = []

    async def append(stream: str) -> None:
        card = Card("interaction", is_open=True, sort_ms=5, body=b"{}")
        try:
            await database.store.append(stream, 0, [BODY] * 3, 5, (card, Arm(99)))
        except DeskError as error:
            errors.append(type(error).__name__)
        else:
            acknowledged.append(stream)

    await asyncio.gather(*(append(f"interaction/before-{n}") for n in range(20)))
    before = len(acknowledged)
    limit_files(max(file.stat().st_size for file in Path(folder).iterdir()) + 20_000)
    for turn in range(5):
        await asyncio.gather(*(append(f"interaction/during-{turn}-{n}") for n in range(20)))
    during = len(acknowledged) - before
    readable = len(await database.store.read(acknowledged[0]))
    limit_files(resource.RLIM_INFINITY)
    await asyncio.gather(*(append(f"interaction/after-{n}") for n in range(20)))
    after = len(acknowledged) - before - during
    await database.aclose()
    told = {"acknowledged": acknowledged, "before": before, "during": during, "after": after}
    print(json.dumps(told | {"errors": errors, "readable": readable}))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2]))

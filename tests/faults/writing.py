"""A process that appends and tells each acknowledgement, so that a test can kill it and compare.

Run as `python -m tests.faults.writing URL ROUND`. Each line it prints is `stream version position`, written
after the store has answered and before anything else is asked of that stream.
"""

import asyncio
import os
import sys

from frontdesk.settings import DatabaseSettings
from frontdesk.store.open import open_database

CHATS = 20


async def run(url: str, name: str) -> None:
    """Append to many streams at once until killed."""
    database = await open_database(DatabaseSettings(url=url))

    async def chat(number: int) -> None:
        stream, version = f"interaction/{name}-{number}", 0
        while True:
            body = f"{stream} {version + 1}".encode()
            last = await database.store.append(stream, version, [body], 5)
            assert last is not None
            version = last.version
            os.write(1, f"{stream} {version} {last.position}\n".encode())

    await asyncio.gather(*(chat(number) for number in range(CHATS)))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2]))

"""Fill a database through the desk itself, without the network: chats that an agent holds."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from bench.house import SERVICE, settings, sqlite_url
from frontdesk.desk.chats import Chats
from frontdesk.desk.identity import hash_key, new_id, new_key
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.services import Service, ServiceBook
from frontdesk.domain.commands import Join, Say, Start
from frontdesk.domain.events import Kind
from frontdesk.store.open import open_database

AT_ONCE = 500
HOLDER = "crowd"  # The agent who has all these chats; nobody signs in as such.


class Seeded(Struct, frozen=True):
    """The chat that was made last, and its key."""

    chat_id: str
    secure_key: str


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def seed(place: Path, chats: int, made: Callable[[int], None]) -> Seeded:
    """Make open chats of three events each in the SQLite file of `place`; `made` hears how many there are."""
    wanted = settings(place, sqlite_url(place))
    database = await open_database(wanted.database)
    book = ServiceBook({SERVICE: Service(name=SERVICE, rules=wanted.services[SERVICE].rules)})
    interactions = Interactions(database.store, Chats(database.store, _now_ms), book, _now_ms)
    key = new_key()  # One for all of them: whoever asks names the chat as well.

    async def one(number: int) -> str:
        chat_id = new_id(_now_ms())
        start = Start(
            service=SERVICE,
            user_id=f"{number:016X}",
            key_hash=hash_key(key),
            nickname=f"Mira {number}",
            first_name="Mira",
            last_name="Olsen",
            subject="Late order",
            user_data={"page": "https://shop.example/orders"},
        )
        await interactions.start(chat_id, start)
        await interactions.do(chat_id, Join(kind=Kind.AGENT, participant_id=HOLDER, nickname="Crowd"))
        await interactions.do(chat_id, Say(party_id=1, text="Where is the blue bicycle?"))
        return chat_id

    try:
        last = ""
        for first in range(0, chats, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, chats))
            *_, last = await asyncio.gather(*(one(number) for number in numbers))
            made(numbers.stop)
        await interactions.aclose()
    finally:
        await database.aclose()
    return Seeded(last, key)

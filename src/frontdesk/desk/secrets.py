"""Secrets that the nodes of an installation share, made by whichever comes first."""

import msgspec
from msgspec import Struct

from frontdesk.desk.identity import new_key
from frontdesk.errors import Conflict
from frontdesk.store.log import Store


class SecretMade(Struct, frozen=True, tag=True):
    """A secret of 256 random bits, in hex."""

    secret: str


async def shared_secret(store: Store, name: str, now_ms: int) -> str:
    """The secret of this name; the same at every node and after every start. Errors: `Unavailable`."""
    stream = f"secret/{name}"
    while not (made := await store.read(stream, limit=1)):
        body = msgspec.json.encode(SecretMade(new_key() + new_key()))
        try:
            await store.append(stream, 0, (body,), now_ms)
        except Conflict:
            continue  # Another node was first.
    return msgspec.json.decode(made[0].body, type=SecretMade).secret

"""Which events of a customer were taken in lately, in a few bytes each, so that none is taken in twice."""

from functools import lru_cache
from hashlib import blake2b

SEEN_MAX = 512
DIGEST_BYTES, VERSION_BYTES = 8, 4
ENTRY_BYTES = DIGEST_BYTES + VERSION_BYTES  # Of the client's id of the event; of the fact that holds it.
DIGESTS_KEPT_MAX = 32  # Each is asked for several times while its event is taken in.


def noted(seen: bytes, event_id: str, version: int) -> bytes:
    """The same with one more; the oldest goes when there are too many."""
    if not event_id:
        return seen
    entry = _digest(event_id) + version.to_bytes(VERSION_BYTES, "little")
    return (seen + entry)[-SEEN_MAX * ENTRY_BYTES :]


def version_of(seen: bytes, event_id: str) -> int | None:
    """The version of the fact that holds the event, or None. A digest may be that of another: compare ids."""
    if not event_id:
        return None
    digest, at = _digest(event_id), -1
    while (at := seen.find(digest, at + 1)) >= 0:
        if at % ENTRY_BYTES == 0:  # Else it is the end of one entry and the beginning of the next.
            return int.from_bytes(seen[at + DIGEST_BYTES : at + ENTRY_BYTES], "little")
    return None


def of_action(event_id: str) -> str:
    """The id under which an event of an action is noted: those of clicks and of actions are not compared."""
    return f"action {event_id}" if event_id else ""


@lru_cache(DIGESTS_KEPT_MAX)
def _digest(event_id: str) -> bytes:
    return blake2b(event_id.encode(), digest_size=DIGEST_BYTES).digest()

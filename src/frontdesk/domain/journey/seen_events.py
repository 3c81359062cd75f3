"""Which events of a customer were taken in lately, in a few bytes each, so that none is taken in twice."""

import struct
from hashlib import blake2b

SEEN_MAX = 512
_ENTRY = struct.Struct("<QI")  # Digest of the client's id of the event, version of the fact that holds it.


def noted(seen: bytes, event_id: str, version: int) -> bytes:
    """The same with one more; the oldest goes when there are too many."""
    if not event_id:
        return seen
    return (seen + _ENTRY.pack(_digest(event_id), version))[-SEEN_MAX * _ENTRY.size :]


def version_of(seen: bytes, event_id: str) -> int | None:
    """The version of the fact that holds the event, or None. A digest may be that of another: compare ids."""
    if not event_id:
        return None
    wanted = _digest(event_id)
    return next((version for digest, version in _ENTRY.iter_unpack(seen) if digest == wanted), None)


def of_action(event_id: str) -> str:
    """The id under which an event of an action is noted: those of clicks and of actions are not compared."""
    return f"action {event_id}" if event_id else ""


def _digest(event_id: str) -> int:
    return int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest(), "little")

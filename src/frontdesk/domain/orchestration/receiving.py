"""What may come into a session's queue, and what becomes of it there."""

from collections.abc import Sequence

from frontdesk.domain.orchestration.facts import Received
from frontdesk.domain.orchestration.session import Life, Session
from frontdesk.errors import NotFound, Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import packed_fields

WAITING_MAX = 1_000
EVENT_BYTES_MAX = 256 * 1024
MERGED = ("statistic.update", "interaction.udata.changed")
_SUBJECTS = ("interactionid", "requestid", "object", "statistic")


def receive(session: Session, events: Sequence[Event], key: str) -> Received | None:
    """What becomes true when these events come in under `key`; None when they came before.

    Shape:   a key that reads like the id of a request counts only while the session waits for that one.
    Errors:  `NotFound` when there is no such session or it takes nothing any more; `Refused`
             (`event_too_large`; `queue_full`, also of what can be merged).
    """
    if session.life is Life.NONE:
        raise NotFound(f"there is no session {session.id}")
    if not session.takes_events:
        raise NotFound(f"the session {session.id} is over")
    if key in session.keys or (_is_request(session, key) and key not in session.errands):
        return None
    for event in events:
        if len(event.data) > EVENT_BYTES_MAX:
            raise Refused("event_too_large", "the event carries too much data", limit=EVENT_BYTES_MAX)
    over = len(session.waiting) + len(events) - WAITING_MAX
    merged = _mergeable(session.waiting, events, over) if over > 0 and events else ()
    if events and over > len(merged):
        raise Refused("queue_full", "too many events wait already", limit=WAITING_MAX)
    return Received(tuple(events), key, merged)


def _is_request(session: Session, key: str) -> bool:
    owner, _, number = key.rpartition(".")
    return owner == session.id and number.isdecimal()


def _mergeable(waiting: Sequence[Event], coming: Sequence[Event], wanted: int) -> tuple[int, ...]:
    """The places of the oldest events that say no more than a later one of the same subject."""
    later = {subject for event in coming if (subject := _subject(event)) is not None}
    found: list[int] = []
    for at in range(len(waiting) - 1, -1, -1):
        subject = _subject(waiting[at])
        if subject is None:
            continue
        if subject in later:
            found.append(at)
        later.add(subject)
    return tuple(sorted(found)[:wanted])


def _subject(event: Event) -> tuple[str, ...] | None:
    if event.name not in MERGED:
        return None
    fields = packed_fields(event.data)
    return (event.name, *(fields.get(name, "") for name in _SUBJECTS))

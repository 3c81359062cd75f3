"""One group of appends as the arrays that `frontdesk_append` takes."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from frontdesk.store.log import Also, Arm, Card, Entry, Fence, Forget, Recorded, Snapshot

# The number of arrays of each kind, in the order of the function's parameters.
_ARRAYS = {"job": 2, "body": 5, "fence": 3, "arm": 3, "card": 6, "forget": 3, "entry": 6, "snapshot": 5}

_PLACES = ", ".join(f"${number}" for number in range(1, sum(_ARRAYS.values()) + 1))
APPEND = f"SELECT head, losers FROM frontdesk_append({_PLACES})"  # noqa: S608 - placeholders only


class Append(Struct):
    """An append on its way."""

    stream: str
    after_version: int
    bodies: Sequence[bytes]
    time_ms: int
    also: Sequence[Also]
    done: asyncio.Future[Recorded | None]


def arrays(jobs: Sequence[Append]) -> list[Sequence[object]]:
    """The arguments of the function for `jobs`, of which no two have the same stream."""
    rows: dict[str, list[tuple[object, ...]]] = {kind: [] for kind in _ARRAYS}
    for number, job in enumerate(jobs, start=1):
        stream = job.stream
        rows["job"].append((stream, job.after_version))
        for version, body in enumerate(job.bodies, start=job.after_version + 1):
            rows["body"].append((number, stream, version, job.time_ms, body))
        if job.also:
            _add(rows, number, job)
    return [
        column
        for kind, width in _ARRAYS.items()
        for column in (list(zip(*rows[kind], strict=True)) if rows[kind] else [()] * width)
    ]


def _add(rows: dict[str, list[tuple[object, ...]]], number: int, job: Append) -> None:
    stream = job.stream
    timer: Arm | None = None
    card: Card | None = None
    snapshot: Snapshot | None = None
    for effect in job.also:
        match effect:
            case Arm():
                timer = effect
            case Card():
                card = effect
            case Snapshot():
                snapshot = effect
            case Fence():
                rows["fence"].append((number, effect.name, effect.number))
            case Entry():
                version = job.after_version + len(job.bodies)
                rows["entry"].append((number, stream, version, effect.kind, effect.at_ms, effect.body))
            case Forget():
                rows["forget"] += [(number, stream, forgotten) for forgotten in effect.versions]
    if timer is not None:
        rows["arm"].append((number, stream, timer.due_ms))
    if card is not None:
        rows["card"].append((number, stream, card.kind, card.is_open, card.sort_ms, card.body))
    if snapshot is not None:
        rows["snapshot"].append((number, stream, snapshot.version, snapshot.tag, snapshot.body))


def recorded_by(job: Append, after_position: int) -> list[Recorded]:
    """What the log now holds of `job`, whose first event got the position after `after_position`."""
    first = job.after_version + 1
    return [
        Recorded(after_position + number + 1, job.stream, first + number, job.time_ms, body)
        for number, body in enumerate(job.bodies)
    ]

"""Chat API version 3: how far one connection of a visitor has come, and what it is due.

All tabs of a site share one token and so one place in the transcript. Clients drop what they have seen, so
what was delivered a moment ago is delivered again: each tab gets all of it.

Source:  chat-api-v3 §§7.3 and 7.4.
"""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from frontdesk.wire.chat_v3 import Line

TYPING_KEPT_MS = 10_000
LINES_KEPT_MAX = 64  # Of one batch. What is longer is read again, should it have to be delivered again.


class Batch(Struct, frozen=True):
    """What one answer brings.

    Shape:   `up_to` is the version at which its reader is once it has arrived, which `fresh`, the lines that
             are new, lead to.
    """

    bodies: Sequence[bytes]
    up_to: int
    fresh: Sequence[Line]


class Delivered(Struct):
    """What arrived at one time: the `lines` after the version `before`, or None when they are let go."""

    before: int
    at_ms: int
    lines: Sequence[Line] | None


class Delivery:
    """The place of one connection.

    Shape:   everything up to `cursor` was delivered; `floor` is the version before the newest page that was
             read, and nothing before it comes again. What was delivered within `replay_ms` is `recent`,
             oldest first, and lies there to be delivered again.
    """

    __slots__ = ("_polls", "cursor", "floor", "recent")

    def __init__(self, cursor: int, floor: int = 0) -> None:
        self.cursor = cursor
        self.floor = floor
        self.recent: deque[Delivered] = deque()
        self._polls = 0

    def settled(self, now_ms: int, replay_ms: int) -> int:
        """The version up to which nothing is delivered again."""
        recent = self.recent
        while recent and recent[0].at_ms + replay_ms <= now_ms:
            recent.popleft()
        return max(self.floor, recent[0].before) if recent else self.cursor

    def again(self) -> Sequence[Line] | None:
        """The lines between what has settled and `cursor`, or None when some of them are not at hand."""
        found: list[Line] = []
        for batch in self.recent:
            if batch.lines is None:
                return None
            found += batch.lines
        return [line for line in found if line.version > self.floor] if self.floor else found

    def arrived(self, up_to: int, now_ms: int, lines: Sequence[Line] = ()) -> bool:
        """Everything up to a version has been delivered, as `lines` at its end; whether that is news."""
        before = self.cursor
        if up_to <= before:
            return False
        fresh = [line for line in lines if line.version > before]
        is_at_hand = len(fresh) == up_to - before <= LINES_KEPT_MAX
        self.recent.append(Delivered(before, now_ms, fresh if is_at_hand else None))
        self.cursor = up_to
        return True

    def put_away(self) -> None:
        """Hold no lines any more: what comes again has to be read again."""
        for batch in self.recent:
            batch.lines = None

    def read_page(self, first: int, up_to: int, now_ms: int) -> bool:
        """A page of the newest lines was read, from the version `first` on; whether that moved anything."""
        has_moved = self.arrived(up_to, now_ms)
        floor, self.floor = self.floor, max(0, first - 1)
        return has_moved or floor != self.floor

    def due(self, lines: Sequence[Line], version: int, now_ms: int) -> Batch:
        """What to answer a live poll with, out of `lines`, which are all that follow `settled`.

        Shape:   an image is the last of its batch and the only one: clients lose batches that are made
                 otherwise. What stands behind a new image is left for the next poll; an image that comes
                 again stands behind what is new.
        """
        self._polls += 1
        again = [line for line in lines if line.version <= self.cursor]
        fresh, up_to = _to_first_image([line for line in lines if line.version > self.cursor], version)
        images = [line for line in again if line.is_image]
        chosen = [*(line for line in again if not line.is_image), *fresh]
        if images and not any(line.is_image for line in fresh):
            chosen.append(images[self._polls // 2 % len(images)])  # Two tabs in turn both get each of them.
        return Batch(_bodies(chosen, now_ms), up_to, fresh)

    def missed(self, lines: Sequence[Line], version: int, now_ms: int) -> Batch:
        """What to answer a client with that says what it has: the lines that follow it."""
        chosen, up_to = _to_first_image(lines, version)
        return Batch(_bodies(chosen, now_ms), up_to, chosen)


def _to_first_image(lines: Sequence[Line], version: int) -> tuple[Sequence[Line], int]:
    """The lines up to the first image, and how far they go: to `version` when there is none."""
    for place, line in enumerate(lines):
        if line.is_image:
            return lines[: place + 1], line.version if place + 1 < len(lines) else version
    return lines, version


def _bodies(lines: Sequence[Line], now_ms: int) -> list[bytes]:
    """The messages of these lines; that somebody types is no news for long."""
    bodies: list[bytes] = []
    for line in lines:
        is_late = line.at_ms + TYPING_KEPT_MS <= now_ms
        if line.before and not is_late:
            bodies.append(line.before)
        if line.body and not (line.is_typing and is_late):
            bodies.append(line.body)
    return bodies

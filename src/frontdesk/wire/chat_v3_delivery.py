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


class Batch(Struct, frozen=True):
    """What one answer brings. `up_to` is the version at which its reader is once it has arrived."""

    bodies: Sequence[bytes]
    up_to: int


class Delivery:
    """The place of one connection.

    Shape:   everything up to `cursor` was delivered; `floor` is the version before the newest page that was
             read, and nothing before it comes again. What was delivered within `replay_ms` is `recent`, as
             (the version before it, its newest version, when), oldest first.
    """

    __slots__ = ("_polls", "cursor", "floor", "recent")

    def __init__(self, cursor: int, floor: int = 0) -> None:
        self.cursor = cursor
        self.floor = floor
        self.recent: deque[tuple[int, int, int]] = deque()
        self._polls = 0

    def settled(self, now_ms: int, replay_ms: int) -> int:
        """The version up to which nothing is delivered again."""
        recent = self.recent
        while recent and recent[0][2] + replay_ms <= now_ms:
            recent.popleft()
        return max(self.floor, recent[0][0]) if recent else self.cursor

    def arrived(self, up_to: int, now_ms: int) -> bool:
        """Everything up to a version has been delivered; whether that is news."""
        if up_to <= self.cursor:
            return False
        self.recent.append((self.cursor, up_to, now_ms))
        self.cursor = up_to
        return True

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
        return Batch(_bodies(chosen, now_ms), up_to)

    def missed(self, lines: Sequence[Line], version: int, now_ms: int) -> Batch:
        """What to answer a client with that says what it has: the lines that follow it."""
        chosen, up_to = _to_first_image(lines, version)
        return Batch(_bodies(chosen, now_ms), up_to)


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

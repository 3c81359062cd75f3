"""One interaction as this node holds it: a cache over the log that may be dropped at any time.

A quiet chat keeps only what a poll with nothing new needs; its state and its newest lines come back from
the log when somebody says something.
"""

from asyncio import Future, get_running_loop, wait
from collections import deque
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

from frontdesk.desk.arming import UNSURE, Armed
from frontdesk.domain.deadlines import Presence
from frontdesk.domain.events import Event
from frontdesk.domain.interaction import Interaction, Party, Phase

LINES_KEPT_MAX = 64


class Told:
    """One recorded event, decoded once, with what each wire has made of it.

    Shape:   `party` is the author as it was called then; `form` is what the wire of visitors made of it.
    """

    __slots__ = ("at_ms", "body", "event", "form", "party", "version")

    def __init__(self, version: int, at_ms: int, body: bytes, event: Event, after: Interaction) -> None:
        self.version = version
        self.at_ms = at_ms
        self.body = body
        self.event = event
        self.party: Party | None = after.party(getattr(event, "party_id", 1))
        self.form: Any = None


class Full:
    """The folded state with the newest lines."""

    __slots__ = ("lines", "state")

    def __init__(self, state: Interaction, lines: Sequence[Told] = ()) -> None:
        self.state = state
        self.lines: deque[Told] = deque(lines, LINES_KEPT_MAX)

    def add(self, told: Told, state: Interaction) -> None:
        self.lines.append(told)
        self.state = state

    def since(self, version: int) -> list[Told] | None:
        """The lines from `version` on, or None when some of them are no longer here."""
        if version > self.state.version:
            return []
        lines = self.lines
        if not lines or lines[0].version > version:
            return None
        found: list[Told] = []
        for told in reversed(lines):
            if told.version < version:
                break
            found.append(told)
        found.reverse()
        return found


class Writing:
    """An append of this node's that is on its way: it will bring the chat to `version`."""

    __slots__ = ("_answer", "_is_over", "version")

    def __init__(self, version: int) -> None:
        self.version = version
        self._answer: Future[None] | None = None  # Made for the first who waits; hardly ever is there one.
        self._is_over = False

    async def answered(self) -> None:
        """Return when it has had its answer."""
        if self._is_over:
            return
        if self._answer is None:
            self._answer = get_running_loop().create_future()
        await wait((self._answer,))

    def is_answered(self) -> None:
        """Let go on who waits for the answer."""
        self._is_over = True
        if self._answer is not None:
            self._answer.set_result(None)


class Hearing(Enum):
    """What becomes of a chat that hears of an event."""

    IGNORED = "ignored"
    ADDED = "added"
    STALE = "stale"


class Chat:
    """What this node knows of one interaction, and how far that can be trusted.

    Shape:   `full` is None while the chat is quiet; `card_version` is that of the newest card that was shown
             here; `armed` is the timer as it was last heard of. What it knows is true up to `version`:

             | what happens                                  | is it the newest?                         |
             | --------------------------------------------- | ----------------------------------------- |
             | the log was read                              | yes                                       |
             | this node begins to write                     | until the answer: nobody else writes here |
             | … and is told that it is written              | yes                                       |
             | … and is not told so                          | `is_stale`: only the log knows            |
             | it hears of an event that it has              | as before                                 |
             | … of its own, or one that its own will lose to | as before: the answer will tell           |
             | … of the next one, with its state at hand     | yes: it is added                          |
             | … of any other                                | `is_stale`                                |

             The log is read before a stale chat is used.
    """

    __slots__ = (
        "armed",
        "card_version",
        "end_reason",
        "full",
        "interaction_id",
        "is_archived",
        "is_left",
        "is_open",
        "is_stale",
        "key_hash",
        "last_line",
        "preview",
        "seen_ms",
        "service",
        "typing_ms",
        "user_id",
        "version",
        "writing",
    )

    def __init__(self, interaction_id: str, full: Full, armed: Armed, seen_ms: int) -> None:
        self.interaction_id = interaction_id
        self.armed = armed
        self.seen_ms = seen_ms
        self.card_version = 0
        self.preview = ""
        self.typing_ms: dict[int, int] | None = None
        self.writing: Writing | None = None
        self.is_stale = False
        self._note(full)

    def _note(self, full: Full) -> None:
        """Take over a newer state."""
        state = full.state
        self.service = state.service
        self.user_id = state.user_id
        self.key_hash = state.key_hash
        self.full: Full | None = full
        self.version = state.version
        self.last_line = state.last_line
        self.is_open = state.is_open
        self.is_archived = state.phase is Phase.ARCHIVED
        self.is_left = bool(state.parties) and not state.client.is_present
        self.end_reason = state.end_reason

    # --- how fresh it is -----------------------------------------------------------------------

    def was_read(self, full: Full, armed: Armed) -> None:
        """The log was read to its end."""
        self.is_stale = False
        self.armed = armed
        self._note(full)

    def begins_writing(self, version: int) -> None:
        """An append that will bring it to `version` is about to leave."""
        self.writing = Writing(version)

    def has_written(self, full: Full, told: Iterable[Told], state: Interaction) -> None:
        """The append is on disk."""
        for line in told:
            full.add(line, state)
        self._note(full)
        self._end_writing()

    def failed_to_write(self) -> None:
        """The append was refused or not answered: it may or may not have been written."""
        self.is_stale = True
        self._end_writing()

    def _end_writing(self) -> None:
        if self.writing is not None:
            self.writing.is_answered()
            self.writing = None

    def hearing(self, version: int) -> Hearing:
        """What an event of this version in the log means to it."""
        if version <= self.version or self.is_stale:
            return Hearing.IGNORED
        if self.writing is not None:
            return Hearing.STALE if version > self.writing.version else Hearing.IGNORED
        is_next = self.full is not None and version == self.version + 1
        return Hearing.ADDED if is_next else Hearing.STALE

    def add(self, full: Full, told: Told, state: Interaction) -> None:
        """Another node wrote this."""
        full.add(told, state)
        self._note(full)
        self.armed = UNSURE  # It may have set the timer.

    # --- beside the log ------------------------------------------------------------------------

    def note_typing(self, party_id: int, now_ms: int) -> None:
        """A party said that it is (still) typing."""
        if self.typing_ms is None:
            self.typing_ms = {}
        self.typing_ms[party_id] = now_ms

    def presence(self) -> Presence:
        return Presence(self.seen_ms, self.typing_ms or {})

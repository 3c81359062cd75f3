"""One interaction as this node holds it: a cache over the log that may be dropped at any time.

A quiet chat keeps only what a poll with nothing new needs; its state and its newest lines come back from
the log when somebody says something.
"""

from asyncio import Future
from collections import deque
from collections.abc import Sequence

from frontdesk.domain.deadlines import Presence
from frontdesk.domain.events import Event
from frontdesk.domain.interaction import Interaction, Party, Phase

LINES_KEPT_MAX = 64


class Told:
    """One recorded event, decoded once, with what each wire has made of it.

    Shape:   `party` is the author as it was called then; `forms` maps a wire's name to its bytes.
    """

    __slots__ = ("at_ms", "body", "event", "forms", "party", "version")

    def __init__(self, version: int, at_ms: int, body: bytes, event: Event, after: Interaction) -> None:
        self.version = version
        self.at_ms = at_ms
        self.body = body
        self.event = event
        self.party: Party | None = after.party(getattr(event, "party_id", 1))
        self.forms: dict[str, bytes] = {}


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


class Chat:
    """What this node knows of one interaction.

    Shape:   `full` is None while the chat is quiet; `own_version` is the newest that this node
             wrote or is writing, `card_version` that of the newest card it made; `writing` is set while an
             append of this node's is on its way; `is_stale` when the log must be read before the next use.
    """

    __slots__ = (
        "armed_ms",
        "card_version",
        "full",
        "interaction_id",
        "is_archived",
        "is_open",
        "is_stale",
        "key_hash",
        "last_line",
        "own_version",
        "preview",
        "seen_ms",
        "service",
        "typing_ms",
        "user_id",
        "version",
        "writing",
    )

    def __init__(self, interaction_id: str, full: Full, armed_ms: int | None, seen_ms: int) -> None:
        self.interaction_id = interaction_id
        self.armed_ms = armed_ms
        self.seen_ms = seen_ms
        self.own_version = 0
        self.card_version = 0
        self.preview = ""
        self.typing_ms: dict[int, int] | None = None
        self.writing: Future[None] | None = None
        self.is_stale = False
        self.note(full)

    def note(self, full: Full) -> None:
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

    def note_typing(self, party_id: int, now_ms: int) -> None:
        """A party said that it is (still) typing."""
        if self.typing_ms is None:
            self.typing_ms = {}
        self.typing_ms[party_id] = now_ms

    def presence(self) -> Presence:
        return Presence(self.seen_ms, self.typing_ms or {})

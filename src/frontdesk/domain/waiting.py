"""Chats that wait for a person, and those among them that wait alike."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from frontdesk.domain.asks import Ask
from frontdesk.domain.events import Medium
from frontdesk.domain.queues import ANYBODY, DEFAULT, MINUTE_MS, QueueRules

PRIORITY = 60  # Points: what applications put first goes first, and yet none waits for ever.
ALWAYS = 1 << 62  # A time that does not come.


class Waiting(Struct, frozen=True):
    """A chat that waits for a person.

    Shape:   `avoid` are agents that it does not go to, each until when; `prefers` is who knows it, or empty;
             `request_id` is the application's request for which it waits, if one asked.
    """

    interaction_id: str
    queued_ms: int
    avoid: Mapping[str, int] = {}
    prefers: str = ""
    request_id: str = ""

    def avoids(self, agent_id: str, now_ms: int) -> bool:
        return bool(self.avoid) and self.avoid.get(agent_id, 0) > now_ms

    @property
    def name(self) -> str:
        """What it stands there as: a chat may stand in several lines, once for each request."""
        return self.request_id or self.interaction_id

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands in its line."""
        return self.queued_ms, self.name


class Line(Struct, frozen=True):
    """Chats that wait alike, by their place. `demand` is a skill expression, or `ANYBODY`.

    Shape:   of those that an application submitted, `ask` says whom they may go to, and nothing else does.
    """

    rules: QueueRules = DEFAULT
    priority: int = 0
    demand: str = ANYBODY
    chats: Sequence[Waiting] = ()
    ask: Ask | None = None
    medium: Medium = Medium.CHAT

    def points(self, waited_ms: int) -> int:
        """What a chat stands at that has waited for so long, as `QueueRules.points`."""
        if self.ask is None:
            return self.rules.points(self.priority, waited_ms)
        return self.priority * PRIORITY * MINUTE_MS + self.ask.counted_ms(max(0, waited_ms))

"""How many chats people answer and how long they take, learned as they are handled."""

import sys
from collections import Counter
from collections.abc import Callable

from frontdesk.domain.card import InteractionCard
from frontdesk.domain.estimates import Handled


class Handling:
    """How long the last chats took, by the queue where they had waited; empty for those of applications.

    Shape:   `answered` and `completed` count since this node has begun: by agent, queue and virtual queue.
    """

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._handled: dict[str, Handled] = {}
        self._since_ms: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._counted: dict[tuple[str, ...], tuple[str, ...]] = {}  # One for all who count for the same.
        self.answered: Counter[str] = Counter()
        self.completed: Counter[str] = Counter()

    def note(
        self, interaction_id: str, before: InteractionCard | None, card: InteractionCard, *, is_open: bool
    ) -> None:
        """Take note of what a chat's card says now, and said before."""
        waits = card.queued_ms or card.submits
        waited = before is not None and (before.queued_ms or before.submits)
        if before is not None and waited and not waits and is_open:
            came = set(card.participants) - set(before.participants)
            if came:
                queues = {submit.queue for submit in before.submits} or {before.queue}
                named = tuple(sys.intern(name) for name in (*came, *(f"{queue}.Q" for queue in queues)))
                counted = self._counted.setdefault(named, named)
                self._since_ms[interaction_id] = self._clock_ms(), counted
                self.answered.update(counted)
        elif waits or not is_open:
            since = self._since_ms.pop(interaction_id, None)
            if since is not None and before is not None:
                known = self._handled.get(before.queue, Handled())
                self._handled[before.queue] = known.after(self._clock_ms() - since[0])
                self.completed.update(since[1])

    def of(self, queue: str) -> Handled:
        """How long those of a queue took."""
        return self._handled.get(queue, Handled())

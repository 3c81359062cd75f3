"""How long people take for chats, learned as they are handled."""

from collections.abc import Callable

from frontdesk.domain.card import InteractionCard
from frontdesk.domain.estimates import Handled


class Handling:
    """How long the last chats took, by the queue where they had waited; empty for those of applications."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._handled: dict[str, Handled] = {}
        self._since_ms: dict[str, int] = {}

    def note(
        self, interaction_id: str, before: InteractionCard | None, card: InteractionCard, *, is_open: bool
    ) -> None:
        """Take note of what a chat's card says now, and said before."""
        waits = card.queued_ms or card.submits
        waited = before is not None and (before.queued_ms or before.submits)
        if before is not None and waited and not waits and is_open:
            if set(card.participants) - set(before.participants):
                self._since_ms[interaction_id] = self._clock_ms()
        elif waits or not is_open:
            since_ms = self._since_ms.pop(interaction_id, None)
            if since_ms is not None and before is not None:
                known = self._handled.get(before.queue, Handled())
                self._handled[before.queue] = known.after(self._clock_ms() - since_ms)

    def of(self, queue: str) -> Handled:
        """How long those of a queue took."""
        return self._handled.get(queue, Handled())

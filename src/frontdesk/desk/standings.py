"""Those who wait are told where they stand, where their queue wants it."""

from collections.abc import Callable, Iterator

from frontdesk.desk.floor import Floor
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.commands import Receive

LOOK_EVERY_MS = 2000
FIRST_AFTER_MS = 5000  # Who is rung for at once need not hear of a queue.
AT_ONCE_MAX = 50  # In one look, so that no number of waiting chats holds up those who are put to somebody.


class Standings:
    """Who has been told, and when; a node that takes over tells anew what is still so."""

    def __init__(self, services: ServiceBook, floor: Floor, clock_ms: Callable[[], int]) -> None:
        self._services = services
        self._floor = floor
        self._clock_ms = clock_ms
        self._looked_ms = 0
        self._told_ms: dict[str, int] = {}

    def wishes(self) -> Iterator[tuple[str, Receive]]:
        """What those are to be told whose time has come, who have heard nothing for longest first."""
        now_ms = self._clock_ms()
        if 0 <= now_ms - self._looked_ms < LOOK_EVERY_MS:
            return
        self._looked_ms = now_ms
        due: list[tuple[int, str]] = []
        told_ms: dict[str, int] = {}
        for line in self._floor.lines():
            every_ms = line.rules.telling.every_s * 1000
            for chat in line.chats if every_ms else ():
                last_ms = self._told_ms.get(chat.interaction_id, 0)
                told_ms[chat.interaction_id] = last_ms
                if now_ms - chat.queued_ms >= FIRST_AFTER_MS and now_ms - last_ms >= every_ms:
                    due.append((last_ms, chat.interaction_id))
        self._told_ms = told_ms
        for _, interaction_id in sorted(due)[:AT_ONCE_MAX]:
            card, standing = self._floor.card(interaction_id), self._floor.standing(interaction_id)
            assert card is not None, "what waits is open"
            assert standing is not None, "it stands in a line"
            position, wait_ms = standing
            telling = self._services.queue_rules(card.queue).telling
            self._told_ms[interaction_id] = now_ms
            yield (
                interaction_id,
                Receive(
                    about="position",
                    text=telling.says(position, wait_ms),
                    position=position,
                    wait_s=round((wait_ms or 0) / 1000),
                ),
            )

"""How queues stand, as the node tells its process of journeys: when that has changed, and not too often."""

import asyncio
from collections.abc import Callable

from frontdesk.desk.floor import Floor
from frontdesk.desk.journeys.queue_answers import QueueAnswers, Waited
from frontdesk.domain.reception import Outlook
from frontdesk.edges.apart.messages import Queues

TELL_AFTER_S = 0.1
LOOK_EVERY_S = 1.0  # Some of it comes of time alone.


class FloorNews:
    """Of the queues that are watched, and of them only what the other end does not know yet."""

    def __init__(self, floor: Floor, answers: QueueAnswers) -> None:
        self._floor = floor
        self._queues: tuple[str, ...] = ()
        self._known: dict[str, Outlook] = {}
        self._waited: list[tuple[str, Waited]] = []
        self._tell: Callable[[Queues], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_soon = False
        floor.on_change.append(self._changed)
        answers.on_over.append(self._over)

    def begin(self, tell: Callable[[Queues], None]) -> None:
        """Tell somebody new, who knows nothing."""
        self.end()
        self._tell = tell

    def end(self) -> None:
        """There is nobody to be told."""
        if self._timer is not None:
            self._timer.cancel()
        self._tell, self._timer, self._is_soon = None, None, False
        self._queues, self._known, self._waited = (), {}, []

    def watch(self, queues: tuple[str, ...]) -> None:
        """Tell of these from now on, and how they stand at once."""
        self._queues = queues
        self._look()

    def _over(self, queue: str, waited: Waited) -> None:
        if self._tell is not None:
            self._waited.append((queue, waited))
            self._changed()

    def _changed(self) -> None:
        if self._tell is not None and not self._is_soon:
            self._is_soon = True
            self._look_in(TELL_AFTER_S)

    def _look_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        """Say what has changed."""
        if self._tell is None:
            return
        self._is_soon = False
        self._look_in(LOOK_EVERY_S)
        now = {queue: self._floor.outlook(queue) for queue in self._queues}
        changed = [(queue, outlook) for queue, outlook in now.items() if self._known.get(queue) != outlook]
        waited, self._waited, self._known = self._waited, [], now
        if changed or waited:
            self._tell(Queues(changed, waited))


class ToldFloor:
    """How queues stand, as it was told."""

    def __init__(self, answers: QueueAnswers) -> None:
        self._answers = answers
        self._now: dict[str, Outlook] = {}

    def outlook(self, queue: str) -> Outlook:
        """What a queue has for a chat; nothing, as long as nobody has said."""
        return self._now.get(queue, NOTHING)

    def take(self, queues: Queues) -> None:
        """Take note of what has changed."""
        self._now.update(queues.now)
        for queue, waited in queues.waited:
            self._answers.take(queue, waited)


NOTHING = Outlook(0, 0, could_answer=False)

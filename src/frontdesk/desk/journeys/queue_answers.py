"""How soon chats are answered: what became of those of each queue within the last half hour.

Every node learns it from the log of chats as it goes on. One that has just begun knows of nothing, and then
nothing speaks against offers.
"""

from collections import deque
from collections.abc import Callable, Iterator

import msgspec
from msgspec import Struct

from frontdesk.desk.floor import Floor
from frontdesk.desk.journeys.chats import is_seen_person
from frontdesk.domain.events import Ended, Joined, Queued, Rested
from frontdesk.domain.journey.pacing import WINDOW_MS, Answers
from frontdesk.store.log import Recorded

KEPT_MAX = 10_000  # Of one queue, within half an hour: more say nothing new about a share.
_Heard = Queued | Joined | Ended | Rested
_STARTS = tuple(f'{{"type":"{kind}"'.encode() for kind in ("Queued", "Joined", "Ended", "Rested"))
_decode = msgspec.json.Decoder(_Heard).decode


class Waited(Struct, frozen=True, gc=False):
    """How long a chat waited, and whether somebody came. `at_ms` is when the waiting was over."""

    at_ms: int
    waited_ms: int
    is_answered: bool


class QueueAnswers:
    """The chats that wait, and what became of those that waited lately."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._waiting: dict[str, tuple[str, int]] = {}
        self._waited: dict[str, deque[Waited]] = {}
        self.on_over: list[Callable[[str, Waited], None]] = []

    def load(self, floor: Floor) -> None:
        """Take note of the chats that wait already."""
        for interaction_id, card in floor.open():
            if card.queued_ms:
                self._waiting[interaction_id] = card.queue, card.queued_ms

    def heard(self, interaction_id: str, record: Recorded) -> None:
        """An event of a chat was committed."""
        if not record.body.startswith(_STARTS):
            return
        try:
            event = _decode(record.body)
        except msgspec.DecodeError:
            return  # A newer version counts it.
        if isinstance(event, Queued):
            self._waiting[interaction_id] = event.queue, event.since_ms or record.time_ms
        elif isinstance(event, Ended):
            self._over(interaction_id, record.time_ms, is_answered=False)
        elif isinstance(event, Rested):
            self._waiting.pop(interaction_id, None)  # Nobody waits for an answer right now.
        elif is_seen_person(event):
            self._over(interaction_id, record.time_ms, is_answered=True)

    def _over(self, interaction_id: str, at_ms: int, *, is_answered: bool) -> None:
        queue, since_ms = self._waiting.pop(interaction_id, ("", 0))
        if since_ms:
            self.take(queue, Waited(at_ms, max(0, at_ms - since_ms), is_answered))

    def take(self, queue: str, waited: Waited) -> None:
        """A chat of a queue waits no more."""
        self._waited.setdefault(queue, deque(maxlen=KEPT_MAX)).append(waited)
        for hear in self.on_over:
            hear(queue, waited)

    def lately(self) -> Iterator[tuple[str, Waited]]:
        """What became of those that waited lately, with the queue of each."""
        return ((queue, one) for queue, waited in self._waited.items() for one in waited)

    def of(self, queue: str, in_time_ms: int, short_ms: int) -> Answers:
        """What became of the chats of a queue in the last half hour, by what is in time and what is short."""
        waited, since_ms = self._waited.get(queue, deque()), self._clock_ms() - WINDOW_MS
        while waited and waited[0].at_ms <= since_ms:
            waited.popleft()
        answered = [one for one in waited if one.is_answered]
        return Answers(
            in_time=sum(one.waited_ms <= in_time_ms for one in answered),
            answered=len(answered),
            abandoned=len(waited) - len(answered),
            short_abandoned=sum(not one.is_answered and one.waited_ms <= short_ms for one in waited),
        )

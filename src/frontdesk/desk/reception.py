"""Who comes to a queue that is closed, full or deserted: told before they begin, or as they begin to wait."""

from collections import Counter
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from frontdesk.desk.floor import Floor
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.commands import Receive
from frontdesk.domain.hours import is_open
from frontdesk.domain.reception import OPEN, Does, Situation, situation
from frontdesk.errors import Refused, Unavailable

NEW_MS = 60_000  # Who has waited for longer was received by the node that assigned before.


class Reception:
    """Receives those who come. `check_start` asks any node, `wishes` only the one that assigns."""

    def __init__(self, services: ServiceBook, floor: Floor, clock_ms: Callable[[], int]) -> None:
        self._services = services
        self._floor = floor
        self._clock_ms = clock_ms

    def check_start(self, service_name: str) -> None:
        """Whether a chat of a service may begin now.

        Errors:  `Refused("closed")` out of hours, or where nobody is there; `Unavailable` when the queue is
                 full: it may be less so in a moment.
        """
        service = self._services.get(service_name)
        assert service is not None, "who asks has found it"
        now_ms = self._clock_ms()
        if service.hours is not None and not is_open(service.hours, now_ms):
            raise Refused("closed", "no chat can be started here at this hour")
        if service.application or self._services.bot_id(service_name):
            return  # It is always there; what it hands over is received then.
        rules = self._services.queue_rules(service.queue).reception
        if rules is OPEN:
            return  # Nothing is set for it, so nobody need be counted.
        found = situation(rules, now_ms, self._floor.outlook(service.queue))
        if found is None or rules.answer(found).does is not Does.REFUSE:
            return
        if found is Situation.FULL:
            raise Unavailable("the queue is full")
        raise Refused("closed", "nobody is there to answer now")

    def wishes(self) -> Iterator[tuple[str, Receive]]:
        """What those who have just begun to wait are to be told, from the last who came to the first."""
        turned_away: Counter[str] = Counter()
        since_ms = self._clock_ms() - NEW_MS
        for interaction_id, card in sorted(self._floor.newcomers(), key=lambda it: -it[1].queued_ms):
            rules = self._services.queue_rules(card.queue).reception
            if rules is OPEN or card.queued_ms < since_ms:
                continue
            outlook = self._floor.outlook(card.queue, card.demand)
            before = outlook.waiting - turned_away[card.queue] - 1  # It stands there itself.
            found = situation(rules, card.queued_ms, replace(outlook, waiting=before))
            answer = rules.answer(found) if found is not None else None
            if found is None or answer is None or answer.does is Does.WAIT:
                continue
            ends = answer.does is not Does.TELL
            turned_away[card.queue] += ends
            yield interaction_id, Receive(about=found, text=answer.text, ends=ends)

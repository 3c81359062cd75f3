"""What the targets of offers could take now: free people, chats that wait, offers that are out.

Source:  journey.md §8.7. A target that names no queue has that of the chat service of the deployment.
"""

from collections.abc import Callable

from msgspec import Struct

from frontdesk.desk.journeys.offer_tally import OfferTally
from frontdesk.desk.journeys.queue_answers import QueueAnswers
from frontdesk.desk.services import ServiceBook
from frontdesk.domain.journey.action_targets import ActionTarget
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.pacing import Room, Throttle, paced_by
from frontdesk.domain.reception import Outlook
from frontdesk.domain.rules import DEFAULT_QUEUE

MINUTE_MS = 60_000
MINUTES_MAX = 10  # After so many quiet ones a throttle is wholly open or shut.
ANY = ActionTarget(name="")


class _Throttled(Struct):
    throttle: Throttle
    until_ms: int


class DeskAvailability:
    """The room of each target, as `Availability` asks for it. `outlook` is that of a queue now."""

    def __init__(
        self,
        outlook: Callable[[str], Outlook],
        services: ServiceBook,
        tally: OfferTally,
        answers: QueueAnswers,
        definitions: Callable[[], Definitions],
        clock_ms: Callable[[], int],
    ) -> None:
        self._outlook = outlook
        self._services = services
        self._tally = tally
        self._answers = answers
        self._definitions = definitions
        self._clock_ms = clock_ms
        self._throttled: dict[str, _Throttled] = {}

    def room(self, target_id: str, deployment_id: str) -> Room:
        """The room of a target; of the deployment's own queue where it names none."""
        target = self._definitions().targets.get(target_id, ANY)
        queue = target.queue_id or self.queue_of(deployment_id)
        outlook = self._outlook(queue)
        name = paced_by(target_id, deployment_id)
        pace = self._tally.pace(name)
        return Room(
            free=outlook.places,
            waiting=outlook.waiting,
            accepted=pace.accepted,
            outstanding=pace.outstanding,
            p_accept=pace.p_accept,
            p_start=pace.p_start,
            allow_fraction=self._throttle(name, target, queue).allow_fraction,
        )

    def queues(self) -> set[str]:
        """Every queue whose room may be asked for."""
        definitions = self._definitions()
        named = {target.queue_id for target in definitions.targets.values() if target.queue_id}
        return named | {self.queue_of(deployment_id) for deployment_id in definitions.deployments}

    def queue_of(self, deployment_id: str) -> str:
        """Where the chats of a deployment wait when nothing else is said."""
        deployment = self._definitions().deployments.get(deployment_id)
        service = self._services.get(deployment.service) if deployment is not None else None
        return service.queue if service is not None else DEFAULT_QUEUE

    def _throttle(self, name: str, target: ActionTarget, queue: str) -> Throttle:
        """The throttle of a target, after each minute that has gone by."""
        now_ms = self._clock_ms()
        held = self._throttled.get(name)
        if held is None:
            held = self._throttled[name] = _Throttled(Throttle(), now_ms + MINUTE_MS)
        if now_ms >= held.until_ms:
            level = target.service_level
            reached = self._answers.of(queue, level.duration_ms, target.short_abandon_threshold).service_level
            minutes = 1 + (now_ms - held.until_ms) // MINUTE_MS
            for _ in range(min(minutes, MINUTES_MAX)):
                held.throttle = held.throttle.after(reached, level.percentage)
            held.until_ms += minutes * MINUTE_MS
        return held.throttle

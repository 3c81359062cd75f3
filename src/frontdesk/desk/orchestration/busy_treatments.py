"""Busy treatments: what a visitor is told and shown while somebody is looked for.

They go on in order, then from the start again, until the search is over; sessions hear nothing of them. Whose
turn it is follows from the time, and what is said has an id of its own, so another node goes on where one
stopped.

Source:  orchestration.md, section 12.5.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.speaker import Speaker
from frontdesk.desk.orchestration.treatments import Play, Prompts, Wait, busy_treatments_of, place_at
from frontdesk.desk.orchestration.under_way import RETRY_S, Sleep
from frontdesk.domain.interaction import Interaction
from frontdesk.errors import NotFound, Refused, Unavailable

SOONEST_S = 0.05  # Clocks are not exact: a treatment that is nearly over is not looked at without end.

_log = structlog.get_logger("orchestration.treatments")


class BusyTreatments:
    """Carries out the treatments of searches, by the request that searches."""

    def __init__(
        self,
        interactions: Interactions,
        speaker: Speaker,
        prompts: Prompts,
        clock_ms: Callable[[], int],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._interactions = interactions
        self._speaker = speaker
        self._prompts = prompts
        self._clock_ms = clock_ms
        self._sleep = sleep
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def check(self, steps: Sequence[Any]) -> None:
        """Whether these can go on while somebody waits. Errors: `Untreated`, with a code and a text."""
        busy_treatments_of(steps, self._prompts)

    def begin(self, request_id: str, interaction_id: str, steps: Sequence[Any], since_ms: int) -> None:
        """Go on with the treatments of a search that began at `since_ms`; beginning twice is beginning.

        Shape:   `steps` as the element `runtreatments` has them. None: nothing goes on.
        Errors:  as `check`.
        """
        treatments = busy_treatments_of(steps, self._prompts)
        if treatments and request_id not in self._tasks:
            work = self._go_on(request_id, interaction_id, treatments, since_ms)
            task = asyncio.create_task(work)
            self._tasks[request_id] = task
            task.add_done_callback(lambda done: self._is_over(request_id, done))

    def end(self, request_id: str) -> None:
        """The search is over: nothing more is said."""
        task = self._tasks.pop(request_id, None)
        if task is not None:
            task.cancel()

    async def aclose(self) -> None:
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_over(self, request_id: str, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(request_id) is task:
            del self._tasks[request_id]

    async def _go_on(
        self, request_id: str, interaction_id: str, treatments: Sequence[Play | Wait], since_ms: int
    ) -> None:
        try:
            while True:
                place = place_at(treatments, (self._clock_ms() - since_ms) / 1000)
                try:
                    _, full = await self._interactions.chats.full(interaction_id)
                    if not _waits(full.state):
                        return
                    said_id = f"{request_id}/{place.lap}.{place.index}"
                    await self._do(interaction_id, treatments[place.index], said_id)
                except Unavailable as error:
                    _log.warning("treatment_waits", request_id=request_id, reason=str(error))
                    await self._sleep(RETRY_S)
                    continue
                await self._sleep(max(place.left_s, SOONEST_S))
        except (NotFound, Refused) as refused:  # It ended meanwhile, or can hear nothing more.
            _log.info("treatments_over", request_id=request_id, reason=str(refused))

    async def _do(self, interaction_id: str, treatment: Play | Wait, said_id: str) -> None:
        match treatment:
            case Play():
                for number, text in enumerate(treatment.texts):
                    await self._speaker.say(interaction_id, text, f"{said_id}.{number}")
            case Wait() if treatment.sound:
                told = {"purpose": "waiting", "sound": treatment.sound, "duration_s": treatment.duration_s}
                await self._speaker.give_notice(interaction_id, treatment.sound, told, said_id)
            case Wait():
                pass


def _waits(state: Interaction) -> bool:
    """Whether nobody has come for the visitor yet."""
    return state.is_open and not state.is_attended

"""Busy treatments: what a visitor is told and shown while somebody is looked for.

They go on in order, then from the start again, while their submit stands and nobody is rung; sessions hear
nothing of them. Whose turn it is follows from the time, and what is said has an id of its own, so another
node goes on where one stopped.

Source:  orchestration.md, section 12.5.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

import structlog

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.slots import Slots, Treating
from frontdesk.desk.orchestration.speaker import Speaker
from frontdesk.desk.orchestration.treatments import (
    Play,
    Prompts,
    Untreated,
    Wait,
    busy_treatments_of,
    place_at,
)
from frontdesk.desk.orchestration.under_way import RETRY_S, Sleep
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.submit import Submit
from frontdesk.errors import NotFound, Refused, Unavailable
from frontdesk.scxml.packed import unpack

SOONEST_S = 0.05  # Clocks are not exact: a treatment that is nearly over is not looked at without end.

_log = structlog.get_logger("orchestration.treatments")


class BusyTreatments:
    """Carries out the treatments of searches, by the request that searches."""

    def __init__(
        self,
        interactions: Interactions,
        speaker: Speaker,
        slots: Slots,
        prompts: Prompts,
        clock_ms: Callable[[], int],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._interactions = interactions
        self._speaker = speaker
        self._slots = slots
        self._prompts = prompts
        self._clock_ms = clock_ms
        self._sleep = sleep
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def check(self, steps: Sequence[Any]) -> None:
        """Whether these can go on while somebody waits. Errors: `Untreated`, with a code and a text."""
        busy_treatments_of(steps, self._prompts)

    def begin(self, search: Request, interaction_id: str) -> None:
        """Go on with the treatments of a submit since it stands; beginning twice is beginning."""
        if search.request_id not in self._tasks:
            task = asyncio.create_task(self._go_on(search, interaction_id))
            self._tasks[search.request_id] = task
            task.add_done_callback(lambda done: self._is_over(search.request_id, done))

    def end(self, request_id: str) -> None:
        """The search is over: nothing more is said."""
        task = self._tasks.pop(request_id, None)
        if task is not None:
            task.cancel()
            self._slots.release(request_id)

    async def aclose(self) -> None:
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_over(self, request_id: str, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(request_id) is task:
            del self._tasks[request_id]
            self._slots.release(request_id)

    async def _go_on(self, search: Request, interaction_id: str) -> None:
        try:
            while True:
                try:
                    left_s = await self._turn(search, interaction_id)
                except Unavailable as error:
                    _log.warning("treatment_waits", request_id=search.request_id, reason=str(error))
                    left_s = RETRY_S
                if left_s is None:
                    return
                await self._sleep(max(left_s, SOONEST_S))
        except (NotFound, Refused, Untreated) as error:  # It ended meanwhile, or can hear nothing more.
            _log.info("treatments_over", request_id=search.request_id, reason=str(error))

    async def _turn(self, search: Request, interaction_id: str) -> float | None:
        """Do what it is the turn of; how long until the next one, None when nobody is looked for any more."""
        _, full = await self._interactions.chats.full(interaction_id)
        submit = _standing(full.state, search.request_id)
        if submit is None:
            return None
        treatments = busy_treatments_of(unpack(submit.treatments), self._prompts)
        place = place_at(treatments, (self._clock_ms() - submit.since_ms) / 1000)
        if full.state.ringing is None and self._has_slot(search, interaction_id):
            # After an update there are others, which were not said yet.
            said_id = f"{search.request_id}/{crc32(submit.treatments.encode())}/{place.lap}.{place.index}"
            await self._do(interaction_id, treatments[place.index], said_id)
        return place.left_s

    def _has_slot(self, search: Request, interaction_id: str) -> bool:
        """Whether nothing else goes on with the visitor."""
        try:
            self._slots.hold(interaction_id, Treating(search))
        except Untreated:
            return False
        return True

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


def _standing(state: Interaction, request_id: str) -> Submit | None:
    """The submit while somebody is looked for, or rung, and there is something to do meanwhile."""
    if not state.is_open or state.is_attended:
        return None
    standing = (s for s in state.submits if s.request_id == request_id and not s.is_kept and s.treatments)
    return next(standing, None)

"""Module `dialog`, for chats: what is done with a visitor who waits, one thing at a time.

Nothing is lost with a node: what is outstanding is asked for again, what was said is said under the request's
id, times count from when it was asked, and a message that came meanwhile is in the chat.

Source:  orchestration.md, section 13.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.beginnings import Beginnings
from frontdesk.desk.orchestration.bot_turns import BotTurns
from frontdesk.desk.orchestration.busy_treatments import BusyTreatments
from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.desk.orchestration.news import News
from frontdesk.desk.orchestration.slots import Slots, Treating
from frontdesk.desk.orchestration.speaker import Speaker
from frontdesk.desk.orchestration.treatments import (
    Collect,
    Play,
    Prompts,
    Several,
    StartBot,
    Stop,
    Treatment,
    Untreated,
    Wait,
    treatment_of,
)
from frontdesk.desk.orchestration.under_way import Sleep, UnderWay
from frontdesk.domain.events import Said
from frontdesk.domain.interaction import Interaction
from frontdesk.errors import NotFound, Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack

VISITOR = 1
FIRST = "0"
"""What stands for the first interaction of a session."""

FirstOf = Callable[[str], Awaitable[str]]
"""The first interaction of a session that it still has, by the session's id; empty when it has none."""

_REFUSED = {
    "ended": "invalidstate.null",
    "not_started": "invalidstate.null",
    "text_missing": "invalidattribute",
    "text_too_long": "invalidattribute",
}


class DialogModule:
    """Carries out treatments. `prompts` are announcements by their ids."""

    def __init__(
        self,
        delivery: Delivery,
        interactions: Interactions,
        beginnings: Beginnings,
        speaker: Speaker,
        bots: BotTurns,
        slots: Slots,
        busy: BusyTreatments,
        news: News,
        first_of: FirstOf,
        prompts: Prompts,
        clock_ms: Callable[[], int],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._interactions = interactions
        self._beginnings = beginnings
        self._speaker = speaker
        self._bots = bots
        self._news = news
        self._first_of = first_of
        self._prompts = prompts
        self._clock_ms = clock_ms
        self._sleep = sleep
        self._slots = slots
        self._busy = busy
        self.under_way = UnderWay(delivery, sleep)

    async def carry_out(self, request: Request) -> None:
        """Do it, or begin to. Errors: `Unavailable`."""
        if request.request_id in self.under_way:
            return
        event = await _told(request, self._begin(request))
        if event is not None:
            await self.under_way.tell(request, event)

    async def drop(self, request: Request) -> None:
        """Stop. A bot that was called in goes on, for the visitor talks with it."""
        self.under_way.cancel(request.request_id)
        self._slots.release(request.request_id)

    def patience_ms(self, _request: Request) -> int:
        """As long as it takes: everything here has a time of its own."""
        return 0

    async def aclose(self) -> None:
        await self.under_way.aclose()

    # --- one at a time -------------------------------------------------------------------------

    async def _begin(self, request: Request) -> Event | None:
        """Do what is done at once; None when it takes its time."""
        interaction_id = await self._id_of(request)
        treatment = treatment_of(request.action, request.attributes, self._prompts)
        _, full = await self._interactions.chats.settled(interaction_id)
        _check(full.state, request)
        if isinstance(treatment, Stop):
            await self._stop(interaction_id)
            return _done(request, interaction_id)
        self._slots.hold(interaction_id, Treating(request, treatment))
        if isinstance(treatment, Play):
            try:
                await self._say(request, interaction_id, treatment.texts)
            finally:
                self._slots.release(request.request_id)
            return _done(request, interaction_id)
        self.under_way.begin(request, lambda: self._work(request, interaction_id, treatment))
        return None

    async def _id_of(self, request: Request) -> str:
        """The interaction that is meant: the session's first, where it names none. Errors: `Untreated`."""
        interaction_id = request.attributes.get("interactionid", FIRST)
        if interaction_id == FIRST:
            interaction_id = await self._first_of(request.session_id)
        if not isinstance(interaction_id, str) or not interaction_id:
            raise Untreated("notfound", "the session has no interaction")
        return interaction_id

    async def _stop(self, interaction_id: str) -> None:
        treating = self._slots.of(interaction_id)
        if treating is None:
            return
        if treating.treatment is None:
            self._busy.end(treating.request.request_id)
            return
        if isinstance(treating.treatment, StartBot):
            await self._bots.end(interaction_id, treating.treatment.login)
        await self.drop(treating.request)
        cancelled = treating.request.failed("cancelled", "the treatment was stopped")
        await self.under_way.tell(treating.request, cancelled)

    # --- what takes its time -------------------------------------------------------------------

    async def _work(self, request: Request, interaction_id: str, treatment: Treatment) -> Event:
        try:
            event = await _told(request, self._result(request, interaction_id, treatment))
        finally:  # Before it is told: then the session may ask for the next one at once.
            self._slots.release(request.request_id)
        assert event is not None, "every treatment has a result"
        return event

    async def _result(self, request: Request, interaction_id: str, treatment: Treatment) -> Event:
        self._slots.hold(interaction_id, Treating(request, treatment))
        match treatment:
            case Collect():
                return await self._collect(request, interaction_id, treatment)
            case Wait():
                await self._wait(request, interaction_id, treatment)
                return _done(request, interaction_id)
            case Several():
                await self._run(request, interaction_id, treatment)
                return _done(request, interaction_id)
            case StartBot():
                await self._bots.bot(treatment.login)
                begun = Event("dialog.start.requestid", data=pack({"requestid": request.request_id}))
                await self.under_way.tell(request, begun, f"{request.request_id}.begun")
                changes = await self._bots.whole(request, interaction_id, treatment)
                return _done(request, interaction_id, extensions=changes)
            case _:
                raise AssertionError(f"{treatment} is done at once")

    async def _say(
        self, request: Request, interaction_id: str, texts: tuple[str, ...], name: str = ""
    ) -> None:
        for number, text in enumerate(texts):
            await self._speaker.say(interaction_id, text, f"{name or request.request_id}/{number}")

    async def _wait(
        self, request: Request, interaction_id: str, wait: Wait, name: str = "", after_s: float = 0
    ) -> None:
        """Let the time of a treatment pass that begins `after_s` the request, and is said as `name`."""
        left_s = self._left_s(request, after_s + wait.duration_s)
        if wait.sound:
            told = {"purpose": "waiting", "sound": wait.sound, "duration_s": wait.duration_s}
            await self._speaker.give_notice(interaction_id, wait.sound, told, name or request.request_id)
        await self._sleep(left_s)

    async def _run(self, request: Request, interaction_id: str, several: Several) -> None:
        """One after the other: what was said before a crash is not said again, and no time begins anew."""
        after_s = 0.0
        for number, treatment in enumerate(several.treatments):
            _, full = await self._interactions.chats.full(interaction_id)
            _check(full.state, request)
            name = f"{request.request_id}/{number}"
            if isinstance(treatment, Play):
                await self._say(request, interaction_id, treatment.texts, name)
            else:
                await self._wait(request, interaction_id, treatment, name, after_s)
                after_s += treatment.duration_s

    def _left_s(self, request: Request, seconds: float) -> float:
        """What is left of a time that counts from when it was asked for."""
        return max(0.0, request.asked_ms / 1000 + seconds - self._clock_ms() / 1000)

    async def _collect(self, request: Request, interaction_id: str, collect: Collect) -> Event:
        """The visitor's first message since this was begun, or asked for."""
        since = await self._beginnings.of(request, interaction_id)
        await self._say(request, interaction_id, collect.texts)
        until_ms = request.asked_ms + collect.timeout_s * 1000
        with self._news.of(interaction_id) as happened:
            while True:
                for told in await self._interactions.chats.history(interaction_id, since + 1):
                    event = told.event
                    if isinstance(event, Said) and event.party_id == VISITOR and told.at_ms <= until_ms:
                        return _done(request, interaction_id, digits=event.text, text=event.text)
                _, full = await self._interactions.chats.full(interaction_id)
                _check(full.state, request)
                left_s = self._left_s(request, collect.timeout_s)
                if not left_s:
                    raise Untreated("timeout", "the visitor did not write in time")
                await self._news.next(happened, left_s)


async def _told(request: Request, work: Coroutine[Any, Any, Event | None]) -> Event | None:
    """What becomes of `work`, as the session hears of it. Errors: `Unavailable`."""
    try:
        return await work
    except Untreated as untreated:
        return request.failed(untreated.code, untreated.text)
    except NotFound:
        return request.failed("notfound", "there is no such interaction")
    except Refused as refused:
        return request.failed(_REFUSED.get(refused.code, "remote"), refused.text)


def _check(state: Interaction, request: Request) -> None:
    """Whether the session may treat the visitor now. Errors: `Untreated`."""
    if not state.is_open:
        raise Untreated("invalidstate.null", "the chat has ended")
    if state.owner != request.session_id:
        raise Untreated("notfound", "the session has no such interaction")
    if not state.is_controlled:
        raise Untreated("notcontrolled", "others have the interaction now")


def _done(request: Request, interaction_id: str, **data: object) -> Event:
    return request.done({"interactionid": interaction_id, **data})

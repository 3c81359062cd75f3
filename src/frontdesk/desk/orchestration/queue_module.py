"""The module `queue`: how sessions have somebody found for their interactions.

What is submitted, who is chosen and how it ends are facts of the interaction; the session is told of them
with all other facts (interactions.py). Only refusals, and what asks about a request, are answered from here.

Source:  orchestration, sections 5.8 and 12.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.desk.orchestration.owners import About
from frontdesk.desk.orchestration.routing_functions import FUNCTIONS, tuned
from frontdesk.desk.orchestration.submit_values import (
    Reader,
    is_true,
    order,
    priority,
    queue_name,
    timeout_ms,
)
from frontdesk.domain.asks import Aim, Ask, Order
from frontdesk.domain.interaction import Interaction, write_id
from frontdesk.domain.submit import Submit
from frontdesk.domain.submit_commands import Seek, SeekNoMore, SeekOtherwise, SubmitCommand, Tune
from frontdesk.domain.waiting import Line
from frontdesk.errors import DeskError, NotFound, Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack

PATIENCE_MS = 10_000
FOR_EVER = 0  # What is submitted has a time of its own.

_CODES = {
    "target_invalid": "invalidattribute",
    "value_invalid": "invalidattribute",
    "user_data_too_large": "invalidattribute",
    "notcontrolled": "notcontrolled",
    "notfound": "notfound",
    "not_submitted": "notfound",
    "ended": "notfound",
    "not_started": "notfound",
    "unsupported": "unsupported",
}


class Treatments(Protocol):
    """What goes on with a visitor while somebody is sought."""

    def check(self, steps: Sequence[Any]) -> None:
        """Whether these can go on meanwhile. Errors: `DeskError`, saying why not."""

    def begin(self, search: Request, interaction_id: str) -> None:
        """Go on with those of a submit while it stands, if it has some; beginning twice is beginning."""


class QueueModule:
    """Carries out submits, and what is asked about them."""

    def __init__(
        self,
        interactions: Interactions,
        floor: Floor,
        reader: Reader,
        treatments: Treatments | None,
        delivery: Delivery,
        about: About,
    ) -> None:
        self._interactions = interactions
        self._floor = floor
        self._reader = reader
        self._treatments = treatments
        self._delivery = delivery
        self._about = about
        self._actions: dict[str, Callable[[Request], Awaitable[None]]] = {
            "submit": self._submit,
            "update": self._update,
            "cancel": self._cancel,
            "query": self._query,
            **dict.fromkeys(FUNCTIONS, self._tune),
        }

    def patience_ms(self, request: Request) -> int | None:
        """How long a session waits for an answer."""
        return FOR_EVER if request.action == "submit" else PATIENCE_MS

    async def carry_out(self, request: Request) -> None:
        """Do it. Errors: `Unavailable`."""
        try:
            await self._actions.get(request.action, _unknown)(request)
        except (Refused, NotFound) as error:
            await self._answer(request, _refusal(request, error))

    async def drop(self, request: Request) -> None:
        """The session is over: nobody is sought for it any more."""
        if request.action != "submit":
            return
        stops = SeekNoMore(
            session_id=request.session_id, request_id=f"{request.request_id}/drop", named=request.request_id
        )
        try:
            await self._interactions.do(await self._interaction_of(request), stops)
        except (Refused, NotFound):
            return  # It has ended, or is somebody else's, and its submits with that.

    # --- the actions ---------------------------------------------------------------------------

    async def _submit(self, request: Request) -> None:
        given = request.attributes
        interaction_id = await self._interaction_of(request)
        state = await self._state(interaction_id)
        if write_id(0, request.request_id) in state.recent_ids:
            self._treat(request, request.request_id, interaction_id)
            return  # It was submitted before a crash, or at another node.
        if given.get("controlled") is False:
            raise Refused("notcontrolled", "the session has not been told that it may act on the interaction")
        aims = await self._reader.aims(given)
        chosen_by, statistic = order(given)
        first = priority(given) or 0
        treatments = self._treatments_of(request)
        if not aims and not any(submit.is_kept for submit in state.submits):
            raise Refused("target_invalid", "name at least one target")
        command = Seek(
            request_id=request.request_id,
            session_id=request.session_id,
            aims=aims,
            queue=queue_name(given),
            priority=first,
            timeout_ms=timeout_ms(given),
            delivers=is_true(given, "route", default=True),
            clears=is_true(given, "clearontimeout", default=False),
            order=chosen_by,
            order_by=statistic,
            treatments=treatments,
            predicted_ms=self._predicted_ms(state, aims, chosen_by, first),
        )
        await self._do(interaction_id, command)
        self._treat(request, request.request_id, interaction_id)

    def _predicted_ms(self, state: Interaction, aims: tuple[Aim, ...], by: Order, first: int) -> int:
        """How long it may take by what is known now, where that is to count."""
        if not state.tuning.uses_prediction:
            return 0
        return self._floor.forecast_ms(Line(priority=first, ask=Ask(aims, by))) or 0

    async def _update(self, request: Request) -> None:
        given = request.attributes
        named, interaction_id, _, _ = await self._submitted(request)
        command = SeekOtherwise(
            request_id=named,
            aims=await self._reader.aims(given) or None,
            priority=priority(given),
            timeout_ms=timeout_ms(given),
            treatments=self._treatments_of(request) or None,
        )
        await self._do(interaction_id, command)
        self._treat(request, named, interaction_id)
        await self._answer(request, request.done({"requestid": named}))

    async def _cancel(self, request: Request) -> None:
        given = request.attributes
        named = str(given.get("requestid") or "")
        said = {"requestid": named or request.request_id, "cancelled": 0}
        try:
            if named:
                _, interaction_id, _, _ = await self._submitted(request)
            else:
                interaction_id = await self._interaction_of(request)
                said["interactionid"] = interaction_id
            command = SeekNoMore(
                session_id=request.session_id,
                request_id=request.request_id,
                named=named,
                queue=str(given.get("queue") or "") if not named else "",
            )
            await self._do(interaction_id, command)
        except (NotFound, Refused):  # Nothing waits, which is what was asked for.
            if not await self._is_known(request):
                await self._answer(request, request.done(said))

    async def _query(self, request: Request) -> None:
        named, _, submit, state = await self._submitted(request)
        if submit.is_kept:
            raise Refused("not_submitted", "no such request waits")
        said = {"requestid": named, "priority": submit.priority}
        standing = self._floor.standing(named)
        if standing is not None:
            position, wait_ms = standing
            said["positioninqueue"] = position
            if wait_ms is not None:
                said["invqwaittime"] = round(wait_ms / 1000)
        elif state.ringing is not None:
            said |= {"positioninqueue": 1, "invqwaittime": 0}
        await self._answer(request, request.done(said))

    async def _tune(self, request: Request) -> None:
        """Functions have no results, so all that is told is that the request is over."""
        interaction_id = await self._interaction_of(request)
        state = await self._state(interaction_id)
        await self._do(interaction_id, Tune(request.session_id, await tuned(request, state, self._reader)))
        await self._delivery.deliver(request.session_id, [], key=request.request_id)

    # --- what they share -----------------------------------------------------------------------

    def _treatments_of(self, request: Request) -> str:
        """What is to go on meanwhile, packed. Errors: `Refused("value_invalid")`."""
        steps = request.attributes.get("treatments")
        if not isinstance(steps, list) or not steps:
            return ""
        if self._treatments is None:
            raise Refused("value_invalid", "nothing can go on here while somebody waits")
        try:
            self._treatments.check(steps)
        except DeskError as error:
            raise Refused("value_invalid", str(error)) from None
        return pack(steps)

    def _treat(self, request: Request, submitted: str, interaction_id: str) -> None:
        """Let what was submitted in the request `submitted` go on, where it has treatments."""
        if self._treatments is not None and request.attributes.get("treatments"):
            search = replace(request, request_id=submitted, action="submit")
            self._treatments.begin(search, interaction_id)

    async def _interaction_of(self, request: Request) -> str:
        """The interaction that a request names, else the session's first. Errors: `Refused("notfound")`."""
        named = request.attributes.get("interactionid")
        if isinstance(named, str) and named:
            return named
        owner = await self._about(request.session_id)
        if owner is None or not owner.interactions:
            raise Refused("notfound", "the session has no interaction")
        return owner.interactions[0]

    async def _submitted(self, request: Request) -> tuple[str, str, Submit, Interaction]:
        """The earlier request that one names, its interaction, and both as they are now.

        Errors:  `Refused("not_submitted")`.
        """
        named = str(request.attributes.get("requestid") or "")
        owner = await self._about(request.session_id)
        for interaction_id in owner.interactions if owner is not None else ():
            state = await self._state(interaction_id)
            submit = next((one for one in state.submits if one.request_id == named), None)
            if submit is not None:
                return named, interaction_id, submit, state
        raise Refused("not_submitted", "no such request waits")

    async def _is_known(self, request: Request) -> bool:
        """Whether it was carried out before a crash, so that the facts answer it."""
        owner = await self._about(request.session_id)
        known = write_id(0, request.request_id)
        states = [await self._state(one) for one in owner.interactions] if owner is not None else []
        return any(known in state.recent_ids for state in states)

    async def _state(self, interaction_id: str) -> Interaction:
        return (await self._interactions.chats.full(interaction_id))[1].state

    async def _do(self, interaction_id: str, command: SubmitCommand) -> None:
        """Carry it out; what other nodes have added is read before a refusal is believed."""
        try:
            await self._interactions.do(interaction_id, command)
        except Refused:
            await self._interactions.chats.catch_up(interaction_id)
            await self._interactions.do(interaction_id, command)

    async def _answer(self, request: Request, event: Event) -> None:
        await self._delivery.deliver(request.session_id, [event], key=request.request_id)


async def _unknown(request: Request) -> None:
    raise Refused("unsupported", f"a queue knows no {request.action}")


def _refusal(request: Request, error: Refused | NotFound) -> Event:
    code = _CODES.get(error.code, "unknown") if isinstance(error, Refused) else "notfound"
    named = request.attributes.get("interactionid")
    data = {"interactionid": named} if isinstance(named, str) and named else {}
    if request.action in ("update", "query") and request.attributes.get("requestid"):
        data["requestid"] = str(request.attributes["requestid"])
    return request.failed(code, str(error) or "it was refused", data)

"""The module `interaction`: what sessions do with interactions, on the real desk.

What is done, and what comes of it, are facts of the interaction; the session is told of them with all other
facts (interactions.py). Only what is refused is answered from here.

Source:  orchestration, sections 6.3, 6.4 and 7.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.destinations import Agent, Destinations
from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.desk.orchestration.owners import About
from frontdesk.desk.services import ServiceBook
from frontdesk.domain import owning_commands as wishes
from frontdesk.domain.owning_commands import OwningCommand
from frontdesk.errors import NotFound, Refused
from frontdesk.scxml.events import Event

PATIENCE_MS = 10_000
ANSWER_MARGIN_MS = 5_000  # A chat's invite runs out first, and says so.
REASON_CHARS_MAX = 200  # As of those that agents give.
NEEDS_CONTROL = ("terminate", "redirect")
"""Actions that cannot be meant for what others have; all the rest may be asked for meanwhile."""
RESERVED_KEYS = ("OP-Session-ID", "IsOnline", "ReasonClosed")
"""What the platform says itself."""

# What the desk calls otherwise than documents do.
_CODES = {
    "ended": "notfound",
    "not_started": "notfound",
    "already_ringing": "invalidstate.ringing",
    "already_here": "invaliddestination",
    "user_data_too_large": "invalidattribute",
    "full": "remote",
}
_STABLE = {
    "notfound",
    "notcontrolled",
    "invalidstate",
    "invaliddestination",
    "invalidattribute",
    "remote",
    "requestinvalid",
    "unsupported",
    "timeout",
}


class InteractionModule:
    """Carries out the actions common to all interactions."""

    def __init__(
        self,
        interactions: Interactions,
        destinations: Destinations,
        services: ServiceBook,
        delivery: Delivery,
        about: About,
    ) -> None:
        self._interactions = interactions
        self._destinations = destinations
        self._services = services
        self._delivery = delivery
        self._about = about

    def patience_ms(self, request: Request) -> int | None:
        """How long a session waits for an answer: as long as an invite may ring, and some more."""
        if request.action == "redirect":
            answer_s = max((self._services.rules(s.name).answer_s for s in self._services), default=30)
            return answer_s * 1000 + ANSWER_MARGIN_MS
        return PATIENCE_MS

    async def carry_out(self, request: Request) -> None:
        """Do it. Errors: `Unavailable`."""
        try:
            _check_told(request)
            await self._interactions.do(interaction_of(request), await self._wish(request))
        except (Refused, NotFound) as error:
            await self._delivery.deliver(
                request.session_id, [refusal(request, error)], key=request.request_id
            )

    async def drop(self, _request: Request) -> None:
        """What was begun is not taken back: the interaction's own timers bring it to its end."""

    async def _wish(self, request: Request) -> OwningCommand:
        given = request.attributes
        ids: Any = {"session_id": request.session_id, "request_id": request.request_id}
        match request.action:
            case "terminate":
                return wishes.Terminate(reason=_text(given, "reason")[:REASON_CHARS_MAX], **ids)
            case "attach":
                own = await self._about(request.session_id)
                return wishes.Attach(application=own.application if own is not None else "", **ids)
            case "detach":
                return wishes.Detach(**ids)
            case "associate":
                return await self._associate(request, ids)
            case "redirect":
                return await self._redirect(request, ids)
            case "accept":
                agent = await self._agent(given.get("resource"))
                return wishes.AcceptFor(agent_id=agent.agent_id, nickname=agent.nickname, **ids)
            case "clear":
                return wishes.Clear(agent_id=await self._destinations.agent_id(given.get("resource")), **ids)
            case "singlesteptransfer":
                return await self._transfer(given, ids)
            case "singlestepconference":
                agent = await self._agent(given.get("to"))
                from_id = await self._destinations.agent_id(given.get("from"))
                return wishes.Confer(from_id=from_id, agent_id=agent.agent_id, nickname=agent.nickname, **ids)
            case "setudata":
                changes = given.get("changes")
                return wishes.SetData(changes=flat(changes), nested=_nested(changes), **ids)
            case "deleteudata":
                keys = given.get("keys")
                removed = tuple(str(key) for key in keys) if isinstance(keys, list) else ()
                return wishes.SetData(removed=removed, clears=keys is None, **ids)
            case _:
                raise Refused("unsupported", f"chats know no {request.action}")

    async def _associate(self, request: Request, ids: Any) -> wishes.Associate:
        to = _text(request.attributes, "sessionid")
        other = await self._about(to) if to else None
        if other is None:
            raise Refused("notfound", "there is no such session")
        return wishes.Associate(to=to, application=other.application, **ids)

    async def _redirect(self, request: Request, ids: Any) -> wishes.Redirect:
        given = request.attributes
        found = await self._destinations.find(given.get("to"))
        detach = given.get("detach") is True
        if not isinstance(found, Agent):
            return wishes.Redirect(queue=found.name, detach=detach, **ids)
        chat, full = await self._interactions.chats.full(interaction_of(request))
        held = full.state.reserved
        if held is None or held.agent_id != found.agent_id:  # Who was found may be anybody who is here.
            self._destinations.check_ready(found)
        answer_s = self._services.rules(chat.service).answer_s
        return wishes.Redirect(agent_id=found.agent_id, answer_s=answer_s, detach=detach, **ids)

    async def _transfer(self, given: Mapping[str, Any], ids: Any) -> wishes.Transfer:
        found = await self._destinations.find(given.get("to"))
        from_id = await self._destinations.agent_id(given.get("from"))
        detach = given.get("detach") is True
        if not isinstance(found, Agent):
            return wishes.Transfer(from_id=from_id, queue=found.name, detach=detach, **ids)
        self._destinations.check_ready(found)
        return wishes.Transfer(
            from_id=from_id, agent_id=found.agent_id, nickname=found.nickname, detach=detach, **ids
        )

    async def _agent(self, value: object) -> Agent:
        """Somebody to whom chats come. Errors: `Refused`: `invaliddestination`, `remote`."""
        found = await self._destinations.find(value)
        if not isinstance(found, Agent):
            raise Refused("invaliddestination", "this can only be done with an agent")
        self._destinations.check_ready(found)
        return found


def _check_told(request: Request) -> None:
    """Errors: `Refused("notcontrolled")` when the session did not know that it may do what it asks for."""
    if request.attributes.get("controlled") is False and request.action in NEEDS_CONTROL:
        raise Refused("notcontrolled", "the session has not been told that it may act on the interaction")


def interaction_of(request: Request) -> str:
    """The interaction that a request names. Errors: `Refused("notfound")`."""
    interaction_id = request.attributes.get("interactionid")
    if not isinstance(interaction_id, str) or not interaction_id:
        raise Refused("notfound", "no interaction is named")
    return interaction_id


def refusal(request: Request, error: Refused | NotFound) -> Event:
    """The error event that says why a request was refused."""
    named = request.attributes.get("interactionid")
    data = {"interactionid": named} if isinstance(named, str) and named else {}
    return request.failed(code_of(error), str(error) or "it was refused", data)


def code_of(error: Refused | NotFound) -> str:
    """The code by which documents know a refusal."""
    if isinstance(error, NotFound):
        return "notfound"
    code = _CODES.get(error.code, error.code)
    return code if code in _STABLE or code.startswith("invalidstate.") else "unknown"


def flat(value: object) -> dict[str, str]:
    """User data as the desk keeps it: texts by key.

    Shape:   numbers and truth values as scripts write them; objects and lists as JSON.
    Errors:  `Refused("invalidattribute")` for what is no object, and for keys of the platform.
    """
    if not isinstance(value, Mapping):
        raise Refused("invalidattribute", "user data is an object")
    if taken := [key for key in RESERVED_KEYS if key in value]:
        raise Refused("invalidattribute", f"{taken[0]} is set by the platform")
    return {str(key): _written(inner) for key, inner in value.items() if inner is not None}


def _nested(value: Any) -> tuple[str, ...]:
    """The keys of user data that scripts find again as they set them, though they are no texts."""
    kinds = (int, float, Mapping)
    return tuple(
        key for key, inner in value.items() if isinstance(inner, kinds) and not isinstance(inner, bool)
    )


def _written(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return msgspec.json.encode(value).decode()


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    return value if isinstance(value, str) else ""

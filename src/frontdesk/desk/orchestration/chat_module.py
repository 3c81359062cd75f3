"""The module `chat`: sessions speak in chats, and read them.

Neither needs control of the interaction, only that the session has it.

Source:  orchestration, section 11.2.
"""

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.orchestration.destinations import Destinations
from frontdesk.desk.orchestration.interaction_module import refusal
from frontdesk.desk.orchestration.interactions import RulesOf
from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.desk.orchestration.owners import About
from frontdesk.domain import events
from frontdesk.domain.events import Visibility
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.orchestration_objects import Object, chat_message
from frontdesk.domain.owning_commands import Speak
from frontdesk.errors import NotFound, Refused

PATIENCE_MS = 10_000
FIRST = "0"
"""What stands for the first interaction of a session."""
TRANSCRIPT_LINES_MAX = 1_000
TRANSCRIPT_CHARS_MAX = 100_000  # Beside the rest of an event's data, and however it is escaped.


class ChatModule:
    """Carries out `sendchatmessage` and `gettranscript`.

    Shape:   documents may speak as agents and bots who take part, and in the names of bots that `rules_of`
             gives for their application.
    """

    def __init__(
        self,
        interactions: Interactions,
        destinations: Destinations,
        delivery: Delivery,
        about: About,
        rules_of: RulesOf,
    ) -> None:
        self._interactions = interactions
        self._destinations = destinations
        self._delivery = delivery
        self._about = about
        self._rules_of = rules_of

    def patience_ms(self, _request: Request) -> int | None:
        return PATIENCE_MS

    async def carry_out(self, request: Request) -> None:
        """Do it. Errors: `Unavailable`."""
        try:
            await self._do(request)
        except (Refused, NotFound) as error:
            said = refusal(request, error)
            await self._delivery.deliver(request.session_id, [said], key=request.request_id)

    async def drop(self, _request: Request) -> None:
        """What was said stays said."""

    async def _do(self, request: Request) -> None:
        match request.action:
            case "sendchatmessage":
                await self._send(request)
            case "gettranscript":
                await self._transcript(request)
            case _:
                raise Refused("unsupported", f"chats know no {request.action}")

    async def _send(self, request: Request) -> None:
        given = request.attributes
        interaction_id, state = await self._owned(request)
        speaker, text = given.get("from"), given.get("message")
        if not isinstance(speaker, str) or not speaker:
            raise Refused("requestinvalid", "Request Invalid: from is required")
        if not isinstance(text, str | int | float) or isinstance(text, bool):
            raise Refused("requestinvalid", "Request Invalid: message is required")
        await self._interactions.do(
            interaction_id,
            Speak(
                session_id=request.session_id,
                request_id=request.request_id,
                from_id=await self._speaker(speaker, state),
                text=str(text),
                visibility=Visibility.AGENTS if given.get("visibility") == "agents" else Visibility.ALL,
                is_notice=given.get("type") == "notice",
            ),
        )

    async def _speaker(self, name: str, state: Interaction) -> str:
        agent_id = await self._destinations.agent_id(name)
        if state.party_of(agent_id) is not None:
            return agent_id
        if name in (await self._rules_of(state.ownership.application)).bots:
            return name
        raise Refused("notfound", f"{name[:100]} takes no part, and is no bot of this application")

    async def _owned(self, request: Request) -> tuple[str, Interaction]:
        """The interaction that is meant: one of the session's own. Errors: `Refused("notfound")`."""
        interaction_id = request.attributes.get("interactionid", FIRST)
        if interaction_id == FIRST:
            session = await self._about(request.session_id)
            interaction_id = session.interactions[0] if session is not None and session.interactions else ""
        if not isinstance(interaction_id, str) or not interaction_id:
            raise Refused("notfound", "the session has no interaction")
        _, full = await self._interactions.chats.full(interaction_id)
        if full.state.owner != request.session_id:
            raise Refused("notfound", "the session has no such interaction")
        return interaction_id, full.state

    async def _transcript(self, request: Request) -> None:
        interaction_id, state = await self._owned(request)
        transcript = newest(await self._lines(interaction_id, state))
        done = request.done({"interactionid": interaction_id, "transcript": transcript})
        await self._delivery.deliver(request.session_id, [done], key=request.request_id)

    async def _lines(self, interaction_id: str, state: Interaction) -> list[Object]:
        """All that was said, oldest first, with who came and went."""
        found: list[Object] = []
        for told in await self._interactions.chats.history(interaction_id):
            event = told.event
            if isinstance(event, events.Said | events.NoticeGiven | events.Joined | events.Left):
                found.append(chat_message(interaction_id, state, event, told.at_ms))
        return found


def newest(lines: list[Object]) -> list[Object]:
    """The newest lines that one event can carry, oldest first."""
    kept: list[Object] = []
    chars = 0
    for line in reversed(lines[-TRANSCRIPT_LINES_MAX:]):
        chars += len(line["text"]) + 200
        if chars > TRANSCRIPT_CHARS_MAX:
            break
        kept.append(line)
    kept.reverse()
    return kept

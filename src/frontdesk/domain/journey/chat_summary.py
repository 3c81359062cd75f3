"""What the desk knows of a chat that is over, in numbers and times: nothing that anybody wrote.

Only what the visitor saw is counted, and as a widget counts it.

Source:  journey.md §9.5; webchat-service, section 8.1.
"""

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain import events
from frontdesk.domain.events import Kind, Visibility
from frontdesk.domain.journey.facts import ChatSummary
from frontdesk.domain.lifecycle_metadata import CHAT_STARTED, Line, Metadata, counted

VISITOR = 1
_REACHED = {
    Kind.AGENT: "agent_reached",
    Kind.SUPERVISOR: "supervisor_reached",
    Kind.BOT: "bot_reached",
}
_AGENTS = (Kind.AGENT, Kind.SUPERVISOR)


class _Seen(Struct):
    """Who is known, whom the visitor sees."""

    kinds: dict[int, Kind]
    agents: set[str]


class ChatSumming:
    """One chat, event by event: `take` each with its time, oldest first; then ask for the `summary`."""

    def __init__(self) -> None:
        self._block = Metadata(proactive=True)  # Only chats that came of an action are summed up.
        self._seen = _Seen({VISITOR: Kind.CLIENT}, set())

    def take(self, event: events.Event, at_ms: int) -> None:
        """Look at the next event."""
        match event:
            case events.Started():
                self._block = replace(self._block, started=at_ms)
                self._count(CHAT_STARTED)
            case events.Joined() | events.Appeared() if event.visibility is Visibility.ALL:
                self._meet(event, at_ms)
            case events.Left() if event.visibility is Visibility.ALL:
                self._line("ParticipantLeft", event.party_id)
            case events.Said() if event.visibility is Visibility.ALL:
                self._line("Message", event.party_id)
            case events.UrlPushed():
                self._line("PushUrl", event.party_id)
            case events.FileUploaded():
                self._line("FileUploaded", event.party_id)
            case events.Ended():
                self._end(at_ms)
            case _:
                return

    def _meet(self, event: events.Joined | events.Appeared, at_ms: int) -> None:
        self._seen.kinds[event.party_id] = event.kind
        self._line("ParticipantJoined", event.party_id)
        if event.kind in _AGENTS:
            self._seen.agents.add(event.participant_id)
            self._block = replace(self._block, num_agents=len(self._seen.agents))
        reached = _REACHED.get(event.kind)
        if reached is not None and getattr(self._block, reached) is None:
            self._block = replace(self._block, **{reached: at_ms})

    def _end(self, at_ms: int) -> None:
        was_answered = self._block.agent_reached is not None or self._block.supervisor_reached is not None
        end = "completed" if was_answered else "cancelled"
        self._block = replace(self._block, **{end: at_ms})

    def _line(self, kind: str, party_id: int) -> None:
        """Count a line, if it is of somebody whom the visitor sees."""
        author = self._seen.kinds.get(party_id)
        if author is not None:
            self._count(Line(kind, author.value.capitalize()))

    def _count(self, line: Line) -> None:
        self._block = counted(self._block, (line,))

    def summary(self) -> ChatSummary | None:
        """How the chat was; None of one of which nothing is kept."""
        block = self._block
        if block.started is None:
            return None
        return ChatSummary(
            num_agents=block.num_agents,
            user_messages=block.user_messages,
            agent_messages=block.agent_messages,
            system_messages=block.system_messages,
            files_uploaded=block.files_uploaded,
            started_ms=block.started,
            agent_reached_ms=block.agent_reached,
            supervisor_reached_ms=block.supervisor_reached,
            bot_reached_ms=block.bot_reached,
            completed_ms=block.completed,
            cancelled_ms=block.cancelled,
            elapsed_ms=block.elapsed_ms(block.started),
            waiting_ms=block.waiting_for_agent_ms(),
        )

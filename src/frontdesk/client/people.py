"""Who is in the session, as told by the server's events one by one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from frontdesk.client.messages import Message, author_of, is_from_bot, type_of

_EVENTS = {"Client": "client", "Agent": "agent", "Supervisor": "supervisor", "Bot": "bot"}
_STAFF = ("Agent", "Supervisor")
_ENDS_TYPING = ("Message", "PushUrl", "Notice", "ParticipantLeft")


class Told(NamedTuple):
    """An event to publish; `data` is `None` when it carries none."""

    name: str
    data: dict[str, Any] | None


class People:
    """The parties of one session.

    Shape:   `agents` holds agents and supervisors by participant id, those who left as well.
    """

    def __init__(self) -> None:
        self.agents: dict[str, dict[str, Any]] = {}
        self._bot_ids: set[object] = set()
        self._typing_ids: set[object] = set()

    @property
    def connected(self) -> int:
        """How many agents and supervisors are here now."""
        return sum(1 for agent in self.agents.values() if agent["connected"])

    def is_bot(self, event: Mapping[str, Any]) -> bool:
        """Whether `event` is from a bot; who was one once stays one."""
        party_id = author_of(event).get("participantId")
        if is_from_bot(event):
            self._bot_ids.add(party_id)
        return party_id in self._bot_ids

    def hear(self, event: Mapping[str, Any], message: Message) -> list[Told]:
        """What follows from `event`, whose `message` goes along: who joined, left, types, types no more."""
        kind, party = type_of(event), self._party(event)
        party_id = author_of(event).get("participantId")
        told: list[Told] = []
        if kind == "ParticipantJoined" and party in _EVENTS:
            self._arrive(party_id, party, event)
            told.append(self._joined_or_left(f"{_EVENTS[party]}Connected", message))
        elif kind == "TypingStarted" and party in _STAFF:
            self._typing_ids.add(party_id)
            told.append(Told("agentTypingStarted", message))
        elif kind == "TypingStopped" and party in _STAFF:
            self._typing_ids.discard(party_id)
            told.append(Told("agentTypingStopped", message))
        elif kind in _ENDS_TYPING and party_id in self._typing_ids:
            self._typing_ids.discard(party_id)
            told.append(Told("agentTypingStopped", None if kind == "ParticipantLeft" else message))
        if kind == "ParticipantLeft" and party in _EVENTS:
            self._depart(party_id, event)
            told.append(self._joined_or_left(f"{_EVENTS[party]}Disconnected", message))
        return told

    def _party(self, event: Mapping[str, Any]) -> str:
        party = str(author_of(event).get("type") or "")
        return "Bot" if self.is_bot(event) else {"Customer": "Client"}.get(party, party)

    def _arrive(self, party_id: object, party: str, event: Mapping[str, Any]) -> None:
        if party in _STAFF:
            self.agents[str(party_id)] = {
                "name": author_of(event).get("nickname") or "",
                "connected": True,
                "supervisor": party == "Supervisor",
                "connectedTime": event.get("utcTime"),
                "disconnectedTime": False,
            }

    def _depart(self, party_id: object, event: Mapping[str, Any]) -> None:
        if str(party_id) in self.agents:
            self.agents[str(party_id)].update(connected=False, disconnectedTime=event.get("utcTime"))

    def _joined_or_left(self, name: str, message: Message) -> Told:
        agents = {party_id: dict(agent) for party_id, agent in self.agents.items()}
        return Told(name, {"message": message, "agents": agents, "numAgentsConnected": self.connected})

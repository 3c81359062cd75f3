"""An agent's session that writes down what it is told."""

from typing import Any

from frontdesk.domain.agent import Role
from frontdesk.domain.interaction import Interaction


class Session:
    """A connected agent's program."""

    def __init__(self, agent_id: str = "amy", role: Role = Role.AGENT) -> None:
        self.agent_id = agent_id
        self.role = role
        self.told: list[tuple[Any, ...]] = []
        self.shut_because = ""

    def versions(self, interaction_id: str) -> list[int]:
        """The versions of the events it was told of a chat, in order."""
        return [told[2] for told in self.told if told[:2] == ("event", interaction_id)]

    def heads(self, interaction_id: str) -> list[tuple[Any, ...]]:
        """What else it was told of a chat."""
        return [told for told in self.told if told[0] != "event" and told[1] == interaction_id]

    def interaction(self, interaction_id: str, _state: Interaction, party_id: int) -> None:
        self.told.append(("interaction", interaction_id, party_id))

    def event(self, interaction_id: str, version: int, _at_ms: int, _body: bytes) -> None:
        self.told.append(("event", interaction_id, version))

    def left(self, interaction_id: str) -> None:
        self.told.append(("left", interaction_id))

    def invited(self, interaction_id: str, _state: Interaction, until_ms: int) -> None:
        self.told.append(("invited", interaction_id, until_ms))

    def invite_gone(self, interaction_id: str, reason: str) -> None:
        self.told.append(("invite_gone", interaction_id, reason))

    def preview(self, interaction_id: str, text: str) -> None:
        self.told.append(("preview", interaction_id, text))

    def readiness(self, reason: str, *, is_ready: bool) -> None:
        self.told.append(("readiness", reason, is_ready))

    def floor(self, ready: int) -> None:
        self.told.append(("floor", ready))

    def flush(self) -> None:
        return

    def shut(self, reason: str) -> None:
        self.shut_because = reason

"""What came of actions, as the journey API answers it: how a chat was, how the call of a service went."""

from typing import Any

from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Called, ChatSummary
from frontdesk.edges.journey_answers import BASE


def chat_summary(of: ChatSummary, interaction_id: str) -> dict[str, Any]:
    """How a chat was, in the words of the widget's metadata: false is what has not happened."""
    every = {
        "id": interaction_id,
        "proactive": True,
        "filesUploaded": of.files_uploaded,
        "numAgents": of.num_agents,
        "userMessages": of.user_messages,
        "agentMessages": of.agent_messages,
        "systemMessages": of.system_messages,
        "started": of.started_ms,
        "cancelled": of.cancelled_ms,
        "completed": of.completed_ms,
        "agentReached": of.agent_reached_ms,
        "supervisorReached": of.supervisor_reached_ms,
        "botReached": of.bot_reached_ms,
        "elapsed": of.elapsed_ms,
        "waitingForAgent": of.waiting_ms,
    }
    return {name: False if value is None else value for name, value in every.items()}


def webhook_call(of: Called, definitions: Definitions) -> dict[str, Any]:
    """How a call of a service went."""
    action_map = definitions.action_maps.get(of.map_id)
    name = {"displayName": action_map.display_name} if action_map is not None else {}
    found: dict[str, Any] = {
        "action": {"id": of.action_id, "mediaType": "webhook"},
        "actionMap": {"id": of.map_id, **name, "selfUri": f"{BASE}/actionmaps/{of.map_id}"},
        "outcome": of.outcome.value,
        "attempt": of.attempt,
    }
    return {**found, "errorMessage": of.reason} if of.reason else found

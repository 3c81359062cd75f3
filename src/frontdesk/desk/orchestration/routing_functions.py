"""What functions of scripts say of how people are chosen: `checkAgentState`, `excludeAgents` and the like.

Source:  orchestration §5.8.
"""

from msgspec.structs import replace

from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.submit_values import Reader, is_true
from frontdesk.domain.asks import OBJECTIVE_S
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.submit import Tuning

FUNCTIONS = ("checkagentstate", "excludeagents", "prioritytuning", "setidealagent")
OBJECTIVE_KEY = "ServiceObjective"
"""The user data that says within how many seconds somebody should answer."""


async def tuned(request: Request, state: Interaction, reader: Reader) -> Tuning:
    """How people are chosen for an interaction after what a function said."""
    given, before = request.attributes, state.tuning
    match request.action:
        case "checkagentstate":
            return replace(before, asks_unready=not is_true(given, "check", default=True))
        case "excludeagents":
            return replace(before, excluded=await reader.agent_ids(given.get("agents")))
        case "setidealagent":
            ideal = await reader.agent_ids(given.get("arguments"))
            return replace(before, ideal=ideal[0] if ideal else "")
        case _:
            counts = is_true(given, "useobjective", default=False)
            return replace(
                before,
                uses_age=is_true(given, "useage", default=False),
                uses_prediction=is_true(given, "usepredict", default=False),
                objective_s=_objective_s(state) if counts else 0,
            )


def _objective_s(state: Interaction) -> int:
    said = state.user_data.get(OBJECTIVE_KEY, "")
    return int(said) if said.isascii() and said.isdigit() and 0 < int(said) < 10**7 else OBJECTIVE_S

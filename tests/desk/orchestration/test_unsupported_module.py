"""What nothing here does is answered under its own name, at once."""

import pytest

from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.unsupported_module import UnsupportedModule
from tests.desk.orchestration.deliveries import Deliveries

pytestmark = pytest.mark.anyio

VOICE = (
    "createcall",
    "hold",
    "retrieve",
    "consultation",
    "alternate",
    "reconnect",
    "conference",
    "transfer",
    "privateservice",
)


@pytest.mark.parametrize("action", VOICE)
async def test_actions_of_calls_are_not_configured(action: str) -> None:
    heard = Deliveries()
    request = Request("s1", "s1.1", "voice", action, {"interactionid": "i1", "resource": "7001"}, 0)
    await UnsupportedModule(heard).carry_out(request)
    assert heard.last() == (
        f"error.voice.{action}",
        {"requestid": "s1.1", "error": "unsupported", "description": "not configured", "interactionid": "i1"},
    )


async def test_others_are_told_in_words_of_their_own() -> None:
    heard = Deliveries()
    module = UnsupportedModule(heard, "SOAP is not available: fetch from the service instead")
    await module.carry_out(Request("s1", "s1.2", "ws", "invoke", {}, 0))
    name, data = heard.last()
    assert (name, data["error"]) == ("error.ws.invoke", "unsupported")
    assert "SOAP" in data["description"]
    await module.drop(Request("s1", "s1.2", "ws", "invoke", {}, 0))

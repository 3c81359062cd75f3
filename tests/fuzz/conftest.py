"""The servers of the conformance tests, for those who mean them harm."""

from collections.abc import AsyncIterator

import pytest

from frontdesk.settings import ChatV3Settings
from frontdesk.settings_orchestration import OrchestrationHttpSettings, OrchestrationSettings
from tests.conformance.conftest import house, shared_house, v3_server, visitors
from tests.conformance.house import House, serving, settings_in
from tests.patience import PATIENCE_S

PROGRAM_KEY = "let-me-in"
ANSWERS = {
    "application.toml": b'name = "answers"',
    "application.scxml": b"""<scxml xmlns="http://www.w3.org/2005/07/scxml" profile="ecmascript" version="1.0"
        xmlns:session="http://www.genesyslab.com/modules/session">
      <datamodel><data id="seen"/></datamodel>
      <state id="open"><transition event="*">
        <assign location="_data.seen" expr="_event.data"/>
        <if cond="_event.data.requestid"><session:response requestid="_event.data.requestid"/></if>
      </transition></state></scxml>""",
}
"""An application that answers whatever it is asked."""

__all__ = ["described_house", "house", "shared_house", "v3_server", "visitors"]


@pytest.fixture(scope="module")
async def described_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One that holds no polls: those who ask many things wait for no news."""
    settings = settings_in(
        tmp_path_factory.mktemp("house"),
        chat_v3=ChatV3Settings(poll_hold_s=0),
        orchestration=OrchestrationSettings(
            http=OrchestrationHttpSettings(
                debug_keys=(PROGRAM_KEY,), manage_keys=(PROGRAM_KEY,), answer_s=int(PATIENCE_S)
            )
        ),
    )
    async with serving(settings) as own:
        await own.server.applications.upload(ANSWERS)
        yield own

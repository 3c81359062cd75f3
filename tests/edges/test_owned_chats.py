"""A chat that a session owns, from the visitor's request to the agent's desk, on a real server."""

import json
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest
from msgspec.structs import replace

from frontdesk.main import wall_clock_ms
from frontdesk.settings import ServiceSettings, Settings
from frontdesk.settings_orchestration import OrchestrationSettings
from tests.conformance.agents import signed_in
from tests.conformance.house import PASSWORD, House, serving, settings_in
from tests.conformance.v2 import Chat
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

# Waits for the visitor's language, then for Amy; whoever cannot be helped is told so by the end of the chat.
DOCUMENT = """<?xml version="1.0"?>
<scxml xmlns="http://www.w3.org/2005/07/scxml" profile="ecmascript" initial="asks"
       xmlns:ixn="http://www.genesyslab.com/modules/interaction">
  <state id="asks">
    <transition event="interaction.udata.changed" target="routes"
                cond="_genesys.ixn.interactions[0].udata.language != undefined"/>
  </state>
  <state id="routes">
    <onentry>
      <script>_genesys.ixn.setuData({routed: _genesys.ixn.interactions[0].udata.language});</script>
      <ixn:redirect interactionid="_genesys.ixn.interactions[0].g_uid" to="'amy'"/>
    </onentry>
    <transition event="interaction.redirect.done" target="served"/>
    <transition event="error.interaction.redirect">
      <ixn:terminate interactionid="_event.data.interactionid" reason="'nobody_there'"/>
    </transition>
  </state>
  <state id="served">
    <transition event="interaction.deleted" target="end"/>
  </state>
  <final id="end"/>
</scxml>
"""


def orchestrated(folder: Path) -> Settings:
    """A server whose service `s` has that document."""
    applications = folder / "applications" / "routing"
    applications.mkdir(parents=True, exist_ok=True)
    (applications / "application.toml").write_text('name = "routing"\ndocument = "routing.scxml"\n')
    (applications / "routing.scxml").write_text(DOCUMENT)
    settings = settings_in(folder)
    return replace(
        settings,
        orchestration=OrchestrationSettings(folder=str(folder / "applications")),
        services={**settings.services, "s": ServiceSettings(application="routing")},
    )


async def says_language(chat: Chat) -> None:
    """The visitor's page tells the language."""
    (await chat.ask("updateData", **{"userData[language]": "de"})).ok()


async def served(house: House, chat: Chat) -> tuple[Any, Any]:
    """Amy takes the chat when it rings: what she is told of it, and what the visitor is told."""
    async with signed_in(house.url, "amy", PASSWORD) as amy:
        await amy.does("ready")
        await says_language(chat)
        card = await amy.takes(chat.chat_id)
        await amy.does("say", interaction_id=chat.chat_id, text="Guten Tag!")
        told = (await chat.refresh(1)).body
        await amy.does("end", interaction_id=chat.chat_id)
    return card, told


async def test_a_session_routes_a_chat_and_only_our_side_knows(tmp_path: Path) -> None:
    async with serving(orchestrated(tmp_path)) as house:
        await house.server.add_account(login="amy", password=PASSWORD)
        chat = await house.visitors.start(nickname="Mira")
        card, told = await served(house, chat)
        assert card["user_data"]["routed"] == "de"
        session_id = card["user_data"]["OP-Session-ID"]
        shown = json.dumps(told)
        assert "Guten Tag!" in shown
        assert session_id not in shown
        assert "routing" not in shown


async def test_a_server_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    async with serving(orchestrated(tmp_path)) as house:
        await house.server.add_account(login="amy", password=PASSWORD)
        chat = await house.visitors.start(nickname="Mira")
    async with serving(orchestrated(tmp_path)) as again:
        chat.visitors = again.visitors
        card, told = await served(again, chat)
        assert card["user_data"]["routed"] == "de"
        assert "Guten Tag!" in json.dumps(told)


async def test_a_server_that_was_killed_goes_on_at_once(tmp_path: Path) -> None:
    """The time stands still, so that nothing which the killed one had for a while runs out."""
    stopped_at_ms = wall_clock_ms()
    async with AsyncExitStack() as stack:
        settings = orchestrated(tmp_path / "then")
        house = await stack.enter_async_context(serving(settings, lambda: stopped_at_ms))
        await house.server.add_account(login="amy", password=PASSWORD)
        chat = await house.visitors.start(nickname="Mira")
        shutil.copytree(tmp_path / "then", tmp_path / "now")  # As the power leaves it.
    async with serving(orchestrated(tmp_path / "now"), lambda: stopped_at_ms) as again:
        chat.visitors = again.visitors
        card, told = await served(again, chat)
        assert card["user_data"]["routed"] == "de"
        assert "Guten Tag!" in json.dumps(told)


async def test_nobody_is_there_and_the_session_says_so(tmp_path: Path) -> None:
    async with serving(orchestrated(tmp_path)) as house:
        await house.server.add_account(login="amy", password=PASSWORD)
        chat = await house.visitors.start(nickname="Mira")
        await says_language(chat)
        with anyio.fail_after(PATIENCE_S):
            while not (await chat.refresh(1)).has_ended:
                await anyio.sleep(0.05)

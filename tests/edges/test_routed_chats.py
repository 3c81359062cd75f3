"""A chat that a session has somebody found for, on a real server: one of a group, or else through a queue."""

import json
from pathlib import Path

import pytest

from frontdesk.settings import QueueSettings, ServiceSettings, Settings
from frontdesk.settings_groups import GroupSettings
from frontdesk.settings_orchestration import OrchestrationSettings
from tests.conformance.agents import signed_in
from tests.conformance.house import PASSWORD, serving, settings_in

pytestmark = pytest.mark.anyio

# Asks for somebody of a group for a while, if any are there, and then leaves the chat to a queue. What became
# of it stands in the user data, where the agent who takes it reads it.
DOCUMENT = """<?xml version="1.0"?>
<scxml xmlns="http://www.w3.org/2005/07/scxml" profile="ecmascript" initial="begins"
       xmlns:ixn="http://www.genesyslab.com/modules/interaction"
       xmlns:queue="http://www.genesyslab.com/modules/queue">
  <datamodel><data id="asked" expr="''"/><data id="ready" expr="0"/></datamodel>
  <state id="begins">
    <transition event="interaction.present" target="seeks"/>
  </state>
  <state id="seeks">
    <onentry>
      <assign location="_data.ready"
              expr="_genesys.statistic.sData('Germans@.GA', 'StatAgentsInQueueReady')"/>
      <script>_genesys.ixn.setuData({germans: _data.ready});</script>
      <queue:submit requestid="_data.asked" queue="'german'" priority="5" timeout="1"
                    clearontimeout="true" ordertype="'max'" orderstat="'StatAgentLoading'">
        <queue:targets type="agentgroup"><queue:target name="'Germans'"/></queue:targets>
      </queue:submit>
    </onentry>
    <transition event="queue.submit.done" target="served"/>
    <transition event="error.queue.submit" cond="_event.data.error == 'timeout'" target="overflows"/>
  </state>
  <state id="overflows">
    <onentry>
      <script>_genesys.ixn.setuData({overflowed: 'yes'});</script>
      <queue:submit requestid="_data.asked" timeout="60">
        <queue:targets><queue:targetid expr="'sales.Q'"/></queue:targets>
      </queue:submit>
    </onentry>
    <transition event="queue.submit.done" target="served"/>
  </state>
  <state id="served">
    <transition event="interaction.deleted" target="end"/>
  </state>
  <final id="end"/>
</scxml>
"""


def orchestrated(folder: Path) -> Settings:
    application = folder / "applications" / "seeking"
    application.mkdir(parents=True)
    (application / "application.toml").write_text('name = "seeking"\ndocument = "seeking.scxml"\n', "utf-8")
    (application / "seeking.scxml").write_text(DOCUMENT, "utf-8")
    return settings_in(
        folder,
        services={"s": ServiceSettings(application="seeking")},
        orchestration=OrchestrationSettings(folder=str(application.parent)),
        groups={"Germans": GroupSettings(skills="german > 0")},
        queues={"sales": QueueSettings(targets=("sales > 0",))},
    )


async def test_somebody_of_the_group_is_found_and_nobody_else_is_rung(tmp_path: Path) -> None:
    async with serving(orchestrated(tmp_path)) as house:
        await house.server.add_account(login="dee", password=PASSWORD, skills=["german=7"])
        await house.server.add_account(login="amy", password=PASSWORD)
        async with signed_in(house.url, "dee", PASSWORD) as dee, signed_in(house.url, "amy", PASSWORD) as amy:
            await dee.does("ready")
            await amy.does("ready")
            chat = await house.visitors.start(nickname="Mira")
            card = await dee.takes(chat.chat_id)
            assert card["user_data"]["germans"] == "1"
            assert "overflowed" not in card["user_data"]
            await dee.does("say", interaction_id=chat.chat_id, text="Guten Tag!")
            assert "Guten Tag!" in json.dumps((await chat.refresh(1)).body)
            await dee.does("end", interaction_id=chat.chat_id)


async def test_where_nobody_is_found_in_time_a_queue_has_the_chat(tmp_path: Path) -> None:
    async with serving(orchestrated(tmp_path)) as house:
        await house.server.add_account(login="sue", password=PASSWORD, skills=["sales=1"])
        async with signed_in(house.url, "sue", PASSWORD) as sue:
            await sue.does("ready")
            chat = await house.visitors.start(nickname="Mira")
            card = await sue.takes(chat.chat_id)
            assert (card["user_data"]["germans"], card["user_data"]["overflowed"]) == ("0", "yes")
            assert card["queue"] == "sales"

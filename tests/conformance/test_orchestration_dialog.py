"""Documents treat visitors in chats: checks of orchestration, sections 13 and 21."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from frontdesk.desk.orchestration.unsupported_module import UnsupportedModule
from frontdesk.domain.commands import Accept, Say
from frontdesk.domain.submit_commands import Select
from frontdesk.settings import ServiceSettings
from frontdesk.settings_modules import CategorySettings, DialogSettings
from frontdesk.settings_orchestration import OrchestrationSettings
from tests.conformance.house import serving, settings_in
from tests.conformance.v2 import Answer
from tests.desk.nodes import Node
from tests.desk.orchestration.stage import Shelf, Stage, ors, stage
from tests.desk.orchestration.talking import ANYBODY, Talking, prompts

pytestmark = pytest.mark.anyio

DIALOG = 'xmlns:dialog="www.genesyslab.com/modules/dialog" xmlns:ws="www.genesyslab.com/modules/ws"'

ASKS = ors(
    """
  <datamodel><data id="chat" expr="''"/><data id="r"/></datamodel>
  <state id="asking">
    <onentry><dialog:playandcollect requestid="_data.r" interactionid="_data.chat" language="'en'">
      <dialog:prompts><dialog:prompt text="'Your number?'"/></dialog:prompts>
      <dialog:input total_timeout="20"/></dialog:playandcollect></onentry>
    <transition event="dialog.playandcollect.done" cond="_event.data.requestid == _data.r" target="again">
      <log expr="_event.data.digits"/></transition>
  </state>
  <state id="again">
    <onentry><dialog:collect requestid="_data.r" interactionid="_data.chat">
      <dialog:input total_timeout="20"/></dialog:collect></onentry>
    <transition event="dialog.collect.done" cond="_event.data.requestid == _data.r" target="done">
      <log expr="_event.data.text"/></transition>
    <transition event="error.dialog.collect" cond="_event.data.requestid == _data.r" target="done">
      <log expr="_event.data.error"/></transition>
  </state>
  <final id="done"/>""",
    DIALOG,
)

CALLS = ors(
    """
  <state id="calling">
    <onentry><ixn:createcall from="'7001'" to="'7002'"/></onentry>
    <transition event="error.voice.createcall" target="asking">
      <log expr="_event.data.error + ': ' + _event.data.description"/></transition>
  </state>
  <state id="asking">
    <onentry><ws:invoke/></onentry>
    <transition event="error.ws.invoke" target="done"><log expr="_event.data.error"/></transition>
  </state>
  <final id="done"/>""",
    DIALOG,
)


@asynccontextmanager
async def desk(node: Node | None = None) -> AsyncIterator[tuple[Stage, Talking]]:
    """A node that runs sessions and has chats."""
    node = node or Node()
    async with stage(Shelf(asks=ASKS, calls=CALLS), node.database, clock=node.clock) as sessions:
        talking = Talking(node, delivery=sessions.sessions)
        modules = sessions.orchestration.modules
        modules["dialog"] = talking.module
        modules["voice"] = UnsupportedModule(sessions.sessions)
        modules["ws"] = UnsupportedModule(sessions.sessions, "SOAP is not available")
        yield sessions, talking
        await talking.module.aclose()


async def begun(sessions: Stage, talking: Talking) -> str:
    """A chat with a session that asks its visitor something."""
    chat_id = await talking.chat("s85")
    await sessions.start("asks", {"chat": chat_id}, session_id="s85")
    await talking.settle()
    return chat_id


async def says(sessions: Stage, talking: Talking, chat_id: str, text: str) -> None:
    await talking.visitor_says(chat_id, text)
    await sessions.settle()
    await talking.settle()


async def test_85_collect_returns_the_visitors_next_message() -> None:
    async with desk() as (sessions, talking):
        chat_id = await begun(sessions, talking)
        assert await talking.said(chat_id) == ["Your number?"]
        await says(sessions, talking, chat_id, "42")
        await says(sessions, talking, chat_id, "and more")
        assert await sessions.said("s85") == ["42", "and more"]


async def test_85_its_timeout_is_an_error() -> None:
    async with desk() as (sessions, talking):
        chat_id = await begun(sessions, talking)
        await says(sessions, talking, chat_id, "42")
        for _ in range(2):
            await talking.sleep.pass_by(10)
            await talking.settle()
            await sessions.after_s(0)  # The node goes on looking after its sessions.
        assert await sessions.said("s85") == ["42", "timeout"]


async def test_85_what_was_written_while_no_node_ran_is_the_answer() -> None:
    async with desk() as (sessions, talking):
        chat_id = await begun(sessions, talking)
        node = talking.node
    await node.do(chat_id, Say(party_id=1, text="42"))
    node.clock.after_s(16)  # The lease of the first node has run out.
    async with desk(Node(node.database, node.clock)) as (sessions, talking):
        await sessions.orchestration.take_over()
        await sessions.settle()
        await talking.settle()
        await sessions.settle()
        assert await sessions.said("s85") == ["42"]
        assert await talking.said(chat_id) == ["Your number?"]


async def test_80_busy_treatments_run_and_stop_when_somebody_comes_and_no_session_hears_of_them() -> None:
    talking = Talking()
    chat_id = await talking.chat()
    steps = [
        {"kind": "play", **prompts("One moment.")},
        {"kind": "playsound", "type": "music", "duration": 10},
    ]
    search = await talking.search(chat_id, *steps)
    await talking.sleep.pass_by(40)
    assert await talking.said(chat_id) == ["One moment.", "One moment."]
    await talking.node.ready("amy")
    chosen = Select(request_id=search.request_id, aim=ANYBODY, agent_id="amy")
    await talking.node.do(chat_id, chosen, Accept("amy", "Amy"))
    await talking.sleep.pass_by(100)
    assert await talking.said(chat_id) == ["One moment.", "One moment."]
    assert talking.heard.names == []


async def test_calls_are_not_configured_and_each_action_says_so_under_its_own_name() -> None:
    async with desk() as (sessions, _):
        session_id = await sessions.start("calls")
        assert await sessions.said(session_id) == ["unsupported: not configured", "unsupported"]


# It asks for a number, says what the answer is about, and has somebody found.
TALKS = ors(
    """
  <datamodel><data id="ixn" expr="''"/><data id="r" expr="''"/><data id="about" expr="''"/></datamodel>
  <state id="begins">
    <transition event="interaction.present" target="asks">
      <assign location="_data.ixn" expr="_event.data.interactionid"/></transition>
  </state>
  <state id="asks">
    <onentry><dialog:playandcollect requestid="_data.r" interactionid="_data.ixn">
      <dialog:prompts>
        <dialog:prompt intid="'1001'"/><dialog:prompt text="'What is it about?'"/>
      </dialog:prompts>
    </dialog:playandcollect></onentry>
    <transition event="dialog.playandcollect.done" target="classifies">
      <assign location="_data.about" expr="_event.data.text"/></transition>
  </state>
  <state id="classifies">
    <onentry><classification:classify text="_data.about"/></onentry>
    <transition event="classification.classify.done" target="tells">
      <assign location="_data.about" expr="_event.data.category"/></transition>
  </state>
  <state id="tells">
    <onentry><dialog:play requestid="_data.r" interactionid="_data.ixn">
      <dialog:prompts><dialog:prompt text="'So it is about ' + _data.about + '.'"/></dialog:prompts>
    </dialog:play></onentry>
    <transition event="dialog.play.done" cond="_event.data.requestid == _data.r" target="looks"/>
  </state>
  <state id="looks">
    <onentry><queue:submit requestid="_data.r" interactionid="_data.ixn" timeout="3600">
      <queue:targets><queue:target type="skill" skillexpr="'latin &lt; 1'"/></queue:targets>
      <dialog:runtreatments>
        <dialog:play><dialog:prompts><dialog:prompt text="'One moment.'"/></dialog:prompts></dialog:play>
        <dialog:playsound type="'music'" duration="20"/>
      </dialog:runtreatments>
    </queue:submit></onentry>
    <transition event="dialog.*" target="wrong"/>
    <transition event="queue.submit.done" target="done"/>
  </state>
  <final id="done"/><final id="wrong"/>""",
    f'{DIALOG} xmlns:classification="http://www.genesyslab.com/modules/classification"',
)


async def test_80_a_visitor_is_asked_told_and_kept_company_until_somebody_comes(tmp_path: Path) -> None:
    folder = tmp_path / "applications" / "talks"
    folder.mkdir(parents=True)
    (folder / "application.toml").write_text('name = "talks"\ndocument = "talks.scxml"\n', "utf-8")
    (folder / "talks.scxml").write_bytes(TALKS)
    settings = settings_in(
        tmp_path,
        services={"s": ServiceSettings(application="talks")},
        orchestration=OrchestrationSettings(
            folder=str(folder.parent),
            dialog=DialogSettings(speaker="Robin", announcements={"1001": {"default": "Welcome."}}),
            categories={"billing": CategorySettings(keywords=("invoice",))},
        ),
    )
    async with serving(settings) as house:
        chat = await house.visitors.start()
        await chat.comes(lambda answer: "What is it about?" in texts(answer))
        (await chat.send("My invoice, please")).ok()
        await chat.comes(lambda answer: "One moment." in texts(answer))
        async with house.agent("amy") as amy:
            await amy.takes(chat.chat_id)
            await chat.comes(lambda answer: len(answer.of_type("ParticipantJoined")) == 3)
        said = await chat.events("Message")
    assert [event["text"] for event in said] == [
        "Welcome.",
        "What is it about?",
        "My invoice, please",
        "So it is about billing.",
        "One moment.",
    ]
    assert {event["from"]["nickname"] for event in said} == {"Robin", "Mira"}


def texts(answer: Answer) -> list[str]:
    return [event["text"] for event in answer.of_type("Message")]

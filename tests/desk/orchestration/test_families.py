"""Sessions that start, invoke, tell and end each other."""

import pytest

from frontdesk.domain.orchestration.session import Life
from tests.desk.orchestration.stage import Shelf, ors, stage, w3c

pytestmark = pytest.mark.anyio

PARENT = w3c(
    """<state id="on">
      <invoke id="kid" src="child.scxml"><param name="n" expr="20"/></invoke>
      <transition event="hello"><log expr="'hello from ' + _event.invokeid + ' of ' + _event.data.n"/>
        <send event="answer" target="#_kid"/></transition>
      <transition event="done.invoke.kid" target="off">
        <log expr="'done with ' + _event.data.total"/></transition>
      <transition event="leave" target="off"/>
    </state><final id="off"/>"""
)
CHILD = w3c(
    """<datamodel><data id="n" expr="1"/></datamodel>
    <state id="on">
      <onentry><send event="hello" target="#_parent"><param name="n" location="n"/></send></onentry>
      <onexit><log expr="'child leaves'"/></onexit>
      <transition event="answer" target="off"/>
    </state>
    <final id="off"><donedata><param name="total" expr="n + 1"/></donedata></final>"""
)
FAMILY = Shelf(family={"main.scxml": PARENT, "child.scxml": CHILD})


async def test_an_invoked_session_has_its_parameters_and_speaks_with_who_invoked_it() -> None:
    async with stage(FAMILY) as node:
        parent = await node.start("family")
        assert await node.said(parent) == ["hello from kid of 20", "done with 21"]
        assert (await node.session(parent)).life is Life.FINISHED


async def test_an_invoked_session_ends_when_the_state_that_invoked_it_is_left() -> None:
    silent = CHILD.replace(b'target="#_parent"', b'target="#_internal"')
    async with stage(Shelf(family={"main.scxml": PARENT, "child.scxml": silent})) as node:
        parent = await node.start("family")
        (child,) = (await node.session(parent)).children.values()
        assert (await node.session(child)).life is Life.RUNNING
        await node.send(parent, "leave")
        assert (await node.session(child)).life is Life.TERMINATED
        assert await node.said(child) == ["child leaves"]
        assert await node.said(parent) == []


async def test_a_child_that_cannot_be_run_is_an_error_of_its_parent() -> None:
    document = w3c(
        """<state id="on"><invoke id="kid" src="nowhere.scxml"/>
        <transition event="error.communication"><log expr="_event.invokeid"/></transition></state>"""
    )
    async with stage(Shelf(family=document)) as node:
        assert await node.said(await node.start("family")) == ["kid"]


async def test_sessions_invoke_each_other_only_so_deep() -> None:
    document = w3c(
        """<state id="on"><invoke src="main.scxml"/>
        <transition event="error.execution"><log expr="'too deep'"/></transition></state>"""
    )
    async with stage(Shelf(deep=document)) as node:
        await node.start("deep")
        cards = await node.store.cards("session")
        assert len(cards) == 9
        deepest = max((filed.stream for filed in cards), key=len).removeprefix("session/")
        assert await node.said(deepest) == ["too deep"]


async def test_what_is_sent_to_a_session_that_is_not_there_is_an_error_of_the_sender() -> None:
    document = w3c(
        """<state id="on"><onentry><send id="letter" event="e" target="#_scxml_nobody"/></onentry>
        <transition event="error.communication"><log expr="_event.sendid"/></transition></state>"""
    )
    async with stage(Shelf(lonely=document)) as node:
        assert await node.said(await node.start("lonely")) == ["letter"]


async def test_an_application_that_is_not_there_cannot_be_started() -> None:
    starter = ors(
        """<state id="on"><onentry><session:start src="'nowhere'"/></onentry>
        <transition event="error.session.start"><log expr="_event.data.error"/></transition></state>"""
    )
    async with stage(Shelf(starter=starter)) as node:
        assert await node.said(await node.start("starter")) == ["notfound"]

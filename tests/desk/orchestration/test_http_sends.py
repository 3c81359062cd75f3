"""Messages of sessions that go by HTTP: to another session, to a server of somebody else, to nobody."""

import pytest

from frontdesk.desk.orchestration.http_sends import HttpSends
from tests.desk.orchestration.stage import Shelf, Stage, ors, stage, w3c
from tests.desk.orchestration.test_web_client import client
from tests.desk.orchestration.web_service import answer, web_service

pytestmark = pytest.mark.anyio

ADDRESS = "http://node.test/scxml/session/"
SENDS = w3c(
    """<datamodel><data id="to"/></datamodel>
    <state id="on">
      <onentry><send id="letter" type="basichttp" event="hello" targetexpr="to">
        <param name="n" expr="7"/></send></onentry>
      <transition event="error.communication"><log expr="_event.sendid"/></transition>
    </state>"""
)
HEARS = w3c('<state id="on"><transition event="hello"><log expr="_event.data.n"/></transition></state>')
SHELF = Shelf(sends=SENDS, hears=HEARS)


async def sent(node: Stage, to: str) -> list[str]:
    """What a session logs that sends a message there."""
    return await node.said(await node.start("sends", {"to": to}))


async def test_a_session_of_ours_is_reached_by_its_address() -> None:
    async with stage(SHELF, http_address=ADDRESS) as node:
        hears = await node.start("hears")
        assert await sent(node, f"{ADDRESS}{hears}/event/hello") == []
        assert await node.said(hears) == ["7"]


async def test_a_session_that_is_not_there_and_a_server_that_may_not_be_asked_are_errors() -> None:
    async with stage(SHELF, http_address=ADDRESS) as node:
        assert await sent(node, f"{ADDRESS}nobody") == ["letter"]
        assert await sent(node, "http://other.test/") == ["letter"]
        node.orchestration.peers.post = HttpSends(client(1, "allowed.test")).post
        assert await sent(node, "http://other.test/") == ["letter"]


async def test_an_allowed_server_gets_the_message_as_a_form() -> None:
    async with web_service(answer(204), answer(500)) as crm, stage(SHELF) as node:
        node.orchestration.peers.post = HttpSends(client(crm.port, "crm.test")).post
        assert await sent(node, f"http://crm.test:{crm.port}/hook") == []
        asked = crm.seen[0]
        assert (asked.method, asked.target) == ("POST", "/hook")
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        assert asked.body == b"_scxmleventname=hello&n=7"
        assert await sent(node, f"http://crm.test:{crm.port}/hook") == ["letter"]


async def test_the_older_dialect_names_what_failed_otherwise() -> None:
    document = ors(
        """<state id="on"><onentry><send event="'e'" target="'#_scxml_nobody'"/>
          <send type="'basichttp'" event="'e'" target="'http://other.test/'"/></onentry>
        <transition event="error.send"><log expr="_event.name"/></transition></state>"""
    )
    async with stage(Shelf(lonely=document)) as node:
        said = await node.said(await node.start("lonely"))
        assert said == ["error.send.nosuchsession", "error.send.failed"]

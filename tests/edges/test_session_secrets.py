"""What sessions know and say among our side: no visitor hears of it by any door, and no log holds it."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from frontdesk.edges.logs import quieten
from frontdesk.settings import ChatV3Settings, ServiceSettings, Settings
from frontdesk.settings_modules import FetchSettings, SecretSettings
from frontdesk.settings_orchestration import OrchestrationSettings
from tests.conformance.cometd import follower
from tests.conformance.house import House, serving, settings_in
from tests.conformance.v3 import site_of
from tests.conformance.visitor_socket import following
from tests.desk.orchestration.web_service import WebService, answer, web_service

pytestmark = pytest.mark.anyio

SET, WHISPERED, ANSWERED, THROWN = "sesame-set-1", "sesame-whisper-2", "sesame-answer-3", "sesame-thrown-4"
CREDENTIAL, PASSED, GIVEN, NOTED = "sesame-header-5", "sesame-password-6", "sesame-given-7", "sesame-note-8"
OURS = (SET, WHISPERED, ANSWERED, THROWN, CREDENTIAL, PASSED, NOTED, "OP-Session-ID", "knows.scxml")
NOT_LOGGED = (SET, WHISPERED, ANSWERED, THROWN, CREDENTIAL, PASSED, GIVEN, NOTED)
LIBRARIES = ("uvicorn", "uvicorn.error", "asyncio", "websockets", "httpcore2", "httpx2")
BYE = "Goodbye from the session."
DOCUMENT = f"""<scxml xmlns="http://www.w3.org/2005/07/scxml" profile="ecmascript"
    xmlns:ixn="http://www.genesyslab.com/modules/interaction"
    xmlns:session="http://www.genesyslab.com/modules/session">
  <datamodel><data id="r"/></datamodel>
  <state id="knows">
    <transition event="interaction.present">
      <script>_genesys.ixn.setuData({{plan: '{SET}', nested: {{deep: '{SET}'}}}})</script>
      <session:fetch requestid="_data.r" srcexpr="'%(gone)s/?who={GIVEN}'" username="'me'"
                     password="'secret:other'"/>
      <ixn:sendchatmessage requestid="_data.r" from="'Robin'" visibility="agents" message="'{WHISPERED}'"/>
      <script>throw new Error('{THROWN} ' + _genesys.ixn.interactions[0].udata.Code)</script>
    </transition>
    <transition event="chat.sendchatmessage.done" target="asks"/>
  </state>
  <state id="asks">
    <onentry>
      <log expr="'{NOTED} ' + _genesys.ixn.interactions[0].udata.Code"/>
      <session:fetch requestid="_data.r" srcexpr="'%(good)s/'" method="'post'"
                     headers="({{'X-Key': 'secret:crm'}})">
        <param name="who" expr="_genesys.ixn.interactions[0].udata.Code"/>
      </session:fetch>
    </onentry>
    <transition event="session.fetch.done" target="told"/>
  </state>
  <state id="told">
    <onentry><ixn:sendchatmessage from="'Robin'" message="'{BYE}'"/></onentry>
    <transition event="interaction.deleted" target="over"/>
  </state>
  <final id="over"/>
</scxml>"""


def settings_of(folder: Path, good: WebService, gone: WebService) -> Settings:
    own = folder / "applications" / "knows"
    own.mkdir(parents=True)
    (own / "application.toml").write_text('name = "knows"\ndocument = "knows.scxml"\nbots = ["Robin"]\n')
    (own / "knows.scxml").write_text(DOCUMENT % {"good": good.url, "gone": gone.url})
    settings = settings_in(folder, chat_v3=ChatV3Settings())
    fetch = FetchSettings(
        allow=(f"127.0.0.1:{good.port}", f"127.0.0.1:{gone.port}"),
        private=("127.0.0.1",),
        secrets={"crm": SecretSettings(value=CREDENTIAL), "other": SecretSettings(value=PASSED)},
    )
    return replace(
        settings,
        orchestration=OrchestrationSettings(folder=str(folder / "applications"), fetch=fetch),
        services={**settings.services, "s": ServiceSettings(application="knows")},
    )


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Other tests find the levels of libraries as they were."""
    found = {name: logging.getLogger(name).level for name in LIBRARIES}
    yield
    for name, level in found.items():
        logging.getLogger(name).setLevel(level)


async def heard_by_every_door(house: House) -> dict[str, str]:
    """All that visitors are told of a chat with the session, by the protocol."""
    heard: dict[str, str] = {}
    chat = await house.visitors.start(nickname="Mira", **{"userData[Code]": GIVEN})
    told = await chat.comes(lambda answer: any(event.get("text") == BYE for event in answer.events))
    heard["version 2"] = json.dumps([chat.started.body, told.body])
    heard["version 2, user data"] = json.dumps((await chat.ask("readData", keys="plan,nested,Code")).body)
    async with following(house.url, chat) as socket:
        await socket.hears_text(BYE)
        heard["the visitors' socket"] = json.dumps(socket.heard)
    async with follower(house.url) as client:
        await client.starts(nickname="Mira", userData={"Code": GIVEN})
        await client.hears_text(BYE)
        heard["CometD"] = json.dumps(client.pushed)
    async with site_of(house.url) as site:
        visit = await site.visit()
        heard["version 3"] = str((await visit.sees(BYE)).body)
    return heard


async def test_no_door_for_visitors_and_no_log_tells_what_sessions_know(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    quieten(logging.DEBUG)  # As a server does that is to tell as much as it can.
    with capture_logs() as lines:
        async with (
            web_service(answer(200, ANSWERED)) as good,
            web_service(answer(404, ANSWERED)) as gone,
            serving(settings_of(tmp_path, good, gone)) as house,
        ):
            heard = await heard_by_every_door(house)
    assert good.seen[0].headers["x-key"] == CREDENTIAL
    assert "authorization" in gone.seen[0].headers
    tables = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    for known in (SET, WHISPERED, ANSWERED, NOTED):
        assert known.encode() in tables, "what is to be kept secret did not come about"
    for door, told in heard.items():
        assert [one for one in OURS if one in told] == [], door
        assert BYE in told or "user data" in door
    logged = str(lines) + str([one.getMessage() for one in caplog.records])
    assert "not_fetched" in logged
    assert [one for one in NOT_LOGGED if one in logged] == []
    for never in (CREDENTIAL, PASSED):
        assert never.encode() not in tables

"""A server with applications, their sessions and a supervisor, for journeys on the operator's page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
from msgspec.structs import replace

from frontdesk.settings import ServiceSettings
from frontdesk.settings_orchestration import OrchestrationHttpSettings, OrchestrationSettings
from tests.bare import http_client
from tests.conformance.house import PASSWORD, House, serving, settings_in
from tests.patience import PATIENCE_S

KEY = "starts sessions"
HOSTILE = "<img src=x onerror=alert(1)>"
SPACES = (
    'xmlns="http://www.w3.org/2005/07/scxml" version="1.0" profile="ecmascript" '
    'xmlns:queue="http://www.genesyslab.com/modules/queue"'
)
SUPPORT = f"""<scxml {SPACES} initial="arriving">
  <datamodel>
    <data id="patience" expr="180"/><data id="asked"/>
    <data id="note" expr="'{HOSTILE.replace("<", "&lt;")}'"/>
  </datamodel>
  <state id="arriving">
    <transition event="interaction.present" target="german"/>
  </state>
  <parallel id="serving">
    <transition event="interaction.deleted" target="over"/>
    <state id="finding" initial="german">
      <state id="german">
        <onentry>
          <queue:submit requestid="_data.asked" queue="'support'" timeout="_data.patience">
            <queue:targets><queue:target type="skill" skillexpr="'german &gt;= 5'"/></queue:targets>
          </queue:submit>
        </onentry>
        <transition event="queue.submit.done" cond="_event.data.requestid == _data.asked" target="served"/>
        <transition event="error.queue.submit" cond="_event.data.error == 'timeout'" target="anybody"/>
      </state>
      <state id="anybody">
        <transition event="queue.submit.done" target="served"/>
        <transition event="error.queue.submit" target="german"/>
      </state>
      <state id="served"/>
    </state>
    <state id="watching" initial="quiet">
      <state id="quiet">
        <onentry><send event="'remind'" delay="'600s'"/></onentry>
        <transition event="remind" target="reminded"/>
      </state>
      <state id="reminded"><transition event="interaction.udata.changed" target="quiet"/></state>
    </state>
  </parallel>
  <final id="over"/>
</scxml>"""
FEW = f"""<scxml {SPACES}>
  <state id="waits"><transition event="go" target="gone"/></state><final id="gone"/>
</scxml>"""


STAYS = f"""<scxml {SPACES}>
  <datamodel><data id="who"/></datamodel>
  <state id="waits">
    <transition event="interaction.added"><assign location="_data.who"
      expr="_genesys.ixn.interactions[_event.data.interactionid].udata.FirstName"/></transition>
    <transition event="go" target="gone"/>
  </state>
  <final id="gone"/>
</scxml>"""


def large(count: int = 40) -> str:
    """A chart of many states."""
    states = []
    for number in range(1, count + 1):
        after, far = number % count + 1, (number * 7) % count + 1
        states.append(
            f'<state id="step_{number}"><transition event="queue.submit.done" cond="_data.n &gt; {number}" '
            f'target="step_{after}"/><transition event="error.queue.submit dialog.collect.done" '
            f'target="step_{far}"/></state>'
        )
    return f'<scxml {SPACES}><datamodel><data id="n" expr="0"/></datamodel>{"".join(states)}</scxml>'


APPLICATIONS = {"support": SUPPORT, "few": FEW, "stays": STAYS, "large": large()}


def put(folder: Path, name: str, document: str) -> None:
    """An application's folder."""
    own = folder / name
    own.mkdir(parents=True, exist_ok=True)
    (own / "application.toml").write_text(f'name = "{name}"\n', encoding="utf-8")
    (own / "application.scxml").write_text(document, encoding="utf-8")


class Charted:
    """The server, and who starts sessions."""

    def __init__(self, house: House, http: httpx2.AsyncClient) -> None:
        self.house = house
        self.url = house.url
        self._http = http
        self._who = ""

    async def starts(self, name: str = "few", **fields: str) -> str:
        """A session; its id."""
        answer = await self._http.post(f"{self.url}/scxml/session/start", data={"src": name, **fields})
        assert answer.status_code == 201, answer.text
        session_id: str = answer.json()["sessionid"]
        return session_id

    async def sends(self, session_id: str, event: str) -> None:
        answer = await self._http.post(f"{self.url}/scxml/session/{session_id}/event/{event}")
        assert answer.status_code == 202, answer.text

    async def chats(self, name: str, **data: str) -> str:
        """A visitor's chat with a session of `support`; the session, once it asks for somebody."""
        await self.house.visitors.start(
            "support", nickname=name, **{f"userData[{key}]": value for key, value in data.items()}
        )
        with anyio.fail_after(PATIENCE_S):
            while True:
                for session in (await self.sees("applications/support/sessions"))["rows"]:
                    if "german" in session["active"]:
                        return str(session["session_id"])
                await anyio.sleep(0.02)

    async def sees(self, path: str, login: str = "sue") -> Any:
        """What the page is told."""
        signed_in = await self.sign_in(login)
        answer = await signed_in.get(f"{self.url}/api/operator/orchestration/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def sign_in(self, login: str) -> httpx2.AsyncClient:
        """The client, with whose cookie it asks from now on."""
        if self._who != login:
            body = {"login": login, "password": PASSWORD}
            answer = await self._http.post(f"{self.url}/api/workspace/sign-in", json=body)
            assert answer.status_code == 200, answer.text
            self._who = login
        return self._http


@asynccontextmanager
async def charted(folder: Path) -> AsyncIterator[Charted]:
    """The server, with `sue`, who is a supervisor, and `amy`, who is none."""
    shelf = folder / "applications"
    for name, document in APPLICATIONS.items():
        put(shelf, name, document)
    settings = settings_in(folder)
    settings = replace(
        settings,
        orchestration=OrchestrationSettings(
            folder=str(shelf), http=OrchestrationHttpSettings(keys=(KEY,), answer_s=1)
        ),
        services={
            **settings.services,
            "support": ServiceSettings(application="support"),
            "stays": ServiceSettings(application="stays"),
        },
    )
    async with serving(settings) as house:
        await house.server.add_account(login="sue", password=PASSWORD, role="supervisor", name="Sue")
        await house.server.add_account(login="amy", password=PASSWORD, name="Amy")
        async with http_client(headers={"x-api-key": KEY}) as http:
            yield Charted(house, http)

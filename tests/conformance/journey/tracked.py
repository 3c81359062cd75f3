"""A tracked site with a real server: what its manager defines, and what browsers of visitors send."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
from msgspec.structs import replace

from frontdesk.domain.journey.contacts import Contact
from frontdesk.domain.journey.contacts import Kind as ContactKind
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import Fact, Happened
from frontdesk.domain.journey.web_events import WebEvent
from frontdesk.domain.rules import Rules
from frontdesk.journey_parts import JourneyParts
from frontdesk.main import Clock, wall_clock_ms
from frontdesk.settings import ServiceSettings, Settings
from frontdesk.settings_journeys import AdminKeySettings, JourneysSettings
from frontdesk.wire.journey_answers import iso
from tests.conformance.house import House, serving, settings_in
from tests.patience import PATIENCE_S

BASE = "/api/v2/journey"
ORIGIN = "https://shop.example"
KEY = "a key of the tests' manager"
SERVER_KEY = "a key of the shop's own server"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MANY = 1_000_000
LONG_S = 1_000_000
IMPLIED = {"consentMode": "implied"}


class Ticking:
    """Time that goes on as it does, and jumps where a test says so."""

    def __init__(self) -> None:
        self._ahead_ms = 0

    def __call__(self) -> int:
        return wall_clock_ms() + self._ahead_ms

    def pass_by(self, seconds: float) -> None:
        self._ahead_ms += int(seconds * 1000)


class Visitor:
    """One browser on the site."""

    def __init__(self, site: "Tracked", customer_id: str = "", **headers: str) -> None:
        self.site = site
        self.id = customer_id or str(uuid.uuid4())
        self.headers = {"origin": ORIGIN, "user-agent": BROWSER, **headers}

    def event(self, name: str = "page_viewed", path: str = "/", **fields: Any) -> dict[str, Any]:
        """An event as the tracker sends it."""
        page = {"url": f"{ORIGIN}{path}", "title": "A page"}
        return {"customerCookieId": self.id, "eventName": name, "page": page, **fields}

    async def post(self, place: str, body: Any) -> httpx2.Response:
        return await self.site.ask("POST", place, headers=self.headers, json=body)

    async def sends(self, event: dict[str, Any] | None = None) -> httpx2.Response:
        return await self.post("webevents", self.event() if event is None else event)

    async def does(self, name: str = "page_viewed", path: str = "/", **fields: Any) -> dict[str, Any]:
        """An event that is taken in; what is answered."""
        response = await self.sends(self.event(name, path, **fields))
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def did(self, seconds_ago: float, **fields: Any) -> httpx2.Response:
        """An event that happened a while ago."""
        at_ms = self.site.clock_ms() - int(seconds_ago * 1000)
        return await self.sends(self.event(createdDate=iso(at_ms), **fields))

    async def pings(self, path: str | None = "/", **query: str) -> dict[str, Any]:
        """What a ping is answered."""
        params = {**({"dl": f"{ORIGIN}{path}"} if path is not None else {}), **query}
        response = await self.site.ask(
            "GET", f"customers/{self.id}/ping", headers=self.headers, params=params
        )
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def reports(self, action: dict[str, Any], state: str, **fields: Any) -> httpx2.Response:
        """A state that an action has come into."""
        ids = {"sessionId": action["sessionId"], "actionId": action["id"]}
        return await self.post("actionevent", {**ids, "actionState": state, **fields})

    async def decides(self, decision: str, *purposes: str) -> httpx2.Response:
        body = {"customerCookieId": self.id, "decision": decision, "purposes": purposes, "textVersion": "1"}
        return await self.post("consent", body)


class Tracked:
    """The site. `at` is where its collector is."""

    def __init__(self, house: House, deployment_id: str, clock_ms: Clock) -> None:
        self.house = house
        self.deployment_id = deployment_id
        self.clock_ms = clock_ms

    def visitor(self, customer_id: str = "", **headers: str) -> Visitor:
        return Visitor(self, customer_id, **headers)

    def at(self, place: str) -> str:
        return f"{self.house.url}{BASE}/deployments/{self.deployment_id}/{place}"

    async def ask(self, method: str, place: str, **more: Any) -> httpx2.Response:
        return await self.house.visitors.http.request(method, self.at(place), **more)

    async def manage(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """What its manager is answered below `BASE`."""
        return await managed(self.house, method, path, body)

    async def sets(self, **settings: Any) -> None:
        """Change what holds for all deployments."""
        known = await self.manage("GET", "/settings")
        await self.manage("PATCH", "/settings", {"version": known["version"], **settings})

    @property
    def journeys(self) -> JourneyParts:
        journeys = self.house.server.journeys
        assert journeys is not None
        return journeys

    async def customer(self, visitor: Visitor) -> Customer:
        return await self.journeys.customers.customer(visitor.id)

    async def contact(self, email: str) -> Contact | None:
        """Who is known by an address."""
        return await self.journeys.people.find(ContactKind.EMAIL, email)

    async def history(self, visitor: Visitor) -> list[Fact]:
        """All that is kept of a visitor."""
        return [fact for _, fact in await self.journeys.customers.history(visitor.id)]

    async def until_kept(self, visitor: Visitor, is_it: Callable[[Fact], bool]) -> Fact:
        """The first fact of a visitor that is so, as soon as there is one."""
        with anyio.fail_after(PATIENCE_S):
            while True:
                for fact in await self.history(visitor):
                    if is_it(fact):
                        return fact
                await anyio.sleep(0.02)

    async def stored(self, visitor: Visitor, event_id: str) -> WebEvent:
        """One event as it is kept."""
        kept = (fact.event for fact in await self.history(visitor) if isinstance(fact, Happened))
        return next(event for event in kept if event.id == event_id)

    async def segment(self, path: str, count: int = 1, **more: Any) -> str:
        """A segment of those who view pages there."""
        criterion = {"key": "page.pathname", "operator": "startsWith", "values": [path]}
        pattern = {"criteria": [criterion], "count": count, "eventName": "page_viewed"}
        body = {"displayName": path, "journey": {"patterns": [pattern]}, **more}
        return str((await self.manage("POST", "/segments", body))["id"])

    async def map(self, segments: Sequence[str], **more: Any) -> str:
        """An action map that offers them a chat at once, whoever is there."""
        action = {"mediaType": "webchat", "isPacingEnabled": False, "props": {"webchatTitleText": "Hello"}}
        body = {
            "displayName": "Help",
            "triggerWithSegments": list(segments),
            "activation": {"type": "immediate"},
            "action": action,
            **more,
        }
        return str((await self.manage("POST", "/actionmaps", body))["id"])


async def managed(house: House, method: str, path: str, body: Any = None) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {KEY}"}
    response = await house.visitors.http.request(
        method, f"{house.url}{BASE}{path}", json=body, headers=headers
    )
    assert response.is_success, response.text
    return dict(response.json()) if response.content else {}


def tracking_in(folder: Path, journeys: JourneysSettings | None = None, **changes: Any) -> Settings:
    """A server that may be asked as often as anybody likes."""
    admitted = journeys or JourneysSettings(
        requests_per_minute_per_address=MANY,
        requests_burst_per_address=MANY,
        requests_per_minute_per_customer=MANY,
        requests_burst_per_customer=MANY,
        server_keys=(SERVER_KEY,),
    )
    keys = {"tests": AdminKeySettings(key=KEY, permissions=("*",))}
    settings = settings_in(folder, journeys=replace(admitted, admin_keys=keys), **changes)
    patient = Rules(idle_alert_s=LONG_S, client_silence_s=LONG_S)
    return replace(settings, services={**settings.services, "long": ServiceSettings(rules=patient)})


@asynccontextmanager
async def tracked(
    settings: Settings,
    clock_ms: Clock = wall_clock_ms,
    privacy: dict[str, Any] | None = None,
    **deployment: Any,
) -> AsyncIterator[Tracked]:
    """A server with one deployment, for pages of `ORIGIN`; consent is implied, unless `privacy` says more."""
    async with serving(settings, clock_ms) as house:
        yield await tracking(house, clock_ms, privacy, **deployment)


async def tracking(
    house: House, clock_ms: Clock = wall_clock_ms, privacy: dict[str, Any] | None = None, **deployment: Any
) -> Tracked:
    """The same for a server that runs."""
    made = {"name": "shop", "allowedOrigins": [ORIGIN], "service": "long", **deployment}
    site = await managed(house, "POST", "/deployments", made)
    own = Tracked(house, site["id"], clock_ms)
    await own.sets(privacy={**IMPLIED, **(privacy or {})})
    return own

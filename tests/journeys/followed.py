"""A site whose visitors are followed, and a supervisor, for journeys on the pages about them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.domain.journey.facts import Fact, Moved, State
from tests.conformance.agents import Agent
from tests.conformance.house import PASSWORD
from tests.conformance.journey.tracked import Ticking, Tracked, Visitor, tracked, tracking_in

HOSTILE = "<img src=x onerror=alert(1)>"
BIDI = "\u202eevil \u05d0\u05d1\u05d2"
LONG = "W" * 256
OFFER = {
    "mediaType": "webchat",
    "isPacingEnabled": False,
    "props": {"webchatTitleText": "Cannot choose?", "webchatPrompt": "We know both."},
}
Offers = tuple[Visitor, dict[str, Any]]


class Followed:
    """The site, with a segment of who looks at the cart, and a map that offers them a chat there."""

    def __init__(self, site: Tracked, segment_id: str, map_id: str) -> None:
        self.site = site
        self.url = site.house.url
        self.segment_id = segment_id
        self.map_id = map_id
        self.token = ""  # Of the supervisor's sign-in.
        self.outcome_id = ""
        self.visitors: list[Visitor] = []
        self.visit_id = self.chat_id = ""  # Of the chat that came of an offer.

    async def arrives(self, path: str = "/cart", title: str = "Your cart") -> Visitor:
        """Somebody new, who looks at a page."""
        visitor = self.site.visitor()
        event = visitor.event(path=path)
        event["page"]["title"] = title
        assert (await visitor.sends(event)).status_code == 200
        self.visitors.append(visitor)
        return visitor

    async def is_offered(self) -> Offers:
        """Somebody new, to whom the offer of the map is shown."""
        visitor = await self.arrives()
        (action,) = (await visitor.pings("/cart"))["actions"]
        await visitor.reports(action, "offered")
        return visitor, action

    async def facts(self) -> list[Fact]:
        """All that is kept of everybody."""
        return [fact for visitor in self.visitors for fact in await self.site.history(visitor)]

    async def chats(self, offer: Offers, agent: Agent, nickname: str = "Mira") -> str:
        """The chat that came of an offer, once an agent has taken it; its id."""
        visitor, action = offer
        await visitor.reports(action, "accepted")
        context = {
            "customer": {"id": visitor.id},
            "customerSession": {"id": action["sessionId"], "type": "web"},
            "triggeringAction": {"id": action["id"]},
        }
        data = {"userData[journeyContext]": msgspec.json.encode(context).decode()}
        chat = await self.site.house.visitors.start("long", nickname=nickname, **data)
        await agent.takes(chat.chat_id)
        await self.site.until_kept(
            visitor, lambda fact: isinstance(fact, Moved) and fact.state == State.ENGAGED
        )
        return chat.chat_id


@asynccontextmanager
async def followed(folder: Path) -> AsyncIterator[Followed]:
    """The site, with `sue`, who is a supervisor, and `bob`, who is an agent; names are as bad as they get."""
    clock = Ticking()
    async with tracked(tracking_in(folder), clock) as site:
        await site.house.server.add_account(login="sue", password=PASSWORD, role="supervisor", name="Sue")
        await site.house.server.add_account(login="bob", password=PASSWORD, name="Bob")
        segment_id = await site.segment("/cart", displayName=HOSTILE)
        target = await site.manage("POST", "/actiontargets", {"name": LONG})
        map_id = await site.map(
            [segment_id],
            displayName="Help at the cart",
            action={**OFFER, "actionTargetId": target["id"]},
            pageUrlConditions=[{"operator": "containsAny", "values": ["/cart"]}],
        )
        desk = Followed(site, segment_id, map_id)
        await desk.arrives()
        clock.pass_by(8 * 86_400)  # Replays want a week of visits.
        body = {"login": "sue", "password": PASSWORD}
        signed_in = await site.house.visitors.http.post(f"{desk.url}/api/workspace/sign-in", json=body)
        desk.token = signed_in.json()["token"]
        site.house.visitors.http.cookies.clear()  # Visitors are not signed in.
        yield desk

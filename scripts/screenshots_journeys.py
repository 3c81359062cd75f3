"""The pictures of journeys: an offer in the shop, a journey beside its chat, who is there, how offers do."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx2
from playwright.async_api import Page

from frontdesk.client import Client
from frontdesk.demo.seed_journeys import DEPLOYMENT_ID
from scripts.studio import DESKTOP, Studio, sign_in, sign_in_as

# Browsers that say they have no window count as crawlers.
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SHOP: dict[str, Any] = {"viewport": {"width": 1000, "height": 640}, "user_agent": BROWSER}
WIDE: dict[str, Any] = {"viewport": {"width": 1360, "height": 620}}
TRIES = 200  # At 50 ms each: an offer takes a moment to be earned.
# Where those are who only look around, with the titles of the pages.
PAGES = (("/shop/care", "Care in three lines"), ("/shop/", "House plants that forgive you"))
PLANTS = ("Patient monstera", "Desk cactus", "String of hearts", "Kitchen fern")
# What became of the offers of those who came before, and with whom they talked.
BEFORE = (*("Jonas", "Noor", "Ada", "Tom"), *("rejected",) * 3, *("ignored",) * 2, "timedout", "")


class Passer:
    """A browser that only the collector sees."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self._http = http
        self._at = f"{url}/api/v2/journey/deployments/{DEPLOYMENT_ID}"
        self._url = url
        self.id = str(uuid4())

    async def does(self, name: str, path: str, title: str) -> None:
        event = {
            "customerCookieId": self.id,
            "eventName": name,
            "page": {"url": self._url + path, "title": title},
            "userAgentString": BROWSER,
        }
        (await self._http.post(f"{self._at}/webevents", json=event)).raise_for_status()

    async def earns(self, plant: str) -> dict[str, Any]:
        """Two plants in the basket are an offer."""
        path = f"/shop/{plant.lower().replace(' ', '-')}"
        for name in ("page_viewed", "plant_added", "plant_added"):
            await self.does(name, path, plant)
        query = {"dl": self._url + path}
        for _ in range(TRIES):
            answered = await self._http.get(f"{self._at}/customers/{self.id}/ping", params=query)
            for action in answered.json()["actions"]:
                found: dict[str, Any] = action
                return found
            await asyncio.sleep(0.05)
        raise TimeoutError("there is no offer")

    async def says(self, action: dict[str, Any], state: str) -> None:
        ids = {"sessionId": action["sessionId"], "actionId": action["id"], "customerCookieId": self.id}
        body = {**ids, "actionState": state}
        (await self._http.post(f"{self._at}/actionevent", json=body)).raise_for_status()

    def context(self, action: dict[str, Any]) -> str:
        """What a chat says of where it came from."""
        return json.dumps(
            {
                "customer": {"id": self.id, "idType": "cookie"},
                "customerSession": {"id": action["sessionId"], "type": "web"},
                "triggeringAction": {"id": action["id"]},
            }
        )


async def take_journey_pictures(studio: Studio) -> None:
    """Every picture of journeys."""
    desk = await studio.window("/agent/", **DESKTOP)
    await sign_in(desk)
    async with httpx2.AsyncClient(headers={"user-agent": BROWSER}) as http:
        for number, outcome in enumerate(BEFORE):
            passer = Passer(http, studio.url)
            action = await passer.earns(PLANTS[number % len(PLANTS)])
            await _passes(studio, passer, action, desk, outcome)
        for path, title in PAGES:
            await Passer(http, studio.url).does("page_viewed", path, title)
    await _offered(studio, desk)
    await _watched(studio)


async def _passes(studio: Studio, passer: Passer, action: dict[str, Any], desk: Page, outcome: str) -> None:
    """Somebody came before; a name is of one who talked with Amy."""
    if not outcome:
        return
    await passer.says(action, "offered")
    if not outcome[0].isupper():
        await passer.says(action, outcome)
        return
    await passer.says(action, "accepted")
    async with Client(f"{studio.url}/genesys/2/chat/demo") as visitor:
        await visitor.start(nickname=outcome, data={"journeyContext": passer.context(action)})
        await desk.get_by_role("button", name="Accept").click()
        await desk.get_by_role("heading", name=outcome).first.wait_for()
        await visitor.say("Which of the two lives in a dark hallway?")


async def _offered(studio: Studio, desk: Page) -> None:
    """Mia cannot choose, is offered a chat, and takes it."""
    shop = await studio.window("/shop/", **SHOP)
    await shop.get_by_role("link", name="Care").click()
    for plant in ("Patient monstera", "Painted calathea"):
        await shop.get_by_role("button", name=f"Add {plant} to the basket").click()
        await shop.get_by_role("button", name="Dismiss").dispatch_event("click")
    offer = shop.get_by_role("dialog", name="Cannot choose?")
    await offer.wait_for()
    await shop.evaluate("scrollTo(0, 0)")
    await studio.picture(shop, "journey-offer")
    await offer.get_by_role("button", name="Ask a plant person").click()
    await shop.get_by_label("Your name (optional)").fill("Mia")
    await shop.get_by_role("button", name="Start chatting").click()
    await shop.get_by_text("Chat Started").wait_for()
    await desk.get_by_role("button", name="Accept").click()
    box = desk.get_by_role("textbox", name="Message to the visitor")
    await studio.say_in(box, shop, "Hello Mia! Where will it live?")
    await desk.get_by_text("Came by the offer").scroll_into_view_if_needed()
    await studio.picture(desk, "journey-beside-chat")


async def _watched(studio: Studio) -> None:
    """The pages of supervisors."""
    page = await studio.window("/operator/journeys/#/visitors", **WIDE)
    await sign_in_as(page, "sue")
    await page.get_by_text("visitors on the site").wait_for()
    await studio.picture(page, "journey-visitors")
    await page.get_by_text("Desk cactus", exact=True).first.click()
    await page.get_by_label("The map").select_option(label="Care card")
    await page.get_by_role("button", name="Why is it not offered?").click()
    await page.locator(".check").last.wait_for()
    await page.set_viewport_size({"width": 1000, "height": 840})
    await page.evaluate("scrollTo(0, 0)")
    await studio.picture(page, "journey-why-not")
    await page.evaluate("location.hash = '#/actionmaps'")
    await page.get_by_role("link", name="Help to choose").click()
    await page.get_by_label("Address of a page").fill("https://quillwort.example/shop/desk-cactus")
    await page.get_by_role("button", name="Test").click()
    await page.get_by_text("Yes: all conditions hold.").wait_for()
    await studio.picture(page, "journey-map")
    await page.set_viewport_size(WIDE["viewport"])
    await page.evaluate("location.hash = '#/report'")
    await page.get_by_role("link", name="Help to choose").first.wait_for()
    await studio.picture(page, "journey-report")

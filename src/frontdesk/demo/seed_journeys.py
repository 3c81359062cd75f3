"""What the demo's shop has defined of its visitors' journeys: two offers that one can earn in a minute."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from frontdesk.demo.seed import QUEUE, SERVICE
from frontdesk.desk.journeys.book import Book
from frontdesk.domain.journey.defining import Kind

DEPLOYMENT_ID = "d0000000-0000-4000-8000-000000000001"
"""What the shop's page says when it begins to tell of its visitors."""
SHOP = ({"operator": "containsAny", "values": ["/shop"]},)
DEPLOYMENT: Mapping[str, Any] = {
    "name": "Quillwort, the demo shop",
    "allowedOrigins": ["*"],  # The demo listens on this machine only, under names that nobody knows before.
    "service": SERVICE,
    "tracking": {
        "searchQueryParameters": ["q"],
        "clickEvents": [
            {"selector": ".plant-buy button", "eventName": "plant_added"},
            {"selector": "#basket", "eventName": "basket_opened"},
        ],
        "inViewportEvents": [{"selector": "#care", "eventName": "care_read"}],
    },
}


def ids() -> Iterator[str]:
    """The ids of what is defined here, the deployment's first: the same in every demo."""
    yield DEPLOYMENT_ID
    number = 0
    while True:
        number += 1
        yield str(uuid5(NAMESPACE_URL, f"frontdesk demo {number}"))


async def seed_journeys(book: Book) -> None:
    """See to it that the shop has offers, unless somebody has defined or changed anything before."""
    if book.definitions.number:
        return
    version = book.definitions.settings.version
    consent = {"version": version, "privacy": {"consentMode": "implied"}}
    await book.create(Kind.DEPLOYMENT, DEPLOYMENT, by="demo")
    await book.patch(Kind.SETTINGS, "", consent, by="demo")
    target = await book.create(Kind.TARGET, {"name": "Plant people", "queueId": QUEUE}, by="demo")
    choosing = await book.create(
        Kind.SEGMENT, _segment("Cannot choose", "Put two plants into the basket", "plant_added", 2), by="demo"
    )
    caring = await book.create(
        Kind.SEGMENT, _segment("Reads about care", "Looks at the three lines", "care_read", 1), by="demo"
    )
    asked = {"displayName": "Talked to a person", "journey": _happens("widgets_web_chat_submitted", 1)}
    await book.create(Kind.OUTCOME, asked, by="demo")
    template = await book.create(Kind.TEMPLATE, _CARE_CARD, by="demo")
    await book.create(Kind.ACTION_MAP, _chat_offer(choosing.id, target.id), by="demo")
    await book.create(Kind.ACTION_MAP, _care_offer(caring.id, template.id), by="demo")


def _happens(event_name: str, count: int) -> Mapping[str, Any]:
    criterion = {"key": "eventName", "values": [event_name]}
    return {"patterns": [{"criteria": [criterion], "count": count, "eventName": event_name}]}


def _segment(name: str, description: str, event_name: str, count: int) -> Mapping[str, Any]:
    return {"displayName": name, "description": description, "journey": _happens(event_name, count)}


_CARE_CARD: Mapping[str, Any] = {
    "name": "Care card",
    "mediaType": "contentOffer",
    "state": "Active",
    "contentOffer": {
        "displayMode": "Toast",
        "layoutMode": "LeftText",
        "imageUrl": "/assets/shop/art/fern.svg",
        "imageAltText": "A fern",
        "title": "A yellow leaf is a leaf",
        "body": "Ferns forgive the most. Start with one.",
        "callToAction": {"text": "See the fern", "url": "/shop/#plants", "target": "Self"},
    },
}


def _chat_offer(segment_id: str, target_id: str) -> Mapping[str, Any]:
    return {
        "displayName": "Help to choose",
        "triggerWithSegments": [segment_id],
        "pageUrlConditions": SHOP,
        "activation": {"type": "immediate"},
        "weight": 3,
        "action": {
            "mediaType": "webchat",
            "actionTargetId": target_id,
            "isPacingEnabled": False,  # The greeter answers whoever comes, with or without people.
            "props": {
                "webchatTitleText": "Cannot choose?",
                "webchatPrompt": "Tell us about your window, and we tell you which of the two lives there.",
                "webchatAcceptText": "Ask a plant person",
                "webchatDeclineText": "I like both",
            },
        },
    }


def _care_offer(segment_id: str, template_id: str) -> Mapping[str, Any]:
    return {
        "displayName": "Care card",
        "triggerWithSegments": [segment_id],
        "pageUrlConditions": SHOP,
        "activation": {"type": "delay", "delayInSeconds": 5},
        "action": {"mediaType": "contentOffer", "actionTemplate": {"id": template_id}},
    }

"""The description of what trackers of sites ask: `journey_collector.py`."""

from collections.abc import Mapping
from typing import Any

from frontdesk.edges.journey_asked import OPERATIONS, ROOT
from frontdesk.edges.openapi_parts import JSON, answer, in_path, ref
from frontdesk.wire.journey import EVENTS_MAX, ActionBody, ConsentBody, EventBody
from frontdesk.wire.journey_answers import ConsentAnswer, EventAnswer, NotAccepted, PingAnswer, Problem

TYPES = (EventBody, ActionBody, ConsentBody, EventAnswer, NotAccepted, PingAnswer, ConsentAnswer, Problem)
TEXTS: Mapping[str, str] = {
    "event": "Take in one event; it begins a visit, or goes on with one.",
    "batch": f"Take in up to {EVENTS_MAX} events; each is answered on its own.",
    "ping": "Ask for offers to show on a page, and when to ask again.",
    "erase": "Erase all that is kept of this browser, with the token that came with its first event.",
    "action": "Say that an offer has come into a state.",
    "consent": "Grant or withdraw that visits are followed, and offers made.",
    "config": "What a tracker has to know of its site.",
}
FAULTS: Mapping[str, str] = {
    "400": "The request is wrong",
    "403": "Not for this deployment, this origin or this sender",
    "404": "There is nothing of that kind here",
    "408": "The body took too long to arrive",
    "409": "An offer cannot come into that state; `state` is the one that it is in",
    "413": "Too large",
    "429": "Too often: wait as long as `Retry-After` says",
    "503": "Try again later",
}
OBJECT, TEXT = {"type": "object"}, {"type": "string"}
LEFT_OUT = {"202": answer("Nothing was kept, and nobody is to blame", "NotAccepted")}
ANSWERS: Mapping[str, dict[str, Any]] = {
    "event": {"200": answer("Taken in", "EventAnswer"), **LEFT_OUT},
    "batch": {
        "200": {
            "description": "An answer for each, in their order",
            "content": {JSON: {"schema": {"type": "array", "items": OBJECT}}},
        },
        **LEFT_OUT,
    },
    "ping": {"200": answer("Offers to show", "PingAnswer")},
    "erase": {"204": {"description": "Nothing is left"}},
    "action": {"204": {"description": "It is so"}},
    "consent": {"200": answer("What is granted now", "ConsentAnswer")},
    "config": {
        "200": {"description": "The settings", "content": {JSON: {"schema": OBJECT}}},
        "304": {"description": "They are as they were"},
    },
}
BODIES: Mapping[str, dict[str, Any]] = {
    "event": ref("EventBody"),
    "batch": {"type": "array", "items": ref("EventBody"), "maxItems": EVENTS_MAX},
    "action": ref("ActionBody"),
    "consent": ref("ConsentBody"),
}
QUERIES: Mapping[str, tuple[str, ...]] = {
    "ping": ("dl", "dt", "sessionId", "sinceLastBeaconMilliseconds", "mediaOpen", "tab"),
}


def paths() -> dict[str, Any]:
    """The calls that pages make, by the addresses that the collector knows."""
    found: dict[str, Any] = {}
    for (method, place), operation in OPERATIONS.items():
        path = ROOT + "{deploymentId}/" + place.replace("customers/id", "customers/{customerCookieId}")
        found.setdefault(path, {})[method.lower()] = _call(operation, "{customerCookieId}" in path)
    return found


def _call(operation: str, has_customer: bool) -> dict[str, Any]:
    where = [in_path("deploymentId"), *([in_path("customerCookieId")] if has_customer else [])]
    queries = [{"name": name, "in": "query", "schema": TEXT} for name in QUERIES.get(operation, ())]
    faults = {
        status: {"description": text, "content": {JSON: {"schema": ref("Problem")}}}
        for status, text in FAULTS.items()
    }
    found: dict[str, Any] = {
        "operationId": f"tracker_{operation}",
        "tags": ["Trackers"],
        "summary": TEXTS[operation],
        "parameters": [*where, *queries],
        "responses": {**ANSWERS[operation], **faults},
    }
    if operation in BODIES:
        found["requestBody"] = {"content": {JSON: {"schema": BODIES[operation]}}, "required": True}
    if operation == "erase":
        found["security"] = [{"bearer": []}]
    return found

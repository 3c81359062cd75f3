"""What visitors should not have said is nowhere afterwards: in no table, no line of a log, no metric."""

import logging
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from tests.conformance.journey.tracked import ORIGIN, tracked, tracking_in

pytestmark = pytest.mark.anyio

CARD = "4111 1111 1111 1111"
ADDRESS = "203.0.113.77"
# By where each is planted; a part of it that no cleaning would leave is looked for.
PLANTED = {
    "a parameter": "sesame-token-81",
    "a fragment": "sesame-fragment-82",
    "a password in an address": "sesame-password-83",
    "a path": "sesame.path.84@mail.example",
    "a title": "sesame.title.85@mail.example",
    "an attribute": "sesame.attribute.86@mail.example",
    "a trait": "sesame.trait.87@mail.example",
    "a form": "sesame.form.88@mail.example",
    "a referrer": "sesame-referrer-89",
    "a search": "sesame.search.90@mail.example",
    "keywords": "sesame.keywords.91@mail.example",
    "an error": "sesame.error.92@mail.example",
    "what has no name": "sesame-unheard-93",
    "a name of an event": "sesame-name-94",
    "a list": "sesame-list-95",
    "a wrong body": "sesame-wrong-96",
    "a ping": "sesame-ping-97",
    "a name of an attribute": "sesame.key.70@mail.example",
    "a name of a trait": "sesame.key.71@mail.example",
    "an id of an event": "sesame.id.72@mail.example",
    "an id of a report": "sesame.id.73@mail.example",
    "a tab": "sesame.tab.74@mail.example",
    "a code of an error": "sesame.code.75@mail.example",
    "a language": "sesame.lang.76@mail.example",
    "a device": "sesame.device.77@mail.example",
    "a version of a text": "sesame.text.78@mail.example",
    "a card": "4111",
    "an address": ADDRESS,
}
CLIENTS = ("httpx", "httpcore")  # Those of the test, which write down where they go.
KNOWN_ADDRESS = "sesame.known.98@mail.example"


async def test_what_visitors_should_not_have_said_is_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = PLANTED
    url = (
        f"https://me:{said['a password in an address']}@shop.example/{said['a path']}"
        f"?token={said['a parameter']}&q={said['a search']}#{said['a fragment']}"
    )
    settings = tracking_in(tmp_path)
    with capture_logs() as lines:
        async with tracked(settings, tracking={"searchQueryParameters": ["q"]}) as site:
            await site.map([await site.segment("/")])
            visitor = site.visitor()
            page = {"url": url, "title": said["a title"], "keywords": said["keywords"]}
            page["lang"] = said["a language"]
            event = visitor.event(
                page=page,
                referrerUrl=f"https://other.example/?session={said['a referrer']}",
                attributes={"comment": said["an attribute"], "card": CARD, "list": [said["a list"]]}
                | {said["a name of an attribute"]: 1},
                traits={"nickname": said["a trait"], "email": KNOWN_ADDRESS, said["a name of a trait"]: 1},
                eventId=said["an id of an event"],
                device={"type": said["a device"]},
                unheardOf=said["what has no name"],
                ipAddress=ADDRESS,
            )
            form = visitor.event("form_submitted", attributes={"field.message": said["a form"]})
            named = visitor.event(said["a name of an event"])
            for body in (event, form, named):
                await visitor.sends(body)
            await visitor.post("webevents/batch", [event, named, {"page": said["a wrong body"]}])
            [action] = (await visitor.pings(f"/?token={said['a ping']}", tab=said["a tab"]))["actions"]
            await visitor.reports(
                action,
                "errored",
                errorMessage=said["an error"],
                pageUrl=url,
                id=said["an id of a report"],
                errorCode=said["a code of an error"],
            )
            decision = {"customerCookieId": visitor.id, "decision": "grant"}
            await visitor.post("consent", {**decision, "textVersion": said["a version of a text"]})
            await site.ask(
                "POST", "webevents", content=said["a wrong body"].encode(), headers=visitor.headers
            )
            kept = await site.history(visitor)
            metrics = (await site.house.visitors.http.get(f"{site.house.url}/metrics")).text
            contact = await site.contact(KNOWN_ADDRESS)
    assert len(kept) > 5
    assert contact is not None  # What a site wants to know of a person it knows, and nobody else.
    tables = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    assert b"[email]" in tables
    others = [one.getMessage() for one in caplog.records if not one.name.startswith(CLIENTS)]
    told = msgspec.json.encode([str(lines), others, metrics])
    for place, secret in said.items():
        for form_of_it in {secret, secret.replace("@", "%40")}:
            assert form_of_it.encode() not in tables, place
            assert form_of_it.encode() not in told, place
    assert KNOWN_ADDRESS.encode() not in told
    assert visitor.id not in metrics
    assert ORIGIN not in metrics

"""Chat API v3, section 14: the twenty mistakes of servers that existing clients do not survive, F1–F20."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.conformance.house import NO_LIMITS, House, serving
from tests.conformance.test_chat_v3_polling import PNG
from tests.conformance.v3 import BASE, ORIGIN, Message, Site, Visit, Widget, payload_of, site_of
from tests.conformance.v3_house import v3_settings

pytestmark = pytest.mark.anyio

CARD = {"contentType": "generic", "content": [{"id": "1", "title": "A card"}]}


async def busy(house: House, site: Site) -> list[Message]:
    """Every kind of message that a chat can have, from the history and live."""
    visit = await site.visit()
    async with house.agent("amy") as amy:
        chat = {"interaction_id": visit.session_id}
        await amy.takes(visit.session_id)
        await visit.says("hello")
        (await visit.upload(("a.png", PNG, "image/png"))).ok()
        await amy.does("type", **chat, is_typing=True)
        await amy.does("say", **chat, text="hi")
        await amy.does("push_url", **chat, url="https://shop.example/")
        await amy.does("notice", **chat, text="noted")
        messages = (await visit.read(count=50)).ok().messages
        widget = Widget(visit)
        await widget.polls()
        widget.take((await visit.read(index=1)).ok())
        widget.take((await visit.read(index=messages[4]["index"])).ok())
        await amy.does("end", **chat)
        widget.take(await visit.poll())
    return messages + widget.shown


async def test_f01_an_index_is_a_text(v3_house: House, own_site: Site) -> None:
    assert all(isinstance(message["index"], str) for message in await busy(v3_house, own_site))


async def test_f02_every_message_says_who_it_is_from(v3_house: House, own_site: Site) -> None:
    for message in await busy(v3_house, own_site):
        assert message["from"]["participantId"]
        assert message["from"]["type"] in {"Client", "Agent", "External"}


@pytest.mark.parametrize("nickname", ["Ann", "Ann?", ">>>???", "~~~", "Änne ", "\u007fAnn", "名前"])
async def test_f03_the_token_is_readable_by_browsers(site: Site, nickname: str) -> None:
    visit = await site.visit(nickname=nickname)
    assert payload_of(visit.token)["sessionId"] == visit.session_id


@pytest.mark.parametrize("path", ["", "/x", "/x/messages", "/x/messages/y", "/%2e%2e/messages", "//messages"])
async def test_f04_no_error_of_a_poll_is_a_page(site: Site, path: str) -> None:
    response = await site.raw("GET", f"{BASE}{path}", token="x")
    assert response.status_code >= 400
    assert response.headers["content-type"].startswith("application/json")
    assert response.json()["status"]["code"]


@pytest.mark.parametrize(
    "named",
    [
        {"files": [("file", ("a.png", PNG + bytes(3_000_000), "image/png"))]},
        {"content": b"no form", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"no form", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"\x89PNG", "headers": {"content-type": "image/png"}},
        {"content": b""},
    ],
    ids=["large", "malformed", "no boundary", "no form", "empty"],
)
async def test_f05_no_error_of_an_upload_is_a_page(site: Site, named: dict[str, Any]) -> None:
    visit = await site.visit()
    response = await site.raw("POST", f"{BASE}/{visit.session_id}/images", token=visit.token, **named)
    assert response.status_code in (400, 413)
    assert response.headers["content-type"].startswith("application/json")
    assert response.json()["status"]["code"]
    assert response.headers["access-control-allow-origin"] == ORIGIN


async def test_f06_a_poll_is_never_answered_with_nothing(site: Site) -> None:
    visit = await site.visit()
    for _ in range(3):
        answer = await visit.poll()
        assert answer.status == 200
        assert isinstance(answer.messages, list)


@pytest.mark.parametrize("kind", ["Text", "TypingStarted", "TypingStopped", "Own"])
@pytest.mark.parametrize("text", ["", "hello"])
async def test_f07_nor_is_a_send(site: Site, kind: str, text: str) -> None:
    visit = await site.visit()
    assert (await visit.send(text, kind=kind)).ok().status == 200


@pytest.mark.parametrize("messages", [1, 2, 3, 19, 20, 21, 38, 39, 40])
async def test_f08_scrolling_up_comes_to_an_end_and_never_to_a_stop(site: Site, messages: int) -> None:
    visit = await site.visit("long")
    await visit.says(*(f"message {number}" for number in range(1, messages)))
    widget = Widget(await visit.resume("long"))
    await widget.restore()
    while await widget.scroll_up():
        pass
    assert widget.texts == [f"message {number}" for number in range(1, messages)]


async def test_f09_old_messages_never_come_after_a_page_was_read(site: Site) -> None:
    visit = await site.visit()
    await visit.says(*(f"message {number}" for number in range(40)))
    await visit.poll()
    widget = Widget(visit)
    await widget.restore()
    await widget.polls()
    await visit.says("new")
    await widget.polls()
    assert widget.texts == [*(f"message {number}" for number in range(20, 40)), "new"]


async def test_f10_an_image_is_last_in_any_live_batch(site: Site) -> None:
    visit = await site.visit()
    for number in range(3):
        await visit.says(f"text {number}")
        (await visit.upload((f"{number}.png", PNG, "image/png"))).ok()
    for _ in range(6):
        for answer in (await visit.poll(), (await visit.read(index=1)).ok()):
            assert not any("content" in message for message in answer.messages[:-1])


async def test_f11_whatever_became_of_an_image_it_can_be_fetched(tmp_path: Path) -> None:
    settings = v3_settings(tmp_path)
    async with serving(settings) as house, site_of(house.url) as site:
        visit = await site.visit()
        file_id = (await visit.upload(("a.png", PNG, "image/png"))).ok().data["id"]
        for file in (tmp_path / "files").rglob("*"):
            if file.is_file():
                file.unlink()  # Somebody tidied up.
        path = f"{BASE}/{visit.session_id}/images/{file_id}"
        response = await site.raw("GET", path, token=visit.token)
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    assert response.headers["access-control-allow-origin"] == ORIGIN


async def test_f12_a_poll_of_the_widget_is_not_held(site: Site) -> None:
    visit = await site.visit()
    await visit.poll()
    for query in ({}, {"index": 1}, {"count": 20}):
        assert min([(await visit.read(**query)).elapsed_s for _ in range(3)]) < 1  # type: ignore[arg-type]


async def test_f13_no_index_has_a_hyphen(v3_house: House, own_site: Site) -> None:
    assert all(message["index"].isdigit() for message in await busy(v3_house, own_site))


async def test_f14_every_answer_can_be_read_by_the_page(site: Site) -> None:
    visit = await site.visit()
    for method, path, token in (
        ("GET", "/x/messages", None),
        ("GET", f"/{visit.session_id}/messages", None),
        ("GET", f"/{visit.session_id}/messages", visit.token),
        ("PUT", f"/{visit.session_id}/messages", visit.token),
        ("PUT", f"/{visit.session_id}/userdata", visit.token),
        ("GET", f"/{visit.session_id}/images/x", visit.token),
        ("DELETE", "/undefined/participants/undefined", None),
        ("POST", "", None),
    ):
        response = await site.raw(method, BASE + path, token=token)
        assert response.headers["access-control-allow-origin"] == ORIGIN, (method, path)


async def test_f15_a_poll_that_comes_too_soon_is_told_so_without_a_word(tmp_path: Path) -> None:
    few = replace(NO_LIMITS, requests_per_second_per_address=2)
    async with serving(replace(v3_settings(tmp_path), limits=few)) as house, site_of(house.url) as site:
        visit = await site.visit()
        while (answer := await visit.read()).status == 200:
            pass
        assert (answer.status, answer.body["status"]["message"]) == (429, "")


async def test_f16_a_visitor_sees_the_own_words(site: Site) -> None:
    visit = await site.visit()
    await visit.says("mine")
    assert (await visit.poll()).texts == ["mine"]


@pytest.mark.parametrize(
    ("rich", "is_shown"),
    [
        (CARD, True),
        ('{"contentType":"generic","content":[]}', True),
        ({**CARD, "content": {"id": "1"}}, False),
        ({"content": []}, False),
        ('{"contentType":"generic","content":{}}', False),
        ("no JSON", False),
        (
            {**CARD, "content": [{"type": "image", "mime": "image/png", "url": "https://evil.example/"}]},
            False,
        ),
        ({**CARD, "content": ["text"]}, False),
    ],
)
async def test_f17_rich_content_is_a_list_or_left_out(
    v3_house: House, own_site: Site, rich: object, *, is_shown: bool
) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        attributes = {"structured-content": {"genesys-chat": {"content": rich}}, "other": 1}
        await amy.does("say", interaction_id=visit.session_id, text="a card", attributes=attributes)
        answer = await visit.sees("a card")
    (said,) = [m for m in answer.messages if m.get("text") == "a card"]
    assert ("structured-content" in said["eventAttributes"]) == is_shown
    assert said["eventAttributes"]["other"] == 1


async def test_f18_a_conversation_that_its_visitor_ended_is_still_resumed(site: Site) -> None:
    """A site that cannot forget its token would have a dead button."""
    visit = await site.visit("long")
    (await visit.leave()).ok()
    again = await visit.resume("long")
    assert again.session_id == visit.session_id
    await again.says("here again")
    assert "here again" in (await again.poll()).texts


async def test_f19_what_is_json_says_so(site: Site) -> None:
    visit = await site.visit()
    for response in (
        await site.raw("GET", f"{BASE}/{visit.session_id}/messages", token=visit.token),
        await site.raw("POST", BASE, content=b"data[nickname]=Ann&data[endpoint]=s"),
        await site.raw("GET", f"{BASE}/x/messages"),
    ):
        assert response.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("token", ["own", "", "forged"])
async def test_f20_a_tab_of_a_session_that_is_over_is_told_to_stop(site: Site, token: str) -> None:
    visit: Visit = await site.visit()
    (await visit.leave()).ok()
    shown = visit.token if token == "own" else token
    (await visit.ask("GET", "messages?operationId=1", token=shown)).refused(404, "INVALID_SESSION")

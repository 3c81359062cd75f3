"""Chat API v3, checks 71–80: errors, CORS, and a client that is not the widget."""

from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest
from msgspec.structs import replace

from tests.bare import http_client
from tests.conformance.house import NO_LIMITS, House, serving
from tests.conformance.v3 import BASE, ORIGIN, WAIT_S, Answer, Site, Widget, site_of
from tests.conformance.v3_house import v3_settings

pytestmark = pytest.mark.anyio

FORGED = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzZXNzaW9uSWQiOiI1In0.AAAA"
ASKED_HEADERS = "x-api-key,x-nexus-client-key,authorization,x-own"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", BASE, 405, "METHOD_NOT_ALLOWED"),
        ("PATCH", f"{BASE}/x/messages", 405, "METHOD_NOT_ALLOWED"),
        ("GET", f"{BASE}/x/nothing/there", 404, "NOT_FOUND"),
        ("POST", "/nexus/v3/chat/nothing", 404, "NOT_FOUND"),
        ("GET", "/nexus/v3/", 404, "NOT_FOUND"),
        ("GET", f"{BASE}/x/messages", 404, "INVALID_SESSION"),
        ("GET", f"{BASE}/%00%ff/messages", 404, "INVALID_SESSION"),
    ],
)
async def test_71_every_error_is_json_that_pages_can_read(
    site: Site, method: str, path: str, status: int, code: str
) -> None:
    response = await site.raw(method, path)
    Answer(response).refused(status, code)
    allowed = {BASE: "POST, OPTIONS", f"{BASE}/x/messages": "GET, POST, OPTIONS"}
    assert response.headers.get("allow") == (allowed[path] if status == 405 else None)


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"%zz", "application/x-www-form-urlencoded", 400, "BAD_REQUEST"),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400, "BAD_REQUEST"),
        (b"data" + b"[a]" * 50 + b"=1", "application/x-www-form-urlencoded", 400, "BAD_REQUEST"),
        (b"[1]", "application/json", 400, "BAD_REQUEST"),
        (b"[" * 100_000, "application/json", 400, "BAD_REQUEST"),
        (b"x" * 2_000_000, "application/x-www-form-urlencoded", 413, "PAYLOAD_TOO_LARGE"),
    ],
    ids=["escape", "bytes", "depth", "list", "nesting", "size"],
)
async def test_71_and_so_is_that_of_a_bad_body(
    site: Site, content: bytes, content_type: str, status: int, code: str
) -> None:
    headers = {"content-type": content_type}
    Answer(await site.raw("POST", BASE, content=content, headers=headers)).refused(status, code)


@pytest.mark.parametrize("token", [None, "", "undefined", "null", FORGED, "x", "a.b.c", "é" * 10])
async def test_72_without_a_good_token_an_open_session_is_closed(site: Site, token: str | None) -> None:
    visit = await site.visit()
    headers = {} if token is None else {"x-nexus-client-key": token.encode()}
    for method, what in (("GET", "messages"), ("POST", "messages"), ("PUT", "userdata")):
        path = f"{BASE}/{visit.session_id}/{what}"
        response = await site.http.request(
            method, site.url + path, headers={"origin": ORIGIN.encode(), **headers}
        )
        Answer(response).refused(401, "AUTHENTICATION_REQUIRED")


async def test_72_a_token_of_another_installation_is_none(site: Site, tmp_path: Path) -> None:
    async with (
        serving(v3_settings(tmp_path, token_secrets=("a", "b"))) as house,
        site_of(house.url) as other_site,
    ):
        visit = await other_site.visit()
        ours = await site.visit()
        (await visit.ask("GET", "messages", token=ours.token)).refused(401, "AUTHENTICATION_REQUIRED")
    async with (
        serving(v3_settings(tmp_path, token_secrets=("new", "a"))) as house,
        site_of(house.url) as other_site,
    ):
        visit.site = other_site
        await visit.poll()  # An older secret still counts.


async def test_73_nor_with_that_of_another_session(site: Site) -> None:
    visit, other = await site.visit(), await site.visit()
    (await visit.ask("GET", "messages", token=other.token)).refused(401, "AUTHENTICATION_REQUIRED")


async def test_74_too_many_polls_are_told_so_without_a_word(tmp_path: Path) -> None:
    few = replace(NO_LIMITS, requests_per_second_per_chat=3)
    async with serving(replace(v3_settings(tmp_path), limits=few)) as house, site_of(house.url) as site:
        visit = await site.visit()
        with anyio.fail_after(WAIT_S):
            while (answer := await visit.read()).status == 200:
                pass
        assert answer.refused(429, "TOO_MANY_REQUESTS").body["status"]["message"] == ""
        assert answer.headers["retry-after"] == "1"
        with anyio.fail_after(WAIT_S):
            while (await visit.read()).status == 429:
                pass
        with anyio.fail_after(WAIT_S):  # The widget shows a message that was not received.
            while (sent := await visit.send("hello")).body.get("statusCode") != 1:
                pass
        assert sent.status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_75_pages_may_ask_for_all_of_it(site: Site, method: str) -> None:
    headers = {
        "origin": ORIGIN,
        "access-control-request-method": method,
        "access-control-request-headers": ASKED_HEADERS,
    }
    response = await site.http.options(f"{site.url}{BASE}/x/messages?operationId=1", headers=headers)
    assert 200 <= response.status_code < 300
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert method in response.headers["access-control-allow-methods"]
    allowed = set(response.headers["access-control-allow-headers"].split(", "))
    assert allowed >= set(ASKED_HEADERS.split(",")) | {"content-type"}
    assert "origin" in response.headers["vary"].lower()


async def test_76_pages_of_other_sites_may_not(tmp_path: Path) -> None:
    settings = v3_settings(tmp_path)
    services = {"guarded": settings.services["guarded"]}
    async with (
        serving(replace(settings, services=services)) as house,
        site_of(house.url) as site,
    ):
        visit = await site.visit("guarded")
        await visit.poll()
        stranger = {"origin": "https://evil.example"}
        path = f"{BASE}/{visit.session_id}/messages"
        asked = await site.http.options(
            site.url + path, headers={**stranger, "access-control-request-method": "GET"}
        )
        told = await site.raw("GET", path, token=visit.token, headers=stranger)
        for response in (asked, told):
            assert "access-control-allow-origin" not in response.headers
        assert told.status_code == 403


async def test_76_each_service_has_its_own_sites(v3_house: House, own_site: Site) -> None:
    stranger = {"origin": "https://evil.example", "content-type": "application/x-www-form-urlencoded"}
    body = b"data[nickname]=Eve&data[endpoint]=guarded"
    response = await own_site.raw("POST", BASE, content=body, headers=stranger)
    assert response.status_code == 403
    visit = await own_site.visit("guarded")
    told = await own_site.raw(
        "GET", f"{BASE}/{visit.session_id}/messages", token=visit.token, headers=stranger
    )
    assert told.status_code == 403


async def test_77_nothing_is_lost_while_the_server_is_away(tmp_path: Path) -> None:
    settings = v3_settings(tmp_path)
    async with serving(settings) as house, site_of(house.url) as site:
        visit = await site.visit()
        tabs = [Widget(visit), Widget(visit)]
        await visit.says("one", "two")
        await tabs[0].polls()
        await visit.says("three")
    with pytest.raises(httpx2.ConnectError):  # So that the widget says that the connection is lost.
        async with http_client() as http:
            await http.get(site.url)
    async with serving(settings) as house, site_of(house.url) as site:
        visit.site = site
        await visit.says("four")
        for tab in tabs:
            await tab.polls()
            assert tab.texts == ["one", "two", "three", "four"]


async def test_78_every_message_of_a_whole_chat_is_one_that_clients_can_draw(
    v3_house: House, own_site: Site
) -> None:
    """What makes the widget throw: an index that is no text, no sender, content that is no list (§14)."""
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await visit.says("hello")
        chat = {"interaction_id": visit.session_id}
        await amy.does("type", **chat, is_typing=True)
        await amy.does("say", **chat, text="hi", attributes={"structured-content": {"genesys-chat": {}}})
        await amy.does("push_url", **chat, url="https://shop.example/")
        await amy.does("notice", **chat, text="noted")
        await amy.upload(visit.session_id, "a.txt", b"text")
        await amy.does("end", **chat)
        answer = await visit.comes(lambda answer: answer.has_ended)
    answers = [answer, (await visit.read(index=1)).ok()]
    for message in (message for answer in answers for message in answer.messages):
        assert isinstance(message["index"], str)
        assert message["index"].isdigit()
        assert message["from"]["participantId"]
        assert isinstance(message.get("content", []), list)
        assert not message.keys() & {"html", "custom", "bubble", "avatar"}
    assert "PushUrl" in answers[1].types


async def test_79_a_client_that_shows_whatever_comes_shows_each_text_once(
    v3_house: House, own_site: Site
) -> None:
    """It knows no operation ids, follows `selfUri`, polls in a loop, and drops nothing."""
    http, shown = own_site.http, list[tuple[str, str]]()
    form = {"data[nickname]": "Ann", "data[endpoint]": "s"}
    started = (await http.post(own_site.url + BASE, data=form)).json()["data"]
    parts = urlsplit(own_site.url)
    messages = f"{parts.scheme}://{parts.netloc}{started['entity']['selfUri']}/messages"
    headers = {"x-nexus-client-key": started["clientToken"]}

    async def polls() -> None:
        while True:
            answer = (await http.get(messages, headers=headers)).json()
            for message in answer["data"]["messages"]:
                if message["type"] == "Text":
                    shown.append((message["from"].get("nickname", ""), message["text"]))

    async with v3_house.agent("amy") as amy, anyio.create_task_group() as tasks:
        await amy.takes(started["entity"]["id"])
        tasks.start_soon(polls)
        for number in range(5):
            said = {"data[type]": "Text", "data[text]": f"question {number}"}
            assert (await http.post(messages, data=said, headers=headers)).status_code == 200
            await amy.hears_event(started["entity"]["id"], "Said", text=f"question {number}")
            await amy.does("say", interaction_id=started["entity"]["id"], text=f"answer {number}")
        with anyio.fail_after(WAIT_S):
            while len(shown) < 10:
                await anyio.sleep(0.05)
        tasks.cancel_scope.cancel()
    expected = [
        (who, f"{what} {n}") for n in range(5) for who, what in (("Ann", "question"), ("amy", "answer"))
    ]
    assert shown == expected


async def test_80_what_it_says_is_a_success_in_words(site: Site) -> None:
    visit = await site.visit()
    answer = await visit.ask("POST", "messages", {"data[type]": "Text", "data[text]": "hello"})
    assert answer.body["status"]["code"] == "SUCCESS"

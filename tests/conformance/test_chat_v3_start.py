"""Chat API v3, checks 1–12: how a session starts."""

from pathlib import Path

import httpx2
import msgspec
import pytest
from msgspec.structs import replace

from tests.conformance.house import House, serving
from tests.conformance.v3 import BASE, ORIGIN, Site, Visit, operation_id, payload_of, site_of
from tests.conformance.v3_house import v3_settings

pytestmark = pytest.mark.anyio

# What the widget sends when its form is filled in (chat-api-v3 §5.1.2).
WIDGET_FORM = {
    "data[firstName]": "Ann",
    "data[lastName]": "Lee",
    "data[nickname]": "Ann",
    "data[endpoint]": "s",
    "data[userData][plan]": "gold",
    "data[userData][_genesys_source]": "web",
    "data[userData][_genesys_url]": "https://shop.example/",
    "data[email]": "ann@shop.example",
    "data[subject]": "Order",
    "data[stream]": "dev",
    "operationId": "1a2b3c4d5e-00aa1",
}


async def user_data_of(house: House, visit: Visit) -> dict[str, str]:
    """What an agent sees of a session's user data."""
    async with house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        return await amy.user_data(visit.session_id)


async def test_01_a_start_gives_a_token_and_says_where_the_session_is(site: Site) -> None:
    answer = (await site.ask("POST", "", WIDGET_FORM)).ok()
    assert len(answer.data["clientToken"].split(".")) == 3
    entity = answer.data["entity"]
    assert entity["id"]
    assert entity["selfUri"] == f"{BASE}/{entity['id']}"


async def test_02_the_token_says_whose_it_is(site: Site) -> None:
    answer = (await site.start()).ok()
    payload = payload_of(answer.data["clientToken"])
    assert payload["sessionId"] == answer.data["entity"]["id"]
    assert payload["participantId"]
    assert payload["transportId"]


async def test_03_no_token_has_letters_that_browsers_cannot_decode(site: Site) -> None:
    for number in range(1000):
        fields = {"nickname": f">?~é{number}", "endpoint": "s", "userData[~?>]": "~?>"}
        answer = (await site.start(fields)).ok()
        assert not set(answer.data["clientToken"].split(".")[1]) & set("-_")


async def test_04_an_unknown_key_is_refused(tmp_path: Path) -> None:
    settings = v3_settings(tmp_path)
    services = {
        "s": replace(settings.services["s"], api_keys=("shop", "shop-2")),
        "theirs": replace(settings.services["s"], api_keys=("theirs",)),
    }
    async with (
        serving(replace(settings, services=services)) as house,
        site_of(house.url, "nobody") as stranger,
        site_of(house.url, "shop-2") as shop,
        site_of(house.url, "theirs") as theirs,
    ):
        (await stranger.start()).refused(403, "INVALID_CONTACT_CENTER")
        (await stranger.start(api_key="")).refused(403, "INVALID_CONTACT_CENTER")
        (await theirs.start()).refused(400, "INVALID_ENDPOINT")
        visit = await shop.visit()
        await visit.poll()
        (await visit.ask("GET", "messages?operationId=1", api_key="theirs")).refused(
            403, "INVALID_CONTACT_CENTER"
        )
        resumed = await theirs.start({"endpoint": "theirs"}, token=visit.token)
        resumed.refused(401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize("endpoint", [{}, {"endpoint": "nowhere"}, {"endpoint": ""}], ids=str)
async def test_05_a_missing_or_unknown_endpoint_is_refused(site: Site, endpoint: dict[str, str]) -> None:
    (await site.start({"nickname": "Ann", **endpoint})).refused(400, "INVALID_ENDPOINT")


async def test_05_a_default_stands_in_for_an_endpoint_that_is_not_named(tmp_path: Path) -> None:
    async with (
        serving(v3_settings(tmp_path, default_endpoint="s")) as house,
        site_of(house.url) as site,
    ):
        (await site.start({"nickname": "Ann"})).ok()


async def test_06_a_new_session_needs_a_nickname(site: Site) -> None:
    for nickname in ({}, {"nickname": ""}, {"nickname": " "}):
        (await site.start({"endpoint": "s", **nickname})).refused(400, "INVALID_NICKNAME")


async def test_07_nested_user_data_is_the_sessions(v3_house: House, own_site: Site) -> None:
    body = (
        "data%5Bnickname%5D=Ann+Lee&data[endpoint]=s&data%5BuserData%5D%5Ba%5D%5Bb%5D=c"
        "&data[userData][l][]=1&data[userData][l][]=2&data[userData][word]=na%C3%AFve+caf%C3%A9"
        "&data[userData][deep][1][2][3][4]=5"
    )
    headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    answer = await own_site.ask("POST", "", content=body, headers=headers)
    visit = Visit(own_site, answer.ok())
    assert (await visit.poll()).messages[0]["from"]["nickname"] == "Ann Lee"
    data = await user_data_of(v3_house, visit)
    assert data == {"a.b": "c", "l": '["1","2"]', "word": "naïve café", "deep.1.2.3.4": "5"}


async def test_08_a_json_body_makes_no_difference(v3_house: House, own_site: Site) -> None:
    told = {"nickname": "Ann", "endpoint": "s", "userData": {"a": {"b": True}, "l": [1, 2]}}
    answer = await own_site.ask(
        "POST",
        "",
        content=msgspec.json.encode({"data": told, "operationId": "x"}),
        headers={"content-type": "application/json"},
    )
    visit = Visit(own_site, answer.ok())
    said = await visit.ask(
        "POST",
        "messages",
        content=b'{"data":{"type":"Text","text":"hello"}}',
        headers={"content-type": "application/json"},
    )
    said.ok()
    assert (await visit.poll()).texts == ["hello"]
    assert await user_data_of(v3_house, visit) == {"a.b": "true", "l": '["1","2"]'}


async def test_09_a_whole_chat_needs_no_operation_id(site: Site) -> None:
    started = await site.ask("POST", "", {"data[nickname]": "Ann", "data[endpoint]": "s"})
    visit = Visit(site, started.ok())
    await visit.poll(widget=False)
    (await visit.ask("POST", "messages", {"data[type]": "Text", "data[text]": "hello"})).ok()
    assert (await visit.poll(widget=False)).texts == ["hello"]
    (await visit.ask("PUT", "userdata", {"data[a]": "1"})).ok()
    (await visit.ask("DELETE", f"participants/{visit.participant_id}")).ok()


async def test_10_the_same_operation_id_twice_is_two_sessions(site: Site) -> None:
    form = {"data[nickname]": "Ann", "data[endpoint]": "s", "operationId": operation_id()}
    first, second = [(await site.ask("POST", "", form)).ok() for _ in range(2)]
    assert first.data["entity"]["id"] != second.data["entity"]["id"]


async def test_11_what_else_stands_in_data_is_kept(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit(ChatProfile="sales", stream="dev", clientType="web")
    data = await user_data_of(v3_house, visit)
    assert data == {"ChatProfile": "sales", "stream": "dev", "clientType": "web"}


async def test_12_the_first_poll_has_what_shows_that_the_chat_began(site: Site) -> None:
    visit = await site.visit()
    (joined,) = (await visit.poll()).messages
    assert (joined["type"], joined["from"]["type"]) == ("ParticipantJoined", "Client")


async def test_a_session_says_where_it_is(site: Site) -> None:
    visit = await site.visit()
    answer = (await site.ask("GET", f"/{visit.session_id}", token=visit.token)).ok()
    assert answer.data["entity"]["selfUri"] == f"{BASE}/{visit.session_id}"


async def test_nothing_starts_at_a_closed_service(site: Site) -> None:
    (await site.start({"nickname": "Ann", "endpoint": "closed"})).refused(400, "ENDPOINT_CLOSED")


async def test_a_multipart_start_makes_no_difference(site: Site) -> None:
    fields = [("data[nickname]", (None, b"Ann")), ("data[endpoint]", (None, b"s"))]
    response: httpx2.Response = await site.raw("POST", BASE, files=fields)
    assert response.status_code == 200, response.text
    assert response.headers["access-control-allow-origin"] == ORIGIN

"""Chat API v2, checks 1–13: how a session starts."""

import re
import time

import anyio
import pytest

from tests.conformance.house import House
from tests.conformance.v2 import Visitors

pytestmark = pytest.mark.anyio

# What the reference client sends when only the first and last name are filled in (chat-api-v2 §7.1).
REFERENCE_CLIENT = {
    **dict.fromkeys(("alias", "secureKey", "userId", "nickname"), ""),
    "firstName": "First",
    "lastName": "Last",
    **dict.fromkeys(("emailAddress", "subject", "text"), ""),
    "userData[GCTI_LanguageCode]": "en",
    "userData[_genesys_source]": "web",
    "userData[_genesys_referrer]": "",
    "userData[_genesys_url]": "https://shop.example/orders?a=1&b=2",
    "userData[_genesys_pageTitle]": "Orders",
    "userData[_genesys_browser]": "Chrome",
    "userData[_genesys_OS]": "Windows",
    "userData[_genesys_widgets]": "9.0.017.00",
}


async def test_01_a_chat_starts_with_a_nickname(visitors: Visitors) -> None:
    answer = await visitors.post("/s", {"nickname": "Mira"})
    assert not answer.ok().has_ended


async def test_02_a_trailing_slash_makes_no_difference(visitors: Visitors) -> None:
    without = await visitors.post("/s", {"nickname": "Mira"})
    with_slash = await visitors.post("/s/", {"nickname": "Mira"})
    assert with_slash.status == 200
    assert with_slash.ok().body.keys() == without.ok().body.keys()
    assert with_slash.next_position == without.next_position


async def test_03_a_multipart_form_makes_no_difference(visitors: Visitors) -> None:
    urlencoded = await visitors.post("/s", {"nickname": "Mira"})
    multipart = await visitors.post_parts("/s", [], {"nickname": "Mira"})
    assert multipart.ok().body.keys() == urlencoded.ok().body.keys()
    assert multipart.events[0]["from"] == urlencoded.events[0]["from"]


async def test_03_a_charset_in_the_content_type_makes_no_difference(visitors: Visitors) -> None:
    content_type = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    answer = await visitors.post("/s", {"nickname": "Мира"}, **content_type)
    assert answer.ok().events[0]["from"]["nickname"] == "Мира"


async def test_04_the_fields_of_the_reference_client_start_a_chat(visitors: Visitors) -> None:
    answer = await visitors.post("/s/", REFERENCE_CLIENT)
    assert answer.ok().events[0]["from"]["nickname"] == "First Last"


async def test_05_the_first_event_is_the_visitors_joining(visitors: Visitors) -> None:
    answer = (await visitors.post("/s/", {"nickname": "Mira"})).ok()
    (joined,) = answer.events
    assert joined["index"] == 1
    assert joined["type"] == "ParticipantJoined"
    assert joined["from"] == {"nickname": "Mira", "participantId": 1, "type": "Client"}
    assert type(joined["utcTime"]) is int
    assert abs(joined["utcTime"] - time.time() * 1000) < 5000
    assert answer.next_position == 2


async def test_06_every_session_has_its_own_ids_and_key(visitors: Visitors) -> None:
    bodies = []

    async def start_some() -> None:
        bodies.extend([(await visitors.post("/s/", {"nickname": "Mira"})).ok().body for _ in range(50)])

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(start_some)
    for key in ("chatId", "userId", "secureKey"):
        values = [body[key] for body in bodies]
        assert all(re.fullmatch("[A-Za-z0-9]{1,64}", value) for value in values)
        assert len(set(values)) == len(bodies) == 1000
    assert all(len(body["secureKey"]) >= 22 for body in bodies)
    assert all(re.fullmatch("[0-9]+", body["alias"]) for body in bodies)


async def test_07_a_visitor_without_any_name_is_refused(visitors: Visitors) -> None:
    (await visitors.post("/s/", {"subject": "Late order"})).refused(161)
    (await visitors.post("/s/", {"nickname": " ", "firstName": "", "lastName": ""})).refused(161)
    (await visitors.post("/s/", {})).refused(161)


async def test_08_half_a_name_is_refused_and_the_missing_half_is_named(visitors: Visitors) -> None:
    (await visitors.post("/s/", {"firstName": "Mira"})).refused(103)
    (await visitors.post("/s/", {"lastName": "Olsen"})).refused(102)


async def test_09_all_faults_of_a_form_are_named_together(visitors: Visitors) -> None:
    (await visitors.post("/s/", {"nickname": "Mira", "emailAddress": "mira at shop"})).refused(364)
    (await visitors.post("/s/", {"firstName": "Mira", "emailAddress": "@"})).refused(103, 364)
    (await visitors.post("/s/", {"nickname": "Mira", "emailAddress": "mira@shop.example"})).ok()


@pytest.mark.parametrize(
    "service", ["nowhere", "closed", "S", "%73%73", "a b", "x" * 1000, "%00", "%ff", ".."]
)
async def test_10_no_chat_starts_at_an_unknown_or_closed_service(visitors: Visitors, service: str) -> None:
    """Whatever its name, with 400, the code 240 and the CORS headers, and never with 404."""
    if service == "..":
        service = "%2e%2e"
    (await visitors.post(f"/{service}", {"nickname": "Mira"})).refused(240)
    (await visitors.post(f"/{service}/", {"nickname": "Mira"})).refused(240)


async def test_10_the_name_of_a_service_may_be_percent_encoded(visitors: Visitors) -> None:
    (await visitors.post("/%73/", {"nickname": "Mira"})).ok()


async def test_11_user_data_of_the_start_is_the_sessions(house: House) -> None:
    body = b"nickname=Mira&userData[a]=1&userData[b c]=x%26y"
    async with house.agent("amy") as amy:
        started = (await house.visitors.post("/s/", body)).ok()
        interaction = await amy.takes(started.body["chatId"])
    assert interaction["user_data"] == {"a": "1", "b c": "x&y"}


async def test_12_quotes_within_brackets_are_taken_off(house: House) -> None:
    async with house.agent("amy") as amy:
        started = (await house.visitors.post("/s/", b'nickname=Mira&userData["q"]=1')).ok()
        interaction = await amy.takes(started.body["chatId"])
    assert interaction["user_data"] == {"q": "1"}


async def test_13_the_text_of_the_form_is_the_first_message(visitors: Visitors) -> None:
    chat = await visitors.start(nickname="Mira", text="Hello")
    joined, message = await chat.events()
    assert joined["type"] == "ParticipantJoined"
    assert (message["type"], message["text"]) == ("Message", "Hello")
    assert message["from"] == {"nickname": "Mira", "participantId": 1, "type": "Client"}


async def test_13_an_empty_text_is_no_message(visitors: Visitors) -> None:
    chat = await visitors.start(nickname="Mira", text="")
    assert await chat.events("Message") == []


async def test_too_much_user_data_is_refused(visitors: Visitors) -> None:
    many = {f"userData[k{n}]": "1" for n in range(201)}
    (await visitors.post("/s/", {"nickname": "Mira", **many})).refused(100)
    (await visitors.post("/s/", {"nickname": "Mira", "userData[a]": "x" * 17_000})).refused(100)

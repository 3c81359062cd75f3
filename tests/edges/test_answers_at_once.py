"""Polls that bring nothing are answered in the turn that brought them: nobody can tell them from others."""

import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from tests.conformance.house import NO_LIMITS, House, serving, settings_in
from tests.conformance.v2 import Answer, Chat
from tests.fuzz.sockets import exchange, request, statuses

pytestmark = pytest.mark.anyio

LATER = 1


async def up_to_date(house: House) -> tuple[Chat, dict[str, str]]:
    """A chat, and the fields of a poll that brings nothing."""
    chat = await house.visitors.start()
    position = (await chat.refresh(1)).ok().next_position
    return chat, {**chat.credentials, "transcriptPosition": str(position)}


def to(chat: Chat, operation: str, fields: dict[str, str], **headers: str) -> bytes:
    """A request as it goes over the wire."""
    return request(f"/genesys/2/chat{chat.path(operation)}", urlencode(fields).encode(), **headers)


def body_of(received: bytes) -> dict[str, object]:
    body: dict[str, object] = json.loads(received.partition(b"\r\n\r\n")[2])
    return body


async def polls_counted(house: House) -> float:
    text = (await house.visitors.http.get(f"{house.url}/metrics")).text
    name = 'frontdesk_requests_total{operation="refresh",status="200"} '
    return sum(float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name))


async def test_it_is_the_envelope_of_any_other_answer(shared_house: House) -> None:
    chat, fields = await up_to_date(shared_house)
    nothing = (await shared_house.visitors.post(chat.path("refresh"), fields)).ok()
    everything = (await chat.refresh(1)).ok()
    assert nothing.events == []
    assert {**everything.body, "messages": []} == nothing.body
    assert set(nothing.headers) == set(everything.headers)


async def test_what_is_new_is_never_left_out(shared_house: House) -> None:
    chat, fields = await up_to_date(shared_house)
    (await chat.send("Hello")).ok()
    answer = (await shared_house.visitors.post(chat.path("refresh"), fields)).ok()
    assert [event["text"] for event in answer.events] == ["Hello"]


async def test_a_wrong_key_reveals_nothing(shared_house: House) -> None:
    chat, fields = await up_to_date(shared_house)
    for wrong in ({"secureKey": "0" * 40}, {"secureKey": ""}, {"userId": "0" * 16}):
        (await shared_house.visitors.post(chat.path("refresh"), {**fields, **wrong})).gone()
    (await shared_house.visitors.post(f"/other/{chat.chat_id}/refresh", fields)).gone()


async def test_an_ended_chat_is_said_to_be_over(shared_house: House) -> None:
    chat, fields = await up_to_date(shared_house)
    last = (await chat.ask("disconnect")).next_position
    assert (
        await shared_house.visitors.post(chat.path("refresh"), {**fields, "transcriptPosition": str(last)})
    ).has_ended


async def test_polls_and_others_on_one_connection_are_answered_in_order(shared_house: House) -> None:
    chat, fields = await up_to_date(shared_house)
    poll = to(chat, "refresh", fields)
    said = to(chat, "send", {**fields, "message": "Hello"})
    last = to(chat, "refresh", fields, Connection="close")
    received = await exchange(shared_house.server.port, poll + poll + said + last)
    assert statuses(received) == [200] * 4
    at = [received.find(piece) for piece in (b'"messages":[]', b'"text":"Hello"')]
    assert -1 < at[0] < at[1]


async def test_who_asks_to_be_disconnected_is_answered_first(shared_house: House) -> None:
    chat, fields = await up_to_date(shared_house)
    received = await exchange(shared_house.server.port, to(chat, "refresh", fields, Connection="close"))
    assert b"\r\nconnection: close\r\n" in received.lower()
    assert body_of(received)["statusCode"] == 0


async def test_it_is_counted_once(shared_house: House) -> None:
    chat, fields = await up_to_date(shared_house)
    before = await polls_counted(shared_house)
    for _ in range(3):
        (await shared_house.visitors.post(chat.path("refresh"), fields)).ok()
    await chat.refresh(1)
    assert await polls_counted(shared_house) == before + 4


async def test_the_limits_are_those_of_all_requests(tmp_path: Path) -> None:
    limits = replace(NO_LIMITS, requests_per_second_per_chat=3)
    async with serving(settings_in(tmp_path, limits=limits)) as house:
        chat, fields = await up_to_date(house)
        answers = [await house.visitors.post(chat.path("refresh"), fields) for _ in range(12)]
        assert {answer.body["secureKey"] for answer in answers} == {chat.secure_key}
        assert any(answer.body["statusCode"] == LATER for answer in answers)


async def test_behind_a_trusted_proxy_visitors_are_told_apart(tmp_path: Path) -> None:
    limits = replace(NO_LIMITS, requests_per_second_per_address=4)
    settings = settings_in(tmp_path, limits=limits)
    async with serving(
        replace(settings, server=replace(settings.server, trusted_proxies=("127.0.0.1",)))
    ) as house:
        chat, fields = await up_to_date(house)

        async def poll(address: str) -> Answer:
            return await house.visitors.post(chat.path("refresh"), fields, **{"x-forwarded-for": address})

        many = Counter([(await poll(f"203.0.113.{n}")).body["statusCode"] for n in range(20)])
        one = Counter([(await poll("203.0.113.99")).body["statusCode"] for _ in range(20)])
    assert many == {0: 20}
    assert one[LATER]

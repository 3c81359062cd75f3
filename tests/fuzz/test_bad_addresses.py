"""Addresses that name no chat, content types in strange spellings: no fault, and nobody else's chat."""

import json

import pytest

from tests.conformance.house import House
from tests.conformance.v2 import Visitors
from tests.fuzz.sockets import exchange, request, statuses

pytestmark = pytest.mark.anyio

LONG = "a" * 1000
CHAT_IDS = (
    "",
    "%00",
    "%0d%0a",
    "%2F",
    "..",
    "%2e%2e%2f%2e%2e",
    "%ff%fe",
    "%e2%80%ae",
    "*",
    "01M7YK7MW6R4MZVVWAH%D2%A4",
    "١٢٣",
    LONG,
    "%",
    "'%20OR%201=1--",
    "${jndi}",
)


@pytest.mark.parametrize("chat_id", CHAT_IDS)
@pytest.mark.parametrize("operation", ["refresh", "updateNickname", "file", "file/limits", "file/1/download"])
async def test_an_id_that_names_no_chat_is_an_unknown_session(
    shared_house: House, chat_id: str, operation: str
) -> None:
    """Also when it is empty: with a nickname in the form, a chat would begin that nobody asked for."""
    path = f"/genesys/2/chat/s/{chat_id}/{operation}".encode()
    port: int = shared_house.server.port
    received = await exchange(port, request(path, b"nickname=Mira&secureKey=x", Connection="close"))
    (status,) = statuses(received)
    body = received.partition(b"\r\n\r\n")[2]
    if path.isascii():
        answer = json.loads(body)
        assert answer["statusCode"] == 2
        assert "chatId" not in answer
        assert status in (200, 400, 404)
    else:
        assert status == 400
    metrics = (await shared_house.visitors.http.get(f"{shared_house.url}/metrics")).text
    assert "frontdesk_interactions_started_total{" not in metrics


async def test_the_case_of_a_content_type_does_not_matter(visitors: Visitors) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="nickname"\r\n\r\nMira\r\n--b--\r\n'
    (await visitors.post("/s/", body, **{"content-type": "Multipart/Form-Data; boundary=b"})).ok()

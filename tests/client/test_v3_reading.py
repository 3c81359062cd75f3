"""What answers, tokens and messages of Chat API v3 mean to a visitor's side."""

import base64
import json
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.client.messages import index_of, normalise
from frontdesk.client.options import read_options
from frontdesk.client.polling import Poller
from frontdesk.client.transport import Answer, Credentials, Outcome
from frontdesk.client.v3_answers import answer, started
from frontdesk.client.v3_token import read_token
from tests.client.hearing import turns
from tests.client.manual_clock import START_MS, ManualClock

WHO = Credentials("S", extra={"participantId": "P", "transportId": "T", "token": "a.b.c"})
V3 = {"type": "pureengage-v3-rest", "dataURL": "http://chat.example/nexus/v3/chat/sessions"}


def token(claims: Any, *, alphabet: str = "standard") -> str:
    encode = base64.b64encode if alphabet == "standard" else base64.urlsafe_b64encode
    return f"e30.{encode(json.dumps(claims).encode()).decode().rstrip('=')}.sig"


@pytest.mark.parametrize("alphabet", ["standard", "url"])
def test_a_token_says_whose_it_is(alphabet: str) -> None:
    claims = {"sessionId": "S>?~", "participantId": "P", "transportId": "T"}
    read = read_token(token(claims, alphabet=alphabet))
    assert read is not None
    assert read.public() == {**claims, "token": token(claims, alphabet=alphabet)}
    assert "token" not in repr(read)


@given(st.text() | st.none() | st.integers() | st.builds(token, st.dictionaries(st.text(), st.integers())))
def test_what_is_no_token_is_none(text: object) -> None:
    assert read_token(text) is None


@pytest.mark.parametrize(
    ("status", "body", "outcome", "is_lost"),
    [
        (200, {"status": {"code": "SUCCESS"}, "data": {}}, Outcome.DONE, False),
        (200, {"statusCode": 1, "status": {"code": "MESSAGE_TOO_LONG"}}, Outcome.LATER, False),
        (200, "a page", Outcome.BROKEN, False),
        (404, {}, Outcome.REFUSED, True),
        (400, {"status": {"code": "INVALID_SESSION"}}, Outcome.REFUSED, True),
        (401, {"status": {"code": "AUTHENTICATION_REQUIRED"}}, Outcome.REFUSED, False),
        (503, "", Outcome.BROKEN, False),
    ],
)
def test_answers_are_told_apart(status: int, body: object, outcome: Outcome, is_lost: bool) -> None:
    told = answer(httpx2.Response(status, json=body), WHO)
    assert (told.outcome, told.is_lost) == (outcome, is_lost)
    assert (told.chat_ended is True) == is_lost


def test_an_error_has_the_protocols_name_before_its_code() -> None:
    body = {"status": {"code": "INVALID_NICKNAME", "message": "who?"}}
    told = started(httpx2.Response(400, json=body))
    assert told.error is not None
    (error,) = told.error["errors"]
    assert (error["code"], error["text"]) == ("pureengage-v3-rest-INVALID_NICKNAME", "who?")
    assert error["response"]["responseJSON"] == body


def test_a_start_without_a_token_has_failed() -> None:
    told = started(httpx2.Response(200, json={"status": {"code": "SUCCESS"}, "data": {}}))
    assert (told.outcome, told.credentials) == (Outcome.BROKEN, None)


@pytest.mark.parametrize(
    "end", [{"data": {"chatEnded": True}}, {"data": {"chatEnded": 1}}, {"data": {}, "chatEnded": 1}]
)
def test_the_end_is_read_from_either_place(end: dict[str, Any]) -> None:
    assert answer(httpx2.Response(200, json=end), WHO).chat_ended is True


def test_messages_are_read_in_every_form_that_servers_write() -> None:
    event = {
        "index": "1795224899-000001",
        "type": "Text",
        "utcTime": "2026-11-21T14:00:00Z",
        "from": {"participantId": "p", "firstName": "Ann", "type": "Customer"},
        "html": True,
        "contentType": "attachments",
        "content": [{"type": "image", "mime": "image/png", "url": "/sessions/S/images/1", "onload": "x"}],
    }
    message = normalise(event, media_url="http://chat.example/nexus/v3/chat")
    assert index_of(event) == 1795224899000001
    assert message["index"] == "1795224899000001"
    assert message["timestamp"] == 1795269600000
    assert message["from"] == {"id": "p", "type": "Client", "name": "Ann"}
    url = "http://chat.example/nexus/v3/chat/sessions/S/images/1"
    assert message["content"] == [{"type": "image", "mime": "image/png", "url": url}]
    assert "html" not in message
    assert "content" not in normalise(event)


def test_media_elsewhere_stay_where_they_are() -> None:
    event = {"index": "1", "type": "Text", "content": [{"type": "image", "url": "https://cdn.example/a"}, 7]}
    message = normalise(event, media_url="http://chat.example")
    assert message["content"] == [{"type": "image", "url": "https://cdn.example/a"}]


def test_v3_has_options_of_its_own() -> None:
    transport = {
        **V3,
        "pollTimeout": 20,
        "maxMessagePageSize": 3,
        "stream": "dev",
        "headers": {"x-api-key": "k"},
    }
    options = read_options({"apikey": "other", "transport": transport, "pollRateMin": 500})
    assert (options.cadence.fastest_ms, options.asynchronous.page_events) == (100, 16)
    assert (options.headers, options.start_fields) == ({"x-api-key": "k"}, {"stream": "dev"})
    assert (options.ajax_timeout_ms, options.asynchronous.is_enabled) == (9000, False)


@pytest.mark.anyio
async def test_polls_come_after_a_pause_that_grows_with_failures_only() -> None:
    clock, times = ManualClock(), []
    good = Answer(outcome=Outcome.DONE, response={})
    bad = Answer(outcome=Outcome.BROKEN, response={}, status=500)
    busy = Answer(outcome=Outcome.LATER, response={}, status=429)
    answers = [good, good, bad, bad, busy, good, good]

    async def poll() -> Answer:
        times.append(clock.now_ms() - START_MS)
        return answers[len(times) - 1]

    transport = {**V3, "pollTimeout": 1000, "pollIntervalMultiplier": 2}
    poller = Poller(clock, read_options({"transport": transport}).cadence, poll)
    poller.start()
    while len(times) < len(answers):
        clock.step(clock.now_ms() + 60_000)
        await turns()
    poller.stop()
    pauses = [after - before for before, after in pairwise(times)]
    assert (times[0], pauses) == (1, [1000, 1000, 2000, 4000, 4000, 1000])

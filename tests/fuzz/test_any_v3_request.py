"""Whatever is sent to Chat API v3: an answer that its clients survive, and nothing of another chat."""

from typing import Any

import anyio
import httpx2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bare import http_client
from tests.conformance.v3 import BASE, ORIGIN, Site, Visit
from tests.fuzz.anything import json_values, names, positions, texts, tries

pytestmark = pytest.mark.anyio

CONTENT_TYPES = (
    "application/x-www-form-urlencoded",
    "application/json",
    "application/json; charset=utf-16",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "text/plain",
    "",
)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
TOKENS = ("own", "", "undefined", "null", "a.b.c", "....", "x" * 3000)
places = st.sampled_from(
    (
        *("", "/", "/{id}", "/{id}/messages", "/{id}/messages/", "/{id}/userdata", "/{id}/images"),
        *("/{id}/images/x", "/{id}/files/x", "/{id}/participants/{pid}x", "/{id}/participants/"),
        *("/x/messages", "//messages"),
    )
)
queries = st.dictionaries(st.sampled_from(("index", "count", "operationId", "until", "signature")), positions)
forms = st.lists(st.tuples(st.one_of(names, names.map(lambda name: f"data[{name}]")), texts), max_size=8)
bodies = st.one_of(
    st.binary(max_size=100),
    json_values.map(msgspec.json.encode),
    json_values.map(lambda value: msgspec.json.encode({"data": value, "operationId": value})),
    forms.map(lambda fields: str(httpx2.QueryParams(fields)).encode()),
)


@pytest.fixture(scope="module")
async def fuzzed(v3_server: Any) -> Any:
    """A visit that has to bear it all, beside one that must not notice."""
    async with http_client(timeout=30) as http:
        site = Site(v3_server.url, http)
        yield await site.visit(), await site.visit(nickname="Bystander")


def is_survived(response: httpx2.Response) -> None:
    """An answer that existing clients read without falling over."""
    assert response.status_code < 500, response.text
    assert response.status_code != 204
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert response.headers["content-type"].startswith("application/json"), response.text
    body = response.json()
    assert isinstance(body["status"]["code"], str)


@tries(150)
@given(
    method=st.sampled_from(METHODS),
    place=places,
    query=queries,
    token=st.sampled_from(TOKENS),
    content_type=st.sampled_from(CONTENT_TYPES),
    body=bodies,
)
async def test_whatever_is_asked_is_answered_in_a_way_that_clients_survive(
    fuzzed: tuple[Visit, Visit],
    method: str,
    place: str,
    query: dict[str, str],
    token: str,
    content_type: str,
    body: bytes,
) -> None:
    visit, bystander = fuzzed
    path = BASE + place.replace("{id}", visit.session_id).replace("{pid}", visit.participant_id)
    headers = {"origin": ORIGIN, "x-nexus-client-key": visit.token if token == "own" else token}
    if content_type:
        headers["content-type"] = content_type
    query = {"operationId": "1"} | query if method == "GET" else query
    with anyio.fail_after(60):
        response = await visit.site.http.request(
            method, visit.site.url + path, params=query, headers=headers, content=body
        )
    is_survived(response)
    assert bystander.session_id not in response.text
    assert "Bystander" not in response.text


@tries(100)
@given(text=texts, kind=st.one_of(st.sampled_from(("Text", "TypingStarted", "text")), texts))
async def test_whatever_is_said_comes_back_as_it_was_said(
    fuzzed: tuple[Visit, Visit], text: str, kind: str
) -> None:
    visit, bystander = fuzzed
    answer = await visit.send(text, kind=kind)
    assert answer.status == 200
    assert answer.body["status"]["code"] in ("SUCCESS", "BAD_REQUEST", "MESSAGE_TOO_LONG")
    for message in (await visit.poll()).messages:
        assert message["from"]["participantId"].startswith(visit.session_id)
        assert isinstance(message["index"], str)
    assert [m["type"] for m in (await bystander.read(count=100)).ok().messages] == ["ParticipantJoined"]

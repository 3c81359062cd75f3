"""Whatever an agent's program sends: an answer with a reason, never a broken connection, never a fault."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.desk.sign_ins import SignIns
from frontdesk.edges.workspace_session import WorkspaceSession
from frontdesk.errors import Denied
from frontdesk.settings import DatabaseSettings
from frontdesk.store.open import open_database
from tests.bare import http_client
from tests.conformance.agents import Agent
from tests.conformance.house import PASSWORD, House
from tests.fuzz.anything import json_texts, json_values, texts, tries
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

CODES = {"bad_message", "hello_missing", "not_found", "denied", "not_a_party"}
WISHES = (
    *("hello", "ready", "not_ready", "ping", "accept", "decline", "say", "type", "push_url", "notice"),
    *("set_data", "receipt", "delete_file", "hand_over", "leave", "end", "nothing_of_the_kind"),
)
ids = st.one_of(
    st.sampled_from(("", "x", "01M7YK7MW6R4MZVVWAHT", "a" * 64, "a" * 65, "../..", "a" * 1000)), texts
)
members = st.one_of(
    st.dictionaries(
        st.sampled_from(
            (
                *("interaction_id", "text", "message_type", "attributes", "visibility", "is_typing", "url"),
                *("user_data", "up_to", "file_id", "queue", "summary", "reason", "have", "extra"),
            )
        ),
        st.one_of(json_values, ids),
        max_size=5,
    )
)
frames = st.one_of(
    st.binary(max_size=200),
    texts,
    json_texts,
    json_values.map(json.dumps),
    st.just("[" * 100_000),
    st.just('{"do":"say","id":"1","interaction_id":"a","text":"' + "x" * 200_000 + '"}'),
)


@pytest.fixture(scope="module")
async def amy(shared_house: House) -> AsyncIterator[Agent]:
    async with shared_house.agent("amy") as agent:
        yield agent


@asynccontextmanager
async def socket_of(house: House, token: str) -> AsyncIterator[websockets.ClientConnection]:
    address = house.url.replace("http", "ws", 1) + "/api/workspace/socket"
    headers = {"authorization": f"Bearer {token}"}
    async with websockets.connect(address, additional_headers=headers) as socket:
        yield socket


async def answers(socket: websockets.ClientConnection, wish_id: str) -> list[dict[str, Any]]:
    """What the server says until it has answered this wish."""
    heard: list[dict[str, Any]] = []
    with anyio.fail_after(PATIENCE_S):
        while not any(message.get("id") == wish_id for message in heard):
            heard += json.loads(await socket.recv())
    return heard


@tries(40)
@given(sent=st.lists(frames, max_size=6))
async def test_any_frame_is_answered_and_the_connection_goes_on(
    shared_house: House, amy: Agent, sent: list[str | bytes]
) -> None:
    async with socket_of(shared_house, amy.token) as socket:
        for frame in sent:
            await socket.send(frame)
        await socket.send('{"do":"hello","id":"at last"}')
        heard = await answers(socket, "at last")
    refused = [message for message in heard if message["is"] == "refused"]
    assert len(refused) == len(sent)
    assert {message["code"] for message in refused} <= CODES
    assert heard[-1]["is"] != "refused"


@tries(80)
@given(
    do=st.sampled_from(WISHES),
    given_members=members,
    wish_id=st.text(st.characters(codec="ascii"), max_size=70),
)
async def test_any_wish_is_answered_once(
    amy: Agent, do: str, given_members: dict[str, Any], wish_id: str
) -> None:
    before = len(amy.heard)
    await amy.sends({"id": wish_id, "do": do, **given_members})
    await amy.does("ping")
    told = [m for m in amy.heard[before:] if m["is"] in ("done", "refused", "welcome")]
    assert len(told) == 2, told
    assert told[0]["is"] != "refused" or told[0]["code"] in CODES


@tries(20)
@given(do=st.sampled_from(WISHES), given_members=members)
async def test_any_wish_in_a_chat_harms_no_chat(
    shared_house: House, amy: Agent, do: str, given_members: dict[str, Any]
) -> None:
    chat = await shared_house.visitors.start()
    bystander = await shared_house.visitors.start(nickname="Bystander")
    await amy.does("ready")
    await amy.takes(chat.chat_id)
    answer = await amy.asks(do, **(given_members | {"interaction_id": chat.chat_id}))
    assert answer["is"] in ("done", "refused", "welcome")
    assert answer.get("code") != "try_later"
    (await chat.refresh()).ok()
    assert await bystander.events() == bystander.started.events
    for done in (chat, bystander):
        (await done.ask("disconnect")).ok()
    await amy.does("ping")


async def test_a_fault_of_ours_is_told_and_holds_up_nothing(
    shared_house: House, amy: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    chat = await shared_house.visitors.start()
    await amy.takes(chat.chat_id)
    monkeypatch.setattr(WorkspaceSession, "_do", broken)
    for _ in range(3):
        answer = await amy.asks("say", interaction_id=chat.chat_id, text="lost")
        assert (answer["is"], answer["code"]) == ("refused", "try_later")
    monkeypatch.undo()
    await amy.does("say", interaction_id=chat.chat_id, text="found again")
    assert [event["text"] for event in await chat.events("Message")] == ["found again"]


async def test_what_harms_terminals_and_logs_is_taken_out_of_an_agents_words(
    shared_house: House, amy: Agent
) -> None:
    """As it is of a visitor's; line breaks and tabs are text."""
    chat = await shared_house.visitors.start()
    await amy.takes(chat.chat_id)
    await amy.does(
        "say", interaction_id=chat.chat_id, text="one\n\ttwo\x1b[2J\x00\x9b", message_type="\x07text"
    )
    await amy.does("notice", interaction_id=chat.chat_id, text="\x1b]0;title\x07")
    (said,) = await chat.events("Message")
    assert (said["text"], said["messageType"]) == ("one\n\ttwo[2J", "text")
    (notice,) = await chat.events("CustomNotice")
    assert notice["text"] == "]0;title"


@pytest.mark.parametrize("frame", ["x" * 262_145, b"x" * 262_145, "x" * 600_000])
async def test_a_frame_over_the_limit_closes_the_connection_with_a_reason(
    shared_house: House, amy: Agent, frame: str | bytes
) -> None:
    async with socket_of(shared_house, amy.token) as socket:
        await socket.send(frame)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await answers(socket, "")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
    await amy.does("ping")


async def test_a_text_frame_that_is_no_utf8_closes_the_connection(shared_house: House, amy: Agent) -> None:
    async with socket_of(shared_house, amy.token) as socket:
        await socket.send(b"\xff\xfe", text=True)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await answers(socket, "")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1007


@tries(40)
@given(
    body=st.one_of(
        st.binary(max_size=100),
        json_texts.map(str.encode),
        st.fixed_dictionaries({"login": texts, "password": texts}).map(
            lambda body: json.dumps(body).encode()
        ),
        st.dictionaries(st.sampled_from(("login", "password", "x")), json_values).map(
            lambda body: json.dumps(body).encode()
        ),
    )
)
async def test_any_sign_in_is_refused(shared_house: House, body: bytes) -> None:
    async with http_client() as http:
        answer = await http.post(f"{shared_house.url}/api/workspace/sign-in", content=body)
    assert answer.status_code in (400, 401), answer.text
    assert set(answer.json()) == {"error"}
    assert "set-cookie" not in answer.headers


@tries(25)
@given(token=st.one_of(st.binary(max_size=60), texts.map(str.encode)))
async def test_any_token_is_nobodys(shared_house: House, token: bytes) -> None:
    safe = token.translate(None, b"\r\n\x00")
    for name, value in ((b"authorization", b"Bearer " + safe), (b"cookie", b"frontdesk_session=" + safe)):
        async with http_client() as http:
            try:
                answer = await http.get(f"{shared_house.url}/api/workspace/me", headers=[(name, value)])
            except httpx2.LocalProtocolError:
                continue  # Our own library would not send it.
        assert answer.status_code in (400, 401)


async def test_a_sign_in_with_what_no_database_takes_is_a_wrong_one(postgres_database: str) -> None:
    """PostgreSQL keeps no NUL in a text."""
    database = await open_database(DatabaseSettings(url=postgres_database))
    with pytest.raises(Denied):
        await SignIns(database.accounts, lambda: 0, session_ms=1000).sign_in("a\x00my", PASSWORD)
    await database.aclose()

"""Whatever a visitor's program sends: a clear answer, never a fault, and never anything of another chat."""

import json
import re
from typing import Any
from urllib.parse import quote_plus

import anyio
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.conformance.house import House
from tests.conformance.v2 import Answer, Chat
from tests.fuzz.anything import json_texts, json_values, names, positions, texts, tries
from tests.fuzz.sockets import connected, exchange, request, statuses

pytestmark = pytest.mark.anyio

OPERATIONS = (
    *("refresh", "send", "startTyping", "stopTyping", "customNotice", "updateData", "updateNickname"),
    *("pushUrl", "readReceipt", "userData/read", "userData/delete", "file/limits", "file", "file/x/delete"),
)
CONTENT_TYPES = (
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "multipart/form-data; boundary=" + "b" * 300,
    "multipart/mixed; boundary=b",
    "application/json",
    "text/plain",
    "",
)
# What the protocol takes out of every text.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

operations = st.sampled_from(OPERATIONS)
fields = st.lists(st.tuples(names, st.one_of(texts, positions, json_texts)), max_size=8)
halves = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        (
            b"--b\r\n",
            b"--b--\r\n",
            b"\r\n--b",
            b'Content-Disposition: form-data; name="message"\r\n\r\n',
            b'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n',
            b"Content-Disposition: form-data; name*=utf-8''%ff; filename*=''\r\n\r\n",
            b"Content-Transfer-Encoding: base64\r\n",
            b"message=",
            b"%f",
            b"%ff%fe",
            b"&&==&",
            b"\xed\xa0\x80",  # Half a surrogate pair, as UTF-8 forbids it.
            b"\xc0\x80",
            b"\xf4\x90\x80\x80",
            b"\r\n\r\n",
        )
    ),
)


@pytest.fixture(scope="module")
async def chat(shared_house: House) -> Chat:
    """One chat that has to bear it all, beside one that must not notice."""
    return await shared_house.visitors.start()


@pytest.fixture(scope="module")
async def bystander(shared_house: House) -> Chat:
    return await shared_house.visitors.start(nickname="Bystander")


def is_clear(answer: Answer, chat: Chat) -> None:
    """An answer as the protocol has it, to nobody but the visitor of this chat, and no fault of ours."""
    assert answer.status in (200, 400, 404), answer.body
    assert answer.body["statusCode"] in (0, 2), answer.body
    assert isinstance(answer.body["chatEnded"], bool)
    assert isinstance(answer.body["messages"], list)
    assert answer.body.get("chatId", chat.chat_id) == chat.chat_id
    assert answer.body.get("secureKey", chat.secure_key) == chat.secure_key
    if answer.body["statusCode"] == 2:
        assert answer.codes
        assert "chatId" not in answer.body
    assert "Bystander" not in json.dumps(answer.body)


@tries(50)
@given(operation=operations, asked=fields)
async def test_any_form(chat: Chat, bystander: Chat, operation: str, asked: list[tuple[str, str]]) -> None:
    pairs = [*asked, ("secureKey", chat.secure_key)]
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()
    is_clear(await chat.visitors.post(chat.path(operation), body), chat)
    assert bystander.chat_id != chat.chat_id


@tries(50)
@given(operation=operations, content_type=st.sampled_from(CONTENT_TYPES), pieces=st.lists(halves, max_size=8))
async def test_any_bytes_in_any_form(
    chat: Chat, operation: str, content_type: str, pieces: list[bytes]
) -> None:
    key = f"secureKey={chat.secure_key}&".encode()
    if content_type.startswith("multipart"):
        key = f'--b\r\nContent-Disposition: form-data; name="secureKey"\r\n\r\n{chat.secure_key}\r\n'.encode()
    body = key + b"".join(pieces)
    is_clear(await chat.visitors.post(chat.path(operation), body, **{"content-type": content_type}), chat)


@tries(25)
@given(asked=fields)
@example(asked=[("nickname", "\x00")])
@example(asked=[("nickname", "\u202e")])
@example(asked=[("nickname", "a" * 10_000_000)])
@example(asked=[("nickname", "a" * 1_000_000)])
async def test_any_start(shared_house: House, asked: list[tuple[str, str]]) -> None:
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in asked).encode()
    answer = await shared_house.visitors.post("/s/", body)
    assert answer.status in (200, 400)
    assert answer.body["statusCode"] == (0 if answer.status == 200 else 2)


@tries(40)
@given(text=texts, is_multipart=st.booleans())
async def test_any_word_arrives_as_it_was_written_or_not_at_all(
    chat: Chat, text: str, is_multipart: bool
) -> None:
    sent = chat.credentials | {"message": text, "transcriptPosition": "-1"}
    if is_multipart:
        answer = await chat.visitors.post_parts(chat.path("send"), [], sent)
    else:
        answer = await chat.visitors.post(chat.path("send"), sent)
    kept = CONTROLS.sub("", text)
    if kept.strip():
        (event,) = answer.ok().events
        assert event["text"] == kept
    else:
        answer.refused(100)


@tries(40)
@given(attributes=st.one_of(st.dictionaries(texts, json_values, max_size=4), json_texts))
async def test_any_attributes_come_back_equal_or_are_refused(chat: Chat, attributes: Any) -> None:
    text = attributes if isinstance(attributes, str) else json.dumps(attributes)
    answer = await chat.ask("send", message="x", eventAttributes=text, P=-1)
    if answer.status == 400:
        answer.refused(100)
        assert isinstance(attributes, str), "an object that is neither long nor deep is taken"
        return
    (event,) = answer.ok().events
    assert event["eventAttributes"] == json.loads(text)


@tries(40)
@given(position=positions)
async def test_any_position_gives_events_in_order(chat: Chat, position: str) -> None:
    answer = (await chat.refresh(position)).ok()
    assert answer.indexes == sorted(set(answer.indexes))
    assert all(index < answer.next_position for index in answer.indexes)


@tries(20)
@given(operation=st.sampled_from((*OPERATIONS, "disconnect")), asked=fields)
async def test_whatever_is_asked_with_another_chats_key_is_refused_and_changes_nothing(
    chat: Chat, bystander: Chat, operation: str, asked: list[tuple[str, str]]
) -> None:
    before = await bystander.events()
    pairs = [*asked, ("secureKey", chat.secure_key), ("userId", bystander.user_id)]
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()
    answer = await chat.visitors.post(bystander.path(operation), body)
    assert answer.body["statusCode"] == 2
    assert not answer.body.keys() & {"chatId", "userId", "secureKey", "alias", "nextPosition"}
    assert await bystander.events() == before


# --- on the raw connection --------------------------------------------------------------------------------


@tries(20)
@given(place=st.floats(0, 1, exclude_max=True), is_upload=st.booleans())
async def test_a_request_cut_off_at_any_byte_says_nothing(
    shared_house: House, place: float, is_upload: bool
) -> None:
    """The client is gone before its last byte: nothing was said, and the chat goes on."""
    chat = await shared_house.visitors.start()
    whole = _upload(chat) if is_upload else _send(chat, "cut off")
    async with connected(shared_house.server.port) as stream:
        await stream.send(whole[: int(place * len(whole))] or b"P")
    (await chat.send("after")).ok()
    assert [event.get("text") for event in await chat.events() if event["type"] != "ParticipantJoined"] == [
        "after"
    ]


@tries(12)
@given(cuts=st.lists(st.floats(0, 1), max_size=6), count=st.integers(1, 5))
async def test_pipelined_requests_in_any_pieces_are_answered_one_by_one(
    shared_house: House, cuts: list[float], count: int
) -> None:
    chat = await shared_house.visitors.start()
    words = [f"word {number}" for number in range(count)]
    last = request(f"/genesys/2/chat{chat.path('nothing')}", Connection="close")
    stream = b"".join(_send(chat, word) for word in words) + last
    places = sorted(int(cut * len(stream)) for cut in cuts)
    pieces = [
        stream[start:end]
        for start, end in zip([0, *places], [*places, len(stream)], strict=True)
        if start < end
    ]
    received = await exchange(shared_house.server.port, *pieces)
    assert list(statuses(received)) == [200] * count + [404]
    assert [event["text"] for event in await chat.events("Message")] == words


@tries(25)
@given(noise=st.lists(halves, min_size=1, max_size=5))
async def test_noise_on_the_line_harms_nobody(
    shared_house: House, bystander: Chat, noise: list[bytes]
) -> None:
    async with connected(shared_house.server.port) as stream:
        for piece in noise:
            with anyio.move_on_after(1):
                try:
                    await stream.send(piece or b"\r\n")
                except anyio.BrokenResourceError:
                    break  # It was told so.
    (await bystander.refresh()).ok()


def _send(chat: Chat, text: str) -> bytes:
    body = f"secureKey={chat.secure_key}&message={quote_plus(text)}".encode()
    return request(f"/genesys/2/chat{chat.path('send')}", body)


def _upload(chat: Chat) -> bytes:
    parts = (
        'name="file"; filename="a.txt"\r\n\r\nhalf a file',
        f'name="secureKey"\r\n\r\n{chat.secure_key}',
    )
    body = "".join(f"--b\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--b--\r\n"
    path = f"/genesys/2/chat{chat.path('file')}"
    return request(path, body.encode(), Content_Type="multipart/form-data; boundary=b")

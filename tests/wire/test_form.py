"""What a form body means: fields, nested user data, and what is refused."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.errors import Refused
from frontdesk.wire.form import (
    DEPTH_MAX,
    FIELDS_MAX,
    NAME_CHARS_MAX,
    Form,
    encode_form,
    parse_form,
    user_data,
)

CONTROLS = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))} - set("\t\n\r")


def refusal(body: bytes) -> str:
    with pytest.raises(Refused) as raised:
        user_data(parse_form(body))
    assert raised.value.code == "bad_form"
    return raised.value.text


# Plain fields


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", {}),
        (
            b"alias=1&message=Hello+there&messageType=text",
            {"alias": "1", "message": "Hello there", "messageType": "text"},
        ),
        (b"message=a+b%2Bc%0Ad", {"message": "a b+c\nd"}),
        (b"message=%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82+%F0%9F%91%8B", {"message": "Привет 👋"}),
        ("message=Привет".encode(), {"message": "Привет"}),
        (b"a%20b=1", {"a b": "1"}),
        (b"message=a=b", {"message": "a=b"}),
        (b"alias=&userId=", {"alias": "", "userId": ""}),
        (b"alone", {"alone": ""}),
        (b"&&a=1&", {"a": "1"}),
    ],
)
def test_a_body_is_fields_in_percent_encoded_utf8_with_plus_for_space(
    body: bytes, fields: dict[str, str]
) -> None:
    assert parse_form(body) == fields


def test_of_fields_with_the_same_name_the_last_wins() -> None:
    assert parse_form(b"a=1&a=2") == {"a": "2"}
    assert parse_form(b"a=1&a=%32") == {"a": "2"}


def test_line_breaks_and_tabs_stay_and_other_control_characters_go() -> None:
    assert parse_form(b"message=a%00%07b%09%0D%0Ac%C2%85%7F") == {"message": "ab\t\r\nc"}
    assert parse_form(b"message=a\x00\x07b\tc\x7f") == {"message": "ab\tc"}


def test_direction_marks_are_text_like_any_other() -> None:
    assert parse_form(encode_form({"message": "\u202egnp.exe"})) == {"message": "\u202egnp.exe"}


@pytest.mark.parametrize("body", [b"a=%", b"a=%4", b"a=%zz", b"a=100% sure", b"%=1", b"a=%u1234"])
def test_a_broken_percent_escape_is_refused(body: bytes) -> None:
    assert "percent" in refusal(body)


@pytest.mark.parametrize("body", [b"a=%FF", b"a=\xff", b"a=%C0%80", b"a=%ED%A0%80", b"a=%D0", b"%FF=1"])
def test_what_is_not_utf8_is_refused(body: bytes) -> None:
    assert "UTF-8" in refusal(body)


def test_there_is_a_limit_to_the_number_of_fields() -> None:
    assert len(parse_form(b"&".join(b"f%d=" % n for n in range(FIELDS_MAX)))) == FIELDS_MAX
    assert str(FIELDS_MAX) in refusal(b"&".join(b"f%d=" % n for n in range(FIELDS_MAX + 1)))


def test_there_is_a_limit_to_the_length_of_a_name() -> None:
    assert parse_form(b"n" * NAME_CHARS_MAX + b"=1")
    assert str(NAME_CHARS_MAX) in refusal(b"n" * (NAME_CHARS_MAX + 1) + b"=1")


# User data


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"userData[a]=1&userData[b c]=x%26y", {"a": "1", "b c": "x&y"}),
        (b"userData%5Ba%5D=1", {"a": "1"}),
        (b"userData[a][b]=1&userData[a][c][d]=2", {"a.b": "1", "a.c.d": "2"}),
        (b"userData[l][]=x&userData[l][]=y", {"l": '["x","y"]'}),
        (b"userData[a][l][]=%22", {"a.l": '["\\""]'}),
        (b"userData[l][0][k]=x", {"l.0.k": "x"}),
        (b'userData["q"]=1', {"q": "1"}),
        (b"userData[%22q%22][%27r%27]=1", {"q.r": "1"}),
        (b"userData[a]=1&userData[a]=2", {"a": "2"}),
        (b"userData[a]=", {"a": ""}),
        (b"userData[]=1", {}),
        (b"userData[a=1&userData]=2&userData=3&other[a]=4&xuserData[a]=5", {}),
        (b"userData[a]b]=1&userData[c[d]=2", {"a]b": "1", "c[d": "2"}),
    ],
)
def test_user_data_comes_in_brackets(body: bytes, data: dict[str, str]) -> None:
    assert user_data(parse_form(body)) == data


def test_fields_with_brackets_are_no_plain_fields() -> None:
    assert parse_form(b"userData[a]=1&alias=2") == {"alias": "2"}


def test_other_nested_fields_can_be_asked_for_by_name() -> None:
    assert user_data(parse_form(b"filter[a]=1&userData[a]=2"), "filter") == {"a": "1"}


def test_there_is_a_limit_to_the_depth_of_brackets() -> None:
    assert user_data(parse_form(b"userData" + b"[a]" * DEPTH_MAX + b"=1"))
    assert str(DEPTH_MAX) in refusal(b"userData" + b"[a]" * (DEPTH_MAX + 1) + b"=1")


# Encoding


def test_values_that_are_no_text_have_a_text_form() -> None:
    assert (
        encode_form({"a": True, "b": False, "c": 12, "d": None, "e": {}, "f": []})
        == b"a=true&b=false&c=12&d="
    )


texts = st.text(st.characters(exclude_categories=["Cs"]).filter(lambda c: c not in CONTROLS), max_size=20)
keys = texts.filter(lambda key: key and not set(key) & set("[]\"'."))
leaves = st.one_of(texts, st.booleans(), st.integers(), st.none())
trees = st.recursive(
    leaves,
    lambda deeper: st.dictionaries(keys, deeper, max_size=3) | st.lists(leaves, max_size=3),
    max_leaves=8,
)


def depth(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 if isinstance(value, list) else 0


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def flat(value: Any, path: tuple[str, ...] = ()) -> dict[str, str]:
    """What should arrive of `value`, said in another way than the code says it."""
    if isinstance(value, Mapping):
        return {k: v for key, item in value.items() for k, v in flat(item, (*path, key)).items()}
    if isinstance(value, list):
        items = [as_text(item) for item in value]
        return {".".join(path): json.dumps(items, ensure_ascii=False, separators=(",", ":"))} if items else {}
    return {".".join(path): as_text(value)}


@given(st.dictionaries(keys, trees, max_size=5).filter(lambda tree: depth(tree) < DEPTH_MAX))
def test_whatever_is_encoded_arrives(tree: dict[str, Any]) -> None:
    assert user_data(parse_form(encode_form({"userData": tree}))) == flat(tree)


@given(st.dictionaries(texts.filter(lambda name: name and "[" not in name), texts, max_size=5))
def test_whatever_plain_fields_are_encoded_arrive(fields: dict[str, str]) -> None:
    assert parse_form(encode_form(fields)) == fields


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode(errors="surrogatepass")))
def test_whatever_bytes_come_the_answer_is_a_form_or_a_refusal(body: bytes) -> None:
    try:
        form = parse_form(body)
        data = user_data(form)
    except Refused as refused:
        assert refused.code == "bad_form"  # noqa: PT017 - both answers are allowed
        return
    assert isinstance(form, Form)
    words = "".join((*form, *form.values(), *data, *data.values()))
    assert not CONTROLS & set(words)
    words.encode()

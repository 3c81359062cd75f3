"""What is published over CometD, as REST would have it."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from frontdesk.errors import Refused
from frontdesk.wire.bayeux_messages import BadBatch, parse
from frontdesk.wire.chat_v2_cometd import FILE_OPERATIONS, OPERATIONS, asked, file_operation
from frontdesk.wire.form import user_data

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=20,
)


def raw(data: object) -> Raw:
    return Raw(msgspec.json.encode(data))


@pytest.mark.parametrize(("name", "rest"), OPERATIONS.items())
def test_each_operation_has_its_name_in_rest(name: str, rest: str) -> None:
    assert asked(raw({"operation": name})).operation == name
    assert rest or name == "requestChat"


def test_values_become_the_text_that_a_form_has() -> None:
    form = asked(raw({"operation": "refresh", "transcriptPosition": -1, "chatId": None, "x": True})).form
    assert form == {"transcriptPosition": "-1", "chatId": "", "x": "true"}


def test_user_data_keeps_its_levels_and_lists() -> None:
    members = {"a": 1, "b": {"c": None, "d": [1, "2"]}, "e": {}}
    form = asked(raw({"operation": "updateData", "userData": members})).form
    assert user_data(form) == {"a": "1", "b.c": "", "b.d": '["1","2"]'}


@pytest.mark.parametrize("value", [{"a": [1, {"b": None}]}, {}])
def test_attributes_are_an_object_or_its_text(value: dict[str, Any]) -> None:
    text = msgspec.json.encode(value).decode()
    for given_as in (value, text):
        form = asked(raw({"operation": "sendMessage", "eventAttributes": given_as})).form
        assert form == {"eventAttributes": text}


def test_control_characters_are_taken_out_as_everywhere() -> None:
    form = asked(raw({"operation": "sendMessage", "message": "a\x00b\x1b\nc", "k\x07": "v"})).form
    assert form == {"message": "ab\nc", "k": "v"}


@pytest.mark.parametrize("depth", [50, 900, 5000, 100_000])
def test_what_is_nested_too_deep_is_refused(depth: int) -> None:
    data = b'{"operation":"updateData","userData":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    with pytest.raises(Refused):
        user_data(asked(Raw(data)).form)


@pytest.mark.parametrize("name", FILE_OPERATIONS)
def test_file_operations_have_their_names(name: str) -> None:
    assert file_operation({"operation": name}, has_file=False) == FILE_OPERATIONS[name]


def test_a_file_by_itself_is_an_upload() -> None:
    assert file_operation({}, has_file=True) == "file"
    for form, has_file in (({}, False), ({"operation": "x"}, True)):
        with pytest.raises(Refused):
            file_operation(form, has_file=has_file)


@given(ANY_JSON)
def test_any_data_is_an_operation_or_refused(data: object) -> None:
    try:
        operation = asked(raw(data)).operation
    except Refused:
        return
    assert operation in OPERATIONS


@given(st.dictionaries(st.text(max_size=9), ANY_JSON, max_size=5), st.sampled_from(sorted(OPERATIONS)))
def test_any_members_make_a_form_or_are_refused(members: dict[str, Any], operation: str) -> None:
    try:
        form = asked(raw(members | {"operation": operation})).form
        user_data(form)
    except Refused:
        return
    assert all(isinstance(value, str) for value in form.values())


@given(st.binary() | ANY_JSON.map(msgspec.json.encode))
def test_any_body_is_messages_or_none(body: bytes) -> None:
    try:
        messages = parse(body)
    except BadBatch:
        return
    assert messages


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            (
                *("channel", "id", "clientId", "version", "supportedConnectionTypes", "connectionType"),
                *("subscription", "advice", "ext", "data"),
            ),
            ANY_JSON,
        ),
    )
)
def test_any_message_is_one_or_is_said_not_to_be(message: dict[str, Any]) -> None:
    body = msgspec.json.encode([message, {"channel": "/meta/connect"}])
    assert len(parse(body)) == 2

"""What requests mean to sessions: starts and events, whichever way they are written."""

import pytest

from frontdesk.errors import Refused
from frontdesk.scxml.events import HTTP_PROCESSOR
from frontdesk.scxml.packed import unpack
from frontdesk.wire.scxml_http import FORM, JSON, RESERVED, Posted, Start, event_of, start_of


def posted(body: bytes = b"", content_type: str = FORM, query: str = "") -> Posted:
    return Posted("/scxml/session/s1/event/go", query, content_type, body)


def test_a_start_has_a_source_a_time_and_data() -> None:
    body = b"src=hello&idealtime=1700000000000&a=1&b=x&b=y&c="
    assert start_of(posted(body)) == Start("hello", 1_700_000_000_000, {"a": "1", "b": ["x", "y"], "c": ""})
    assert start_of(posted(b'{"src": " hello ", "a": {"b": [1, null]}}', JSON)) == Start(
        "hello", 0, {"a": {"b": [1, None]}}
    )


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"", FORM, "src_missing"),
        (b"src=+", FORM, "src_missing"),
        (b'{"src": 3}', JSON, "src_missing"),
        (b"src=a&idealtime=soon", FORM, "bad_time"),
        (b'{"src": "a", "idealtime": 1e300}', JSON, "bad_time"),
        (b'{"src": "a", "idealtime": true}', JSON, "bad_time"),
        ("src=a&idealtime=\N{ARABIC-INDIC DIGIT ONE}".encode(), FORM, "bad_time"),
        (b"[1]", JSON, "bad_body"),
        (b"{", JSON, "bad_body"),
        (b'{"a":' * 5000, JSON, "bad_body"),
        (b"a=%ff", FORM, "bad_body"),
        (b"\xff", FORM, "bad_body"),
        (b"&".join(b"a=1" for _ in range(1001)), FORM, "bad_body"),
        (b"<a/>", "text/xml", "unsupported_type"),
    ],
)
def test_what_is_no_start_is_refused(body: bytes, content_type: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        start_of(posted(body, content_type))
    assert refused.value.code == code


def test_an_event_takes_its_data_from_the_address_and_the_body() -> None:
    event = event_of(posted(b"b=2", query="a=1&b=1"), "go.on", {"requestid": "r1"})
    assert (event.name, event.type, event.origintype) == ("go.on", "external", HTTP_PROCESSOR)
    assert unpack(event.data) == {"a": "1", "b": "2", "requestid": "r1"}
    assert event.raw == f"POST /scxml/session/s1/event/go?a=1&b=1\r\nContent-Type: {FORM}\r\n\r\nb=2"
    assert event_of(posted()).data == ""


def test_its_name_is_the_parameter_or_the_address_or_that_of_a_post() -> None:
    assert event_of(posted(b"_scxmleventname=other&a=1"), "go").name == "other"
    assert event_of(posted(b'{"_scxmleventname": "other"}', JSON), "go").name == "other"
    assert event_of(posted(), "go").name == "go"
    assert event_of(posted()).name == "HTTP.POST"


@pytest.mark.parametrize("word", RESERVED)
def test_nobody_outside_can_pretend_to_be_the_platform(word: str) -> None:
    for name in (word, f"{word}.x", word.upper()):
        with pytest.raises(Refused) as refused:
            event_of(posted(), name)
        assert refused.value.code == "reserved_event_name"
    assert event_of(posted(), f"{word}s").name == f"{word}s"


@pytest.mark.parametrize("name", ["a b", "a..b", ".a", "a.", "*", "a.*", "a\n", "a\u202e", "x" * 201])
def test_names_that_no_transition_could_name_are_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        event_of(posted(), name)
    assert refused.value.code == "bad_event_name"


def test_data_that_is_nested_too_deep_is_refused() -> None:
    nested = b'{"a":' + b"[" * 900 + b"]" * 900 + b"}"  # JSON that can just be read.
    with pytest.raises(Refused) as refused:
        event_of(posted(nested, JSON), "go")
    assert refused.value.code == "bad_body"

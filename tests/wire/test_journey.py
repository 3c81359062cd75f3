"""What trackers send, as values."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.journey.facts import Purpose
from frontdesk.errors import Refused
from frontdesk.wire import journey as wire
from frontdesk.wire.journey_answers import iso

ID = "0b8f6d3e-2a51-4a7f-9d4e-3c5f6a7b8c9d"
EVENT = {"customerCookieId": ID, "eventName": "page_viewed", "page": {"url": "https://x.test/", "title": ""}}


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)


def _code(body: bytes) -> str:
    with pytest.raises(Refused) as caught:
        wire.event_of(body)
    return caught.value.code


def test_an_event_needs_a_customer_a_name_and_a_page_and_what_else_it_has_is_left_alone() -> None:
    event = wire.event_of(_json({**EVENT, "unheardOf": {"of": 1}, "page": {**EVENT["page"], "lang": None}}))
    assert (event.customer_cookie_id, event.page.url, event.page.lang) == (ID, "https://x.test/", None)
    for missing in EVENT:
        assert (
            _code(_json({name: value for name, value in EVENT.items() if name != missing})) == "bad_request"
        )
    deep = b'{"attributes":' + b"[" * 10_000
    for broken in (b"", b"{", b"[]", b"\xff\xfe", deep, _json({**EVENT, "customerCookieId": "me"})):
        assert _code(broken) == "bad_request"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"cut \ud83d", "cut \ufffd"),
        (r"\udE00 rest", "\ufffd rest"),
        (r"\uD83D\uDE00\ud83d\ud83d\ude00", "\U0001f600\ufffd\U0001f600"),
        (r"\\ud83d \" \ud83d", '\\ud83d " \ufffd'),
    ],
)
def test_half_a_character_costs_no_event(written: str, read: str) -> None:
    page = f'{{"url":"https://x.test/","title":"{written}"}}'
    body = f'{{"customerCookieId":"{ID}","eventName":"page_viewed","page":{page}}}'.encode()
    assert wire.event_of(body).page.title == read
    assert [wire.event_of(raw).page.title for raw in wire.events_of(b"[%b,%b]" % (body, body))] == [read] * 2


@pytest.mark.parametrize("name", ["", "timeout-30", "a b", "ä", "x" * 101, "a\n"])
def test_a_name_is_letters_digits_and_underscores(name: str) -> None:
    assert _code(_json({**EVENT, "eventName": name})) == "invalid_event_name"
    assert wire.event_of(_json({**EVENT, "eventName": "x" * 100})).event_name == "x" * 100


def test_attributes_that_are_no_plain_values_are_left_out() -> None:
    given_ = {
        "n": 1.5,
        "ok": True,
        "o": {"dataType": "integer", "value": "12"},
        "bad": [1],
        "none": None,
        "nested": {"a": 1},
        "k" * 65: 1,
        "long": "x" * 513,
        "": 1,
    }
    assert wire.scalars_of(given_) == {"n": 1.5, "ok": True, "o": 12}
    assert len(wire.scalars_of({f"a{number}": 1 for number in range(60)})) == wire.ATTRIBUTES_MAX


@pytest.mark.parametrize(
    ("data_type", "value", "kept"),
    [
        ("integer", 3, 3),
        ("integer", 3.0, 3),
        ("integer", 3.5, None),
        ("integer", "-4", -4),
        ("integer", True, None),
        ("number", "2.5", 2.5),
        ("number", "nan", None),
        ("number", "1e999", None),
        ("number", "x", None),
        ("boolean", "true", True),
        ("boolean", False, False),
        ("boolean", "yes", None),
        ("string", 7, "7"),
        ("string", True, "true"),
        ("string", [1], None),
        ("colour", "red", None),
    ],
)
def test_values_that_say_of_which_type_they_are(data_type: str, value: object, kept: object) -> None:
    found = wire.scalars_of({"a": {"dataType": data_type, "value": value}})
    assert found == ({} if kept is None else {"a": kept})
    assert type(found.get("a")) is type(kept)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=70), anything, max_size=5))
def test_whatever_attributes_there_are_plain_values_come_of_them(attributes: dict[str, object]) -> None:
    for value in wire.scalars_of(attributes).values():
        assert isinstance(value, bool | int | float | str)
        msgspec.json.decode(_json(value))


def test_a_batch_has_at_most_twenty_events() -> None:
    assert len(wire.events_of(_json([EVENT] * 20))) == 20
    with pytest.raises(Refused):
        wire.events_of(_json([EVENT] * 21))


def test_what_a_ping_asks_with() -> None:
    query = wire.ping_of(
        b"dl=https%3A%2F%2Fx.test%2Fa%3Fb%3D1&dt=A&sessionId=AB&sinceLastBeaconMilliseconds=60001&mediaOpen=true&tab=t"
    )
    assert (query.url, query.session_id, query.since_last_ms) == ("https://x.test/a?b=1", "ab", 60_001)
    assert (query.is_media_open, query.tab) == (True, "t")
    assert wire.ping_of(b"sinceLastBeaconMilliseconds=-1") == wire.PingQuery()
    with pytest.raises(Refused):
        wire.ping_of(b"&".join([b"a=1"] * 51))


def test_a_decision_and_a_state() -> None:
    consent = wire.consent_of(_json({"customerCookieId": ID, "decision": "grant", "purposes": ["offers"]}))
    assert consent.purposes == (Purpose.OFFERS,)
    action = wire.action_of(
        _json({"sessionId": ID, "actionId": ID, "actionState": "errored", "errorCode": 7})
    )
    assert (action.error_code, action.stage) == (7, None)
    with pytest.raises(Refused):
        wire.consent_of(_json({"customerCookieId": ID, "decision": "perhaps"}))


def test_dates() -> None:
    berlin = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert iso(wire.ms_of(berlin) or 0) == "2026-06-01T10:00:00.000Z"
    assert wire.ms_of(datetime(1970, 1, 1, 0, 0, 1)) == 1000  # noqa: DTZ001 - one that names no zone
    assert iso(1_800_000_000_007) == "2027-01-15T08:00:00.007Z"
    assert wire.ms_of(datetime(2027, 1, 15, 8, 0, 0, 7000, UTC)) == 1_800_000_000_007

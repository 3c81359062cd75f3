"""What is taken out of texts before they are kept."""

import time
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.domain.journey.redaction import redacted, redacted_url, redacted_value

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Welcome amy.o'neil+shop@mail.example.co.uk!", "Welcome [email]!"),
        ("amy%40x.test", "[email]"),
        ("amy%2540x.test", "[email]"),
        ("müller@käse.example, b@c.io", "[email], [email]"),
        ("x" * 70 + "@x.test", "xxxxxx[email]"),
        ("4111 1111 1111 1111", "[card]"),
        ("card:4111-1111-1111-1111.", "card:[card]."),
        ("4111111111111111 5500005555555559", "[card] [card]"),
        ("order 12 for 378282246310005", "order 12 for [card]"),
        ("6304000000001234566", "[card]"),
        ("a@b.cd@e.fg", "[email]@e.fg"),
        ("DE89 3704 0044 0532 0130 00 is mine", "[iban] is mine"),
        ("de89370400440532013000", "[iban]"),
        ("GB82-WEST-1234-5698-7654-32", "[iban]"),
        ("MT84MALT011000012345MTLCAST001S", "[iban]"),
        ("call +49 (0)30 1234 5678 now", "call [phone] now"),
        ("+1-202-555-0123", "[phone]"),
        ("0049 30 12345678", "[phone]"),
        (f"Bearer {JWT}", "Bearer [token]"),
        (f"{JWT}.a.b", "[token]"),
    ],
)
def test_it_goes(text: str, kept: str) -> None:
    assert redacted(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Red shoes, size 42 | The Shop",
        "@amy said hi @ 12:30",
        "amy@localhost",
        "4111 1111 1111 1112",
        "41111111111111111111",  # Twenty digits are no card.
        "13.4111111111111111",
        "2026-11-21 10:15:30",
        "DE88 3704 0044 0532 0130 00",
        "AB12 is a shelf",
        "+1 000 000",
        "00123456789012",  # An article number that was filled up.
        "documentation.of-the-platform.example",
        "eyeliner.mascara.lipstick",
        "€ 1.299,00 (10 %)",
    ],
)
def test_it_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.test/u/amy@x.test/orders?page=2", "https://x.test/u/[email]/orders?page=2"),
        ("https://x.test/?u=amy%40x.test&b=1", "https://x.test/?u=[email]&b=1"),
        ("https://x.test/?u=%61my%2540x.test", "https://x.test/?u=[email]"),
        ("https://x.test/?c=4111+1111+1111+1111", "https://x.test/?c=[card]"),
        ("https://x.test/?c=4111%2D1111%2D1111%2D1111", "https://x.test/?c=[card]"),
        ("https://x.test/?p=%2B49%2030%2012345678&q=a%20b", "https://x.test/?p=[phone]&q=a%20b"),
        ("https://x.test/?a=amy@x.test+4111+1111+1111+1111", "https://x.test/?a=[email]%20[card]"),
        ("https://x.test/?p=+493012345678", "https://x.test/?p=[phone]"),
        (f"https://x.test/#{JWT}", "https://x.test/#[token]"),
        ("https://x.test/?q=red+shoes&c=%C3%A4", "https://x.test/?q=red+shoes&c=%C3%A4"),
    ],
)
def test_it_goes_from_addresses_too_however_it_is_encoded(url: str, kept: str) -> None:
    assert redacted_url(url) == kept


def test_values_of_attributes_keep_their_type_unless_something_goes() -> None:
    assert redacted_value("amy@x.test") == "[email]"
    assert redacted_value(4111111111111111) == "[card]"
    assert redacted_value(12) == 12
    assert redacted_value(True) is True
    assert redacted_value(1.5) == 1.5
    assert redacted_value(10**400) == 10**400


BITS = st.sampled_from(
    (
        *("@", ".", "+", "-", "%", "%40", "%2540", "%20", "00", "0", "4111", "1111", "41111111"),
        *("4242424242424242", "DE89", "3704", "0044", "0532", "0130"),
        *("eyJ", "eyJhbGciOi", "amy", "x.test", " ", "/", "?", "&", "=", "(", ")", "é", "[card]", "[", "]"),
        *("+49", "30", "1234567", "a@b.cd", "GB82", "WEST", "\ud800", "\n"),
    )
)
ANY_TEXT = st.text(max_size=60) | st.lists(BITS, max_size=30).map("".join)


@given(ANY_TEXT)
@example("4111 1111 1111 1111+4930123456+4111 1111 1111 1111")
def test_whatever_comes_twice_is_once(text: str) -> None:
    once = redacted(text)
    assert redacted(once) == once
    address = redacted_url(text)
    assert redacted_url(address) == address


SECRETS = st.sampled_from(
    ("amy@mail.example", "4111111111111111", "DE89370400440532013000", "+493012345678", JWT)
)
AROUND = st.text("ab ,:;!/?&=#|\n", max_size=12)


@given(SECRETS, AROUND, AROUND, st.integers(0, 2))
def test_whatever_stands_around_it_it_goes(secret: str, before: str, after: str, times: int) -> None:
    assert secret not in redacted(f"{before} {secret} {after}")
    encoded = secret
    for _ in range(times):
        encoded = quote(encoded, safe="")
    kept = redacted_url(f"https://x.test/a?b={encoded}&c=1")
    assert kept.startswith("https://x.test/a?b=[")
    assert kept.endswith("]&c=1")


LONG = 50_000


@pytest.mark.parametrize(
    "bit",
    [
        "a",
        "@",
        "a@",
        "a@a.",
        "@a.",
        "%40",
        "%",
        "%25",
        "1",
        "1 ",
        "1-1",
        "+1",
        "+",
        "00 ",
        "0049 ",
        "4111 ",
        "eyJ",
        "eyJ-",
        "eyJaaaaaaaa.",
        "a.",
        "DE89",
        "DE89 ",
        "AB12 C",
        "(",
        "1(",
        "/1",
    ],
)
def test_hostile_texts_cost_no_more_for_each_character(bit: str) -> None:
    """Time in proportion to length: quadratic work on this much would take far longer."""
    hostile = (bit * LONG)[:LONG]
    began = time.process_time()
    redacted(hostile)
    redacted_url(hostile)
    assert time.process_time() - began < 5

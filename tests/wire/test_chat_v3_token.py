"""Tokens of Chat API v3: who forged one opens nothing, and browsers can read them."""

import base64
import json

import pytest
from hypothesis import given as any_value
from hypothesis import strategies as st

from frontdesk.wire.chat_v3_token import TOKENS_KEPT_MAX, Claims, Tokens, claims_of, mint

SECRET = b"example-secret"
IDS = st.from_regex(r"[A-Za-z0-9-]{1,40}", fullmatch=True)
CLAIMS = st.builds(
    Claims, session_id=IDS, transport_id=IDS, participant_id=IDS, position=st.integers(0, 2**53)
)
# The example of the specification, made by somebody else.
FOREIGN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzZXNzaW9uSWQiOiI1ZjBjMmQxZS03YTQ0LTRiN2UtOWM1MS0wZDJmNmExYjNjNGQi"
    "LCJ0cmFuc3BvcnRJZCI6ImMyYjhhMGY0LTExZDMtNGU2YS04ZjkyLTZiN2Q1ZTRjM2EyMSIsInBhcnRpY2lwYW50SWQiOiI5ZTNkN2M2Yi"
    "0yZjE4LTRhMDUtYjRjMy03ZDZlNWY0YTNiMmMifQ.ypi-Px_EpJEzfJEeOHevXZIDpbUSqwW1PXiOATG5X9I"
)


@any_value(CLAIMS)
def test_what_is_minted_is_read_again(claims: Claims) -> None:
    assert claims_of(mint(claims, SECRET), (b"newer", SECRET)) == claims
    assert claims_of(mint(claims, SECRET), (b"another",)) is None


@any_value(CLAIMS)
def test_browsers_can_decode_what_stands_in_the_middle(claims: Claims) -> None:
    middle = mint(claims, SECRET).split(".")[1]
    decoded = json.loads(base64.b64decode(middle + "=" * (-len(middle) % 4), validate=True))
    assert decoded["sessionId"] == claims.session_id


def test_a_token_of_another_implementation_is_read() -> None:
    claims = claims_of(FOREIGN, (SECRET,))
    assert claims is not None
    assert claims.session_id == "5f0c2d1e-7a44-4b7e-9c51-0d2f6a1b3c4d"
    assert claims.participant_id == "9e3d7c6b-2f18-4a05-b4c3-7d6e5f4a3b2c"
    assert claims.position == 0


@any_value(CLAIMS, st.data())
def test_a_token_that_was_changed_anywhere_is_none(claims: Claims, data: st.DataObject) -> None:
    token = mint(claims, SECRET)
    place = data.draw(st.integers(0, len(token) - 2))  # The last letter has bits that mean nothing.
    letter = data.draw(st.sampled_from("AZaz09-_.=é\x00"))
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or claims_of(changed, (SECRET,)) is None


@any_value(st.text(max_size=200))
def test_any_text_is_a_token_or_none(text: str) -> None:
    assert claims_of(text, (SECRET,)) is None


@pytest.mark.parametrize("header", ['{"alg":"none"}', '{"alg":"HS512"}', "{}", "[]", "no JSON"])
def test_another_way_to_sign_is_no_way_in(header: str) -> None:
    head = base64.urlsafe_b64encode(header.encode()).rstrip(b"=").decode()
    payload = FOREIGN.split(".")[1]
    assert claims_of(f"{head}.{payload}.", (SECRET,)) is None


def test_what_was_proven_is_kept_and_what_strangers_show_is_not() -> None:
    claims = Claims(session_id="s", transport_id="t", participant_id="p")
    tokens, own = Tokens((SECRET,)), mint(claims, SECRET)
    assert tokens.claims(own) == claims
    for number in range(TOKENS_KEPT_MAX):
        assert tokens.claims(f"{own}{number}") is None
    assert tokens.claims("") is None
    assert tokens.kept_count == 1
    assert tokens.claims(own) is tokens.claims(own)

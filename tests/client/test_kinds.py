"""Words that are compared as text and asked as flags."""

import json

import pytest

from frontdesk.client.kinds import ContentType, PartyType

PARTY_FLAGS = ("client", "agent", "supervisor", "bot", "external")


@pytest.mark.parametrize(
    ("word", "flags"),
    [
        ("Client", {"client"}),
        ("Agent", {"agent"}),
        ("Supervisor", {"agent", "supervisor"}),
        ("Bot", {"bot", "external"}),
        ("External", {"external"}),
        ("Somebody", set()),
    ],
)
def test_a_party_type_is_its_word_and_its_flags(word: str, flags: set[str]) -> None:
    party_type = PartyType(word)
    assert party_type == word
    assert {flag for flag in PARTY_FLAGS if getattr(party_type, flag)} == flags


@pytest.mark.parametrize("word", ["text", "url", "notice", "file"])
def test_a_content_type_is_its_word_and_one_flag(word: str) -> None:
    content_type = ContentType(word)
    assert content_type == word
    flags = {flag for flag in ("text", "url", "notice", "file") if getattr(content_type, flag)}
    assert flags == {word}


def test_both_are_plain_text_for_everything_else() -> None:
    assert json.dumps({"type": PartyType("Agent")}) == '{"type": "Agent"}'

"""Normalised messages of the service as a chat session's events."""

import pytest

from frontdesk.client.chat_events import Content, MessageReceived, Party, message_of, party_of
from frontdesk.client.kinds import ContentType, PartyType

AMY = {"id": 2, "type": "Agent", "name": "Amy"}


def test_a_text_has_its_author_its_place_and_its_time() -> None:
    message = {"index": 3, "type": "Message", "text": "Hello", "timestamp": 1_000, "from": AMY}
    assert message_of(message) == MessageReceived(
        party=Party("Amy", PartyType("Agent"), "2"),
        content=Content(ContentType("text"), text="Hello"),
        index=3,
        timestamp_ms=1_000,
    )


def test_an_address_is_no_text() -> None:
    message = message_of({"index": 3, "type": "PushUrl", "text": "https://shop.example", "from": AMY})
    assert message is not None
    assert message.content == Content(ContentType("url"), url="https://shop.example")


def test_a_file_has_its_name_and_its_id() -> None:
    message = message_of(
        {"index": 3, "type": "FileUploaded", "text": "a.png", "fileDetails": {"file-id": "f1"}, "from": AMY}
    )
    assert message is not None
    assert message.content == Content(ContentType("file"), text="a.png", file_id="f1")


@pytest.mark.parametrize(
    "type_", ["ParticipantJoined", "ParticipantLeft", "TypingStarted", "TypingStopped", "NicknameUpdated", ""]
)
def test_what_has_nothing_to_read_is_no_message(type_: str) -> None:
    assert message_of({"index": 3, "type": type_, "from": AMY}) is None


def test_a_message_without_an_author_is_from_nobody_known() -> None:
    assert party_of({}) == Party("", PartyType(""), "")

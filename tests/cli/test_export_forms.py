"""What an exported interaction holds, and what it never does."""

import json
from html.parser import HTMLParser

import pytest

from frontdesk.cli.export_forms import FORMS, Line, as_html, as_json, as_text
from frontdesk.domain import events
from frontdesk.domain.events import Event, Kind, Visibility
from frontdesk.domain.mail_facts import MailFailed, MailPosted, MailReceived

KEY = "f00dfeed" * 8
SCRIPT = '<script>alert("1")</script>'
EVENTS: tuple[Event, ...] = (
    events.Started(
        service="shop",
        user_id="SECRETUSER",
        key_hash=KEY,
        nickname=SCRIPT,
        first_name="Kim",
        user_data={"order": "17", "gone": "x"},
    ),
    events.Joined(party_id=2, kind=Kind.AGENT, participant_id="a", nickname="Amy"),
    events.Said(party_id=1, text=f"{SCRIPT} \x1b[2J & more"),
    events.Said(party_id=2, text="between us", visibility=Visibility.AGENTS),
    events.FileUploaded(party_id=1, file_id="f", name="a&b.txt", size_bytes=3),
    events.DataChanged(party_id=2, changes={"order": "18"}, removed=("gone",)),
    events.NicknameChanged(1, "Kim"),
    events.TypingStarted(1),
    events.Queued(queue="sales", summary="wants a red one"),
    events.Ended(reason="client_left", party_id=1),
)
STORY = tuple(
    Line(version, 1_700_000_000_000 + version * 1000, event) for version, event in enumerate(EVENTS, start=1)
)


@pytest.mark.parametrize("form", FORMS)
def test_no_form_holds_what_grants_something(form: str) -> None:
    text = FORMS[form].one("I1", STORY)
    assert KEY not in text
    assert "SECRETUSER" not in text


def test_json_is_one_line_with_every_event() -> None:
    text = as_json("I1", STORY)
    assert text.count("\n") == 1
    told = json.loads(text)
    assert told["interaction_id"] == "I1"
    assert [e["version"] for e in told["events"]] == list(range(1, len(STORY) + 1))
    assert told["events"][2]["event"]["text"] == f"{SCRIPT} \x1b[2J & more"


def test_mails_are_told_as_words_are() -> None:
    question = MailReceived(
        message_id="q@x", sender="kim@shop.example", subject="Late", text=f"Where?\n{SCRIPT}"
    )
    answer = MailPosted(
        mail_id="m",
        message_id="m@x",
        sender="help@desk.example",
        to=("kim@shop.example",),
        party_id=2,
        subject="Re: Late",
        text="Here.",
    )
    failed = MailFailed(mail_id="m", code="rejected", reason="550 no such user")
    mails = (EVENTS[0], EVENTS[1], question, answer, failed)
    story = [Line(version, 1_700_000_000_000, event) for version, event in enumerate(mails, start=1)]
    text = as_text("I1", story)
    assert f"{SCRIPT}: mail “Late”: Where?" in text
    assert "Amy: mail to kim@shop.example “Re: Late”: Here." in text
    assert "a mail could not be sent: 550 no such user" in text
    assert SCRIPT not in as_html("I1", story)


def test_text_is_for_reading_and_cannot_steer_a_terminal() -> None:
    text = as_text("I1", STORY)
    assert "\x1b" not in text
    assert "2023-11-14T22:13:24Z  Amy (agents only): between us" in text
    assert "order: 18" in text
    assert "gone: x" not in text
    assert "waits in sales: wants a red one" in text


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_html_shows_everything_as_text() -> None:
    page = _Elements()
    page.feed(FORMS["html"].head + as_html("I1", STORY) + FORMS["html"].end)
    assert "script" not in page.names
    assert SCRIPT in page.words
    assert "a&b.txt" in page.words


@pytest.mark.parametrize("form", FORMS)
def test_an_interaction_of_which_nothing_is_left_can_be_written(form: str) -> None:
    assert "I1" in FORMS[form].one("I1", ())

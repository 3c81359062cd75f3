"""Messages of Chat API v3: each event as visitors read it, made of a fixed list of members."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given as any_value
from hypothesis import strategies as st

from frontdesk.domain import events
from frontdesk.domain.events import TRANSCRIPT, Event, Kind, Visibility
from frontdesk.domain.interaction import Party
from frontdesk.domain.mail_facts import (
    MailDelayed,
    MailDrafted,
    MailFailed,
    MailPosted,
    MailReceived,
    MailSent,
    MailTried,
)
from frontdesk.errors import Refused
from frontdesk.wire import chat_v3 as wire
from frontdesk.wire.chat_v3 import View
from frontdesk.wire.chat_v3_fields import body_of, parse_body, parse_query, start_fields
from frontdesk.wire.form import Form
from tests.wire.of_applications import FACTS
from tests.wire.our_side import others_than

AT_MS = 1_760_000_000_000
MIRA = Party(1, Kind.CLIENT, "", "Mira")
AMY = Party(2, Kind.AGENT, "amy", "Amy")
VIEW = View(session_id="S", file_link=lambda file_id, at_ms: f"https://chat.example/{file_id}?{at_ms}")
ALLOWED = {"index", "type", "utcTime", "from", "text", "url", "content", "contentType", "eventAttributes"} | {
    "userData"
}


def read(event: Event, party: Party = AMY, view: View = VIEW) -> dict[str, Any] | None:
    line = wire.line(view, 7, AT_MS, event, party)
    assert (line.version, line.at_ms) == (7, AT_MS)
    if not line.body:
        return None
    message: dict[str, Any] = msgspec.json.decode(line.body)
    assert message.keys() <= ALLOWED
    assert message.pop("index") == "1000000007000001"
    assert message.pop("utcTime") == AT_MS
    return message


def seen(kind: str, party: Party = AMY, called: str = "Agent", **members: Any) -> dict[str, Any]:
    sender = {"participantId": f"S-{party.party_id}", "nickname": party.nickname, "type": called}
    return {"type": kind, "from": sender, **members}


APPEARED = events.Appeared(
    party_id=2, kind=Kind.AGENT, participant_id="amy", nickname="Amy", visibility=Visibility.ALL
)
SHOWN: list[tuple[Event, dict[str, Any]]] = [
    (
        events.Joined(party_id=2, kind=Kind.AGENT, participant_id="amy", nickname="Amy"),
        seen("ParticipantJoined"),
    ),
    (events.Left(party_id=2), seen("ParticipantLeft")),
    (events.CameBack(2), seen("ParticipantJoined")),
    (APPEARED, seen("ParticipantJoined")),
    (events.Said(party_id=2, text="hi"), seen("Text", text="hi")),
    (
        events.Said(party_id=2, text="hi", attributes={"a": 1}),
        seen("Text", text="hi", eventAttributes={"a": 1}),
    ),
    (events.TypingStarted(2), seen("TypingStarted")),
    (events.TypingStopped(2), seen("TypingStopped")),
    (events.UrlPushed(party_id=2, url="https://x.example/"), seen("PushUrl", url="https://x.example/")),
    (events.NicknameChanged(2, "Amy"), seen("NicknameUpdated")),
    (events.NoticeGiven(party_id=2, text="n", attributes={"a": 1}), seen("CustomNotice", text="n")),
    (
        events.FileUploaded(party_id=2, file_id="f", name="a.png", size_bytes=1, media_type="image/png"),
        seen(
            "Text",
            contentType="attachments",
            content=[{"type": "image", "mime": "image/png", "name": "a.png", "url": "/sessions/S/images/f"}],
        ),
    ),
    (
        events.FileUploaded(party_id=2, file_id="f", name="a.pdf", size_bytes=1),
        seen("Text", text=f"a.pdf https://chat.example/f?{AT_MS}"),
    ),
    (
        events.IdleWarned(2, "Still there?", True, 45),
        seen(
            "IdleAlert",
            text="Still there?",
            userData={"next-idle-timer-type": "CLOSE", "next-idle-timer-secs": "45"},
        ),
    ),
    (events.IdleWarned(2, "Still there?", False, 50), seen("IdleAlert", text="Still there?")),
    (events.IdleClosed(2, "Closed."), seen("IdleClose", text="Closed.")),
    (events.Informed(party_id=2, text="Full.", about="full"), seen("Text", text="Full.")),
]
HIDDEN: list[Event] = [
    events.DataChanged(party_id=1, changes={"a": "1"}),
    events.FileDeleted(2, "f", "a.png"),
    events.FileFetched(1, "f1"),
    events.ReceiptGiven(1, 3),
    events.Queued(queue="default", summary="for our side"),
    events.Invited("amy", AT_MS),
    events.InviteEnded("amy", "declined"),
    events.Rested("quiet"),
    events.Woke(1),
    events.Archived(),
    MailReceived(message_id="a@b", sender="mira@shop.example", text="for our side"),
    MailDrafted(mail_id="m", text="for our side"),
    MailPosted(mail_id="m", message_id="m@b", sender="help@desk.example", to=("mira@shop.example",)),
    MailTried("m", 1, "t", AT_MS),
    MailDelayed("m", "later", AT_MS),
    MailSent(mail_id="m"),
    MailFailed(mail_id="m", code="rejected"),
    *FACTS,
]
HIDDEN += others_than((*TRANSCRIPT, events.Ended, *(type(event) for event in HIDDEN)))


@pytest.mark.parametrize(("event", "expected"), SHOWN, ids=lambda value: type(value).__name__)
def test_each_event_as_the_visitor_reads_it(event: Event, expected: dict[str, Any]) -> None:
    assert read(event) == expected


@pytest.mark.parametrize("event", HIDDEN, ids=lambda event: type(event).__name__)
def test_bookkeeping_is_not_for_visitors(event: Event) -> None:
    assert read(event) is None


def test_every_event_there_is_has_been_looked_at_here() -> None:
    shown = {type(event) for event, _ in SHOWN} | {events.Started, events.Ended}
    assert shown | {type(event) for event in HIDDEN} == set(get_args(Event))
    assert shown - {events.Ended} == set(TRANSCRIPT) - {events.FileDeleted}


def test_the_visitor_is_called_as_the_service_says_and_sees_no_own_typing() -> None:
    started = events.Started(service="s", user_id="u", key_hash="h", nickname="Mira")
    assert read(started, MIRA) == seen("ParticipantJoined", MIRA, "Client")
    view = View(session_id="S", client="Customer")
    assert read(started, MIRA, view) == seen("ParticipantJoined", MIRA, "Customer")
    assert read(events.TypingStarted(1), MIRA) is None


def test_the_end_is_a_line_of_nobodys() -> None:
    view = View(session_id="S", end_text="Bye.")
    told = read(events.Ended(reason="agent_ended", party_id=2), AMY, view)
    assert told == {"type": "Text", "from": {"participantId": "S-0", "type": "External"}, "text": "Bye."}


def test_whoever_is_there_is_told_that_the_typing_has_ended() -> None:
    line = wire.line(VIEW, 7, AT_MS, events.Said(party_id=2, text="hi"), AMY)
    before = msgspec.json.decode(line.before)
    assert (before["type"], before["index"]) == ("TypingStopped", "1000000007000000")
    assert wire.line(VIEW, 7, AT_MS, events.Said(party_id=1, text="hi"), MIRA).before == b""


@pytest.mark.parametrize("event", [event for event, _ in SHOWN], ids=lambda event: type(event).__name__)
def test_a_hidden_party_does_nothing_that_visitors_see(event: Event) -> None:
    assert read(event, Party(2, Kind.SUPERVISOR, "sam", "Sam", Visibility.AGENTS)) is None


def test_what_is_for_our_side_is_not_shown() -> None:
    assert read(events.Said(party_id=2, text="secret", visibility=Visibility.AGENTS)) is None


@any_value(st.integers(1, 10**6), st.integers(0, 10**4))
def test_an_index_says_what_its_reader_has(version: int, place: int) -> None:
    index = wire.index_of(version, place)
    assert len(index) == 16
    assert int(index) < 2**53
    assert wire.version_before(index) == (version if place else version - 1)


@pytest.mark.parametrize("index", ["0", "1", "1000000000000000", "0" * 50])
def test_an_index_before_all_others_is_that_of_a_reader_who_has_nothing(index: str) -> None:
    assert wire.version_before(index) == 0


@any_value(st.binary(max_size=200))
def test_any_query_is_read(query: bytes) -> None:
    found = parse_query(query)
    assert found.count is None or 1 <= found.count <= 10_000


def test_a_count_is_cut_and_one_that_is_none_is_ignored() -> None:
    assert parse_query(b"count=20&index=5").count == 20
    assert parse_query(b"count=99999999999999").count == 10_000
    assert parse_query(b"count=0").count == 1
    for text in (b"count=", b"count=-1", b"count=x", b"count=1.5", b"count=%C2%B2"):
        assert parse_query(text).count is None


@any_value(st.binary(max_size=300), st.sampled_from((b"application/json", b"text/plain")))
def test_any_body_is_read_or_refused(body: bytes, content_type: bytes) -> None:
    code = "bad_form"
    try:
        parse_body(content_type, body)
    except Refused as refusal:
        code = refusal.code
    assert code == "bad_form"


def test_what_is_no_field_of_a_start_is_user_data() -> None:
    form = Form()
    for name, value in (
        ("data[nickname]", "Ann"),
        ("data[own]", "1"),
        ("data[userData][plan][tier]", "gold"),
    ):
        form.add(name, value)
    fields = start_fields(body_of(form).data)
    assert fields.nickname == "Ann"
    assert fields.user_data == {"own": "1", "plan.tier": "gold"}


def test_every_code_that_clients_have_a_text_for_is_used() -> None:
    used = {code for _, code in wire.CODES.values()}
    assert used >= {
        "INVALID_FILE_TYPE",
        "LIMIT_FILE_SIZE",
        "LIMIT_FILE_COUNT",
        "INVALID_CONTACT_CENTER",
        "INVALID_ENDPOINT",
        "INVALID_NICKNAME",
        "AUTHENTICATION_REQUIRED",
        "INVALID_SESSION",
    }

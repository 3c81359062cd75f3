"""Chat API v2 as a translation: every event as a visitor reads it, every answer, every refusal."""

import ast
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given as any_value
from hypothesis import strategies as st

import frontdesk.domain
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
from frontdesk.domain.rules import FileRules
from frontdesk.errors import Refused
from frontdesk.wire import chat_v2
from frontdesk.wire.chat_v2_answers import Envelope, TranscriptEvent
from frontdesk.wire.visitor_view import SURVEY_NICKNAME
from tests.wire.of_applications import FACTS
from tests.wire.our_side import others_than

AT_MS = 1_760_000_123_000
MIRA = Party(1, Kind.CLIENT, "", "Mira")
AMY = Party(2, Kind.AGENT, "amy", "Amy")
GREETER = Party(3, Kind.BOT, "greeter", "Greeter")
SAM = Party(4, Kind.SUPERVISOR, "sam", "Sam", Visibility.AGENTS)
SYSTEM = Party(5, Kind.SYSTEM, "", "system")
SURVEY = Party(6, Kind.SYSTEM, "", SURVEY_NICKNAME)

_line = msgspec.json.Decoder(TranscriptEvent)
_envelope = msgspec.json.Decoder(Envelope)


def read(event: Event, party: Party = AMY, index: int = 5) -> dict[str, Any] | None:
    """The event as a visitor reads it, or None; whatever is written follows the published form."""
    written = chat_v2.line(index, AT_MS, event, party)
    if written is None:
        return None
    _line.decode(written)
    return msgspec.json.decode(written, type=dict[str, Any])


def seen(kind: str, party: Party = AMY, wire_type: str = "Agent", **more: Any) -> dict[str, Any]:
    return {
        "index": 5,
        "type": kind,
        "utcTime": AT_MS,
        "from": {"nickname": party.nickname, "participantId": party.party_id, "type": wire_type},
        **more,
    }


# --- lines (§6) --------------------------------------------------------------------------------

FILE = {"file-id": "f1", "file-name": "receipt.png", "file-size": "48213"}
APPEARED = events.Appeared(
    party_id=2, kind=Kind.AGENT, participant_id="amy", nickname="Amy", visibility=Visibility.ALL
)
LINES: list[tuple[Event, dict[str, Any]]] = [
    (
        events.Joined(party_id=2, kind=Kind.AGENT, participant_id="amy", nickname="Amy"),
        seen("ParticipantJoined"),
    ),
    (events.Left(party_id=2, reason="handed_over"), seen("ParticipantLeft")),
    (events.Said(party_id=2, text="Hello!"), seen("Message", text="Hello!")),
    (
        events.Said(party_id=2, text="Hi", message_type="text", attributes={"a": {"b": 1}}, client_id="w1"),
        seen("Message", text="Hi", messageType="text", eventAttributes={"a": {"b": 1}}),
    ),
    (events.TypingStarted(2), seen("TypingStarted")),
    (events.TypingStopped(2), seen("TypingStopped")),
    (events.UrlPushed(party_id=2, url="https://x.example/"), seen("PushUrl", text="https://x.example/")),
    (events.NicknameChanged(2, "Amy"), seen("NicknameUpdated")),
    (events.NoticeGiven(party_id=2), seen("CustomNotice", text="")),
    (
        events.NoticeGiven(party_id=2, text="n", attributes={"purpose": "x"}),
        seen("CustomNotice", text="n", eventAttributes={"purpose": "x"}),
    ),
    (
        events.FileUploaded(
            party_id=2, file_id="f1", name="receipt.png", size_bytes=48213, media_type="image/png"
        ),
        seen("FileUploaded", text="receipt.png", userData=FILE),
    ),
    (
        events.FileUploaded(party_id=2, file_id="f1", name="receipt.png", size_bytes=48213, description="d"),
        seen("FileUploaded", text="receipt.png", userData=FILE | {"file-description": "d"}),
    ),
    (
        events.FileDeleted(2, "f1", "receipt.png"),
        seen("FileDeleted", text="receipt.png", userData={"file-id": "f1", "file-name": "receipt.png"}),
    ),
    (
        events.IdleWarned(2, "Still there?", True, 45),
        seen(
            "IdleAlert",
            text="Still there?",
            userData={"next-idle-timer-type": "CLOSE", "next-idle-timer-secs": "45"},
        ),
    ),
    (
        events.IdleWarned(2, "Still there?", False, 50),
        seen(
            "IdleAlert",
            text="Still there?",
            userData={"next-idle-timer-type": "ALERT", "next-idle-timer-secs": "50"},
        ),
    ),
    (events.IdleClosed(2, "Closed."), seen("IdleClose", text="Closed.")),
    (events.Informed(party_id=2, text="Full.", about="full"), seen("Message", text="Full.")),
    (events.CameBack(2), seen("ParticipantJoined")),
    (APPEARED, seen("ParticipantJoined")),
]


@pytest.mark.parametrize(("event", "expected"), LINES, ids=lambda value: type(value).__name__)
def test_each_event_as_the_visitor_reads_it(event: Event, expected: dict[str, Any]) -> None:
    assert read(event) == expected


def test_the_first_event_is_the_visitor_s_own_joining_and_tells_none_of_the_visitor_s_data() -> None:
    started = events.Started(
        service="s", user_id="u", key_hash="h", nickname="Mira", email="m@x.example", user_data={"a": "1"}
    )
    assert read(started, MIRA) == seen("ParticipantJoined", MIRA, "Client")


BOOKKEEPING: list[Event] = [
    events.DataChanged(party_id=1, changes={"a": "1"}),
    events.FileFetched(1, "f1"),
    events.ReceiptGiven(1, 3),
    events.Queued(queue="default", summary="for our side"),
    events.Invited("amy", AT_MS),
    events.InviteEnded("amy", "declined"),
    events.Rested("quiet"),
    events.Woke(1),
    events.Ended(reason="solved", party_id=2),
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
BOOKKEEPING += others_than((*TRANSCRIPT, *(type(event) for event in BOOKKEEPING)))


@pytest.mark.parametrize("event", BOOKKEEPING, ids=lambda event: type(event).__name__)
def test_bookkeeping_is_not_for_visitors(event: Event) -> None:
    assert read(event, MIRA) is None


def test_every_event_there_is_has_been_looked_at_here() -> None:
    shown = {type(event) for event, _ in LINES} | {events.Started}
    assert shown == set(TRANSCRIPT)
    assert shown | {type(event) for event in BOOKKEEPING} == set(get_args(Event))


@pytest.mark.parametrize(
    ("kind", "wire_type"),
    [
        (Kind.CLIENT, "Client"),
        (Kind.AGENT, "Agent"),
        (Kind.SUPERVISOR, "Supervisor"),
        (Kind.BOT, "External"),
        (Kind.EXTERNAL, "External"),
        (Kind.SYSTEM, "External"),
    ],
)
def test_each_kind_of_party_has_its_name_on_the_wire(kind: Kind, wire_type: str) -> None:
    line = read(events.Left(party_id=2), Party(2, kind, "p", "P"))
    assert line is not None
    assert line["from"]["type"] == wire_type


@pytest.mark.parametrize(("event", "_expected"), LINES, ids=lambda value: type(value).__name__)
def test_a_bot_says_so_on_every_event(event: Event, _expected: dict[str, Any]) -> None:
    line = read(event, GREETER)
    assert line is not None
    assert line["eventAttributes"]["GCTI_SYSTEM"] == {"party-info": {"style": "BOT"}}


def test_a_bot_s_own_attributes_stay() -> None:
    line = read(events.Said(party_id=3, text="Hi", attributes={"a": 1}), GREETER)
    assert line is not None
    assert line["eventAttributes"]["a"] == 1


@pytest.mark.parametrize(("event", "_expected"), LINES, ids=lambda value: type(value).__name__)
def test_of_those_who_listen_nothing_is_seen(event: Event, _expected: dict[str, Any]) -> None:
    assert read(event, SAM) is None
    assert chat_v2.line(5, AT_MS, event, None) is None


@any_value(
    st.sampled_from([MIRA, AMY, GREETER, SAM, SYSTEM]),
    st.sampled_from(Visibility),
    st.text(max_size=20),
    st.booleans(),
)
def test_a_whisper_never_reaches_the_visitor(
    party: Party, visibility: Visibility, text: str, is_notice: bool
) -> None:
    made = events.NoticeGiven if is_notice else events.Said
    line = read(made(party_id=party.party_id, text=text, visibility=visibility), party)
    is_hidden = (visibility, party.visibility) != (Visibility.ALL, Visibility.ALL)
    assert (line is None) == is_hidden
    if line is not None:
        assert line["text"] == text, "text is passed on as it is"


@pytest.mark.parametrize("event", [events.IdleWarned(5, "", True, 45), events.IdleClosed(5, "")])
def test_an_idle_notice_without_a_text_is_not_sent(event: Event) -> None:
    assert read(event, SYSTEM) is None


# --- the survey's author (§12) -----------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "hello", "null", "[1]", "{", '"x"', "[" * 100_000])
def test_a_survey_notice_that_clients_would_choke_on_is_not_sent(text: str) -> None:
    assert read(events.NoticeGiven(party_id=6, text=text), SURVEY) is None


def test_a_survey_notice_is_sent_as_it_is() -> None:
    text = '{"Survey_URL": "https://survey.example/1"}'
    line = read(events.NoticeGiven(party_id=6, text=text), SURVEY)
    assert line is not None
    assert line["text"] == text


def test_a_visitor_who_takes_the_survey_s_name_still_sees_their_own_words() -> None:
    line = read(events.Said(party_id=1, text="hello"), Party(1, Kind.CLIENT, "", SURVEY_NICKNAME))
    assert line is not None
    assert line["text"] == "hello"


# --- envelopes (§4) ----------------------------------------------------------------------------

IDENTITY = chat_v2.Identity("0004GaFT5E1X0017", "00D95C1A77E40012", "9f3b1c77")


def test_the_least_answer() -> None:
    answer = chat_v2.envelope(IDENTITY, is_ended=False, next_position=4)
    _envelope.decode(answer)
    assert msgspec.json.decode(answer) == {
        "statusCode": 0,
        "chatEnded": False,
        "alias": "1",
        "chatId": "0004GaFT5E1X0017",
        "userId": "00D95C1A77E40012",
        "secureKey": "9f3b1c77",
        "messages": [],
        "nextPosition": 4,
        "monitored": False,
    }


def test_the_fullest_answer() -> None:
    lines = [chat_v2.line(n, AT_MS, events.Said(party_id=2, text="ü\u2028"), AMY) or b"" for n in (1, 3)]
    answer = chat_v2.envelope(
        IDENTITY,
        is_ended=True,
        lines=lines,
        next_position=4,
        idle_expire_s=45,
        user_data={"file-id": 'f"1'},
        timestamp_ms=AT_MS,
        status=chat_v2.LATER,
    )
    decoded = _envelope.decode(answer)
    assert [message.index for message in decoded.messages] == [1, 3]
    assert decoded.messages[0].text == "ü\u2028"
    assert (decoded.chat_ended, decoded.idle_timer_expire, decoded.timestamp) == (True, 45, AT_MS)
    assert (decoded.status_code, decoded.user_data) == (1, {"file-id": 'f"1'})


def test_the_limits_are_a_notice_without_an_index() -> None:
    limits = FileRules(upload_max_files=3, upload_file_types=("jpg", "png"), upload_needs_agent=True)
    line = chat_v2.limits_line(AT_MS, MIRA, chat_v2.file_limits(limits, count=1, total_bytes=10, fetches=2))
    notice = msgspec.json.decode(line)
    _line.decode(line)
    assert "index" not in notice
    assert (notice["type"], notice["text"]) == ("Notice", "file-client-cfg-get")
    assert notice["userData"] == {
        "upload-max-files": "3",
        "upload-max-file-size": "2097152",
        "upload-max-total-size": "5242880",
        "upload-file-types": "jpg:png",
        "upload-need-agent": "true",
        "download-attempts": "10",
        "delete-file": "odd",
        "used-upload-max-files": "1",
        "used-upload-max-total-size": "10",
        "used-download-attempts": "2",
    }


# --- refusals (§8) -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("first_name_missing", 102),
        ("last_name_missing", 103),
        ("name_missing", 161),
        ("too_many_files", 201),
        ("file_too_large", 202),
        ("file_type", 203),
        ("agent_needed", 203),
        ("text_too_long", 204),
        ("closed", 240),
        ("ended", 249),
        ("not_a_party", 249),
        ("email_invalid", 364),
        ("text_missing", 100),
        ("bad_attributes", 100),
        ("user_data_too_large", 100),
        ("never heard of", 100),
    ],
)
def test_each_refusal_has_its_number(code: str, number: int) -> None:
    answer = msgspec.json.decode(chat_v2.refused(Refused(code, "why", limit=7)))
    _envelope.decode(chat_v2.refused(Refused(code, "why", limit=7)))
    is_bare = code in ("too_many_files", "file_too_large")
    assert answer == {
        "statusCode": 2,
        "chatEnded": False,
        "messages": [],
        "errors": [{"code": number, "advice": "7" if is_bare else "why"}],
    }


def test_all_faults_are_told_together() -> None:
    both = Refused("last_name_missing", "a", others=(Refused("email_invalid", "b"),))
    codes = [error["code"] for error in msgspec.json.decode(chat_v2.refused(both))["errors"]]
    assert codes == [103, 364]


def test_no_number_is_for_a_refusal_that_nobody_makes() -> None:
    """The table's codes are spelled as the domain spells them."""
    root = Path(frontdesk.domain.__file__).parents[1]
    made = {
        call.args[0].value
        for source in root.rglob("*.py")
        for call in ast.walk(ast.parse(source.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Refused"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert set(chat_v2.ERROR_CODES) <= made


def test_a_session_that_is_gone_says_nothing_of_itself() -> None:
    answer = msgspec.json.decode(chat_v2.gone(73120))
    assert answer.keys() == {"statusCode", "chatEnded", "messages", "errors"}
    assert (answer["statusCode"], answer["chatEnded"]) == (2, True)
    assert answer["errors"][0]["code"] == 249
    assert "73120" in answer["errors"][0]["advice"]
    assert "errors" not in msgspec.json.decode(chat_v2.gone(73120, says_why=False))


def test_try_later_is_no_error() -> None:
    answer = msgspec.json.decode(chat_v2.try_later())
    assert answer == {"statusCode": 1, "chatEnded": False, "messages": []}


# --- positions and attributes ------------------------------------------------------------------


@any_value(st.integers(-(10**14), 10**14))
def test_a_number_is_a_position(number: int) -> None:
    assert chat_v2.parse_position(str(number)) == number


@pytest.mark.parametrize("text", ["", " ", "abc", "1.5", "1_0", "0x1", "--1", "1e3", "٣", "1 ", "NaN", "-"])
def test_anything_else_is_none(text: str) -> None:
    assert chat_v2.parse_position(text) is None


@any_value(st.text(max_size=30) | st.text("0123456789+-_ .e", max_size=5000))
def test_whatever_stands_there_it_is_a_small_number_or_none(text: str) -> None:
    position = chat_v2.parse_position(text)
    assert position is None or abs(position) <= 10**17


def test_a_number_beyond_all_transcripts_is_beyond_the_end_and_not_the_beginning() -> None:
    assert chat_v2.parse_position("9" * 5000) == chat_v2.FAR
    assert chat_v2.parse_position("-" + "9" * 5000) == -chat_v2.FAR


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@any_value(st.dictionaries(st.text(), JSON, max_size=4))
def test_an_object_is_echoed_as_the_same_object(attributes: dict[str, Any]) -> None:
    parsed = chat_v2.parse_attributes(msgspec.json.encode(attributes).decode())
    assert parsed == attributes
    line = read(events.Said(party_id=2, text="x", attributes=parsed))
    assert line is not None
    assert line["eventAttributes"] == attributes


NO_OBJECTS = JSON.filter(lambda value: not isinstance(value, dict))


@any_value(NO_OBJECTS.map(lambda value: msgspec.json.encode(value).decode()))
def test_any_other_json_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        chat_v2.parse_attributes(text)
    assert chat_v2.code_of(refusal.value) == chat_v2.MALFORMED_CODE


@any_value(st.text(min_size=1))
def test_whatever_stands_there_it_is_an_object_or_refused(text: str) -> None:
    with suppress(Refused):
        assert isinstance(chat_v2.parse_attributes(text), dict)


def test_nothing_is_no_attributes() -> None:
    assert chat_v2.parse_attributes("") is None


@pytest.mark.parametrize("text", ["{", "[]", "1", "null", '"{}"', "{" * 10_000, '{"a":' * 5000, "x" * 20_000])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        chat_v2.parse_attributes(text)

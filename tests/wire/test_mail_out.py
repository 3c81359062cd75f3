"""Mails as they go out: every mail program reads them as they were meant, whatever was written."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from frontdesk.domain.attachment import Attachment
from frontdesk.domain.mail_facts import MailPosted
from frontdesk.domain.mailing import check
from frontdesk.errors import Refused
from frontdesk.wire.mail_in import parse
from frontdesk.wire.mail_out import REFERENCES_CHARS_MAX, compose, envelope_sender, plain
from tests.domain.story import BEGIN_MS

MAIL = MailPosted(
    mail_id="m1",
    message_id="I.m1.mac@desk.example",
    sender="help@desk.example",
    sender_name="The shop",
    to=("mira@shop.example",),
    subject="Re: Late order",
    text="It is on its way.\n",
    in_reply_to="q1@shop.example",
    references=("q0@shop.example", "q1@shop.example"),
)


def read(**changes: Any) -> EmailMessage:
    content = compose(replace(MAIL, **changes), BEGIN_MS)
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    content.decode("ascii")
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_its_head_says_all_that_a_mail_needs() -> None:
    mail = read()
    assert {name: str(value) for name, value in mail.items()} == {
        "From": "The shop <help@desk.example>",
        "To": "mira@shop.example",
        "Subject": "Re: Late order",
        "Date": "Thu, 09 Oct 2025 08:53:20 +0000",
        "Message-ID": "<I.m1.mac@desk.example>",
        "In-Reply-To": "<q1@shop.example>",
        "References": "<q0@shop.example> <q1@shop.example>",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert mail["Date"].datetime == datetime.fromtimestamp(BEGIN_MS // 1000, UTC)


def test_other_letters_come_through() -> None:
    mail = read(subject="Grüße — 注文", sender_name="Müller & Söhne", text="Schön!\n\n… 🙂\n.\nFrom here\n")
    assert mail["Subject"] == "Grüße — 注文"
    assert mail["From"].addresses[0].display_name == "Müller & Söhne"
    assert mail.get_content().replace("\r\n", "\n") == "Schön!\n\n… 🙂\n.\nFrom here\n"


def test_copies_that_nobody_is_to_know_of_stand_nowhere() -> None:
    mail = read(cc=("mo@shop.example",), bcc=("log@desk.example",))
    assert mail["Cc"] == "mo@shop.example"
    assert "log@desk.example" not in mail.as_string()


def test_a_name_with_commas_and_quotes_is_one_name() -> None:
    assert read(sender_name='Shop, "Ltd"')["From"].addresses[0].display_name == 'Shop, "Ltd"'


def test_a_subject_that_looks_encoded_is_what_it_says() -> None:
    assert read(subject="=?utf-8?q?Bcc?= or not")["Subject"] == "=?utf-8?q?Bcc?= or not"


def test_a_domain_in_other_letters_goes_by_its_plain_name() -> None:
    assert plain("a@müller.example") == "a@xn--mller-kva.example"
    assert read(to=("a@müller.example",))["To"] == "a@xn--mller-kva.example"


def test_a_long_thread_keeps_its_beginning_and_its_newest() -> None:
    names = tuple(f"{number:0100}@shop.example" for number in range(32))
    told = read(references=names)["References"].split()
    assert told[0] == f"<{names[0]}>"
    assert told[-1] == f"<{names[-1]}>"
    assert sum(map(len, told)) <= REFERENCES_CHARS_MAX + 4 * len(told)


def test_fifty_recipients_fit() -> None:
    everybody = tuple(f"{'x' * 60}{number}@shop.example" for number in range(50))
    assert [address.addr_spec for address in read(to=everybody)["To"].addresses] == list(everybody)


@pytest.mark.parametrize(
    ("kind", "says", "hears"),
    [
        ("acknowledgement", "auto-replied", ""),
        ("auto_response", "auto-replied", ""),
        ("outbound_notification", "auto-generated", "help@desk.example"),
        ("outbound_new", None, "help@desk.example"),
        ("", None, "help@desk.example"),
    ],
)
def test_what_programs_send_says_so(kind: str, says: str | None, hears: str) -> None:
    assert read(kind=kind)["Auto-Submitted"] == says
    assert envelope_sender(replace(MAIL, kind=kind)) == hears


def with_files(*files: Attachment, **changes: Any) -> EmailMessage:
    content = compose(replace(MAIL, **changes), BEGIN_MS, files)
    assert content == compose(replace(MAIL, **changes), BEGIN_MS, files), "tried again, it is the same mail"
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    content.decode("ascii")
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_files_go_along_under_their_names_and_the_text_stays_what_it_was() -> None:
    pdf = bytes(range(256)) * 300 + b"\r\n--=_\r\n.\r\n"
    mail = with_files(
        Attachment("care.txt", "Dämpfen\n".encode(), "text/plain"),
        Attachment('Grüße – "план"; 注文.pdf', pdf, "application/pdf"),
        Attachment("empty", b""),
        text="Schön!\n",
    )
    assert mail.get_content_type() == "multipart/mixed"
    body = mail.get_body()
    assert isinstance(body, EmailMessage)
    assert body.get_content().strip() == "Schön!"
    files = [
        (f.get_filename(), f.get_content_type(), f.get_payload(decode=True)) for f in mail.iter_attachments()
    ]
    assert files == [
        ("care.txt", "text/plain", "Dämpfen\n".encode()),
        ('Grüße – "план"; 注文.pdf', "application/pdf", pdf),
        ("empty", "application/octet-stream", b""),
    ]
    assert all(f.get_content_disposition() == "attachment" for f in mail.iter_attachments())


def test_our_own_way_in_reads_the_files_that_go_out() -> None:
    sent = compose(MAIL, BEGIN_MS, [Attachment("plan.pdf", b"%PDF-1", "application/pdf")])
    assert [(file.name, file.content) for file in parse(sent).attachments] == [("plan.pdf", b"%PDF-1")]


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)


@given(subject=WORDS, name=WORDS, text=WORDS, to=st.lists(WORDS, max_size=3))
def test_whatever_is_written_no_header_field_is_smuggled_in(
    subject: str, name: str, text: str, to: list[str]
) -> None:
    mail = replace(MAIL, subject=subject, sender_name=name, text=text, to=("mira@shop.example", *to))
    try:
        check(mail)
    except Refused:
        return
    try:
        content = compose(mail, BEGIN_MS)
    except ValueError:
        return  # A domain that has no plain name.
    head = content.split(b"\r\n\r\n")[0]
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert names == [
        *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References"),
        *(b"Content-Type", b"Content-Transfer-Encoding", b"MIME-Version"),
    ]


@given(name=WORDS, content=st.binary(max_size=200))
def test_whatever_a_file_is_called_it_is_one_file(name: str, content: bytes) -> None:
    mail = with_files(Attachment(name, content))
    assert [f.get_payload(decode=True) for f in mail.iter_attachments()] == [content]
    assert mail["To"] == "mira@shop.example"


def test_even_what_was_not_checked_makes_no_second_field() -> None:
    with pytest.raises(ValueError, match="more than one"):
        compose(replace(MAIL, message_id="a@b>\nBcc: <c@d"), BEGIN_MS)

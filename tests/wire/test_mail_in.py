"""Mails that come in: what they say is read, and what is broken or hostile does no harm."""

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.mail_facts import Automatic
from frontdesk.domain.mailing import TEXT_CHARS_MAX
from frontdesk.wire.mail_html import text_of_html
from frontdesk.wire.mail_in import NESTED_MAX, PARTS_MAX, parse
from tests.patience import PATIENCE_S

PLAIN = b"""From: Mira Olsen <mira@shop.example>\r
To: help@desk.example, Mo <mo@shop.example>\r
Cc: boss@shop.example\r
Subject: Late order\r
Message-ID: <q1@shop.example>\r
In-Reply-To: <q0@shop.example>\r
References: <p@shop.example>\r
 <q0@shop.example>\r
\r
Where is it?\r
Mira\r
"""


def test_a_plain_mail() -> None:
    mail = parse(PLAIN)
    assert (mail.sender_name, mail.sender) == ("Mira Olsen", "mira@shop.example")
    assert mail.to == ("help@desk.example", "mo@shop.example")
    assert mail.cc == ("boss@shop.example",)
    assert mail.subject == "Late order"
    assert mail.message_id == "q1@shop.example"
    assert mail.in_reply_to == ("q0@shop.example",)
    assert mail.references == ("p@shop.example", "q0@shop.example")
    assert mail.text == "Where is it?\nMira"
    assert mail.automatic is Automatic.NO
    assert not mail.is_cut


def test_other_letters_in_every_way_that_is_in_use() -> None:
    written = EmailMessage()
    written["From"] = "Müller <mira@shop.example>"
    written["Subject"] = "Grüße"
    written.set_content("Schön", charset="iso-8859-15", cte="8bit")
    mail = parse(written.as_bytes())
    assert (mail.sender_name, mail.subject, mail.text) == ("Müller", "Grüße", "Schön")
    raw = "From: Müller <a@b.example>\r\nSubject: Grüße\r\n\r\nSchön".encode()
    mail = parse(raw)
    assert (mail.sender_name, mail.subject, mail.text) == ("Müller", "Grüße", "Schön")


def test_plain_words_are_preferred_and_html_becomes_words() -> None:
    both = EmailMessage()
    both.set_content("in plain words")
    both.add_alternative("<p>as a page</p>", subtype="html")
    assert parse(both.as_bytes()).text == "in plain words"
    page = EmailMessage()
    page.set_content(
        "<html><head><title>no</title><style>p{}</style></head><body><p>Hello&nbsp;<b>you</b>,</p>"
        "<script>alert('<p>no</p>')</script><!-- no --><div>one<br>two</div><ul><li>a<li>b</ul>"
        '<img src="http://spy.example/x.gif" onerror="x()">'
        '<a href="https://shop.example/?a=1&amp;b=2">here</a> <a href="javascript:x()">there</a> 1 &lt; 2',
        subtype="html",
    )
    assert parse(page.as_bytes()).text == (
        "Hello you,\n\none\ntwo\n\n- a\n- b\n\nhere <https://shop.example/?a=1&b=2> there 1 < 2"
    )


def test_what_is_attached_comes_along_by_its_own_name_alone() -> None:
    written = EmailMessage()
    written.set_content("see there")
    written.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="../../etc/bill.pdf")
    written.add_attachment("words", filename="Grüße.txt")
    mail = parse(written.as_bytes())
    assert [(each.name, each.content.strip()) for each in mail.attachments] == [
        ("bill.pdf", b"%PDF-1.7"),
        ("Grüße.txt", b"words"),
    ]
    assert mail.text == "see there"


def test_a_forwarded_mail_is_left_out_and_its_words_are_not_the_writer_s() -> None:
    inner = EmailMessage()
    inner.set_content("inner words")
    outer = EmailMessage()
    outer.set_content("outer words")
    outer.add_attachment(inner)
    mail = parse(outer.as_bytes())
    assert mail.text == "outer words"
    assert mail.left_out == ("message/rfc822",)


@pytest.mark.parametrize(
    ("head", "automatic"),
    [
        ("", Automatic.NO),
        ("Auto-Submitted: no\r\n", Automatic.NO),
        ("Auto-Submitted: auto-replied (vacation)\r\n", Automatic.REPLY),
        ("Auto-Submitted: auto-generated\r\n", Automatic.GENERATED),
        ("Precedence: auto_reply\r\n", Automatic.REPLY),
        ("Precedence: bulk\r\n", Automatic.GENERATED),
        ("X-Autoreply: yes\r\n", Automatic.REPLY),
        ("Return-Path: <>\r\n", Automatic.REPLY),
        ("From: MAILER-DAEMON@mx.example\r\n", Automatic.BOUNCE),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n", Automatic.BOUNCE),
        (
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=x\r\n",
            Automatic.REPLY,
        ),
    ],
)
def test_what_programs_write_is_known_by_its_head(head: str, automatic: Automatic) -> None:
    assert parse(f"{head}Subject: x\r\n\r\nwords".encode()).automatic is automatic


BOUNCE = b"""From: MAILER-DAEMON@mx.example\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
It could not be delivered.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; nobody@shop.example\r
Status: 5.1.1\r
\r
--b\r
Content-Type: %s\r
\r
Message-ID: <ours@desk.example>\r
Subject: Re: Late order\r
\r
--b--\r
"""


@pytest.mark.parametrize("kind", [b"message/rfc822", b"text/rfc822-headers"])
def test_a_mail_that_came_back_says_which_it_was(kind: bytes) -> None:
    mail = parse(BOUNCE % kind)
    assert mail.automatic is Automatic.BOUNCE
    assert mail.returned == ("ours@desk.example",)
    assert mail.text == "It could not be delivered."


def test_a_mail_without_a_name_is_named_by_what_it_is() -> None:
    first, second = parse(b"Subject: a\r\n\r\nx"), parse(b"Subject: a\r\n\r\ny")
    assert first.message_id == parse(b"Subject: a\r\n\r\nx").message_id
    assert first.message_id != second.message_id


# --- the broken and the hostile ------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: \r\n\r\n",
        b"From: =?utf-8?b?!!!?= <a@b.example>\r\nSubject: =?nonsense?q?x?=\r\n\r\nx",
        b"From: " + b"(" * 15_000 + b"\r\n\r\nx",
        b"From: " + b"<a@b.example>," * 5000 + b"\r\n\r\nx",
        b"Content-Type: text/plain; charset=rot13\r\n\r\nx",
        b'Content-Type: text/plain; charset="utf-8\xff"\r\n\r\nx',
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nnever ends",
        b"Content-Transfer-Encoding: base64\r\n\r\n####",
        b"Content-Transfer-Encoding: uuencode\r\n\r\nbegin\n####",
        b"Content-Disposition: attachment; filename*=utf-8''%ff%fe\r\n\r\nx",
        b"Content-Disposition: attachment; filename*0*=nonsense'en'x; filename*1=y\r\n\r\nx",
        b"Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nx",
    ],
)
def test_what_is_broken_is_read_as_far_as_it_goes(content: bytes) -> None:
    parse(content)


@given(st.binary(max_size=400))
def test_anything_at_all_can_be_read(content: bytes) -> None:
    mail = parse(content)
    assert "\x00" not in mail.text + mail.subject + mail.sender_name


def nested(depth: int) -> bytes:
    heads = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth)
    )
    return b"Subject: deep\r\n" + heads + b"Content-Type: text/plain\r\n\r\nthe core"


def test_parts_within_parts_are_followed_a_few_deep_only() -> None:
    assert parse(nested(5)).text == "the core"
    deep = parse(nested(NESTED_MAX - 1))
    assert (deep.text, deep.is_cut) == ("", True)


@pytest.mark.parametrize(
    "content",
    [
        nested(20_000),
        b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
        b"Subject: x\r\n\r\n" + b"\n" * 2_000_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 50_000,
        b"Content-Type: text/html\r\n\r\n" + b"<!--" * 500_000,
        b"Content-Type: text/html\r\n\r\n" + b"<a href='" * 200_000,
        b"Content-Type: text/html\r\n\r\n" + b"<script>" * 200_000,
        b"Content-Type: text/html\r\n\r\n" + b"<" * 1_000_000,
        b"Content-Type: text/html\r\n\r\n" + b"<div>" * 300_000,
        b"Content-Type: text/html\r\n\r\n" + b"&#" * 500_000,
        b"References: " + b"<" * 500_000 + b"\r\n\r\nx",
        b"Subject: " + b"=?utf-8?q?" * 50_000 + b"\r\n\r\nx",
        b"To: " + b'"' * 500_000 + b"\r\n\r\nx",
        b"Content-Type: text/plain" + b"; a*1*=x" * 300_000 + b"\r\n\r\nx",
        b"Content-Type: text/plain;\r" + b" a*1*=x;\r\n" * 300_000 + b"\r\nx",
        b"Content-Type: text/plain; charset=punycode\r\n\r\na-" + b"zzzz" * 1_000_000,
    ],
    ids=range(16),
)
def test_no_mail_costs_far_more_than_its_size(content: bytes) -> None:
    begun = time.monotonic()
    mail = parse(content)
    assert time.monotonic() - begun < PATIENCE_S / 2
    assert len(mail.text) <= TEXT_CHARS_MAX


def test_too_many_parts_are_not_all_looked_at() -> None:
    written = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * (PARTS_MAX * 2)
    mail = parse(written)
    assert mail.is_cut
    assert mail.text.count("x") < PARTS_MAX


def test_a_long_text_is_cut_and_says_so() -> None:
    mail = parse(b"Subject: x\r\n\r\n" + b"word " * TEXT_CHARS_MAX)
    assert mail.is_cut
    assert len(mail.text) <= TEXT_CHARS_MAX
    text, is_whole = text_of_html("<p>" + "word " * 100, 50)
    assert (len(text) <= 50, is_whole) == (True, False)


def test_what_steers_terminals_and_pages_is_taken_out() -> None:
    mail = parse(b'Subject: a\x1b[31mb\r\nFrom: "a\x07b" <c@d.example>\r\n\r\nx\x1b]0;y\x07')
    assert (mail.subject, mail.sender_name, mail.text) == ("a[31mb", "ab", "x]0;y")

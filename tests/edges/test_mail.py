"""Mails from one end to the other: brought over HTTP, answered by an agent, sent over SMTP, and back."""

import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import anyio
import pytest

from tests.certificates import make_certificate
from tests.conformance.agents import Agent, AgentRefused
from tests.conformance.house import House
from tests.desk.nodes import Clock
from tests.edges.mails import KEY, answer_to, bring, brought, mail_house, question
from tests.post_office import LOGIN, PASSWORD, PostOffice, post_office

pytestmark = pytest.mark.anyio
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as opened:
        yield opened


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate") / "localhost.pem")


def context_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
async def mailing(tmp_path: Path, office: PostOffice) -> AsyncIterator[House]:
    async with mail_house(tmp_path, office) as house:
        yield house


async def comes_in(house: House, agent: Agent, **fields: str) -> str:
    """A mail comes in and the agent takes it; the interaction's id."""
    what, interaction_id = await brought(house, question(**fields))
    assert what == "begun"
    await agent.takes(interaction_id)
    return interaction_id


# --- coming in, and being answered ---------------------------------------------------------------


async def test_a_mail_rings_for_an_agent_who_answers_it(mailing: House, office: PostOffice) -> None:
    async with mailing.agent("amy") as amy:
        asked = question()
        _, interaction_id = await brought(mailing, asked)
        rings = await amy.hears(lambda m: m["is"] == "invited")
        assert (rings["medium"], rings["nickname"]) == ("message", "Mira Olsen")
        assert rings["subject"] == "Late order"
        card = await amy.takes(interaction_id)
        assert (card["medium"], card["email"]) == ("message", "mira@shop.example")
        heard = await amy.hears_event(interaction_id, "MailReceived")
        assert heard["event"]["text"] == "Where is my order?"

        await amy.does("send_mail", interaction_id=interaction_id, text="It is on its way.\nAmy")
        mail = await office.has(1)
        await amy.hears_event(interaction_id, "MailSent")
    assert mail["To"] == "mira@shop.example"
    assert mail["From"] == "The shop <help@desk.example>"
    assert mail["Subject"] == "Re: Late order"
    assert mail["In-Reply-To"] == asked["Message-ID"]
    assert mail["References"] == asked["Message-ID"]
    assert mail.get_content().split() == ["It", "is", "on", "its", "way.", "Amy"]
    assert office.envelopes[0].mail_from == "help@desk.example"


async def test_an_answer_of_theirs_joins_wakes_and_rings_for_who_answered(
    mailing: House, office: PostOffice
) -> None:
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="It is on its way.")
        ours = await office.has(1)
        await amy.does("leave", interaction_id=interaction_id)
        await amy.hears(lambda m: m["is"] == "left")
        amy.heard.clear()
        assert await brought(mailing, answer_to(ours)) == ("joined", interaction_id)
        await amy.takes(interaction_id)
        await amy.hears_event(interaction_id, "MailReceived", text="Thank you!")
        await amy.does("send_mail", interaction_id=interaction_id, text="You are welcome.")
        second = await office.has(2)
    assert len(second["References"].split()) == 3


async def test_the_agent_may_write_to_others_under_another_subject(
    mailing: House, office: PostOffice
) -> None:
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        await amy.does(
            "send_mail",
            interaction_id=interaction_id,
            text="Please look.",
            subject="Order 7 – Grüße",
            to=["stock@shop.example"],
            cc=["mo@shop.example"],
            bcc=["log@desk.example"],
        )
        mail = await office.has(1)
    assert (mail["Subject"], mail["To"], mail["Cc"], mail["Bcc"]) == (
        "Order 7 – Grüße",
        "stock@shop.example",
        "mo@shop.example",
        None,
    )
    assert office.envelopes[0].rcpt_tos == ["stock@shop.example", "mo@shop.example", "log@desk.example"]


async def test_what_cannot_be_sent_is_refused_with_its_reason(mailing: House, office: PostOffice) -> None:
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        for members, code in (
            ({"text": " "}, "text_missing"),
            ({"text": "x", "to": ["a@b.example\r\nBcc: c@d.example"]}, "address_invalid"),
            ({"text": "x", "subject": "a\r\nBcc: c@d.example"}, "subject_invalid"),
            ({"text": "x", "to": ["a@b.example"] * 51}, "bad_message"),
        ):
            with pytest.raises(AgentRefused, match=code):
                await amy.does("send_mail", interaction_id=interaction_id, **members)
        with pytest.raises(AgentRefused, match="not_a_chat"):
            await amy.does("say", interaction_id=interaction_id, text="hello")
        await amy.does("say", interaction_id=interaction_id, text="a note", visibility="agents")
    assert not office.envelopes


async def test_a_repeated_wish_is_one_mail(mailing: House, office: PostOffice) -> None:
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        wish = {"do": "send_mail", "id": "once", "interaction_id": interaction_id, "text": "Hello"}
        await amy.sends(wish)
        await amy.hears_event(interaction_id, "MailSent")
        await amy.sends(wish)
        await amy.does("ping")
        await amy.does("send_mail", interaction_id=interaction_id, text="and again")
        await office.has(2)
    assert len(office.envelopes) == 2


async def test_an_attachment_is_a_file_of_the_interaction(mailing: House) -> None:
    async with mailing.agent("amy") as amy:
        mail = question()
        mail.add_attachment("one,two", subtype="csv", filename="orders.csv")
        mail.add_attachment(b"MZ program", maintype="application", subtype="x-dos", filename="run.csv")
        mail.add_attachment(b"x", maintype="application", subtype="x-sh", filename="run.sh")
        _, interaction_id = await brought(mailing, mail)
        card = await amy.takes(interaction_id)
        [file] = card["files"]
        heard = await amy.hears_event(interaction_id, "MailReceived")
        assert heard["event"]["files"] == [file["file_id"]]
        assert heard["event"]["left_out"] == ["run.csv", "run.sh"]
        answer = await mailing.visitors.http.get(
            f"{mailing.url}/api/workspace/interactions/{interaction_id}/files/{file['file_id']}",
            headers={"authorization": f"Bearer {amy.token}"},
        )
    assert answer.content.strip() == b"one,two"
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_the_same_mail_is_taken_in_once(mailing: House) -> None:
    mail = question()
    what, interaction_id = await brought(mailing, mail)
    assert await brought(mailing, mail) == ("repeated", interaction_id)
    assert what == "begun"


async def test_ten_who_bring_the_same_mail_at_once_bring_one(mailing: House) -> None:
    mail = question()
    told: list[tuple[str, str]] = []

    async def bring_it() -> None:
        told.append(await brought(mailing, mail))

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(bring_it)
    assert len({place for _, place in told}) == 1
    assert await mailing.measured("frontdesk_interactions_open") == 1


async def test_a_second_mail_of_a_thread_joins_though_nobody_has_answered(mailing: House) -> None:
    first = question()
    _, interaction_id = await brought(mailing, first)
    assert await brought(mailing, answer_to(first, "One more thing")) == ("joined", interaction_id)


async def test_an_answer_to_what_has_ended_begins_anew_and_says_what_it_follows(
    mailing: House, office: PostOffice
) -> None:
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="It is on its way.")
        ours = await office.has(1)
        await amy.does("end", interaction_id=interaction_id)
        what, second = await brought(mailing, answer_to(ours))
        assert (what, second != interaction_id) == ("begun", True)
        assert (await amy.takes(second))["related"] == interaction_id


async def test_a_forged_name_of_ours_joins_nothing(mailing: House) -> None:
    _, interaction_id = await brought(mailing, question())
    forged = f"<{interaction_id}.{interaction_id}.{'0' * 20}@desk.example>"
    what, other = await brought(mailing, question(In_Reply_To=forged))
    assert (what, other != interaction_id) == ("begun", True)


# --- no loops ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"},
        {"From": "MAILER-DAEMON@mx.example"},
        {"Return_Path": "<>"},
    ],
)
async def test_what_a_program_answers_begins_nothing(mailing: House, fields: dict[str, str]) -> None:
    assert await brought(mailing, question(**fields)) == ("passed_over", "")
    assert await mailing.measured("frontdesk_interactions_open") == 0


async def test_an_absence_note_joins_and_wakes_nobody(mailing: House, office: PostOffice) -> None:
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="It is on its way.")
        ours = await office.has(1)
        await amy.does("leave", interaction_id=interaction_id)
        away = answer_to(ours, "I am away", Auto_Submitted="auto-replied")
        assert await brought(mailing, away) == ("joined", interaction_id)
        _, resting = await amy.asks_for("/api/workspace/resting")
    assert list(resting["conversations"]) == [interaction_id]


async def test_a_mail_of_ours_that_comes_back_to_us_is_none(mailing: House, office: PostOffice) -> None:
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="Hello", to=["help@desk.example"])
        ours = await office.has(1)
    assert await brought(mailing, ours) == ("passed_over", "")


# --- the way in ----------------------------------------------------------------------------------


async def test_nobody_brings_anything_without_the_key(mailing: House) -> None:
    assert (await bring(mailing, question(), key="wrong")).status_code == 401
    assert (await bring(mailing, question(), key=KEY.upper())).status_code == 401
    assert (await bring(mailing, b"")).json()["error"]["code"] == "empty"


async def test_a_mail_that_is_too_large_is_not_taken_in(tmp_path: Path, office: PostOffice) -> None:
    async with mail_house(tmp_path, office, message_bytes_max=2000) as house:
        assert (await bring(house, question("x" * 3000))).status_code == 413
        assert (await bring(house, question("x"))).status_code == 200


async def test_without_a_key_in_the_settings_there_is_no_way_in(tmp_path: Path, office: PostOffice) -> None:
    async with mail_house(tmp_path, office, inbound_key="") as house:
        assert (await bring(house, question(), key=KEY)).status_code == 404


async def test_a_hostile_mail_is_words_to_the_agent(mailing: House) -> None:
    async with mailing.agent("amy") as amy:
        mail = question()
        mail.set_content("<script>alert(1)</script><p onclick=x()>Hello <b>there</b>", subtype="html")
        _, interaction_id = await brought(mailing, mail)
        await amy.takes(interaction_id)
        heard = await amy.hears_event(interaction_id, "MailReceived")
    assert heard["event"]["text"] == "Hello there"


# --- the way out ---------------------------------------------------------------------------------


async def test_a_mail_server_that_says_no_is_quoted_to_the_agent(mailing: House, office: PostOffice) -> None:
    office.refuses["nobody@shop.example"] = "550 no such user here"
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="Hi", to=["nobody@shop.example"])
        failed = (await amy.hears_event(interaction_id, "MailFailed"))["event"]
    assert (failed["code"], failed["reason"]) == (
        "rejected",
        "nobody@shop.example: 550 no such user here",
    )
    await mailing.until_measured("frontdesk_mails_out_total", 1)


async def test_one_of_several_recipients_may_be_refused(mailing: House, office: PostOffice) -> None:
    office.refuses["nobody@shop.example"] = "550 no such user here"
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        to = ["nobody@shop.example", "mira@shop.example"]
        await amy.does("send_mail", interaction_id=interaction_id, text="Hi", to=to)
        sent = (await amy.hears_event(interaction_id, "MailSent"))["event"]
    assert sent["refused"] == ["nobody@shop.example"]


# --- files that go out ---------------------------------------------------------------------------


async def test_files_of_an_agent_go_out_with_the_mail(mailing: House, office: PostOffice) -> None:
    async with mailing.agent("amy") as amy:
        interaction_id = await comes_in(mailing, amy)
        text = await amy.upload(interaction_id, "Größe.txt", "38 – 40\n".encode())
        image = await amy.upload(interaction_id, "fern.png", PNG)
        assert (text["media_type"], image["media_type"]) == ("text/plain", "image/png")
        assert not office.envelopes, "nothing goes before the mail"
        files = [text["file_id"], image["file_id"], text["file_id"]]
        await amy.does("send_mail", interaction_id=interaction_id, text="Here they are.", files=files)
        posted = (await amy.hears_event(interaction_id, "MailPosted"))["event"]
        mail = await office.has(1)
    assert posted["files"] == files[:2]
    body = mail.get_body()
    assert isinstance(body, EmailMessage)
    assert body.get_content().strip() == "Here they are."
    assert [
        (file.get_filename(), file.get_content_type(), file.get_payload(decode=True))
        for file in mail.iter_attachments()
    ] == [("Größe.txt", "text/plain", "38 – 40\n".encode()), ("fern.png", "image/png", PNG)]


async def test_a_file_that_came_in_is_passed_on(mailing: House, office: PostOffice) -> None:
    async with mailing.agent("amy") as amy:
        asked = question()
        asked.add_attachment("one,two", subtype="csv", filename="orders.csv")
        _, interaction_id = await brought(mailing, asked)
        [file] = (await amy.takes(interaction_id))["files"]
        to, files = ["stock@shop.example"], [file["file_id"]]
        await amy.does("send_mail", interaction_id=interaction_id, text="Look.", to=to, files=files)
        mail = await office.has(1)
    [sent] = mail.iter_attachments()
    assert (sent.get_filename(), str(sent.get_payload(decode=True), "ascii").strip()) == (
        "orders.csv",
        "one,two",
    )


async def test_a_file_that_cannot_go_is_refused_and_the_mail_is_written_again(
    tmp_path: Path, office: PostOffice
) -> None:
    async with mail_house(tmp_path, office, service="files") as house, house.agent("amy") as amy:
        interaction_id = await comes_in(house, amy)
        for name, content in (("large.txt", b"x" * 1001), ("run.sh", b"x"), ("page.png", b"<html>")):
            with pytest.raises(AssertionError, match="file_"):
                await amy.upload(interaction_id, name, content)
        files = [(await amy.upload(interaction_id, f"{n}.txt", b"x" * 900))["file_id"] for n in range(2)]
        wish = {"interaction_id": interaction_id, "text": "Here."}
        told = {"file_too_large": files, "file_gone": ["unknown"], "bad_message": ["f"] * 21}
        for code, given in told.items():
            with pytest.raises(AgentRefused, match=code):
                await amy.does("send_mail", **wish, files=given)
        assert not office.envelopes
        await amy.does("send_mail", **wish, files=files[:1])
        assert len(list((await office.has(1)).iter_attachments())) == 1


async def test_a_mail_whose_file_is_lost_says_so_and_its_words_stay(
    tmp_path: Path, clock: Clock, office: PostOffice
) -> None:
    office.answers = ["451 greylisted"]
    async with mail_house(tmp_path, office, clock) as house, house.agent("amy") as amy:
        interaction_id = await comes_in(house, amy)
        file_id = (await amy.upload(interaction_id, "plan.txt", b"first this"))["file_id"]
        await amy.does("send_mail", interaction_id=interaction_id, text="The plan.", files=[file_id])
        await amy.hears_event(interaction_id, "MailDelayed")
        with pytest.raises(AgentRefused, match="file_in_mail"):
            await amy.does("delete_file", interaction_id=interaction_id, file_id=file_id)
        [kept] = (tmp_path / "files").rglob(file_id)
        kept.unlink()
        clock.after_s(60)
        failed = (await amy.hears_event(interaction_id, "MailFailed"))["event"]
        assert failed["code"] == "file_gone"
        assert failed["reason"] == "the file plan.txt is no longer kept; send it again without the file"
        await amy.does("send_mail", interaction_id=interaction_id, text="The plan.")
        assert (await office.has(1)).get_content().strip() == "The plan."


async def test_a_mail_server_that_is_busy_is_asked_again(
    tmp_path: Path, clock: Clock, office: PostOffice
) -> None:
    office.answers = ["451 greylisted", "250 kept"]
    async with mail_house(tmp_path, office, clock) as house, house.agent("amy") as amy:
        interaction_id = await comes_in(house, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="Hello")
        delayed = (await amy.hears_event(interaction_id, "MailDelayed"))["event"]
        assert "greylisted" in delayed["reason"]
        clock.after_s(60)
        await amy.hears_event(interaction_id, "MailSent")
    assert len(office.envelopes) == 1


async def test_what_was_posted_goes_out_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    async with post_office() as closed:
        pass  # Nobody listens there any more.
    async with mail_house(tmp_path, closed, clock) as house, house.agent("amy") as amy:
        interaction_id = await comes_in(house, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="Hello")
        await amy.hears_event(interaction_id, "MailDelayed")
    clock.after_s(60)
    async with post_office() as office, mail_house(tmp_path, office, clock):
        await office.has(1)


async def test_a_server_without_a_way_out_says_so(tmp_path: Path, office: PostOffice) -> None:
    async with mail_house(tmp_path, office, smtp_host="") as house, house.agent("amy") as amy:
        interaction_id = await comes_in(house, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="Hello")
        failed = (await amy.hears_event(interaction_id, "MailFailed"))["event"]
    assert failed["code"] == "not_configured"


async def test_the_login_is_shown_to_the_mail_server(tmp_path: Path, certificate: Path) -> None:
    said = {"smtp_login": LOGIN.decode(), "smtp_password": PASSWORD.decode()}
    async with (
        post_office(tls=context_of(certificate), needs_login=True) as office,
        mail_house(
            tmp_path,
            office,
            smtp_host="localhost",
            smtp_security="starttls",
            ca_file=str(certificate),
            **said,
        ) as house,
        house.agent("amy") as amy,
    ):
        interaction_id = await comes_in(house, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="Hello")
        await office.has(1)
    assert office.logins == [LOGIN]


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_the_way_there_is_protected(tmp_path: Path, certificate: Path, security: str) -> None:
    async with (
        post_office(tls=context_of(certificate), at_once=security == "tls") as office,
        mail_house(
            tmp_path, office, smtp_host="localhost", smtp_security=security, ca_file=str(certificate)
        ) as house,
        house.agent("amy") as amy,
    ):
        interaction_id = await comes_in(house, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="Hello")
        await office.has(1)
    assert office.were_secure == [True]


async def test_a_mail_server_that_cannot_prove_itself_gets_nothing(tmp_path: Path, certificate: Path) -> None:
    async with (
        post_office(tls=context_of(certificate)) as office,
        mail_house(tmp_path, office, smtp_host="localhost", smtp_security="starttls") as house,
        house.agent("amy") as amy,
    ):
        interaction_id = await comes_in(house, amy)
        await amy.does("send_mail", interaction_id=interaction_id, text="Hello")
        delayed = (await amy.hears_event(interaction_id, "MailDelayed"))["event"]
    assert "certificate" in delayed["reason"].lower()
    assert not office.envelopes

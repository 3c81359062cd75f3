"""Sessions write mails and own those that come in: check 83, and the rows of section 19 about messages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.desk.mail.mailroom import Letter
from frontdesk.domain.commands import Accept
from frontdesk.domain.interaction import Phase
from frontdesk.domain.mailing import AUTOMATIC_ANSWERS_MAX
from frontdesk.errors import Refused
from frontdesk.store.files import FolderFiles
from tests.conformance.mailed import Mailed, mailed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Mailed]:
    async with mailed(FolderFiles(tmp_path)) as opened:
        yield opened


async def begins(desk: Mailed) -> tuple[str, str]:
    """A chat, and the session that has it and was told so."""
    chat_id, session_id = await desk.begin()
    await desk.heard(session_id)
    return chat_id, session_id


async def test_83_a_new_interaction_is_there_before_it_is_said_to_be_done(desk: Mailed) -> None:
    _, session_id = await begins(desk)
    asked = await desk.ask(session_id, "createmessage", to="mira@shop.example", srid="late")
    heard = await desk.heard(session_id)
    assert [one.name for one in heard] == [
        "interaction.added",
        "interaction.present",
        "msgbased.createmessage.done",
    ]
    done = heard[-1].data
    assert (done["requestid"], done["srid"]) == (asked, "late")
    assert {one.data["interactionid"] for one in heard} == {done["interactionid"]}
    assert not desk.office.envelopes, "it was not to be sent"


async def test_83_the_script_sees_the_message(desk: Mailed) -> None:
    chat_id, session_id = await begins(desk)
    await desk.ask(
        session_id,
        "createmessage",
        interactionid=chat_id,
        to=["mira@shop.example", "mo@shop.example"],
        cc="boss@shop.example, log@shop.example",
        subject="Your order",
        body="It is on its way.",
        udata={"order": "7"},
    )
    seen = (await desk.heard(session_id))[1].seen
    assert seen["category"] == "msgbased"
    assert "chat" not in seen
    assert seen["udata"]["order"] == "7"
    assert seen["msgbased"] == {
        "type": "OutboundNew",
        "state": "queued",
        "media": "TMediaEMail",
        "from": "help@desk.example",
        "to": ["mira@shop.example", "mo@shop.example"],
        "cc": ["boss@shop.example", "log@shop.example"],
        "queue": "plain",
        "view": "plain",
        "subject": "Your order",
        "categories": [],
        "externalID": "",
    }


async def test_83_what_was_written_is_sent_when_the_session_says_so(desk: Mailed) -> None:
    _, session_id = await begins(desk)
    message_id = await desk.wrote(session_id)
    asked = await desk.ask(session_id, "sendmessage", interactionid=message_id)
    done = await desk.result(session_id, asked)
    assert (done.name, done.data["interactionid"]) == ("msgbased.sendmessage.done", message_id)
    (mail,) = desk.office.mails
    assert (mail["To"], mail["Subject"]) == ("mira@shop.example", "Your order")
    assert mail.get_content().strip() == "It is on its way."


async def test_83_sending_again_what_was_sent_sends_nothing_and_is_done(desk: Mailed) -> None:
    _, session_id = await begins(desk)
    message_id = await desk.wrote(session_id)
    for _ in range(2):
        asked = await desk.ask(session_id, "sendmessage", interactionid=message_id)
        assert (await desk.result(session_id, asked)).name == "msgbased.sendmessage.done"
    assert len(desk.office.envelopes) == 1


async def test_83_it_may_be_written_and_sent_at_once(desk: Mailed) -> None:
    _, session_id = await begins(desk)
    asked = await desk.ask(session_id, "createmessage", to="mira@shop.example", srid="late", send=True)
    heard = await desk.heard(session_id)
    assert [one.name for one in heard][:2] == ["interaction.added", "interaction.present"]
    assert heard[-1].name == "msgbased.createmessage.done"
    assert (heard[-1].data["requestid"], heard[-1].data["srid"]) == (asked, "late")
    (mail,) = desk.office.mails
    assert mail["Subject"] == "Your order"
    assert mail.get_content().strip() == "It is late, and we are sorry."


async def test_83_getcontent_is_answered_under_the_name_of_chats(desk: Mailed) -> None:
    _, session_id = await begins(desk)
    message_id = await desk.wrote(session_id)
    asked = await desk.ask(session_id, "getcontent", interactionid=message_id)
    done = await desk.result(session_id, asked)
    assert (done.name, done.data["interactionid"]) == ("chat.getcontent.done", message_id)
    assert done.seen["msgbased"]["subject"] == "Your order"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"to": ""}, "requestinvalid"),
        ({"to": "not an address"}, "requestinvalid"),
        ({"to": "a@b.example\r\nBcc: c@d.example"}, "requestinvalid"),
        ({"subject": "a\nBcc: c@d.example"}, "requestinvalid"),
        ({"body": ""}, "requestinvalid"),
        ({"srid": "unknown"}, "requestinvalid"),
        ({"from": "boss@bank.example"}, "requestinvalid"),
        ({"udata": "none"}, "requestinvalid"),
        ({"interactionid": "NEVER"}, "notfound"),
    ],
)
async def test_83_what_cannot_be_written_is_an_error(
    desk: Mailed, given: dict[str, object], error: str
) -> None:
    _, session_id = await begins(desk)
    asked = await desk.ask(
        session_id, "createmessage", **{"to": "mira@shop.example", "body": "Hello", **given}
    )
    (failed,) = await desk.heard(session_id)
    assert failed.name == "error.msgbased.createmessage"
    assert (failed.data["requestid"], failed.data["error"]) == (asked, error)
    assert failed.data["description"].startswith("Request Invalid") == (error == "requestinvalid")


@pytest.mark.parametrize("action", ["sendmessage", "getcontent"])
async def test_83_only_what_the_session_has_can_be_sent_and_looked_at(desk: Mailed, action: str) -> None:
    chat_id, session_id = await begins(desk)
    other = await desk.session("support")
    theirs = await desk.wrote(other)
    for interaction_id in ("NEVER", chat_id, theirs):
        asked = await desk.ask(session_id, action, interactionid=interaction_id)
        failed = await desk.result(session_id, asked)
        assert failed.name == (
            "error.chat.getcontent" if action == "getcontent" else f"error.msgbased.{action}"
        )
        assert failed.data["error"] == "notfound"


async def test_83_a_mail_server_that_says_no_is_quoted_to_the_session(desk: Mailed) -> None:
    desk.office.refuses["mira@shop.example"] = "550 no such user here"
    _, session_id = await begins(desk)
    message_id = await desk.wrote(session_id)
    asked = await desk.ask(session_id, "sendmessage", interactionid=message_id)
    failed = await desk.result(session_id, asked)
    assert (failed.name, failed.data["error"]) == ("error.msgbased.sendmessage", "remote")
    assert "550 no such user here" in failed.data["description"]


async def test_83_programs_fall_silent_before_they_answer_each_other_for_ever(desk: Mailed) -> None:
    message_id = await desk.receives()
    thanks = Letter(text="Thank you", kind="auto_response")
    for _ in range(AUTOMATIC_ANSWERS_MAX):
        await desk.mailroom.reply(message_id, 0, thanks)
    with pytest.raises(Refused, match="without a person"):
        await desk.mailroom.reply(message_id, 0, thanks)


# --- section 19 -------------------------------------------------------------------------------------


async def test_a_mail_that_comes_in_begins_a_session_as_a_chat_does(desk: Mailed) -> None:
    message_id = await desk.receives()
    session_id = (await desk.state(message_id)).owner
    heard = await desk.heard(session_id)
    assert [one.name for one in heard] == [
        "interaction.added",
        "interaction.present",
        "interaction.onrouterequest",
    ]
    assert heard[0].seen["msgbased"]["type"] == "InboundNew"
    assert heard[0].seen["msgbased"]["from"] == "mira@shop.example"
    assert heard[0].seen["udata"]["EmailAddress"] == "mira@shop.example"


async def test_a_mail_goes_to_an_agent_who_answers_it(desk: Mailed) -> None:
    await desk.person("amy")
    message_id = await desk.receives()
    session_id = (await desk.state(message_id)).owner
    await desk.ask(session_id, "redirect", interactionid=message_id, to="amy")
    await desk.do(message_id, Accept("amy", "Amy"))
    told = await desk.heard(session_id)
    assert told[-1].name == "interaction.redirect.done"
    (party,) = told[-1].seen["parties"].values()
    assert (party["device"], party["msgbasedp"]) == ("amy", {"state": "processing"})


async def test_a_session_hears_of_an_answer_to_its_mail(desk: Mailed) -> None:
    _, session_id = await begins(desk)
    message_id = await desk.wrote(session_id)
    await desk.ask(session_id, "sendmessage", interactionid=message_id)
    await desk.heard(session_id)
    ours = desk.office.mails[-1]
    await desk.receives(In_Reply_To=str(ours["Message-ID"]), Subject="Re: Your order")
    (changed,) = await desk.heard(session_id)
    assert changed.name == "interaction.property.changed"
    assert changed.data == {"interactionid": message_id, "changed": ["msgbased"]}
    assert changed.seen["msgbased"]["type"] == "InboundCustomerReply"
    assert changed.seen["msgbased"]["subject"] == "Re: Your order"


async def test_what_a_session_only_sent_rings_for_nobody_when_the_session_is_over(desk: Mailed) -> None:
    await desk.person("amy")
    _, session_id = await begins(desk)
    message_id = await desk.wrote(session_id)
    await desk.ask(session_id, "sendmessage", interactionid=message_id)
    await desk.stage.send(session_id, "do.finish")
    await desk.settle()
    state = await desk.state(message_id)
    assert (state.owner, state.phase) == ("", Phase.DORMANT)
    await desk.receives(In_Reply_To=str(desk.office.mails[-1]["Message-ID"]))
    state = await desk.state(message_id)
    assert state.phase is Phase.WAITING, "now somebody has to be found"
    assert not state.is_attended

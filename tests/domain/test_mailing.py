"""Message interactions: mails come in, wait for an agent, are answered, and go out as often as it takes."""

import pytest
from msgspec.structs import replace

from frontdesk.domain import commands, events
from frontdesk.domain.card import card_of
from frontdesk.domain.commands import BeginMessage, End, Leave, NoteMail, PostMail, ReceiveMail, Say, Tick
from frontdesk.domain.deadlines import mail_due, next_due
from frontdesk.domain.events import FileUploaded, Medium, Queued, Rested, Visibility, Woke
from frontdesk.domain.interaction import Phase
from frontdesk.domain.mail_facts import (
    Automatic,
    MailDelayed,
    MailDrafted,
    MailFailed,
    MailPosted,
    MailReceived,
    MailSent,
    MailTried,
    OutgoingPhase,
)
from frontdesk.domain.mailing import (
    AUTOMATIC_ANSWERS_MAX,
    FILES_MAX,
    RECIPIENTS_MAX,
    SUBJECT_LINE_CHARS_MAX,
    TEXT_CHARS_MAX,
    TRIAL_MS,
    is_address,
)
from frontdesk.domain.rules import FileRules, Rules
from tests.domain.story import AMY, BEGIN_MS, MIRA, Story, given

QUESTION = MailReceived(
    message_id="q1@shop.example", sender="mira@shop.example", subject="Late order", text="Where is it?"
)
BEGIN = BeginMessage(
    service="s", user_id="u", address="mira@shop.example", name="Mira", subject="Late order", first=QUESTION
)
MAIL = replace(
    MIRA,
    key_hash="",
    email="mira@shop.example",
    subject="Late order",
    asynchronous=True,
    medium=Medium.MESSAGE,
)
WAITS = (MAIL, QUESTION, Queued(queue="default"))
ANSWER = MailPosted(
    mail_id="m1",
    message_id="m1@desk.example",
    sender="help@desk.example",
    to=("mira@shop.example",),
    party_id=2,
    subject="Re: Late order",
    text="On its way.",
    in_reply_to="q1@shop.example",
    references=("q1@shop.example",),
    client_id="w1",
)


def ticks(ticket: str = "t1") -> Tick:
    return Tick(client_seen_ms=0, ticket=ticket)


def answered() -> Story:
    """Amy has answered, and the mail is to go out."""
    return given(*WAITS, AMY).when(PostMail(ANSWER)).then(ANSWER)


# --- coming in -----------------------------------------------------------------------------------


def test_a_mail_that_comes_in_begins_an_interaction_that_waits() -> None:
    begun = given().when(BEGIN).then(*WAITS)
    assert begun.state.phase is Phase.WAITING
    assert begun.state.medium is Medium.MESSAGE
    assert card_of(begun.state).medium is Medium.MESSAGE
    assert begun.state.client.nickname == "Mira"
    assert begun.state.mailbox.reply_to == "mira@shop.example"


def test_without_a_name_the_correspondent_is_called_by_the_address() -> None:
    assert given().when(replace(BEGIN, name=" ")).state.client.nickname == "mira@shop.example"


def test_what_was_attached_is_there_before_the_mail() -> None:
    file = FileUploaded(party_id=1, file_id="f1", name="bill.pdf", size_bytes=3)
    begun = given().when(replace(BEGIN, files=(file,)))
    assert begun.followed[1:3] == (file, QUESTION)


def test_it_waits_as_long_as_it_takes_and_nobody_counts_as_gone() -> None:
    waiting = given(*WAITS)
    assert next_due(waiting.state, waiting.rules) is None
    taken = given(*WAITS, AMY)
    assert next_due(taken.state, taken.rules) is None


def test_the_same_mail_again_is_no_news() -> None:
    given(*WAITS).when(ReceiveMail(QUESTION)).then()


def test_a_reply_joins_its_interaction() -> None:
    reply = replace(QUESTION, message_id="q2@shop.example", in_reply_to="q1@shop.example")
    given(*WAITS, AMY).when(ReceiveMail(reply)).then(reply)


def test_a_reply_wakes_what_rests_and_an_automatic_one_does_not() -> None:
    rests = (*WAITS, AMY, events.Left(party_id=2), Rested("last_agent_left"))
    reply = replace(QUESTION, message_id="q2@shop.example")
    woken = given(*rests).when(ReceiveMail(reply)).then(reply, Woke(1))
    assert woken.state.phase is Phase.WAITING
    away = replace(reply, automatic=Automatic.REPLY)
    assert given(*rests).when(ReceiveMail(away)).then(away).state.phase is Phase.DORMANT


def test_a_mail_that_came_back_wakes_it_for_somebody_has_to_look() -> None:
    rests = (*WAITS, AMY, events.Left(party_id=2), Rested("last_agent_left"))
    bounce = replace(QUESTION, message_id="b1@mx.example", sender="", automatic=Automatic.BOUNCE)
    given(*rests).when(ReceiveMail(bounce)).then(bounce, Woke(1))


def test_answers_go_to_the_person_and_not_to_the_program_that_wrote_last() -> None:
    bounce = replace(
        QUESTION, message_id="b1@mx.example", sender="mailer-daemon@mx.example", automatic=Automatic.BOUNCE
    )
    mailbox = given(*WAITS, bounce).state.mailbox
    assert mailbox.reply_to == "mira@shop.example"
    assert mailbox.subject == "Late order"


def test_what_has_ended_takes_in_nothing_but_what_came_back() -> None:
    ended = given(*WAITS, AMY).when(End(reason="solved", party_id=2))
    reply = replace(QUESTION, message_id="q2@shop.example")
    ended.refuses(ReceiveMail(reply), "ended")
    bounce = replace(reply, automatic=Automatic.BOUNCE)
    ended.when(ReceiveMail(bounce)).then(bounce)


def test_a_chat_takes_in_no_mail() -> None:
    given(MIRA, AMY).refuses(ReceiveMail(QUESTION), "not_a_message").refuses(
        PostMail(ANSWER), "not_a_message"
    )


# --- those on our side ---------------------------------------------------------------------------


def test_agents_say_nothing_to_somebody_who_reads_only_mail_but_may_leave_notes() -> None:
    with_amy = given(*WAITS, AMY)
    with_amy.refuses(Say(party_id=2, text="hello"), "not_a_chat")
    with_amy.refuses(commands.PushUrl(party_id=2, url="https://shop.example/"), "not_a_chat")
    with_amy.when(Say(party_id=2, text="a note", visibility=Visibility.AGENTS))
    assert len(with_amy.followed) == 1


def test_mails_can_be_marked_as_read() -> None:
    read = given(*WAITS, AMY).when(commands.GiveReceipt(2, 2))
    read.then(events.ReceiptGiven(2, 2))


def test_who_is_done_leaves_and_it_rests() -> None:
    done = answered().when(Leave(party_id=2))
    assert done.state.phase is Phase.DORMANT
    assert done.state.prefers == "amy"


# --- going out -----------------------------------------------------------------------------------


def test_an_answer_goes_once_however_often_it_is_asked_for() -> None:
    answered().when(PostMail(ANSWER)).then()


def test_only_who_answers_may_send() -> None:
    given(*WAITS).refuses(PostMail(ANSWER), "not_a_party")
    adviser = replace(AMY, visibility=Visibility.AGENTS)
    given(*WAITS, adviser).refuses(PostMail(ANSWER), "not_answering")


def test_an_application_may_send_where_nobody_is() -> None:
    mail = replace(ANSWER, party_id=0, client_id="")
    given(*WAITS).when(PostMail(mail)).then(mail)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ()}, "recipient_missing"),
        ({"to": ("mira@shop.example\r\nBcc: all@shop.example",)}, "address_invalid"),
        ({"cc": ("Mira <mira@shop.example>",)}, "address_invalid"),
        ({"bcc": ("a@b.example, c@d.example",)}, "address_invalid"),
        ({"sender": "help@desk.example\n"}, "address_invalid"),
        ({"cc": ("a@b.example",) * RECIPIENTS_MAX}, "too_many_recipients"),
        ({"subject": "Hi\nBcc: all@shop.example"}, "subject_invalid"),
        ({"subject": "Hi\u2028X: y"}, "subject_invalid"),
        ({"sender_name": "Amy\r\nX: y"}, "subject_invalid"),
        ({"subject": "s" * (SUBJECT_LINE_CHARS_MAX + 1)}, "text_too_long"),
        ({"text": " \n"}, "text_missing"),
        ({"text": "t" * (TEXT_CHARS_MAX + 1)}, "text_too_long"),
        ({"message_id": "a b@c"}, "message_id_invalid"),
        ({"references": ("a@b>\r\nX: <y@z",)}, "message_id_invalid"),
    ],
)
def test_what_cannot_go_out_is_refused(changes: dict[str, object], code: str) -> None:
    given(*WAITS, AMY).refuses(PostMail(replace(ANSWER, **changes)), code)


def test_addresses_that_are_in_use() -> None:
    for address in ("a@b.example", "a+b_c.d'e@b-c.example", "a@müller.example", "root@localhost"):
        assert is_address(address), address
    for other in ("", "@", "a@", "@b", "a b@c.example", "<a@b.example>", '"a"@b', "a@b@c", "ä@b.example"):
        assert not is_address(other), other
    assert not is_address("x" * 300 + "@b.example")


def test_no_program_answers_a_program() -> None:
    thanks = replace(ANSWER, party_id=0, kind="auto_response", client_id="")
    away = replace(QUESTION, message_id="away@shop.example", automatic=Automatic.REPLY)
    given(*WAITS).when(PostMail(thanks)).then(thanks)
    given(*WAITS, away).refuses(PostMail(thanks), "automatic")


def test_programs_of_ours_fall_silent_after_a_few_mails() -> None:
    story = given(*WAITS)
    for number in range(AUTOMATIC_ANSWERS_MAX):
        mail = replace(ANSWER, mail_id=f"m{number}", party_id=0, kind="acknowledgement", client_id="")
        story.when(PostMail(mail)).then(mail)
    one_more = replace(ANSWER, mail_id="more", party_id=0, kind="acknowledgement", client_id="")
    story.refuses(PostMail(one_more), "automatic")
    person = replace(ANSWER, mail_id="more", party_id=0, client_id="")
    story.when(PostMail(person)).then(person)


def test_a_draft_is_kept_until_it_is_sent() -> None:
    draft = MailDrafted(mail_id="m1", to=("mira@shop.example",), text="On its way.")
    begun = given().when(replace(BEGIN, first=draft))
    assert begun.state.phase is Phase.DORMANT, "nobody need be found for what only goes out"
    assert mail_due(begun.state) is None
    mail = replace(ANSWER, party_id=0, client_id="", references=(), in_reply_to="")
    begun.when(PostMail(mail)).then(mail)
    assert mail_due(begun.state) == BEGIN_MS


# --- with files ----------------------------------------------------------------------------------

PLAN = commands.AddFile(
    party_id=2, file_id="f1", name="plan.pdf", size_bytes=3_000_000, media_type="application/pdf"
)
SMALL = Rules(files=FileRules(upload_max_file_bytes=3_000_000, upload_max_total_bytes=5_000_000))
WITH_PLAN = replace(ANSWER, files=("f1",))


def with_plan() -> Story:
    """Amy has put a file into the interaction, and it has gone nowhere yet."""
    return given(*WAITS, AMY, rules=SMALL).when(PLAN)


def test_who_answers_attaches_a_file_and_the_mail_names_it() -> None:
    story = with_plan().when(PostMail(WITH_PLAN)).then(WITH_PLAN)
    assert story.state.mailbox.outgoing[0].files == ("f1",)


def test_only_who_answers_attaches() -> None:
    adviser = replace(AMY, visibility=Visibility.AGENTS)
    given(*WAITS, adviser).refuses(PLAN, "not_answering")


def test_a_file_that_came_in_may_go_out_again() -> None:
    bill = FileUploaded(party_id=1, file_id="f0", name="bill.pdf", size_bytes=3)
    begun = given().when(replace(BEGIN, files=(bill,)))
    mail = replace(ANSWER, party_id=0, client_id="", files=("f0",))
    begun.when(PostMail(mail)).then(mail)


def test_files_have_the_limits_of_chats_and_what_is_refused_changes_nothing() -> None:
    story = with_plan()
    story.refuses(replace(PLAN, size_bytes=3_000_001), "file_too_large")
    story.refuses(replace(PLAN, name="run.sh"), "file_type")
    story.when(replace(PLAN, file_id="f2"))
    story.refuses(PostMail(replace(ANSWER, files=("f1", "f2"))), "file_too_large")
    story.refuses(PostMail(replace(ANSWER, files=("f1",) * (FILES_MAX + 1))), "too_many_files")
    story.when(PostMail(WITH_PLAN)).then(WITH_PLAN)


def test_a_mail_without_its_file_does_not_go() -> None:
    story = with_plan().when(commands.DeleteFile(2, "f1"))
    story.refuses(PostMail(WITH_PLAN), "file_gone")
    story.refuses(PostMail(replace(ANSWER, files=("other",))), "file_gone")
    story.when(PostMail(ANSWER)).then(ANSWER)


def test_a_file_stays_while_a_mail_takes_it_along() -> None:
    story = with_plan().when(PostMail(WITH_PLAN))
    story.refuses(commands.DeleteFile(2, "f1"), "file_in_mail")
    story.when(ticks(), NoteMail("t1", MailSent(mail_id="m1")))
    story.when(commands.DeleteFile(2, "f1"))
    assert story.state.files[0].is_deleted


# --- trying --------------------------------------------------------------------------------------


def test_a_mail_is_due_at_once_and_tried_once() -> None:
    story = answered()
    assert next_due(story.state, story.rules) == BEGIN_MS
    story.when(ticks()).then(MailTried("m1", 1, "t1", BEGIN_MS + TRIAL_MS))
    story.when(ticks("other")).then()


def test_a_node_that_only_looks_tries_nothing() -> None:
    answered().when(ticks("")).then()


def test_what_was_sent_is_not_tried_again() -> None:
    sent = MailSent(mail_id="m1", answer="OK")
    story = answered().when(ticks(), NoteMail("t1", sent)).then(sent)
    assert next_due(story.state, story.rules) is None
    story.when(NoteMail("t1", sent)).then()


def test_what_was_put_off_is_tried_when_its_time_has_come() -> None:
    later = MailDelayed("m1", "451 try again", BEGIN_MS + 60_000)
    story = answered().when(ticks(), NoteMail("t1", later)).then(later)
    story.after_s(59.999).when(ticks("t2")).then()
    story.after_s(0.001).when(ticks("t2")).then(MailTried("m1", 2, "t2", BEGIN_MS + 60_000 + TRIAL_MS))


def test_a_node_that_died_while_sending_is_waited_for_and_then_replaced() -> None:
    story = answered().when(ticks()).after_s(TRIAL_MS / 1000)
    story.when(ticks("t2"))
    failed = MailFailed(mail_id="m1", code="rejected")
    story.when(NoteMail("t1", failed)).then()
    assert story.state.mailbox.outgoing[0].ticket == "t2", "what the one before comes back with is old"
    story.when(NoteMail("t1", MailSent(mail_id="m1"))).then(MailSent(mail_id="m1"))


def test_it_goes_out_though_the_interaction_has_ended() -> None:
    story = answered().when(End(reason="solved", party_id=2)).when(ticks())
    assert isinstance(story.followed[0], MailTried)
    failed = MailFailed(mail_id="m1", code="rejected", reason="550 no such user")
    story.when(NoteMail("t1", failed)).then(failed)
    assert story.state.mailbox.outgoing[0].phase is OutgoingPhase.FAILED

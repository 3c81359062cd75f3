"""What is said and done in a chat, from the first word to the last."""

import pytest
from msgspec.structs import replace

from frontdesk.domain import commands, events
from frontdesk.domain.commands import Command, Tick
from frontdesk.domain.events import Kind
from frontdesk.domain.interaction import RECENT_IDS_MAX, Phase
from frontdesk.domain.rules import Rules
from tests.domain.story import AMY, GREETER, MIRA, QUEUED, given

BOB = events.Joined(party_id=3, kind=Kind.AGENT, participant_id="bob", nickname="Bob")


def say(text: str = "hello", party_id: int = 1, client_id: str = "") -> commands.Say:
    return commands.Say(party_id=party_id, text=text, client_id=client_id)


def test_words_are_kept_as_they_were_written() -> None:
    text = "  line one\r\n\tline two \u202e "
    given(MIRA).when(say(text)).then(events.Said(party_id=1, text=text))


@pytest.mark.parametrize("text", ["", " ", "\n\t\u2003"])
def test_nothing_is_not_a_message(text: str) -> None:
    given(MIRA).refuses(say(text), "text_missing")


def test_a_message_is_as_long_as_the_rules_allow_and_no_longer() -> None:
    story = given(MIRA, rules=Rules(message_chars_max=5)).refuses(say("123456"), "text_too_long")
    assert story.when(say("12345")).followed


def test_only_who_is_there_speaks() -> None:
    story = given(MIRA, AMY, BOB).when(commands.Leave(party_id=2))
    for party_id in (2, 4, 0, -1):
        story.refuses(say(party_id=party_id), "not_a_party")


@pytest.mark.parametrize(
    "command",
    [
        say(client_id="x"),
        commands.PushUrl(party_id=1, url="https://shop.example/", client_id="x"),
        commands.GiveNotice(party_id=1, text="n", client_id="x"),
        commands.AddFile(
            party_id=1, file_id="f", name="a.png", size_bytes=1, media_type="image/png", client_id="x"
        ),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_write_that_the_network_repeats_is_one_write_even_after_the_end(command: Command) -> None:
    story = given(MIRA, AMY).when(command)
    assert len(story.followed) == 1
    story.when(command).then()
    story.when(commands.End(reason="done")).when(command).then()


def test_each_writer_has_ids_of_their_own() -> None:
    story = given(MIRA, AMY).when(say(client_id="1"))
    assert story.when(say(party_id=2, client_id="1")).followed


def test_as_many_writes_as_may_be_under_way_are_remembered() -> None:
    story = given(MIRA)
    for n in range(RECENT_IDS_MAX + 1):
        story.when(say(client_id=str(n)))
    story.when(say(client_id="1")).then()
    assert story.when(say(client_id="0")).followed


def test_typing_is_told_when_it_begins_and_when_it_ends() -> None:
    story = given(MIRA).when(commands.SetTyping(1, True)).then(events.TypingStarted(1))
    story.when(commands.SetTyping(1, True)).then()
    story.when(commands.SetTyping(1, False)).then(events.TypingStopped(1))
    story.when(commands.SetTyping(1, False)).then()


def test_what_is_written_ends_the_typing_without_a_word_about_it() -> None:
    story = given(MIRA).when(commands.SetTyping(1, True)).when(say())
    story.when(commands.SetTyping(1, False)).then()
    story.when(commands.SetTyping(1, True)).then(events.TypingStarted(1))


@pytest.mark.parametrize("url", ["https://shop.example/a?b=c#d", "HTTP://shop.example", "http://[::1]:8080/"])
def test_web_addresses_can_be_pushed(url: str) -> None:
    given(MIRA).when(commands.PushUrl(party_id=1, url=url)).then(events.UrlPushed(party_id=1, url=url))


@pytest.mark.parametrize(
    "url", ["", "shop.example", "javascript:alert(1)", "ftp://x", "http://", "http://a b/", "http://[", "//x"]
)
def test_other_addresses_cannot(url: str) -> None:
    given(MIRA).refuses(commands.PushUrl(party_id=1, url=url), "url_invalid")


def test_a_new_name_holds_from_then_on() -> None:
    story = given(MIRA).when(commands.ChangeNickname(1, " Mo ")).then(events.NicknameChanged(1, "Mo"))
    assert story.state.client.nickname == "Mo"
    story.when(commands.ChangeNickname(1, "Mo")).then()
    story.refuses(commands.ChangeNickname(1, " "), "nickname_missing")
    story.refuses(commands.ChangeNickname(1, "m" * 201), "text_too_long")


def test_what_has_been_read_only_grows_and_never_beyond_what_is_there() -> None:
    story = given(MIRA, QUEUED, AMY).when(say(party_id=2))
    story.when(commands.GiveReceipt(1, 3)).then(events.ReceiptGiven(1, 3))
    story.when(commands.GiveReceipt(1, 2)).then()
    story.when(commands.GiveReceipt(1, 99)).then(events.ReceiptGiven(1, 4))
    story.when(commands.GiveReceipt(1, 99)).then()


def test_a_participant_joins_once() -> None:
    join = commands.Join(kind=Kind.BOT, participant_id="greeter", nickname="Greeter")
    story = given(MIRA).when(join)
    assert story.state.phase is Phase.ACTIVE
    story.when(join).then()


def test_one_who_comes_again_is_a_new_party() -> None:
    story = given(MIRA, AMY, BOB).when(commands.Leave(party_id=2))
    story.when(commands.Join(kind=Kind.AGENT, participant_id="amy", nickname="Amy"))
    assert [party.party_id for party in story.state.parties if party.participant_id == "amy"] == [2, 4]
    again = story.state.party_of("amy")
    assert again is not None
    assert again.party_id == 4


def test_the_visitor_s_leaving_ends_it() -> None:
    story = given(MIRA, AMY).when(commands.Leave(party_id=1))
    story.then(events.Left(party_id=1), events.Ended(reason="client_left", party_id=1))
    assert not any(party.is_present for party in story.state.parties)
    story.when(commands.Leave(party_id=1)).then()
    story.when(commands.End(reason="again")).then()


def test_who_ends_it_leaves_first_and_the_visitor_last() -> None:
    story = given(MIRA, AMY, BOB).when(commands.End(reason="solved", party_id=3))
    story.then(
        events.Left(party_id=3),
        events.Left(party_id=2),
        events.Left(party_id=1),
        events.Ended(reason="solved", party_id=3),
    )


def test_after_the_end_nothing_is_said() -> None:
    story = given(MIRA, AMY).when(commands.End(reason="done"))
    for command in (
        say(),
        commands.SetTyping(1, True),
        commands.GiveNotice(party_id=1),
        commands.Join(kind=Kind.AGENT, participant_id="bob", nickname="Bob"),
        commands.Accept("bob", "Bob"),
        commands.Queue(queue="default"),
        commands.HandOver(party_id=2, queue="default"),
        commands.ChangeData(party_id=1, changes={"a": "1"}),
    ):
        story.refuses(command, "ended")


def test_from_which_visit_a_chat_came_is_said_as_it_begins_and_never_again() -> None:
    started = replace(MIRA, user_data={"journeyContext": "hers"})
    story = given(started, AMY)
    for party_id in (1, 2):
        story.when(commands.ChangeData(party_id=party_id, changes={"journeyContext": "another's"})).then()
        story.when(commands.ChangeData(party_id=party_id, removed=("journeyContext",))).then()
    story.when(commands.ChangeData(party_id=2, changes={"journeyContext": "another's", "vip": "1"}))
    assert story.state.user_data == {"journeyContext": "hers", "vip": "1"}


def test_before_the_start_there_is_nothing() -> None:
    given().refuses(say(), "not_started")


def test_what_has_begun_does_not_begin_again_whatever_became_of_it() -> None:
    again = commands.Start(service="s", user_id="u", key_hash="h", nickname="Mira")
    given(MIRA).refuses(again, "already_started")
    given(MIRA).when(commands.End(reason="done")).refuses(again, "already_started")


def test_a_chat_at_its_bound_can_still_be_ended() -> None:
    story = given(MIRA, AMY, rules=Rules(events_max=100))
    for n in range(98):
        story.when(say(str(n)))
    story.refuses(say("one more"), "full")
    story.when(commands.End(reason="done"))
    assert story.state.phase is Phase.ENDED


def test_a_visitor_whose_client_is_silent_is_gone() -> None:
    story = given(MIRA, GREETER, rules=Rules(client_silence_s=120)).after_s(120)
    story.when(Tick(client_seen_ms=0)).then(
        events.Left(party_id=1, reason="client_silent"), events.Ended(reason="client_silent", party_id=1)
    )

"""Treatments in chats: what visitors see of them, and what sessions hear."""

from typing import Any

import msgspec
import pytest

from frontdesk.desk.orchestration.modules import Request
from frontdesk.domain.agent import Role
from frontdesk.domain.commands import Accept, ChangeData, End, HandOver, Leave, Say
from frontdesk.domain.events import Joined, Kind, Left, Visibility
from frontdesk.domain.owning_commands import Redirect
from tests.desk.orchestration.talking import Talking, prompts

pytestmark = pytest.mark.anyio


async def talk() -> tuple[Talking, str]:
    talking = Talking()
    return talking, await talking.chat()


# --- play -----------------------------------------------------------------------------------------


async def test_play_says_its_prompts_under_a_name_of_its_own() -> None:
    talking, chat_id = await talk()
    request = await talking.ask("play", chat_id, **prompts("Hello.", "Please wait."))
    assert await talking.said(chat_id) == ["Hello.", "Please wait."]
    joined = [e for e in await talking.node.events(chat_id) if isinstance(e, Joined)]
    assert [(e.kind, e.nickname, e.visibility) for e in joined] == [
        (Kind.EXTERNAL, "Assistant", Visibility.ALL)
    ]
    done = ("dialog.play.done", {"requestid": request.request_id, "interactionid": chat_id})
    assert talking.heard.last() == done


async def test_what_is_asked_again_is_said_once() -> None:
    talking, chat_id = await talk()
    request = await talking.ask("play", chat_id, **prompts("Hello.", "Hello."))
    await (await talking.again()).ask_again(request)
    assert await talking.said(chat_id) == ["Hello.", "Hello."]
    assert talking.heard.names == ["dialog.play.done"]


async def test_prompts_may_be_numbers_and_announcements() -> None:
    talking, chat_id = await talk()
    items: list[dict[str, Any]] = [{"number": 42.0}, {"intid": "1001"}, {"intid": 1001}]
    await talking.ask("play", chat_id, prompts={"items": items})
    await talking.ask("play", chat_id, prompts={"items": [{"intid": "1001"}]}, language="DE")
    assert await talking.said(chat_id) == ["42", "Welcome.", "Welcome.", "Willkommen."]


# --- collect --------------------------------------------------------------------------------------


async def test_collect_returns_the_visitors_next_message() -> None:
    talking, chat_id = await talk()
    await talking.visitor_says(chat_id, "before")
    request = await talking.ask("collect", chat_id, input={"total_timeout": 20})
    assert talking.heard.names == []
    await talking.visitor_says(chat_id, "42")
    await talking.visitor_says(chat_id, "43")
    assert talking.heard.names == ["dialog.collect.done"]
    assert talking.heard.last()[1] == {
        "requestid": request.request_id,
        "interactionid": chat_id,
        "digits": "42",
        "text": "42",
    }


async def test_what_others_say_is_no_answer() -> None:
    talking, chat_id = await talk()
    await talking.ask("play", chat_id, **prompts("Hello."))
    await talking.ask("collect", chat_id)
    await talking.node.do(chat_id, Say(party_id=2, text="I am the assistant."))
    await talking.settle()
    assert talking.heard.names == ["dialog.play.done"]


async def test_play_and_collect_asks_and_hears_the_answer() -> None:
    talking, chat_id = await talk()
    await talking.ask("playandcollect", chat_id, **prompts("Your number?"))
    await talking.visitor_says(chat_id, "7")
    assert await talking.said(chat_id) == ["Your number?"]
    name, data = talking.heard.last()
    assert (name, data["digits"]) == ("dialog.playandcollect.done", "7")


async def test_who_does_not_write_in_time_is_an_error() -> None:
    talking, chat_id = await talk()
    await talking.ask("collect", chat_id, input={"total_timeout": "20"})
    await talking.sleep.pass_by(19.999)
    assert talking.heard.names == []
    await talking.sleep.pass_by(0.001)
    name, data = talking.heard.last()
    assert (name, data["error"], bool(data["description"])) == ("error.dialog.collect", "timeout", True)
    await talking.visitor_says(chat_id, "late")
    assert len(talking.heard.events) == 1


async def test_nobody_waits_for_an_answer_longer_than_a_minute_by_itself() -> None:
    talking, chat_id = await talk()
    await talking.ask("collect", chat_id)
    await talking.sleep.pass_by(60)
    assert talking.heard.last()[1]["error"] == "timeout"


async def test_collecting_goes_on_at_another_node_and_loses_no_message() -> None:
    talking, chat_id = await talk()
    await talking.visitor_says(chat_id, "before")
    request = await talking.ask("collect", chat_id)
    other = await talking.again()
    await talking.node.do(chat_id, Say(party_id=1, text="while nobody listened"))
    await other.ask_again(request)
    assert talking.heard.last()[1]["digits"] == "while nobody listened"


async def test_a_message_between_the_asking_and_the_work_is_the_answer() -> None:
    talking, chat_id = await talk()
    await talking.visitor_says(chat_id, "before")
    request = talking.request("collect", chat_id)
    talking.node.clock.after_s(1)
    await talking.node.do(chat_id, Say(party_id=1, text="meanwhile"))
    await talking.ask_again(request)
    assert talking.heard.last()[1]["digits"] == "meanwhile"


async def test_the_time_for_an_answer_does_not_begin_anew_at_another_node() -> None:
    talking, chat_id = await talk()
    request = await talking.ask("collect", chat_id, input={"total_timeout": 20})
    await talking.sleep.pass_by(15)
    other = await talking.again()
    await other.ask_again(request)
    await other.sleep.pass_by(5)
    assert talking.heard.last()[1]["error"] == "timeout"


async def test_a_chat_that_ends_has_no_answer() -> None:
    talking, chat_id = await talk()
    await talking.ask("collect", chat_id)
    await talking.node.do(chat_id, End(reason="client_left"))
    await talking.settle()
    assert talking.heard.last()[1]["error"] == "invalidstate.null"


async def test_an_answer_that_nobody_waits_for_any_more_is_not_told() -> None:
    talking, chat_id = await talk()
    await talking.module.drop(await talking.ask("collect", chat_id))
    await talking.visitor_says(chat_id, "42")
    assert talking.heard.names == []
    await talking.ask("collect", chat_id)
    assert talking.heard.names == []


# --- time -----------------------------------------------------------------------------------------


async def test_a_sound_is_a_notice_that_ends_after_its_time() -> None:
    talking, chat_id = await talk()
    await talking.ask("playsound", chat_id, type="music", duration=30)
    (notice,) = await talking.notices(chat_id)
    assert (notice.text, notice.visibility) == ("music", Visibility.ALL)
    assert notice.attributes == {"purpose": "waiting", "sound": "music", "duration_s": 30.0}
    await talking.sleep.pass_by(29.9)
    assert talking.heard.names == []
    await talking.sleep.pass_by(0.1)
    assert talking.heard.names == ["dialog.playsound.done"]


async def test_a_pause_is_silent_and_its_time_goes_on_at_another_node() -> None:
    talking, chat_id = await talk()
    request = await talking.ask("pause", chat_id, duration=10)
    await talking.sleep.pass_by(8)
    other = await talking.again()
    await other.ask_again(request)
    await other.sleep.pass_by(1.9)
    assert talking.heard.names == []
    await other.sleep.pass_by(0.1)
    assert talking.heard.names == ["dialog.pause.done"]
    assert await talking.notices(chat_id) == []


# --- several --------------------------------------------------------------------------------------

SEVERAL = [
    {"kind": "play", **prompts("One moment.")},
    {"kind": "playsound", "type": "music", "duration": 20},
    {"kind": "play", **prompts("Still here?")},
    {"kind": "pause", "duration": 5},
]


async def test_several_treatments_are_run_once_one_after_the_other() -> None:
    talking, chat_id = await talk()
    await talking.ask("runtreatments", chat_id, treatments=SEVERAL)
    await talking.sleep.pass_by(19.9)
    assert await talking.said(chat_id) == ["One moment."]
    await talking.sleep.pass_by(0.1)
    assert await talking.said(chat_id) == ["One moment.", "Still here?"]
    assert talking.heard.names == []
    await talking.sleep.pass_by(5)
    assert talking.heard.names == ["dialog.runtreatments.done"]
    await talking.sleep.pass_by(60)
    assert await talking.said(chat_id) == ["One moment.", "Still here?"]


async def test_several_treatments_go_on_at_another_node_and_can_be_stopped() -> None:
    talking, chat_id = await talk()
    request = await talking.ask("runtreatments", chat_id, treatments=SEVERAL)
    await talking.sleep.pass_by(8)
    other = await talking.again()
    await other.ask_again(request)
    await other.sleep.pass_by(12)
    assert await other.said(chat_id) == ["One moment.", "Still here?"]
    assert len(await other.notices(chat_id)) == 1
    await other.ask_again(talking.request("stop", chat_id))
    assert talking.heard.names == ["error.dialog.runtreatments", "dialog.stop.done"]


# --- one at a time --------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["play", "collect", "playsound", "start"])
async def test_there_is_one_treatment_at_a_time(action: str) -> None:
    talking, chat_id = await talk()
    await talking.ask("collect", chat_id)
    await talking.ask(action, chat_id, device="greeter", **prompts("Hello."))
    name, data = talking.heard.last()
    assert (name, data["error"]) == (f"error.dialog.{action}", "invalidstate.treating")
    assert await talking.said(chat_id) == []
    await talking.visitor_says(chat_id, "42")
    assert talking.heard.last()[0] == "dialog.collect.done"
    await talking.ask("play", chat_id, **prompts("Thank you."))
    assert await talking.said(chat_id) == ["Thank you."]


async def test_two_chats_do_not_disturb_each_other() -> None:
    talking, chat_id = await talk()
    other_id = await talking.chat()
    await talking.ask("collect", chat_id)
    await talking.ask("collect", other_id)
    await talking.visitor_says(other_id, "here")
    assert talking.heard.last()[1]["interactionid"] == other_id
    assert len(talking.heard.events) == 1


async def test_stop_ends_what_goes_on() -> None:
    talking, chat_id = await talk()
    collecting = await talking.ask("collect", chat_id)
    await talking.ask("stop", chat_id)
    (_, first), (_, second) = talking.heard.events
    assert (first.name, second.name) == ("error.dialog.collect", "dialog.stop.done")
    assert f'"requestid":"{collecting.request_id}"' in first.data
    assert '"error":"cancelled"' in first.data
    await talking.ask("stop", chat_id)
    assert talking.heard.last()[0] == "dialog.stop.done"


# --- bots -----------------------------------------------------------------------------------------


async def test_a_bot_has_the_chat_until_it_leaves() -> None:
    talking, chat_id = await talk()
    bot = await talking.bot("greeter")
    await talking.ask("start", chat_id, type="applid", params={"APP_URI": "greeter", "LANGUAGE": "de"})
    assert talking.heard.names == ["dialog.start.requestid"]
    _, full = await talking.node.chats.full(chat_id)
    party = full.state.party_of(bot.account_id)
    assert party is not None
    assert party.kind is Kind.BOT
    (notice,) = await talking.notices(chat_id)
    assert notice.visibility is Visibility.AGENTS
    assert notice.attributes == {"purpose": "start", "params": {"LANGUAGE": "de"}}
    changes = ChangeData(party_id=party.party_id, changes={"intent": "loan"})
    await talking.node.do(chat_id, changes, HandOver(party_id=party.party_id))
    await talking.settle()
    name, data = talking.heard.last()
    assert (name, data["extensions"]) == ("dialog.start.done", {"intent": "loan"})


async def test_a_bot_that_just_leaves_gives_the_chat_back_to_the_session() -> None:
    talking, chat_id = await talk()
    await talking.bot("greeter")
    await talking.ask("start", chat_id, device="greeter")
    joined = [e for e in await talking.node.events(chat_id) if isinstance(e, Joined)]
    await talking.node.do(chat_id, Leave(party_id=joined[-1].party_id))
    await talking.settle()
    assert talking.heard.names == ["dialog.start.requestid", "dialog.start.done"]
    await talking.ask("play", chat_id, **prompts("Welcome back."))
    assert await talking.said(chat_id) == ["Welcome back."]


async def test_a_bots_turn_goes_on_at_another_node() -> None:
    talking, chat_id = await talk()
    bot = await talking.bot("greeter")
    request = await talking.ask("start", chat_id, device="greeter")
    other = await talking.again()
    await other.ask_again(request)
    joined = [e for e in await other.node.events(chat_id) if isinstance(e, Joined)]
    assert [e.participant_id for e in joined] == [bot.account_id]
    await other.node.do(chat_id, HandOver(party_id=joined[0].party_id))
    await other.settle()
    assert talking.heard.names == ["dialog.start.requestid", "dialog.start.done"]


async def test_stop_takes_the_bot_out() -> None:
    talking, chat_id = await talk()
    await talking.bot("greeter")
    await talking.ask("start", chat_id, device="greeter")
    await talking.ask("stop", chat_id)
    assert talking.heard.names == ["dialog.start.requestid", "error.dialog.start", "dialog.stop.done"]
    assert any(isinstance(e, Left) for e in await talking.node.events(chat_id))


async def test_a_bot_that_is_not_there_cannot_be_started() -> None:
    talking, chat_id = await talk()
    await talking.ask("start", chat_id, device="nobody")
    assert talking.heard.last()[1]["error"] == "invalidattribute"
    amy = await talking.node.ready("amy")
    await talking.node.accounts.add(amy)
    await talking.ask("start", chat_id, device="amy")
    assert talking.heard.last()[1]["error"] == "invalidattribute"
    resting = msgspec.structs.replace(amy, account_id="rest", login="rest", role=Role.BOT)
    await talking.node.accounts.add(resting)
    await talking.ask("start", chat_id, device="rest")
    assert talking.heard.last()[1]["error"] == "remote"


async def test_a_chat_that_ends_while_the_bot_has_it_is_an_error() -> None:
    talking, chat_id = await talk()
    await talking.bot("greeter")
    await talking.ask("start", chat_id, device="greeter")
    await talking.node.do(chat_id, End(reason="client_left"))
    await talking.settle()
    assert talking.heard.last()[0] == "error.dialog.start"


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "attributes", "error"),
    [
        ("play", {}, "invalidattribute"),
        ("play", prompts(" "), "invalidattribute"),
        ("play", prompts("x" * 4001), "invalidattribute"),
        ("play", prompts(*"x" * 21), "invalidattribute"),
        ("play", {"prompts": {"items": [{"intid": "9"}]}}, "invalidattribute"),
        ("play", {"prompts": "Hello."}, "invalidattribute"),
        ("playandcollect", {}, "invalidattribute"),
        ("collect", {"input": {"total_timeout": -1}}, "invalidattribute"),
        ("collect", {"input": {"total_timeout": "soon"}}, "invalidattribute"),
        ("pause", {"duration": 90_000}, "invalidattribute"),
        ("start", {}, "invalidattribute"),
        ("runtreatments", {}, "invalidattribute"),
        ("runtreatments", {"treatments": [{"kind": "collect"}]}, "invalidattribute"),
        ("remote", {}, "unsupported"),
        ("playandverify", prompts("Code?"), "unsupported"),
        ("sing", {}, "unsupported"),
    ],
)
async def test_what_cannot_be_done_is_an_error(action: str, attributes: dict[str, Any], error: str) -> None:
    talking, chat_id = await talk()
    request = await talking.ask(action, chat_id, **attributes)
    name, data = talking.heard.last()
    assert (name, data["error"]) == (f"error.dialog.{action}", error)
    assert (data["requestid"], bool(data["description"])) == (request.request_id, True)
    await talking.ask("play", chat_id, **prompts("Hello."))
    assert await talking.said(chat_id) == ["Hello."]


async def test_the_first_chat_of_the_session_is_meant_where_none_is_named() -> None:
    talking, chat_id = await talk()
    await talking.chat()
    await talking.ask_again(Request("s1", "s1.x", "dialog", "play", prompts("Hello."), 0))
    await talking.ask("play", "0", **prompts("Hello again."))
    assert await talking.said(chat_id) == ["Hello.", "Hello again."]


async def test_what_the_session_does_not_have_is_not_treated() -> None:
    talking = Talking()
    chat_id = await talking.node.start()
    for interaction_id in ("", "0", "none", chat_id):
        await talking.ask("play", interaction_id, **prompts("Hello."))
        assert talking.heard.last()[1]["error"] == "notfound"
    assert await talking.said(chat_id) == []


async def test_a_chat_that_somebody_answers_is_not_treated() -> None:
    talking, chat_id = await talk()
    await talking.node.ready("amy")
    redirect = Redirect(session_id="s1", request_id="redirect", agent_id="amy")
    await talking.ask("collect", chat_id)
    await talking.node.do(chat_id, redirect)
    await talking.settle()
    assert talking.heard.last()[1]["error"] == "notcontrolled"
    await talking.node.do(chat_id, Accept("amy", "Amy"))
    await talking.ask("play", chat_id, **prompts("Hello."))
    assert talking.heard.last()[1]["error"] == "notcontrolled"


async def test_a_chat_that_has_ended_is_told_nothing() -> None:
    talking, chat_id = await talk()
    await talking.node.do(chat_id, End(reason="client_left"))
    await talking.ask("play", chat_id, **prompts("Hello."))
    assert talking.heard.last()[1]["error"] == "invalidstate.null"

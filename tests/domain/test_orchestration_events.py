"""What sessions are told of what happens: row for row of the table in section 19, with every attribute."""

from typing import Any

import pytest

from frontdesk.domain import commands, events
from frontdesk.domain import owning_commands as wishes
from frontdesk.domain.commands import Accept, Call, Decline, Leave
from frontdesk.domain.events import Kind, Purpose, Visibility
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.rules import Rules, of_service
from tests.domain.story import AMY, LISTENER, MIRA, QUEUED
from tests.domain.told import CHAT, OWNED, SESSION, Ear, listening

OTHER = "s2"
AMY_HAS_IT = ["partystatechanged amy accepted", "partystatechanged amy processing"]
STAYS = Rules(ends_with_last_agent=False)


def ask(kind: type[wishes.SessionWish], number: int = 1, **of: Any) -> Any:
    return kind(session_id=SESSION, request_id=f"{SESSION}.{number}", **of)


def redirect(**of: Any) -> wishes.Redirect:
    return ask(wishes.Redirect, **({"agent_id": "amy"} | of))


def owned() -> Ear:
    return listening(MIRA, OWNED)


def with_amy(rules: Rules = STAYS) -> Ear:
    return listening(MIRA, OWNED, rules=rules).when(redirect(), Accept("amy", "Amy"))


# --- it begins --------------------------------------------------------------------------------------


def test_a_visitor_starts_a_chat() -> None:
    story = owned()
    assert story.told() == ["added", "present", "onrouterequest"]
    added, present, routed = story.news()
    assert added.data == {"interactionid": CHAT, "focusdeviceid": "s"}
    assert present.data == routed.data == {"interactionid": CHAT}


def test_what_scripts_see_of_it() -> None:
    added, present, _ = owned().news()
    seen = added.sees[CHAT]
    assert seen is not None
    assert (seen["g_uid"], seen["category"], seen["parentid"]) == (CHAT, "chat", "")
    assert seen["chat"]["media"] == "TMediaChat"
    assert (seen["chat"]["state"], seen["controlled"], seen["parties"]) == ("new", False, {})
    assert seen["udata"] == {"Nickname": "Mira", "IsOnline": "1", "OP-Session-ID": SESSION}
    later = present.sees[CHAT]
    assert later is not None
    assert (later["chat"]["state"], later["controlled"]) == ("queued", True)


# --- it goes to people ------------------------------------------------------------------------------


def test_a_session_redirects_and_it_rings() -> None:
    story = owned().when(redirect())
    assert story.told() == ["notcontrolled routing", "partyadded amy ringing"]
    assert story.one("interaction.partyadded").data == {
        "interactionid": CHAT,
        "focusdeviceid": "amy",
        "partyid": f"{CHAT}:amy",
        "partystate": "ringing",
    }
    seen = story.one("interaction.partyadded").sees[CHAT]
    assert seen is not None
    assert seen["parties"] == {
        f"{CHAT}:amy": {
            "id": f"{CHAT}:amy",
            "device": "amy",
            "devicetype": "agent",
            "state": "ringing",
            "resource": {"type": "A", "agent": "amy"},
            "chatp": {"state": "ringing"},
        }
    }


def test_the_agent_accepts() -> None:
    story = owned().when(redirect()).when(Accept("amy", "Amy"))
    assert story.told() == ["ondivert", *AMY_HAS_IT, "redirect.done"]
    assert story.one("interaction.ondivert").data == {
        "interactionid": CHAT,
        "divertingpartyid": f"{CHAT}:s",
        "divertingresource": "s",
        "divertingpartystate": "completed",
        "newdestination": "amy",
    }
    for changed in story.news()[1:3]:
        assert changed.data["hints"] == {"ccevent": 3, "cause": 3}
    assert story.news()[3].data == {"interactionid": CHAT, "requestid": f"{SESSION}.1"}
    seen = story.news()[2].sees[CHAT]
    assert seen is not None
    assert (seen["chat"]["state"], seen["controlled"]) == ("processing", False)


@pytest.mark.parametrize(
    ("reason", "error"), [("declined", "remote"), ("agent_away", "remote"), ("expired", "timeout")]
)
def test_the_agent_does_not_take_it(reason: str, error: str) -> None:
    story = owned().when(redirect())
    if reason == "expired":
        story.after_s(30).when(commands.Tick(client_seen_ms=story.now_ms))
    else:
        story.when(Decline("amy", reason))
    gone = ["partystatechanged amy declined", "partydeleted amy declined"]
    assert story.told() == [*gone, "present", f"error.interaction.redirect {error}"]
    assert set(story.news()[-1].data) == {"requestid", "interactionid", "error", "description"}


def test_a_detached_redirect_that_fails_gives_it_back() -> None:
    story = owned().when(redirect(detach=True))
    assert story.told() == ["notcontrolled detaching", "deleted detaching"]
    assert story.one("interaction.deleted").sees == {CHAT: None}
    story.when(Decline("amy"))
    assert story.told() == ["added", "present", "error.interaction.redirect remote"]
    assert story.state.is_controlled


def test_a_detached_redirect_that_succeeds() -> None:
    story = owned().when(redirect(detach=True), Accept("amy", "Amy"))
    assert story.told() == ["notcontrolled detaching", "deleted detaching", "redirect.done"]
    assert story.state.owner == ""


def test_a_queue_has_it_at_once() -> None:
    story = owned().when(redirect(agent_id="", queue="sales"))
    assert story.told() == ["notcontrolled routing", "property.changed queue", "redirect.done"]
    seen = story.one("interaction.property.changed").sees[CHAT]
    assert seen is not None
    assert (seen["location"]["queue"], seen["xdata"]["ixn_queue_view"]) == ("sales", "sales")


# --- agents work together ---------------------------------------------------------------------------


def test_an_agent_transfers_to_a_queue() -> None:
    story = with_amy().when(commands.HandOver(party_id=2, queue="sales"))
    assert story.told() == ["property.changed queue", "partydeleted amy completed", "present"]
    assert story.state.queued_ms == 0, "the session decides who is looked for"


def test_who_hands_over_to_nobody_in_particular_gives_it_back_to_the_session_and_moves_nothing() -> None:
    with_application = {"sales": QueueRules(application="sales")}
    for rules in (STAYS, of_service(STAYS, "sales"), of_service(STAYS, "sales", with_application)):
        story = with_amy(rules).when(commands.HandOver(party_id=2))
        assert story.told() == ["partydeleted amy completed", "present"]
        assert (story.state.owner, story.state.queue) == (SESSION, "")


def test_an_agent_transfers_to_a_queue_with_an_application_of_its_own() -> None:
    rules = of_service(STAYS, "default", {"sales": QueueRules(application="sales")})
    story = with_amy(rules).when(commands.HandOver(party_id=2, queue="sales"))
    assert story.told()[-2:] == ["notcontrolled detaching", "deleted detaching"]
    assert story.state.ownership.sought == "sales"
    story.when(wishes.Own(session_id=OTHER, application="sales"))
    assert story.told(OTHER) == ["added", "present", "onrouterequest"]


def test_an_agent_transfers_to_an_agent_in_one_step() -> None:
    story = with_amy().when(
        Call(party_id=2, agent_id="bob", purpose=Purpose.TRANSFER, answer_s=30), Accept("bob", "Bob")
    )
    assert story.told() == [
        "onsinglesteptransfer",
        "partyadded bob processing",
        "partydeleted amy completed",
    ]
    assert story.news()[0].data == {
        "interactionid": CHAT,
        "transferringpartyid": f"{CHAT}:amy",
        "transferringresource": "amy",
        "transferringpartystate": "processing",
        "newdestination": "bob",
    }


def test_an_agent_invites_a_second_one() -> None:
    story = with_amy().when(Call(party_id=2, agent_id="bob", purpose=Purpose.CONFERENCE, answer_s=30))
    assert story.told() == ["onsinglestepconference", "partyadded bob ringing"]
    assert story.news()[0].data == {
        "interactionid": CHAT,
        "conferencingpartyid": f"{CHAT}:amy",
        "conferencingresource": "amy",
        "conferencingpartystate": "processing",
        "addedpartyid": f"{CHAT}:bob",
        "addedresource": "bob",
        "addedpartystate": "ringing",
    }
    story.when(Accept("bob", "Bob"))
    assert story.told() == ["partystatechanged bob accepted", "partystatechanged bob processing"]


def test_a_consultation_is_no_conference() -> None:
    story = with_amy().when(Call(party_id=2, agent_id="bob", purpose=Purpose.CONSULT, answer_s=30))
    assert story.told() == ["partyadded bob ringing"]
    story.when(commands.CallOff(2))
    assert story.told() == ["partydeleted bob completed"]


def test_a_session_moves_it_to_another_agent_in_one_step() -> None:
    story = with_amy().when(ask(wishes.Transfer, 2, agent_id="bob", nickname="Bob"))
    assert story.told() == [
        "onsinglesteptransfer",
        "partyadded bob processing",
        "partydeleted amy completed",
        "singlesteptransfer.done",
    ]
    assert story.news()[0].data["newdestination"] == "bob"


def test_a_session_adds_an_agent_in_one_step() -> None:
    story = with_amy().when(ask(wishes.Confer, 2, agent_id="bob", nickname="Bob"))
    assert story.told() == [
        "onsinglestepconference",
        "partyadded bob processing",
        "singlestepconference.done",
    ]
    assert len(story.news()[0].data) == 7


@pytest.mark.parametrize(("leaves", "ccevent", "cause"), [(False, 12, 2), (True, 11, 10)])
def test_two_chats_are_merged(leaves: bool, ccevent: int, cause: int) -> None:
    story = with_amy().when(ask(wishes.Confer, 2, agent_id="bob", nickname="Bob"))
    story.when(wishes.MergeInto(party_id=2, interaction_id="chat2", leaves=leaves, owner=SESSION))
    told = story.told()
    assert told[0] == "onmerge"
    assert told[-2:] == ["notcontrolled deletion", "deleted deletion"]
    active, held = ("bob", "amy") if leaves else ("amy", "bob")
    assert story.news()[0].data == {
        "frominteractionid": CHAT,
        "tointeractionid": "chat2",
        "activeresource": active,
        "activepartyid": f"chat2:{active}",
        "activepartystate": "processing",
        "heldresource": held,
        "heldpartyid": f"{CHAT}:{held}",
        "heldpartystate": "held",
        "hints": {"ccevent": ccevent, "cause": cause},
    }


def test_a_merge_is_told_to_the_session_of_either_chat() -> None:
    story = listening(MIRA, AMY)
    story.when(wishes.MergeInto(party_id=2, interaction_id="chat2", owner=OTHER))
    assert story.told(OTHER) == ["onmerge"]
    story = with_amy().when(wishes.MergeInto(party_id=2, interaction_id="chat2", owner=OTHER))
    assert story.told(OTHER) == ["onmerge"]
    assert story.told()[0] == "onmerge"


def test_an_agent_parks_and_resumes() -> None:
    story = with_amy().when(wishes.Park(2))
    assert story.told() == ["partystatechanged amy held"]
    assert story.news()[0].data["hints"] == {"ccevent": 5}
    seen = story.news()[0].sees[CHAT]
    assert seen is not None
    assert seen["parties"][f"{CHAT}:amy"]["chatp"] == {"state": "held"}
    story.when(wishes.Resume(2))
    assert story.told() == ["partystatechanged amy processing"]
    assert story.news()[0].data["hints"] == {"ccevent": 9}


def test_an_agent_leaves_and_others_stay() -> None:
    story = with_amy().when(ask(wishes.Confer, 2, agent_id="bob", nickname="Bob")).when(Leave(party_id=2))
    assert story.told() == ["partystatechanged amy completed", "partydeleted amy completed"]
    assert story.news()[0].data["hints"] == {"ccevent": 1, "cause": 6}


def test_the_last_agent_leaves_what_does_not_end_with_that() -> None:
    story = with_amy().when(Leave(party_id=2))
    assert story.told() == ["partydeleted amy completed", "present"]


def test_a_supervisor_joins_silently() -> None:
    story = with_amy().after(
        events.Joined(
            party_id=3,
            kind=Kind.SUPERVISOR,
            participant_id="sam",
            nickname="Sam",
            visibility=Visibility.SUPERVISORS,
        )
    )
    assert story.told() == ["partyadded sam processing"]


# --- what is said and known -------------------------------------------------------------------------


def test_words_are_told_only_where_the_application_wants_them() -> None:
    story = with_amy().when(commands.Say(party_id=1, text="hello"))
    assert story.told() == []
    story.with_words = True
    story.when(commands.Say(party_id=2, text="a voucher?", visibility=Visibility.AGENTS))
    assert story.one("chat.message").data == {
        "interactionid": CHAT,
        "message": {
            "date": story.now_ms // 1000,
            "device": "amy",
            "partyid": f"{CHAT}:amy",
            "type": "text",
            "text": "a voucher?",
            "visibility": "agents",
        },
    }


@pytest.mark.parametrize("party_id", [1, 2])
def test_user_data_is_changed_by_others(party_id: int) -> None:
    story = with_amy().when(commands.ChangeData(party_id=party_id, changes={"vip": "1"}))
    changed = story.one("interaction.udata.changed")
    assert changed.data == {"interactionid": CHAT, "changed": ["vip"]}
    seen = changed.sees[CHAT]
    assert seen is not None
    assert seen["udata"]["vip"] == "1"


def test_nobody_says_that_another_session_has_the_chat() -> None:
    story = with_amy()
    assert story.when(commands.ChangeData(party_id=1, changes={"OP-Session-ID": "mine"})).followed == ()
    story.when(commands.ChangeData(party_id=1, changes={"OP-Session-ID": "mine", "vip": "1"}))
    assert story.state.user_data == {"vip": "1"}


def test_user_data_is_changed_by_the_session_itself() -> None:
    story = owned().when(ask(wishes.SetData, changes={"a": "1", "b": "2", "journeyContext": "another's"}))
    assert story.told() == ["udata.changed a b"]
    assert [telling.request_id for telling in story.heard] == ["", f"{SESSION}.1"], "it ends without a result"
    assert story.when(ask(wishes.SetData, 2, removed=("a",))).told() == ["udata.changed a"]
    assert story.state.user_data == {"b": "2"}
    assert story.when(ask(wishes.SetData, 3, clears=True)).told() == ["udata.changed b"]
    assert story.state.user_data == {}


def test_a_session_speaks() -> None:
    story = owned().when(ask(wishes.Speak, from_id="Robin", text="Hello!"))
    assert story.told() == ["chat.sendchatmessage.done"], "who has only a voice is no party"
    assert story.news()[0].data["messageid"] == str(story.state.version - 1)
    assert [type(event) for event in story.followed] == [events.Joined, events.Said, events.Answered]
    story.when(ask(wishes.Speak, 2, from_id="Robin", text="Still there?"))
    assert [type(event) for event in story.followed] == [events.Said, events.Answered]


# --- it ends ----------------------------------------------------------------------------------------


def test_the_visitor_leaves_before_anybody_came() -> None:
    story = owned().when(Leave(party_id=1, reason="client_left"))
    assert story.told() == ["udata.changed IsOnline", "notcontrolled deletion", "deleted deletion"]
    offline, lost, _ = story.news()
    seen, last = offline.sees[CHAT], lost.sees[CHAT]
    assert seen is not None
    assert last is not None
    assert seen["udata"]["IsOnline"] == "0"
    assert last["chat"]["state"] == "abandoned"


def test_the_visitor_leaves_while_it_rings() -> None:
    story = owned().when(redirect()).when(Leave(party_id=1, reason="client_left"))
    assert story.told() == [
        "error.interaction.redirect remote",
        "udata.changed IsOnline",
        "partydeleted amy completed",
        "notcontrolled deletion",
        "deleted deletion",
    ]


def test_an_agent_ends_it() -> None:
    story = with_amy().when(commands.End(reason="solved", party_id=2))
    assert story.told() == ["partydeleted amy completed", "notcontrolled deletion", "deleted deletion"]


def test_it_ends_with_its_last_agent() -> None:
    story = with_amy(Rules()).when(Leave(party_id=2))
    assert story.told() == ["partydeleted amy completed", "notcontrolled deletion", "deleted deletion"]


def test_a_session_terminates_it() -> None:
    story = owned().when(ask(wishes.Terminate))
    assert story.told() == ["terminate.done", "notcontrolled deletion", "deleted deletion"]
    assert story.when(ask(wishes.Terminate)).followed == ()


def test_it_is_closed_for_silence() -> None:
    story = listening(MIRA, OWNED, rules=Rules(idle_alert_s=5, idle_close_s=5, client_silence_s=0))
    for _ in range(2):
        story.after_s(5).when(commands.Tick(client_seen_ms=story.now_ms))
    assert story.told() == ["udata.changed ReasonClosed", "notcontrolled deletion", "deleted deletion"]
    seen = story.news()[1].sees[CHAT]
    assert seen is not None
    assert seen["udata"]["ReasonClosed"] == "idle"


# --- other owners -----------------------------------------------------------------------------------


def test_a_session_gives_it_to_another() -> None:
    story = owned().when(ask(wishes.Associate, to=OTHER))
    assert [telling.session_id for telling in story.heard] == [OTHER, SESSION, SESSION]
    assert story.told(OTHER) == ["added", "present"]
    assert story.told() == ["notcontrolled detaching", "deleted detaching", "associate.done"]


def test_a_session_detaches_and_attaches() -> None:
    story = owned().when(ask(wishes.Detach))
    assert story.told() == ["notcontrolled detaching", "deleted detaching", "detach.done"]
    assert story.when(ask(wishes.Attach, 2)).told() == ["added", "present", "attach.done"]
    assert story.when(ask(wishes.Attach, 3)).told() == ["attach.done"]


def test_a_session_clears_an_agent() -> None:
    story = with_amy().when(ask(wishes.Clear, 2, agent_id="amy"))
    assert story.told() == ["partydeleted amy completed", "present", "clear.done"]
    assert story.one("interaction.clear.done").data["resource"] == "amy"


def test_a_session_accepts_for_an_agent() -> None:
    story = owned().when(ask(wishes.AcceptFor, agent_id="amy", nickname="Amy"))
    assert story.told()[-2:] == ["accept.done", "partystatechanged amy processing"]
    story = owned().when(redirect()).when(ask(wishes.AcceptFor, 2, agent_id="amy", nickname="Amy"))
    assert story.told() == [
        "ondivert",
        "partystatechanged amy accepted",
        "accept.done",
        "partystatechanged amy processing",
        "redirect.done",
    ]


def test_whoever_has_no_session_hears_nothing_of_its_end() -> None:
    story = owned().when(wishes.SessionOver(session_id=SESSION))
    assert story.heard == []
    assert story.state.queued_ms


def test_what_rests_cannot_be_acted_on_until_somebody_writes() -> None:
    start = commands.Start(
        service="s",
        user_id="u",
        key_hash="h",
        nickname="Mira",
        asynchronous=True,
        application="support",
        session_id=SESSION,
    )
    story = listening().when(start).when(Leave(party_id=1, reason="client_left"))
    assert story.told() == ["udata.changed IsOnline", "notcontrolled revoking"]
    story.when(commands.Say(party_id=1, text="me again"))
    assert story.told() == ["udata.changed IsOnline", "present"]


def test_the_visitor_is_never_a_party() -> None:
    story = listening(MIRA, QUEUED, AMY, LISTENER).after(OWNED)
    seen = story.news()[0].sees[CHAT]
    assert seen is not None
    assert [party["device"] for party in seen["parties"].values()] == ["amy", "sam"]

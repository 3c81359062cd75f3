"""What sessions may do with interactions, and what they are answered: on the real desk."""

from typing import Any

import pytest

from frontdesk.desk.orchestration.interaction_module import flat
from frontdesk.domain import commands
from frontdesk.domain.commands import Accept, Decline
from frontdesk.domain.events import Joined, Said
from frontdesk.domain.interaction import Phase
from frontdesk.errors import Refused
from tests.desk.orchestration.owning import House

pytestmark = pytest.mark.anyio

LOST = ["notcontrolled detaching", "deleted detaching"]


async def redirected(house: House) -> tuple[str, str]:
    """A chat that Amy has, and its session."""
    await house.person("amy")
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "redirect", interactionid=chat_id, to="amy")
    await house.node.do(chat_id, Accept("amy", "Amy"))
    await house.tell()
    return chat_id, session_id


# --- results and errors -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "given", "error"),
    [
        ("terminate", {}, "notcontrolled"),
        ("redirect", {"to": "bob"}, "notcontrolled"),
        ("redirect", {"to": "nobody"}, "invaliddestination"),
        ("redirect", {"to": {"type": "wb", "id": "drafts"}}, "invaliddestination"),
        ("redirect", {"to": {"type": "iq", "id": "nowhere"}}, "invaliddestination"),
        ("redirect", {}, "invaliddestination"),
        ("associate", {"sessionid": "nobody"}, "notfound"),
        ("clear", {"resource": "bob"}, "notfound"),
        ("singlesteptransfer", {"to": "amy"}, "invaliddestination"),
        ("singlesteptransfer", {"to": "bob", "from": "cid"}, "notfound"),
        ("singlestepconference", {"to": "amy"}, "invaliddestination"),
        ("singlestepconference", {"to": {"type": "iq", "id": "sales"}}, "invaliddestination"),
        ("accept", {"resource": "bob"}, "notcontrolled"),
        ("hold", {}, "unsupported"),
    ],
)
async def test_what_is_refused_says_why(action: str, given: dict[str, Any], error: str) -> None:
    house = House()
    await house.person("bob")
    chat_id, session_id = await redirected(house)
    before = house.count(session_id)
    asked = await house.ask(session_id, action, interactionid=chat_id, **given)
    assert house.count(session_id) == before + 1
    name, data = house.last(session_id)
    assert name == f"error.interaction.{action}"
    assert (data["requestid"], data["interactionid"], data["error"]) == (asked.request_id, chat_id, error)
    assert data["description"]


@pytest.mark.parametrize("action", ["terminate", "redirect", "detach", "clear", "accept"])
async def test_what_is_not_owned_is_not_found(action: str) -> None:
    house = House()
    await house.person("amy")
    chat_id, session_id = await house.begin()
    other_id, _ = await house.begin()
    for interaction_id in (other_id, "nothing", None):
        await house.ask(session_id, action, interactionid=interaction_id, to="amy", resource="amy")
        assert house.last(session_id)[1]["error"] == "notfound"
    assert (await house.state(other_id)).owner != session_id
    assert (await house.state(chat_id)).owner == session_id


async def test_who_is_not_ready_is_not_rung_for() -> None:
    house = House()
    amy = await house.person("amy")
    await house.node.agents.not_ready(amy.account_id, "break")
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "redirect", interactionid=chat_id, to="amy")
    assert house.last(session_id)[1]["error"] == "remote"


# --- owning -----------------------------------------------------------------------------------------


async def test_detach_attach_and_attach_again() -> None:
    house = House()
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "detach", interactionid=chat_id)
    assert house.heard(session_id, 3) == [*LOST, "detach.done"]
    await house.ask(session_id, "attach", interactionid=chat_id)
    await house.ask(session_id, "attach", interactionid=chat_id)
    assert house.heard(session_id, 6) == ["added", "present", "attach.done", "attach.done"]


async def test_a_foreign_interaction_cannot_be_attached() -> None:
    house = House()
    chat_id, session_id = await house.begin()
    _, other = await house.begin()
    before = house.count(session_id)
    await house.ask(other, "attach", interactionid=chat_id)
    assert house.last(other)[1]["error"] == "invalidstate"
    assert house.count(session_id) == before


async def test_associate_gives_it_on_without_a_moment_between() -> None:
    house = House()
    chat_id, session_id = await house.begin()
    _, other = await house.begin()
    before = house.count(other)
    await house.ask(session_id, "associate", interactionid=chat_id, sessionid=other)
    assert house.heard(other, before) == ["added", "present"]
    assert house.heard(session_id, 3) == [*LOST, "associate.done"]
    owners = [fact.session_id for fact in await house.node.events(chat_id) if type(fact).__name__ == "Owned"]
    assert owners == [session_id, other]
    assert not any(type(fact).__name__ == "Released" for fact in await house.node.events(chat_id))


async def test_detach_while_it_rings_is_refused_and_then_works() -> None:
    house = House()
    await house.person("amy")
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "redirect", interactionid=chat_id, to="amy")
    await house.ask(session_id, "detach", interactionid=chat_id)
    assert house.last(session_id)[1]["error"] == "invalidstate"
    await house.node.do(chat_id, Decline("amy"))
    await house.ask(session_id, "detach", interactionid=chat_id)
    assert house.heard(session_id)[-3:] == [*LOST, "detach.done"]


# --- moving -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to", ["amy", {"type": "A", "agent": "amy"}, {"type": "AP", "place": "amy"}, {"agent": "amy", "vq": "v"}]
)
async def test_a_redirect_is_done_when_the_agent_accepts(to: object) -> None:
    house = House()
    await house.person("amy")
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "redirect", interactionid=chat_id, to=to)
    assert "redirect.done" not in house.heard(session_id)
    await house.node.do(chat_id, Accept("amy", "Amy"))
    await house.tell()
    assert house.heard(session_id)[-1] == "redirect.done"


@pytest.mark.parametrize("to", [{"type": "iq", "id": "sales"}, {"type": "Q", "dn": "sales"}])
async def test_a_queue_has_it_at_once(to: object) -> None:
    house = House()
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "redirect", interactionid=chat_id, to=to)
    assert house.heard(session_id)[-1] == "redirect.done"
    assert house.node.floor.waiting_count == 1


async def test_a_detached_redirect_that_nobody_takes() -> None:
    house = House()
    await house.person("amy")
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "redirect", interactionid=chat_id, to="amy", detach=True)
    assert house.heard(session_id, 3) == LOST
    house.node.clock.after_s(30)
    await house.node.interactions.tick(chat_id)
    await house.tell()
    assert house.heard(session_id, 5) == ["added", "present", "error.interaction.redirect timeout"]


async def test_what_a_session_detached_itself_it_may_still_redirect() -> None:
    house = House()
    await house.person("amy")
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "detach", interactionid=chat_id)
    await house.ask(session_id, "redirect", interactionid=chat_id, to="amy")
    await house.node.do(chat_id, Accept("amy", "Amy"))
    await house.tell()
    assert house.heard(session_id)[-1] == "redirect.done"


async def test_but_not_once_somebody_else_has_it() -> None:
    house = House()
    await house.person("amy")
    chat_id, session_id = await house.begin()
    _, other = await house.begin()
    await house.ask(session_id, "detach", interactionid=chat_id)
    await house.ask(other, "attach", interactionid=chat_id)
    await house.ask(session_id, "redirect", interactionid=chat_id, to="amy")
    assert house.last(session_id)[1]["error"] == "notfound"


async def test_agents_are_added_moved_and_taken_out() -> None:
    house = House()
    await house.person("bob")
    chat_id, session_id = await redirected(house)
    await house.ask(session_id, "singlestepconference", interactionid=chat_id, to="bob")
    assert house.heard(session_id)[-1] == "singlestepconference.done"
    await house.ask(session_id, "clear", interactionid=chat_id, resource={"type": "A", "agent": "bob"})
    name, data = house.last(session_id)
    assert (name, data["resource"]) == ("interaction.clear.done", "bob")
    await house.ask(session_id, "singlesteptransfer", interactionid=chat_id, **{"from": "amy", "to": "bob"})
    assert [p.participant_id for p in (await house.state(chat_id)).parties if p.answers] == ["bob"]
    assert house.node.floor.chats_of("bob") == [chat_id]
    assert (await house.state(chat_id)).phase is Phase.ACTIVE


async def test_an_agent_can_be_made_to_accept() -> None:
    house = House()
    await house.person("amy")
    chat_id, session_id = await house.begin()
    asked = await house.ask(session_id, "accept", interactionid=chat_id, resource="amy")
    assert (await house.state(chat_id)).is_attended
    done = next(e for e in house.ear.told[session_id] if e.name == "interaction.accept.done")
    assert f'"requestid":"{asked.request_id}"' in done.data


async def test_a_session_ends_a_chat_once() -> None:
    house = House()
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "terminate", interactionid=chat_id, reason="out of hours")
    assert house.heard(session_id, 3) == ["terminate.done", "notcontrolled deletion", "deleted deletion"]
    assert (await house.state(chat_id)).end_reason == "out of hours"
    await house.ask(session_id, "terminate", interactionid=chat_id)
    assert house.last(session_id)[1]["error"] == "notfound"


# --- user data --------------------------------------------------------------------------------------


async def test_user_data_is_set_and_deleted() -> None:
    house = House()
    chat_id, session_id = await house.begin()
    changes = {"vip": True, "score": 7.0, "rate": 0.5, "basket": {"items": [1]}, "none": None}
    await house.ask(session_id, "setudata", interactionid=chat_id, changes=changes)
    assert (await house.state(chat_id)).user_data == {
        "vip": "true",
        "score": "7",
        "rate": "0.5",
        "basket": '{"items":[1]}',
    }
    await house.ask(session_id, "deleteudata", interactionid=chat_id, keys=["vip", "nothing"])
    assert "vip" not in (await house.state(chat_id)).user_data
    await house.ask(session_id, "deleteudata", interactionid=chat_id)
    assert (await house.state(chat_id)).user_data == {}
    assert house.heard(session_id, 3) == ["udata.changed"] * 3
    assert len([key for key in house.ear.keys[session_id] if key.startswith(f"{session_id}.")]) == 3


def test_what_the_platform_says_itself_cannot_be_set() -> None:
    with pytest.raises(Refused):
        flat({"OP-Session-ID": "another"})


# --- words ------------------------------------------------------------------------------------------


async def test_a_bot_of_the_application_speaks() -> None:
    house = House()
    chat_id, session_id = await house.begin()
    await house.ask(session_id, "sendchatmessage", module="chat", message="Hello!", **{"from": "Robin"})
    name, data = house.last(session_id)
    assert name == "chat.sendchatmessage.done"
    said = [fact for fact in await house.node.events(chat_id) if isinstance(fact, Said | Joined)]
    assert [type(fact) for fact in said] == [Joined, Said]
    assert (data["interactionid"], data["messageid"]) == (
        chat_id,
        str(len(await house.node.events(chat_id)) - 1),
    )


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"message": "hello"}, "requestinvalid"),
        ({"from": "Robin"}, "requestinvalid"),
        ({"from": "Robin", "message": "  "}, "requestinvalid"),
        ({"from": "amy", "message": "hello"}, "notfound"),
        ({"from": "Robin", "message": "hello", "interactionid": "another"}, "notfound"),
    ],
)
async def test_what_cannot_be_said(given: dict[str, str], error: str) -> None:
    house = House()
    await house.person("amy")
    _, session_id = await house.begin()
    await house.ask(session_id, "sendchatmessage", module="chat", **given)
    name, data = house.last(session_id)
    assert (name, data["error"]) == ("error.chat.sendchatmessage", error)


async def test_the_transcript_is_read_in_its_order() -> None:
    house = House()
    chat_id, session_id = await redirected(house)
    for party_id, text in ((1, "hello"), (2, "hello Mira")):
        await house.node.do(chat_id, commands.Say(party_id=party_id, text=text))
        house.node.clock.after_s(1.5)
    await house.ask(session_id, "gettranscript", module="chat", interactionid="0")
    name, data = house.last(session_id)
    assert name == "chat.gettranscript.done"
    assert [(one["type"], one["text"], one["device"]) for one in data["transcript"]] == [
        ("joined", "", "amy"),
        ("text", "hello", "Mira"),
        ("text", "hello Mira", "amy"),
    ]
    dates = [one["date"] for one in data["transcript"]]
    assert dates == sorted(dates)
    assert all(isinstance(date, int) for date in dates)

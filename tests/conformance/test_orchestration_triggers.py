"""What people do in chats, and what sessions are told of it: rows of section 19 that have no number."""

from collections.abc import Sequence

import pytest

from frontdesk.domain import commands
from frontdesk.domain.commands import Accept, Call, End, Leave
from frontdesk.domain.events import Purpose
from frontdesk.domain.rules import Rules
from tests.conformance.owned import Heard, Owned
from tests.conformance.session_events import HAPPENINGS

pytestmark = pytest.mark.anyio

STAYS = Rules(idle_alert_s=0, client_silence_s=0, ends_with_last_agent=False)
GONE = ["notcontrolled deletion", "deleted deletion"]


def in_words(heard: Sequence[Heard]) -> list[str]:
    """The events, each of which has the attributes of the specification and no others but hints."""
    for one in heard:
        assert set(one.data) - {"hints"} == HAPPENINGS[one.name] - {"hints"}, one.name
    return [str(one) for one in heard]


async def test_a_visitor_comes_and_leaves_before_anybody_is_there() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin(user_data={"topic": "bikes"})
        heard = await desk.heard(session_id)
        assert in_words(heard) == ["added", "present", "onrouterequest"]
        assert (heard[0].data["focusdeviceid"], heard[0].udata["topic"]) == ("s", "bikes")
        assert heard[0].udata["IsOnline"] == "1"
        await desk.do(chat_id, Leave(party_id=1, reason="client_left"))
        heard = await desk.heard(session_id)
        assert in_words(heard) == ["udata.changed", *GONE]
        assert (heard[0].data["changed"], heard[0].udata["IsOnline"]) == (["IsOnline"], "0")
        assert heard[1].seen["state"] == "abandoned"


async def test_an_agent_is_rung_for_and_accepts() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        assert in_words(await desk.heard(session_id)) == ["notcontrolled routing", "partyadded amy ringing"]
        await desk.do(chat_id, Accept("amy", "Amy"))
        *heard, done = await desk.heard(session_id)
        assert in_words(heard) == [
            "ondivert",
            "partystatechanged amy accepted",
            "partystatechanged amy processing",
        ]
        assert done.name == "interaction.redirect.done"


async def test_an_agent_hands_a_chat_to_a_colleague() -> None:
    async with Owned(STAYS) as desk:
        await desk.person("bob")
        chat_id, session_id = await desk.routed()
        call = Call(party_id=2, agent_id="bob", purpose=Purpose.TRANSFER, answer_s=30)
        await desk.do(chat_id, call, Accept("bob", "Bob"))
        heard = await desk.heard(session_id)
        assert in_words(heard) == [
            "onsinglesteptransfer",
            "partyadded bob processing",
            "partydeleted amy completed",
        ]
        assert heard[0].data == {
            "interactionid": chat_id,
            "transferringpartyid": f"{chat_id}:amy",
            "transferringresource": "amy",
            "transferringpartystate": "processing",
            "newdestination": "bob",
        }
        assert heard[-1].parties == {"bob": "processing"}


async def test_an_agent_asks_a_colleague_in_and_leaves() -> None:
    async with Owned(STAYS) as desk:
        await desk.person("bob")
        chat_id, session_id = await desk.routed()
        call = Call(party_id=2, agent_id="bob", purpose=Purpose.CONFERENCE, answer_s=30)
        await desk.do(chat_id, call, Accept("bob", "Bob"))
        heard = await desk.heard(session_id)
        assert in_words(heard) == [
            "onsinglestepconference",
            "partyadded bob ringing",
            "partystatechanged bob accepted",
            "partystatechanged bob processing",
        ]
        assert heard[0].data == {
            "interactionid": chat_id,
            "conferencingpartyid": f"{chat_id}:amy",
            "conferencingresource": "amy",
            "conferencingpartystate": "processing",
            "addedpartyid": f"{chat_id}:bob",
            "addedresource": "bob",
            "addedpartystate": "ringing",
        }
        await desk.do(chat_id, Leave(party_id=2))
        heard = await desk.heard(session_id)
        assert in_words(heard) == ["partystatechanged amy completed", "partydeleted amy completed"]
        assert heard[0].data["hints"] == {"ccevent": 1, "cause": 6}


async def test_an_agent_ends_a_chat() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.routed()
        await desk.do(chat_id, End(reason="solved", party_id=2))
        assert in_words(await desk.heard(session_id)) == ["partydeleted amy completed", *GONE]


async def test_what_is_said_is_told_with_who_said_it() -> None:
    async with Owned(STAYS, events=("chat.message",)) as desk:
        chat_id, session_id = await desk.routed()
        for party_id, text in ((1, "hello"), (2, "hello Mira")):
            await desk.do(chat_id, commands.Say(party_id=party_id, text=text))
        heard = await desk.heard(session_id)
        assert in_words(heard) == ["chat.message", "chat.message"]
        assert [(one.data["message"]["device"], one.data["message"]["text"]) for one in heard] == [
            ("Mira", "hello"),
            ("amy", "hello Mira"),
        ]

"""What sessions do with interactions, and what they are answered: checks 36 to 47, 81, 82 and 84."""

import asyncio
from typing import Any

import pytest

from frontdesk.domain import commands
from frontdesk.domain.commands import Accept, Decline
from frontdesk.domain.events import Said
from frontdesk.domain.interaction import Phase
from tests.conformance.owned import Heard, Owned
from tests.desk.orchestration.stage import ors
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

GONE = ["notcontrolled deletion", "deleted deletion"]

# What each action needs so that it works with a chat that is with nobody, or with Amy; and what it says then.
ALONE: dict[str, tuple[dict[str, Any], set[str]]] = {
    "terminate": ({}, {"requestid", "interactionid"}),
    "redirect": ({"to": {"type": "iq", "id": "sales"}}, {"requestid", "interactionid"}),
    "associate": ({}, {"requestid", "interactionid"}),
    "attach": ({}, {"requestid", "interactionid"}),
    "detach": ({}, {"requestid", "interactionid"}),
    "accept": ({"resource": "bob"}, {"requestid", "interactionid"}),
    "sendchatmessage": ({"from": "Robin", "message": "hello"}, {"requestid", "interactionid", "messageid"}),
    "gettranscript": ({}, {"requestid", "interactionid", "transcript"}),
}
WITH_AMY: dict[str, tuple[dict[str, Any], set[str]]] = {
    "clear": ({"resource": "amy"}, {"requestid", "interactionid", "resource"}),
    "singlesteptransfer": ({"from": "amy", "to": "bob"}, {"requestid", "interactionid"}),
    "singlestepconference": ({"to": "bob"}, {"requestid", "interactionid"}),
}
SPEAKING = ("sendchatmessage", "gettranscript")


def prefix(action: str) -> str:
    return "chat" if action in SPEAKING else "interaction"


async def answers(desk: Owned, action: str) -> tuple[str, list[Heard]]:
    """What a session is told after it asked for something that works: the request's id, and its results."""
    await desk.person("bob")
    chat_id, session_id = await (desk.begin() if action in ALONE else desk.routed())
    await desk.heard(session_id)
    given, _ = (ALONE | WITH_AMY)[action]
    if action == "associate":
        given = {"sessionid": await desk.session()}
    request_id = await desk.ask(session_id, action, interactionid=chat_id, **given)
    await desk.after_s(60)
    return request_id, [one for one in await desk.heard(session_id) if one.data.get("requestid")]


async def refusals(desk: Owned, action: str) -> tuple[str, list[Heard]]:
    """The same of what does not work, for the session has no such interaction."""
    await desk.person("amy")
    foreign_id, _ = await desk.begin()
    session_id = await desk.session()
    given = {"to": "amy", "resource": "amy", "from": "Robin", "message": "hello", "sessionid": "nobody"}
    request_id = await desk.ask(session_id, action, interactionid=foreign_id, **given)
    await desk.after_s(60)
    return request_id, [one for one in await desk.heard(session_id) if one.data.get("requestid")]


@pytest.mark.parametrize("action", [*ALONE, *WITH_AMY])
async def test_36_every_action_is_answered_once(action: str) -> None:
    async with speaking() as desk:
        request_id, told = await answers(desk, action)
        assert [(one.name, one.data["requestid"]) for one in told] == [
            (f"{prefix(action)}.{action}.done", request_id)
        ]


@pytest.mark.parametrize("action", [*ALONE, *WITH_AMY])
async def test_36_and_so_is_every_action_that_fails(action: str) -> None:
    async with Owned() as desk:
        request_id, told = await refusals(desk, action)
        assert [(one.name, one.data["requestid"]) for one in told] == [
            (f"error.{prefix(action)}.{action}", request_id)
        ]


@pytest.mark.parametrize("action", [*ALONE, *WITH_AMY])
async def test_38_each_result_has_its_attributes(action: str) -> None:
    async with speaking() as desk:
        _, (done,) = await answers(desk, action)
        assert set(done.data) == (ALONE | WITH_AMY)[action][1]


@pytest.mark.parametrize("action", [*ALONE, *WITH_AMY])
async def test_38_each_error_says_why_for_programs_and_for_people(action: str) -> None:
    async with Owned() as desk:
        _, (refused,) = await refusals(desk, action)
        assert refused.data["error"] == ("invalidstate" if action == "attach" else "notfound")
        assert refused.data["description"]


async def test_37_a_request_has_its_id_before_it_has_its_result() -> None:
    asks = ors("""<datamodel><data id="a"/></datamodel>
    <state id="s">
        <transition event="interaction.present">
            <ixn:attach requestid="_data.a" interactionid="_event.data.interactionid"/>
            <log expr="JSON.stringify({name: 'first', data: {requestid: _data.a}})"/>
            <ixn:attach requestid="_data.a" interactionid="_event.data.interactionid"/>
            <log expr="JSON.stringify({name: 'second', data: {requestid: _data.a}})"/>
            <ixn:attach interactionid="_event.data.interactionid"/>
        </transition>
        <transition event="interaction.attach.done">
            <log expr="JSON.stringify({name: 'done', data: {requestid: _event.data.requestid}})"/>
        </transition>
    </state>""")
    async with Owned(support=asks) as desk:
        _, session_id = await desk.begin()
        first, second, *done = await desk.heard(session_id)
        ids = [one.data["requestid"] for one in done]
        assert ids[:2] == [first.data["requestid"], second.data["requestid"]]
        assert len(set(ids)) == 3
        assert all(ids)


async def test_39_what_never_answers_is_answered_for_and_a_late_answer_is_dropped() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        desk.node.connection.hold("append")
        ask = asyncio.ensure_future(desk.stage.send(session_id, "do.detach", {"interactionid": chat_id}))
        async with asyncio.timeout(PATIENCE_S):
            while not (await desk.stage.session(session_id)).errands:
                await asyncio.sleep(0)
            desk.node.clock.after_s(11)
            while not (told := await desk.told(session_id)):
                await desk.stage.orchestration.tick(session_id)
                await asyncio.sleep(0)
        assert told == ["error.interaction.detach timeout"]
        desk.node.connection.release("append")
        await ask
        await desk.settle()
        assert await desk.told(session_id) == ["notcontrolled detaching", "deleted detaching"]


async def test_40_a_session_ends_a_chat() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.ask(session_id, "terminate", interactionid=chat_id)
        assert await desk.told(session_id) == ["terminate.done", *GONE]
        assert (await desk.state(chat_id)).phase is Phase.ENDED
        await desk.ask(session_id, "terminate", interactionid=chat_id)
        assert await desk.told(session_id) == ["error.interaction.terminate notfound"]


@pytest.mark.parametrize(
    "to", ["amy", {"type": "A", "agent": "amy"}, {"type": "AP", "place": "amy", "vq": "sales"}]
)
async def test_41_a_redirect_is_done_once_the_agent_accepts(to: Any) -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.ask(session_id, "redirect", interactionid=chat_id, to=to)
        assert "redirect.done" not in await desk.told(session_id)
        await desk.do(chat_id, Accept("amy", "Amy"))
        assert (await desk.told(session_id))[-1] == "redirect.done"


async def test_41_a_redirect_to_a_queue_is_done_at_once() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.ask(session_id, "redirect", interactionid=chat_id, to={"type": "iq", "id": "sales"})
        assert (await desk.told(session_id))[-1] == "redirect.done"
        assert (await desk.state(chat_id)).queue == "sales"


async def test_41_a_redirect_to_nobody() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        for to in ("nobody", {"type": "iq", "id": "nowhere"}, {"type": "wb", "id": "drafts"}, 7):
            await desk.ask(session_id, "redirect", interactionid=chat_id, to=to)
            assert await desk.told(session_id) == ["error.interaction.redirect invaliddestination"]


async def test_41_a_redirect_that_the_agent_declines_or_does_not_answer() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        await desk.do(chat_id, Decline("amy"))
        assert (await desk.told(session_id))[-1] == "error.interaction.redirect remote"
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        await desk.after_s(30)
        assert (await desk.told(session_id))[-1] == "error.interaction.redirect timeout"


async def test_42_an_agent_is_made_to_accept() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        await desk.heard(session_id)
        request_id = await desk.ask(session_id, "accept", interactionid=chat_id, resource="amy")
        heard = await desk.heard(session_id)
        assert [str(one) for one in heard] == [
            "ondivert",
            "partystatechanged amy accepted",
            "accept.done",
            "partystatechanged amy processing",
            "redirect.done",
        ]
        assert heard[2].data["requestid"] == request_id
        assert heard[2].parties == {"amy": "accepted"}


async def test_43_one_agent_is_taken_out_and_the_chat_lives() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.routed()
        await desk.ask(session_id, "clear", interactionid=chat_id, resource={"type": "A", "agent": "amy"})
        heard = await desk.heard(session_id)
        assert [str(one) for one in heard] == ["partydeleted amy completed", "present", "clear.done"]
        assert heard[-1].data["resource"] == "amy"
        assert (await desk.state(chat_id)).phase is Phase.WAITING


async def test_44_a_session_moves_a_chat_in_one_step() -> None:
    async with Owned() as desk:
        await desk.person("bob")
        chat_id, session_id = await desk.routed()
        await desk.ask(
            session_id, "singlesteptransfer", interactionid=chat_id, **{"from": "amy", "to": "bob"}
        )
        heard = await desk.heard(session_id)
        assert [str(one) for one in heard] == [
            "onsinglesteptransfer",
            "partyadded bob processing",
            "partydeleted amy completed",
            "singlesteptransfer.done",
        ]
        assert heard[0].data == {
            "interactionid": chat_id,
            "transferringpartyid": f"{chat_id}:amy",
            "transferringresource": "amy",
            "transferringpartystate": "processing",
            "newdestination": "bob",
        }


async def test_45_a_session_adds_an_agent_in_one_step() -> None:
    async with Owned() as desk:
        await desk.person("bob")
        chat_id, session_id = await desk.routed()
        await desk.ask(session_id, "singlestepconference", interactionid=chat_id, to="bob")
        heard = await desk.heard(session_id)
        assert [str(one) for one in heard] == [
            "onsinglestepconference",
            "partyadded bob processing",
            "singlestepconference.done",
        ]
        assert heard[0].data == {
            "interactionid": chat_id,
            "conferencingpartyid": f"{chat_id}:amy",
            "conferencingresource": "amy",
            "conferencingpartystate": "processing",
            "addedpartyid": f"{chat_id}:bob",
            "addedresource": "bob",
            "addedpartystate": "processing",
        }


async def test_46_what_a_final_state_asks_for_is_still_done() -> None:
    ends = ors("""<state id="a">
        <transition event="interaction.present" target="end"/>
    </state>
    <final id="end">
        <onentry>
            <ixn:terminate interactionid="_event.data.interactionid" reason="'closed'"/>
        </onentry>
    </final>""")
    async with Owned(support=ends) as desk:
        chat_id, _ = await desk.begin()
        state = await desk.state(chat_id)
        assert (state.phase, state.end_reason) == (Phase.ENDED, "closed")


async def test_47_an_action_that_cannot_be_evaluated_is_not_asked_for() -> None:
    fails = ors("""<state id="a">
        <transition event="interaction.present">
            <ixn:terminate interactionid="_event.data.nothing.at.all"/>
            <log expr="JSON.stringify({name: 'went on'})"/>
        </transition>
        <transition event="error.illegalvalue"><log expr="JSON.stringify({name: _event.name})"/></transition>
    </state>""")
    async with Owned(support=fails) as desk:
        chat_id, session_id = await desk.begin()
        assert await desk.told(session_id) == ["error.illegalvalue.typeerror"]
        session = await desk.stage.session(session_id)
        assert session.errands == {}
        assert (await desk.state(chat_id)).phase is Phase.WAITING


# --- words ------------------------------------------------------------------------------------------


def speaking(*events: str) -> Owned:
    return Owned(bots=("Robin",), events=events)


async def test_81_a_session_speaks_and_everybody_hears() -> None:
    async with speaking() as desk:
        chat_id, session_id = await desk.routed()
        given = {"from": "Robin", "message": "One moment, please."}
        await desk.ask(session_id, "sendchatmessage", **given)
        (done,) = await desk.heard(session_id)
        assert (done.name, done.data["interactionid"]) == ("chat.sendchatmessage.done", chat_id)
        said = (await desk.node.chats.history(chat_id))[int(done.data["messageid"]) - 1]
        assert isinstance(said.event, Said)
        assert (said.event.text, said.event.visibility) == ("One moment, please.", "all")
        await desk.ask(
            session_id, "sendchatmessage", interactionid=chat_id, **{"from": "amy", "message": "Hi"}
        )
        spoken = [e.party_id for e in await desk.node.events(chat_id) if isinstance(e, Said)]
        parties = (await desk.state(chat_id)).parties
        assert [parties[party_id - 1].nickname for party_id in spoken] == ["Robin", "Amy"]


@pytest.mark.parametrize("given", [{"from": "Robin"}, {"message": "hello"}, {"from": "Robin", "message": ""}])
async def test_81_it_has_to_say_what_and_as_whom(given: dict[str, str]) -> None:
    async with speaking() as desk:
        _, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.ask(session_id, "sendchatmessage", **given)
        (refused,) = await desk.heard(session_id)
        assert (refused.data["error"], refused.data["description"][:15]) == (
            "requestinvalid",
            "Request Invalid",
        )


async def test_82_a_session_reads_the_transcript() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.routed()
        for party_id, text in ((1, "hello"), (2, "hello Mira"), (1, "my order is late")):
            await desk.do(chat_id, commands.Say(party_id=party_id, text=text))
            desk.node.clock.after_s(0.7)
        await desk.ask(session_id, "gettranscript")
        (done,) = await desk.heard(session_id)
        texts = [one for one in done.data["transcript"] if one["type"] == "text"]
        assert [one["text"] for one in texts] == ["hello", "hello Mira", "my order is late"]
        assert [one["device"] for one in texts] == ["Mira", "amy", "Mira"]
        dates = [one["date"] for one in done.data["transcript"]]
        assert dates == sorted(dates)
        assert all(isinstance(date, int) and date < 10**10 for date in dates)


@pytest.mark.parametrize("wanted", [(), ("chat.message",)])
async def test_84_words_are_told_to_who_asked_for_them(wanted: tuple[str, ...]) -> None:
    async with speaking(*wanted) as desk:
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.do(chat_id, commands.Say(party_id=1, text="hello"))
        heard = await desk.heard(session_id)
        assert tuple(one.name for one in heard) == wanted
        for one in heard:
            assert one.data["message"]["text"] == "hello"

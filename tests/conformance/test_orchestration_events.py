"""What sessions are told of what happens: checks 48 to 59."""

import asyncio
from typing import Any

import pytest

from frontdesk.domain import commands
from frontdesk.domain.commands import Accept, Call, ChangeData, Decline, HandOver, Leave
from frontdesk.domain.events import Kind, Purpose, Visibility
from frontdesk.domain.owning_commands import Merge, MergeInto, Park, Resume
from frontdesk.domain.rules import Rules
from tests.conformance.owned import Owned
from tests.desk.orchestration.stage import ors

pytestmark = pytest.mark.anyio

BEGINS = ["added", "present", "onrouterequest"]
STAYS = Rules(idle_alert_s=0, client_silence_s=0, ends_with_last_agent=False)
OF_PARTIES = {"interactionid", "focusdeviceid", "partyid", "partystate"}


async def test_48_parties_who_are_there_already_are_not_told_of() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        await desk.person("bob")
        chat_id = await desk.node.start("plain")
        await desk.do(chat_id, commands.Invite("amy", 30), Accept("amy", "Amy"))
        session_id = await desk.session()
        await desk.ask(session_id, "attach", interactionid=chat_id)
        heard = await desk.heard(session_id)
        assert [str(one) for one in heard] == ["added", "attach.done"]
        assert heard[0].parties == {"amy": "processing"}
        call = Call(party_id=2, agent_id="bob", purpose=Purpose.CONSULT, answer_s=30)
        await desk.do(chat_id, call)
        (added,) = await desk.heard(session_id)
        assert added.name == "interaction.partyadded"
        assert added.data == {
            "interactionid": chat_id,
            "focusdeviceid": "bob",
            "partyid": f"{chat_id}:bob",
            "partystate": "ringing",
        }
        assert added.parties == {"amy": "processing", "bob": "ringing"}


async def test_49_a_party_that_leaves_is_gone() -> None:
    async with Owned(STAYS) as desk:
        chat_id, session_id = await desk.routed()
        await desk.do(chat_id, Leave(party_id=2))
        deleted, present = await desk.heard(session_id)
        assert deleted.name == "interaction.partydeleted"
        assert set(deleted.data) == OF_PARTIES
        assert deleted.parties == {}
        assert present.name == "interaction.present"


async def test_50_hints_are_the_numbers_of_the_specification() -> None:
    async with Owned(STAYS) as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        await desk.do(chat_id, Accept("amy", "Amy"), Park(2), Resume(2))
        changed = [one for one in await desk.heard(session_id) if one.name.endswith("partystatechanged")]
        assert [(one.data["partystate"], one.data["hints"]) for one in changed] == [
            ("accepted", {"ccevent": 3, "cause": 3}),
            ("processing", {"ccevent": 3, "cause": 3}),
            ("held", {"ccevent": 5}),
            ("processing", {"ccevent": 9}),
        ]
        assert [one.parties["amy"] for one in changed] == ["accepted", "processing", "held", "processing"]


async def test_51_the_visitor_is_no_party() -> None:
    async with Owned(STAYS) as desk:
        chat_id, session_id = await desk.routed()
        await desk.do(chat_id, commands.Say(party_id=1, text="hello"), commands.ChangeNickname(1, "Mo"))
        assert await desk.told(session_id) == []
        seen = await desk.said(session_id, f"_genesys.ixn.interactions['{chat_id}'].parties")
        assert [party["device"] for party in seen.values()] == ["amy"]
        await desk.do(chat_id, Leave(party_id=1, reason="client_left"))
        told = await desk.told(session_id)
        assert told == [
            "udata.changed",
            "partydeleted amy completed",
            "notcontrolled deletion",
            "deleted deletion",
        ]


async def test_52_user_data_is_there_when_it_is_told_of_and_not_before() -> None:
    waits = ors("""<state id="a">
        <transition event="interaction.present">
            <script>_genesys.ixn.setuData({mine: 'yes'})</script>
        </transition>
        <transition event="interaction">
            <log expr="JSON.stringify({name: _event.name, data: {changed: _event.data.changed,
                mine: _genesys.ixn.getuData('mine'), vip: _genesys.ixn.getuData('vip')}})"/>
        </transition>
    </state>""")
    async with Owned(support=waits) as desk:
        chat_id, session_id = await desk.begin()
        await desk.do(chat_id, ChangeData(party_id=1, changes={"vip": "1"}))
        assert [(one.name, one.data) for one in await desk.heard(session_id)] == [
            ("interaction.added", {}),
            ("interaction.onrouterequest", {}),
            ("interaction.udata.changed", {"changed": ["mine"], "mine": "yes"}),
            ("interaction.udata.changed", {"changed": ["vip"], "mine": "yes", "vip": "1"}),
        ]


async def test_52_what_a_script_nests_in_user_data_it_finds_so_and_texts_stay_texts() -> None:
    keeps = ors("""<state id="a">
        <transition event="interaction.present">
            <script>
              _genesys.ixn.setuData({cart: {item: {id: 7}, total: 2.5}, count: 3, vip: true, text: '{}'})
            </script>
        </transition>
        <transition event="interaction.udata.changed">
            <log expr="JSON.stringify({name: 'read', data: _genesys.ixn.interactions[0].udata})"/>
        </transition>
    </state>""")
    async with Owned(support=keeps) as desk:
        chat_id, session_id = await desk.begin()
        await desk.do(chat_id, ChangeData(party_id=1, changes={"own": '{"a": 1}', "count": "4"}))
        first, second = [one.data for one in await desk.heard(session_id)]
        nested = {"cart": {"item": {"id": 7}, "total": 2.5}, "vip": "true", "text": "{}"}
        assert first.items() >= {**nested, "count": 3}.items()
        assert second.items() >= {**nested, "count": "4", "own": '{"a": 1}'}.items()
        state = await desk.state(chat_id)
        assert state.user_data["cart"] == '{"item":{"id":7},"total":2.5}'


async def test_53_in_one_block_user_data_stays_as_it_was() -> None:
    reads = ors("""<state id="a">
        <transition event="interaction.present">
            <script>
                _genesys.ixn.setuData({a: '1'});
                var read = _genesys.ixn.interactions[0].udata.a, got = _genesys.ixn.getuData('a');
            </script>
            <log expr="JSON.stringify({name: 'read', data: {read: typeof read, got: typeof got}})"/>
        </transition>
    </state>""")
    async with Owned(support=reads) as desk:
        _, session_id = await desk.begin()
        (read,) = await desk.heard(session_id)
        assert read.data == {"read": "undefined", "got": "undefined"}


async def test_54_one_key_or_all_are_deleted() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin(user_data={"a": "1", "b": "2", "c": "3"})
        await desk.heard(session_id)
        await desk.said(session_id, "_genesys.ixn.deleteuData('b')")
        (changed,) = await desk.heard(session_id)
        assert changed.data["changed"] == ["b"]
        assert (await desk.state(chat_id)).user_data == {"a": "1", "c": "3"}
        await desk.said(session_id, "_genesys.ixn.deleteuData()")
        (changed,) = await desk.heard(session_id)
        assert sorted(changed.data["changed"]) == ["a", "c"]
        assert (await desk.state(chat_id)).user_data == {}
        assert changed.udata["OP-Session-ID"] == session_id, "what the platform says stays"


async def test_55_a_chat_that_is_diverted() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        await desk.heard(session_id)
        await desk.do(chat_id, Accept("amy", "Amy"))
        heard = await desk.heard(session_id)
        assert [str(one) for one in heard][:3] == [
            "ondivert",
            "partystatechanged amy accepted",
            "partystatechanged amy processing",
        ]
        assert heard[0].data == {
            "interactionid": chat_id,
            "divertingpartyid": f"{chat_id}:s",
            "divertingresource": "s",
            "divertingpartystate": "completed",
            "newdestination": "amy",
        }
        assert heard[2].seen["state"] == "processing"


async def test_56_an_application_may_wait_until_it_is_to_route() -> None:
    waits = ors("""<state id="waits">
        <transition event="interaction.onrouterequest" target="works"/>
    </state>
    <state id="works">
        <onentry>
            <ixn:redirect interactionid="_genesys.ixn.interactions[0].g_uid" to="'amy'"/>
        </onentry>
    </state>""")
    async with Owned(support=waits) as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        assert (await desk.stage.session(session_id)).active == ("works",)
        ringing = (await desk.state(chat_id)).ringing
        assert ringing is not None
        assert ringing.agent_id == "amy"


@pytest.mark.parametrize(("leaves", "ccevent"), [(False, 12), (True, 11)])
async def test_57_two_chats_become_one(leaves: bool, ccevent: int) -> None:
    async with Owned(STAYS) as desk:
        await desk.person("bob")
        consult, session_id = await desk.routed()
        primary = await desk.node.start("plain")
        await desk.do(primary, commands.Invite("amy", 30), Accept("amy", "Amy"))
        await desk.do(consult, Call(party_id=2, agent_id="bob", purpose=Purpose.CONFERENCE, answer_s=30))
        await desk.do(consult, Accept("bob", "Bob"))
        await desk.ask(session_id, "attach", interactionid=primary)
        await desk.heard(session_id)
        merge = Merge(party_id=2, interaction_id=consult, colleagues=(("bob", "Bob"),), leaves=leaves)
        await desk.do(primary, merge)
        into = MergeInto(party_id=2, interaction_id=primary, leaves=leaves, owner=session_id)
        await desk.do(consult, into)
        heard = await desk.heard(session_id)
        (merged,) = (one for one in heard if one.name == "interaction.onmerge")
        active, held = ("bob", "amy") if leaves else ("amy", "bob")
        assert merged.data == {
            "frominteractionid": consult,
            "tointeractionid": primary,
            "activeresource": active,
            "activepartyid": f"{primary}:{active}",
            "activepartystate": "processing",
            "heldresource": held,
            "heldpartyid": f"{consult}:{held}",
            "heldpartystate": "held",
            "hints": {"ccevent": ccevent, "cause": 10 if leaves else 2},
        }
        after = [one for one in heard[heard.index(merged) :] if one.data.get("interactionid") == consult]
        assert [str(one) for one in after][-2:] == ["notcontrolled deletion", "deleted deletion"]
        assert await desk.said(session_id, "_genesys.ixn.interactions[0].g_uid") == primary
        assert (await desk.state(primary)).is_open


async def test_58_another_queue_is_told_of() -> None:
    async with Owned(STAYS) as desk:
        chat_id, session_id = await desk.routed()
        await desk.do(chat_id, HandOver(party_id=2, queue="sales"))
        changed, left, present = await desk.heard(session_id)
        assert changed.name == "interaction.property.changed"
        assert changed.data == {"interactionid": chat_id, "changed": ["queue"]}
        assert (changed.seen["queue"], changed.seen["view"]) == ("sales", "sales")
        assert [str(left), str(present)] == ["partydeleted amy completed", "present"]


async def test_58_a_queue_with_an_application_of_its_own_begins_a_session() -> None:
    async with Owned(STAYS) as desk:
        chat_id, session_id = await desk.routed()
        await desk.do(chat_id, HandOver(party_id=2, queue="vip"))
        assert (await desk.told(session_id))[-2:] == ["notcontrolled detaching", "deleted detaching"]
        other = (await desk.state(chat_id)).owner
        assert (await desk.stage.session(other)).began.application == "vip"
        heard = await desk.heard(other)
        assert [str(one) for one in heard] == BEGINS
        assert heard[0].seen["view"] == "vip"


async def test_59_each_of_a_thousand_sessions_hears_in_order() -> None:
    counts = ors("""<datamodel><data id="steps" expr="[]"/></datamodel>
    <state id="a">
        <transition event="interaction.udata.changed">
            <script>_data.steps.push(_genesys.ixn.interactions[0].udata.step)</script>
        </transition>
        <transition event="interaction.deleted" target="end"/>
    </state>
    <final id="end"><onentry>
        <log expr="JSON.stringify({name: 'steps', data: _data.steps})"/>
    </onentry></final>""")
    async with Owned(support=counts) as desk:
        chat_ids = [await desk.node.start() for _ in range(1000)]
        sessions = [(await desk.state(chat_id)).owner for chat_id in chat_ids]
        asked: list[Any] = [ChangeData(party_id=1, changes={"step": step}) for step in "12"]
        for command in (*asked, commands.End(reason="over")):
            await asyncio.gather(*(desk.node.do(chat_id, command) for chat_id in chat_ids))
        await desk.settle()
        for session_id in sessions:
            (steps,) = await desk.heard(session_id)
            assert list(steps.data) == ["1", "2"]


# --- rows of the table that have no number ----------------------------------------------------------


async def test_a_supervisor_who_looks_on_is_known_to_the_session_alone() -> None:
    async with Owned(STAYS) as desk:
        chat_id, session_id = await desk.routed()
        silent = commands.Join(
            kind=Kind.SUPERVISOR, participant_id="sam", nickname="Sam", visibility=Visibility.SUPERVISORS
        )
        await desk.do(chat_id, silent)
        assert await desk.told(session_id) == ["partyadded sam processing"]


async def test_a_chat_that_is_closed_for_silence_says_so() -> None:
    async with Owned(Rules(idle_alert_s=5, idle_close_s=5, client_silence_s=0)) as desk:
        _, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.after_s(5)
        await desk.after_s(5)
        heard = await desk.heard(session_id)
        assert [str(one) for one in heard] == ["udata.changed", "notcontrolled deletion", "deleted deletion"]
        assert heard[0].data["changed"] == ["ReasonClosed"]
        assert heard[1].udata["ReasonClosed"] == "idle"


async def test_an_invite_that_is_declined_gives_control_back() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        await desk.heard(session_id)
        await desk.do(chat_id, Decline("amy"))
        assert await desk.told(session_id) == [
            "partystatechanged amy declined",
            "partydeleted amy declined",
            "present",
            "error.interaction.redirect remote",
        ]

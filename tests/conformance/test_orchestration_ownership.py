"""Sessions own interactions: checks 18 to 35."""

import pytest

from frontdesk.domain import commands
from frontdesk.domain.commands import Accept, Decline
from frontdesk.domain.interaction import Phase
from frontdesk.store.log import Recorded
from tests.conformance.owned import Owned
from tests.desk.orchestration.stage import ors

pytestmark = pytest.mark.anyio

BEGINS = ["added", "present", "onrouterequest"]
LOST = ["notcontrolled detaching", "deleted detaching"]
GONE = ["notcontrolled deletion", "deleted deletion"]


async def test_18_a_session_has_nothing_until_it_is_added() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        heard = await desk.heard(session_id)
        assert [(str(one), one.count) for one in heard] == [(name, 1) for name in BEGINS]
        assert {one.data["interactionid"] for one in heard} == {chat_id}


async def test_18_nor_does_its_document_see_any_when_it_is_entered() -> None:
    looks = ors("""<state id="a"><onentry>
        <log expr="JSON.stringify({name: 'entered', data: {length: _genesys.ixn.interactions.length}})"/>
    </onentry></state>""")
    async with Owned(support=looks) as desk:
        _, session_id = await desk.begin()
        (entered,) = await desk.heard(session_id)
        assert entered.data == {"length": 0}


async def test_19_added_comes_before_present_and_nothing_may_be_changed_in_between() -> None:
    early = ors("""<state id="a">
        <transition event="interaction.added">
            <script>_genesys.ixn.setuData({early: 'yes'})</script>
        </transition>
        <transition event="interaction.present">
            <script>_genesys.ixn.setuData({late: 'yes'})</script>
        </transition>
        <transition event="error"><log expr="JSON.stringify({name: _event.name})"/></transition>
    </state>""")
    async with Owned(support=early) as desk:
        chat_id, session_id = await desk.begin()
        assert [one.name.partition(".")[0] for one in await desk.heard(session_id)] == ["error"]
        assert (await desk.state(chat_id)).user_data == {"late": "yes"}


async def test_19_nor_may_it_be_acted_on_in_between() -> None:
    early = ors("""<state id="a">
        <transition event="interaction.added">
            <ixn:terminate interactionid="_event.data.interactionid"/>
        </transition>
        <transition event="*">
            <log expr="JSON.stringify({name: _event.name, data: _event.data})"/>
        </transition>
    </state>""")
    async with Owned(support=early) as desk:
        chat_id, session_id = await desk.begin()
        told = await desk.told(session_id)
        assert told == ["present", "onrouterequest", "error.interaction.terminate notcontrolled"]
        assert (await desk.state(chat_id)).is_open


async def test_20_all_ways_to_an_interaction_agree() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        ways = "var i = _genesys.ixn.interactions, all = []; for (var k in i) all.push(k);"
        same = f"{ways} [all.length, all[0], i[0].g_uid, i['{chat_id}'].g_uid, i['{chat_id}'] === i[0]]"
        assert await desk.said(session_id, same) == [1, chat_id, chat_id, chat_id, True]
        await desk.ask(session_id, "terminate", interactionid=chat_id)
        assert await desk.said(session_id, f"typeof _genesys.ixn.interactions['{chat_id}']") == "undefined"


async def test_21_reading_of_a_missing_interaction_is_an_error_that_a_session_survives() -> None:
    reads = ors("""<state id="a">
        <transition event="go"><script>_genesys.ixn.interactions['nothing'].udata</script></transition>
        <transition event="error"><log expr="JSON.stringify({name: _event.name})"/></transition>
        <transition event="again"><log expr="JSON.stringify({name: 'again'})"/></transition>
    </state>""")
    async with Owned(other=reads) as desk:
        session_id = await desk.session()
        await desk.stage.send(session_id, "go")
        await desk.stage.send(session_id, "again")
        names = [one.name for one in await desk.heard(session_id)]
        assert names == ["error.script.typeerror", "again"]


async def test_22_the_owner_is_in_the_user_data_until_it_detaches() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        (_, present, _) = await desk.heard(session_id)
        assert present.udata["OP-Session-ID"] == session_id
        await desk.ask(session_id, "detach", interactionid=chat_id)
        lost = (await desk.heard(session_id))[0]
        assert str(lost) == LOST[0]
        assert "OP-Session-ID" not in lost.udata


async def test_23_a_chat_that_ends() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.do(chat_id, commands.End(reason="over"))
        assert await desk.told(session_id) == GONE


async def test_24_detach_and_then_its_result() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        request_id = await desk.ask(session_id, "detach", interactionid=chat_id)
        heard = await desk.heard(session_id)
        assert [str(one) for one in heard] == [*LOST, "detach.done"]
        assert heard[-1].data == {"requestid": request_id, "interactionid": chat_id}


async def test_25_a_free_interaction_is_attached_and_a_foreign_one_is_not() -> None:
    async with Owned() as desk:
        free_id = await desk.node.start("plain")
        foreign_id, owner = await desk.begin()
        session_id = await desk.session()
        await desk.heard(owner)
        await desk.ask(session_id, "attach", interactionid=free_id)
        assert await desk.told(session_id) == ["added", "present", "attach.done"]
        assert not (await desk.state(free_id)).queued_ms, "whoever has it does not wait for a person"
        await desk.ask(session_id, "attach", interactionid=foreign_id)
        assert await desk.told(session_id) == ["error.interaction.attach invalidstate"]
        assert await desk.told(owner) == []
        assert (await desk.state(foreign_id)).owner == owner


async def test_26_what_is_owned_is_attached_already() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.ask(session_id, "attach", interactionid=chat_id)
        assert await desk.told(session_id) == ["attach.done"]


async def test_27_associate_leaves_no_moment_with_two_owners_or_none() -> None:
    async with Owned() as desk:
        chat_id, source = await desk.begin()
        target = await desk.session()
        await desk.heard(source)
        await desk.ask(source, "associate", interactionid=chat_id, sessionid=target)
        assert await desk.told(target) == ["added", "present"]
        assert await desk.told(source) == [*LOST, "associate.done"]
        facts = [type(fact).__name__ for fact in await desk.node.events(chat_id)]
        assert facts.count("Owned") == 2
        assert "Released" not in facts
        assert (await desk.state(chat_id)).owner == target


async def test_27_the_target_hears_of_it_before_the_source() -> None:
    async with Owned() as desk:
        chat_id, source = await desk.begin()
        target = await desk.session()
        await desk.ask(source, "associate", interactionid=chat_id, sessionid=target)
        told: dict[str, int] = {}
        for record in await everything(desk):
            if record.stream.startswith("session/") and b'"type":"Received"' in record.body:
                for name in (b"interaction.added", b"interaction.deleted"):
                    if name in record.body:
                        told[f"{record.stream.removeprefix('session/')} {name.decode()}"] = record.position
        assert told[f"{target} interaction.added"] < told[f"{source} interaction.deleted"]


async def test_28_nothing_is_given_to_an_unknown_session() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        version = (await desk.state(chat_id)).version
        await desk.ask(session_id, "associate", interactionid=chat_id, sessionid="nobody")
        assert await desk.told(session_id) == ["error.interaction.associate notfound"]
        assert (await desk.state(chat_id)).version == version


async def test_29_what_a_session_detached_it_may_redirect_until_somebody_takes_it() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.ask(session_id, "detach", interactionid=chat_id)
        await desk.heard(session_id)
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        await desk.do(chat_id, Decline("amy"))
        assert await desk.told(session_id) == ["error.interaction.redirect remote"]
        other = await desk.session()
        await desk.ask(other, "attach", interactionid=chat_id)
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        assert await desk.told(session_id) == ["error.interaction.redirect notfound"]


async def test_30_a_detached_redirect_that_fails_gives_it_back_before_the_error() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy", detach=True)
        assert await desk.told(session_id) == LOST
        await desk.do(chat_id, Decline("amy"))
        assert await desk.told(session_id) == ["added", "present", "error.interaction.redirect remote"]
        await desk.ask(session_id, "terminate", interactionid=chat_id)
        assert (await desk.told(session_id))[0] == "terminate.done"


async def test_31_what_rings_cannot_be_detached() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        await desk.heard(session_id)
        await desk.ask(session_id, "detach", interactionid=chat_id)
        (refused,) = await desk.heard(session_id)
        assert refused.data["error"] == "invalidstate"
        await desk.do(chat_id, Decline("amy"))
        await desk.ask(session_id, "detach", interactionid=chat_id)
        assert (await desk.told(session_id))[-3:] == [*LOST, "detach.done"]


async def test_32_a_chat_that_goes_to_an_agent_is_still_owned() -> None:
    async with Owned() as desk:
        await desk.person("amy")
        chat_id, session_id = await desk.begin()
        await desk.heard(session_id)
        await desk.ask(session_id, "redirect", interactionid=chat_id, to="amy")
        await desk.do(chat_id, Accept("amy", "Amy"))
        told = await desk.told(session_id)
        assert told[0] == "notcontrolled routing"
        assert not any(one.startswith("deleted") for one in told)
        assert (await desk.state(chat_id)).owner == session_id


async def test_33_what_the_platform_takes_back_it_gives_back() -> None:
    """No server that holds chats can be lost; a conversation that rests is what cannot be acted on."""
    async with Owned() as desk:
        chat_id, session_id = await desk.begin(asynchronous=True)
        await desk.heard(session_id)
        await desk.do(chat_id, commands.Leave(party_id=1, reason="client_left"))
        assert await desk.told(session_id) == ["udata.changed", "notcontrolled revoking"]
        await desk.do(chat_id, commands.Say(party_id=1, text="me again"))
        heard = await desk.heard(session_id)
        assert [str(one) for one in heard] == ["udata.changed", "present"]
        assert heard[-1].data["interactionid"] == chat_id


async def test_33_unless_another_session_has_it_by_then() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin(asynchronous=True)
        other = await desk.session()
        await desk.do(chat_id, commands.Leave(party_id=1, reason="client_left"))
        await desk.heard(session_id)
        await desk.ask(session_id, "associate", interactionid=chat_id, sessionid=other)
        assert await desk.told(session_id) == [*LOST, "associate.done"]
        await desk.do(chat_id, commands.Say(party_id=1, text="me again"))
        assert await desk.told(session_id) == []
        assert await desk.told(other) == ["added", "udata.changed", "present"]


async def test_34_one_of_two_interactions_ends() -> None:
    async with Owned() as desk:
        first, session_id = await desk.begin()
        second = await desk.node.start("plain")
        await desk.ask(session_id, "attach", interactionid=second)
        await desk.heard(session_id)
        await desk.do(second, commands.End(reason="over"))
        heard = await desk.heard(session_id)
        assert [(str(one), one.count) for one in heard] == [(GONE[0], 2), (GONE[1], 1)]
        assert await desk.said(session_id, "_genesys.ixn.interactions[0].g_uid") == first


async def test_35_a_session_that_ends_loses_no_visitor() -> None:
    async with Owned() as desk:
        chat_id, session_id = await desk.begin()
        lines = (await desk.state(chat_id)).last_line
        await desk.stage.send(session_id, "do.finish")
        await desk.settle()
        state = await desk.state(chat_id)
        assert (state.owner, state.queue, bool(state.queued_ms)) == ("", "default", True)
        assert (state.phase, state.last_line) == (Phase.WAITING, lines), "the visitor notices nothing"


async def test_35_nor_does_one_whose_document_cannot_be_read() -> None:
    async with Owned(support=ors("<state")) as desk:
        chat_id, _ = await desk.begin()
        state = await desk.state(chat_id)
        assert (state.owner, state.queue, bool(state.queued_ms)) == ("", "default", True)


async def everything(desk: Owned) -> list[Recorded]:
    """The whole log."""
    found: list[Recorded] = []
    head = await desk.node.database.head()
    async for batch in desk.node.database.follow(0):
        found += batch
        if batch[-1].position >= head:
            break
    return found

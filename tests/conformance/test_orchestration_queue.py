"""How sessions have people found: checks 69 to 80 of the orchestration specification."""

from collections import Counter

import pytest

from frontdesk.domain.asks import Aim, drawn
from frontdesk.domain.commands import Accept, ChangeData, End
from frontdesk.domain.targets import Sort, parse_targets
from tests.conformance.routed import Routed
from tests.desk.orchestration.stage import ors

pytestmark = pytest.mark.anyio

DONE, FAILED = "queue.submit.done", "error.queue.submit"


async def test_69_the_id_of_a_submit_comes_before_its_result_and_both_carry_it() -> None:
    async with Routed() as desk:
        await desk.agent("amy")
        chat_id, session_id = await desk.begin()
        request_id = await desk.submit(session_id, "amy@.A")
        await desk.decide()
        await desk.do(chat_id, Accept("amy", "Amy"))
        told = await desk.results(session_id)
        assert [one.name for one in told] == ["queue.submit.requestid", DONE]
        assert {one.data["requestid"] for one in told} == {request_id}


async def test_69_nobody_is_sought_before_the_session_may_act() -> None:
    asks = """<datamodel><data id="last"/></datamodel><state id="s">
      <transition event="interaction.added">
        <queue:submit requestid="_data.last" interactionid="_event.data.interactionid">
          <queue:targets><queue:targetid expr="'amy@.A'"/></queue:targets></queue:submit>
      </transition>
      <transition event="queue error">
        <log expr="JSON.stringify({name: _event.name, data: _event.data})"/></transition>
    </state>"""
    async with Routed(support=ors(asks)) as desk:
        await desk.agent("amy")
        _, session_id = await desk.begin()
        (told,) = await desk.heard(session_id)
        assert (told.name, told.data["error"]) == (FAILED, "notcontrolled")


async def test_70_the_result_says_all_of_who_was_found() -> None:
    async with Routed() as desk:
        await desk.agent("dee", german=7)
        chat_id, session_id = await desk.begin()
        await desk.submit(session_id, "?:german > 5@stat.GA", queue="vip")
        await desk.decide()
        await desk.do(chat_id, Accept("dee", "Dee"))
        done = (await desk.results(session_id))[-1].data
        del done["requestid"]
        assert done == {
            "interactionid": chat_id,
            "targetselected": "dee@frontdesk.A",
            "targetcomponentselected": "dee@stat.A",
            "targetobjectselected": "?:german > 5@stat.GA",
            "vqselected": "vip",
            "resource": {"type": "A", "agent": "dee", "vq": "vip"},
        }


async def test_70_and_of_a_named_group_with_skills_and_of_a_queue() -> None:
    for targets, named in (("?Germans:german > 5@s.GA", "?Germans:german > 5@s.GA"), ("sales.Q", "sales@.Q")):
        async with Routed() as desk:
            await desk.agent("dee", german=7)
            _, session_id = await desk.begin()
            await desk.submit(session_id, targets, route="false")
            await desk.decide()
            assert (await desk.results(session_id))[-1].data["targetobjectselected"] == named


async def test_71_timeout_0_with_nobody_free_is_over_at_once() -> None:
    async with Routed() as desk:
        _, session_id = await desk.begin()
        await desk.submit(session_id, "All@.GA", timeout=0)
        await desk.decide()
        told = await desk.results(session_id)
        assert [(one.name, one.data.get("error")) for one in told[1:]] == [(FAILED, "timeout")]


@pytest.mark.parametrize("clears", [True, False])
async def test_72_targets_stay_after_a_timeout_unless_they_were_to_go(clears: bool) -> None:
    async with Routed() as desk:
        await desk.agent("amy")
        await desk.node.agents.not_ready("amy")
        chat_id, session_id = await desk.begin()
        first = await desk.submit(session_id, "Germans@.GA", timeout=5, clearontimeout=clears)
        await desk.after_s(5)
        (failed,) = (one for one in await desk.results(session_id) if one.name == FAILED)
        assert (failed.data["requestid"], failed.data["error"]) == (first, "timeout")
        await desk.agent("dee", german=7)
        latest = await desk.submit(session_id, "amy@.A", timeout=60)
        await desk.decide()
        assert desk.rings("dee") == ([] if clears else [chat_id])
        if not clears:
            await desk.do(chat_id, Accept("dee", "Dee"))
            done = (await desk.results(session_id))[-1].data
            assert (done["requestid"], done["targetobjectselected"]) == (latest, "Germans@.GA")


async def _order(desk: Routed, *chats: str) -> list[str]:
    """In which order chats ring for Amy, who takes one after the other."""
    await desk.agent("amy", len(chats))
    found: list[str] = []
    desk.node.interactions.on_card.append(
        lambda name, card: found.append(name) if card.ringing is not None else None
    )
    await desk.decide()
    assert sorted(found) == sorted(chats)
    return found


async def test_73_higher_priorities_first_and_of_equals_the_older() -> None:
    async with Routed() as desk:
        chats = []
        for priority in (0, 5, 5, 9):
            chat_id, session_id = await desk.begin()
            await desk.submit(session_id, "All@.GA", priority=priority)
            await desk.after_s(1)
            chats.append(chat_id)
        first, second, third, fourth = chats
        assert await _order(desk, *chats) == [fourth, second, third, first]


@pytest.mark.parametrize(
    ("tuning", "is_changed"),
    [("false, false, false", False), ("true, false, false", True), ("false, false, true", True)],
)
async def test_73_priority_tuning_counts_from_the_beginning_or_by_the_objective(
    tuning: str, is_changed: bool
) -> None:
    async with Routed() as desk:
        early_id, early = await desk.begin()
        await desk.do(early_id, ChangeData(party_id=1, changes={"ServiceObjective": "10"}))
        await desk.after_s(100)
        late_id, late = await desk.begin()
        await desk.submit(late, "All@.GA")
        await desk.after_s(20)
        await desk.send(early, "run", code=f"_genesys.queue.priorityTuning({tuning})")
        await desk.submit(early, "All@.GA")
        await desk.after_s(10)
        expected = [early_id, late_id] if is_changed else [late_id, early_id]
        assert await _order(desk, early_id, late_id) == expected


async def test_74_skills_are_compared_from_left_to_right() -> None:
    async with Routed() as desk:
        await desk.agent("amy", a=1, b=3)
        await desk.agent("bob", c=4)
        await desk.agent("cy", a=1)
        await desk.agent("dee")
        for skills, who in (
            ("a=1 & b>2 | c!=0", {"amy", "bob"}),
            ("c!=0 | a=1 & b>2", {"amy"}),
            ("c!=0 | (a=1 & b>2)", {"amy", "bob"}),
            ("b <= 2 & c = 0", {"cy", "dee"}),
            ("$(StatAgentLoading) >= 100 & b = 0", {"bob", "cy", "dee"}),
            ("$(StatAgentLoading) < 100", set()),
        ):
            chats = [await desk.begin() for _ in range(4)]
            for _, session_id in chats:
                await desk.submit(session_id, f"?:{skills}@.GA", timeout=1, clearontimeout=True)
            await desk.decide()
            rung = {agent for agent in ("amy", "bob", "cy", "dee") if desk.rings(agent)}
            assert rung == who, skills
            for _, session_id in chats:
                await desk.send(session_id, "cancel")


async def test_74_what_cannot_be_read_is_an_invalid_attribute() -> None:
    async with Routed() as desk:
        _, session_id = await desk.begin()
        for targets in ("?:a >< 1@.GA", "?:(a > 1@.GA", "?:a > 1 b > 2@.GA", "?:1a > 1@.GA", "amy"):
            request_id = await desk.submit(session_id, targets)
            (told,) = await desk.results(session_id)
            assert (told.name, told.data["error"]) == (FAILED, "invalidattribute")
            assert told.data["requestid"] == request_id
            assert told.data["description"]


async def test_75_lists_with_thresholds_and_weights_are_read_and_thresholds_count() -> None:
    targets = "{StatCallsInQueue<1}[25]sales.Q, {StatCallsInQueue<2}[75]default.Q"
    assert [(t.name, t.sort, t.threshold, t.weight) for t in parse_targets(targets)] == [
        ("sales", Sort.QUEUE, "StatCallsInQueue<1", 25),
        ("default", Sort.QUEUE, "StatCallsInQueue<2", 75),
    ]
    async with Routed() as desk:
        chosen: Counter[str] = Counter()
        for _ in range(4):
            chat_id, session_id = await desk.begin()
            await desk.submit(session_id, targets, ordertype="percentage", timeout=9)
            await desk.decide()
            chosen[(await desk.state(chat_id)).queue] += 1
        assert chosen == {"sales": 1, "default": 2, "": 1}, "and one waits, for both are full"


async def test_75_10_000_choices_are_within_two_percent_of_the_weights() -> None:
    aims = tuple(Aim(target) for target in parse_targets("[25]8001.Q, [75]8002.Q"))
    found = Counter(next(drawn(aims, f"session{n // 3}.{n % 3}")).target.name for n in range(10_000))
    assert abs(found["8001"] - 2500) < 200


async def test_76_it_can_be_cancelled_by_request_by_interaction_and_by_queue() -> None:
    async with Routed() as desk:
        chat_id, session_id = await desk.begin()
        ids = [await desk.submit(session_id, "All@.GA", queue=queue) for queue in ("a", "b", "b", "c")]
        await desk.results(session_id)
        for given, over in (
            ({"requestid": ids[0]}, ids[:1]),
            ({"interactionid": chat_id, "queue": "b"}, ids[1:3]),
            ({"interactionid": chat_id}, ids[3:]),
            ({"interactionid": chat_id}, []),
            ({"requestid": ids[0]}, []),
        ):
            await desk.send(session_id, "cancel", **given)
            *failed, done = await desk.results(session_id)
            assert [(one.name, one.data["requestid"], one.data["error"]) for one in failed] == [
                (FAILED, request_id, "cancelled") for request_id in over
            ]
            assert (done.name, done.data["cancelled"]) == ("queue.cancel.done", len(over))
        await desk.agent("amy")
        await desk.decide()
        assert (desk.rings("amy"), await desk.results(session_id)) == ([], [])


async def test_77_a_request_can_be_asked_about() -> None:
    async with Routed() as desk:
        await desk.agent("amy")
        for _ in range(5):  # So that it is known how long one takes.
            chat_id, session_id = await desk.begin()
            await desk.submit(session_id, "All@.GA")
            await desk.decide()
            await desk.do(chat_id, Accept("amy", "Amy"))
            await desk.after_s(60)
            await desk.do(chat_id, End(reason="solved"))
        first_id, first = await desk.begin()
        second_id, second = await desk.begin()
        ids = [await desk.submit(one, "All@.GA", priority=p) for one, p in ((first, 1), (second, 4))]
        await desk.heard(first)
        await desk.send(first, "query", requestid=ids[0])
        (told,) = await desk.results(first)
        assert told.name == "queue.query.done"
        assert told.data == {
            "requestid": ids[0],
            "priority": 1,
            "positioninqueue": 2,
            "invqwaittime": 120,
        }
        await desk.send(first, "update", requestid=ids[0], priority=9)
        await desk.send(first, "query", requestid=ids[0])
        updated, told = await desk.results(first)
        assert (updated.name, updated.data) == ("queue.update.done", {"requestid": ids[0]})
        assert (told.data["positioninqueue"], told.data["priority"]) == (1, 9)
        assert first_id != second_id


async def test_78_who_is_selected_without_routing_is_held_for_ten_seconds() -> None:
    async with Routed() as desk:
        await desk.agent("amy")
        _, session_id = await desk.begin()
        other_id, other = await desk.begin()
        await desk.submit(session_id, "amy@.A", route=False)
        await desk.after_s(1)
        await desk.decide()
        assert (await desk.results(session_id))[-1].name == DONE
        await desk.submit(other, "amy@.A")
        await desk.after_s(9.999)
        await desk.decide()
        assert desk.rings("amy") == []
        await desk.after_s(0.001)
        await desk.decide()
        assert desk.rings("amy") == [other_id]


async def test_78_and_is_rung_when_the_document_redirects_meanwhile() -> None:
    async with Routed() as desk:
        await desk.agent("amy")
        chat_id, session_id = await desk.begin()
        await desk.submit(session_id, "amy@.A", route=False)
        await desk.decide()
        resource = (await desk.results(session_id))[-1].data["resource"]
        await desk.after_s(9)
        await desk.ask(session_id, "redirect", interactionid=chat_id, to=resource)
        await desk.do(chat_id, Accept("amy", "Amy"))
        assert (await desk.told(session_id))[-1] == "redirect.done"
        await desk.after_s(60)
        assert desk.node.floor.room_of("amy") == 0


async def test_79_of_two_submits_for_one_agent_at_the_same_instant_one_wins() -> None:
    async with Routed() as desk:
        await desk.agent("amy")
        sessions = [(await desk.begin())[1] for _ in range(2)]
        for session_id in sessions:
            await desk.submit(session_id, "amy@.A", route=False)
        await desk.decide()
        told = [[one.name for one in await desk.results(session_id)] for session_id in sessions]
        assert sorted(names.count(DONE) for names in told) == [0, 1]

"""The module `queue` on a real desk: what sessions submit, and what they are told of it."""

import pytest

from frontdesk.domain.commands import ChangeData, End
from frontdesk.domain.queues import QueueRules
from tests.desk.orchestration.queueing import QueueHouse

pytestmark = pytest.mark.anyio


async def a_chat(*agents: str) -> tuple[QueueHouse, str, str]:
    """A house, a chat and its session; these agents are ready for one chat each."""
    house = QueueHouse()
    for login in agents:
        await house.agent(login, 1)
    chat_id, session_id = await house.begin()
    return house, chat_id, session_id


async def test_a_submit_is_answered_with_its_id_first_and_then_with_who_came() -> None:
    house, chat_id, session_id = await a_chat("amy")
    request_id = await house.submit(session_id, "amy@stat.A", queue="vip", priority=3)
    assert house.last(session_id) == ("queue.submit.requestid", {"requestid": request_id})
    await house.decide()
    assert house.rings("amy") == [chat_id]
    await house.accepts(chat_id, "amy")
    assert house.last(session_id) == (
        "queue.submit.done",
        {
            "requestid": request_id,
            "interactionid": chat_id,
            "targetselected": "amy@frontdesk.A",
            "targetcomponentselected": "amy@stat.A",
            "targetobjectselected": "amy@stat.A",
            "vqselected": "vip",
            "resource": {"type": "A", "agent": "amy", "vq": "vip"},
        },
    )


async def test_elements_and_texts_name_targets_and_groups_are_those_of_the_settings() -> None:
    house, chat_id, session_id = await a_chat("amy")
    await house.agent("dee", 1, german=7)
    items = [{"kind": "target", "name": "Germans"}]
    await house.submit(session_id, targets=[{"type": "agentgroup", "items": items}], interactionid=chat_id)
    await house.decide()
    assert (house.rings("amy"), house.rings("dee")) == ([], [chat_id])
    await house.accepts(chat_id, "dee")
    [done] = house.results(session_id)
    assert done["targetobjectselected"] == "Germans@.GA"


async def test_who_declines_gets_it_back_in_line_with_the_age_that_it_has_and_nothing_is_told() -> None:
    house, chat_id, session_id = await a_chat("amy")
    await house.submit(session_id, "All@.GA")
    since_ms = house.node.clock()
    await house.later(4)
    await house.decide()
    await house.declines(chat_id, "amy")
    assert house.results(session_id) == []
    [waiting] = house.node.floor.waiting()
    assert waiting.queued_ms == since_ms
    await house.decide()
    assert house.rings("amy") == [], "not again at once"
    await house.later(11)
    await house.decide()
    assert house.rings("amy") == [chat_id]


async def test_what_cannot_be_is_refused_with_a_reason() -> None:
    house, chat_id, session_id = await a_chat("amy")
    await house.submit(session_id)
    for targets in ("amy", "nobody@.A", "Nobodies@.GA", "?:german@.GA", "nowhere.Q", "1@.DN", "1@.RP"):
        await house.submit(session_id, targets)
    for targets in ("{StatWeather>1}amy@.A", "?:$(StatWeather) > 1@.GA"):
        await house.submit(session_id, targets)
    for wrong in ("timeout", "priority"):
        await house.submit(session_id, "amy@.A", **{wrong: "soon"})
    await house.submit(session_id, "amy@.A", priority=1.5)
    await house.submit(session_id, "amy@.A", timeout=-1)
    await house.submit(session_id, "amy@.A", ordertype="best")
    await house.submit(session_id, "amy@.A", orderstat="StatWeather")
    await house.submit(session_id, "amy@.A", queue="q" * 201)
    told = house.results(session_id)
    assert {one["error"] for one in told} == {"invalidattribute"}
    assert len(told) == 17
    assert all(one["description"] for one in told)
    assert house.results(session_id, "queue.submit.requestid") == []

    await house.submit(session_id, "amy@.A", interactionid="other")
    other_id, _ = await house.begin()
    await house.submit(session_id, "amy@.A", interactionid=other_id)
    await house.node.do(chat_id, End(reason="done"))
    await house.submit(session_id, "amy@.A", interactionid=chat_id)
    await house.tell()
    await house.submit(session_id, "amy@.A")
    assert [one["error"] for one in house.results(session_id)][17:] == ["notfound"] * 4
    assert (await house.ask(session_id, "dance")).action == "dance"
    assert house.last(session_id)[0] == "error.queue.dance"


async def test_nobody_is_sought_for_what_is_with_an_agent() -> None:
    house, chat_id, session_id = await a_chat("amy")
    await house.submit(session_id, "amy@.A")
    await house.decide()
    await house.submit(session_id, "amy@.A")
    await house.accepts(chat_id, "amy")
    await house.submit(session_id, "amy@.A")
    assert [one.get("error") for one in house.results(session_id)] == ["notcontrolled", None, "notcontrolled"]


async def test_nor_before_the_session_was_told_that_it_may() -> None:
    house, chat_id, session_id = await a_chat("amy")
    await house.submit(session_id, "amy@.A", interactionid=chat_id, controlled=False)
    assert house.results(session_id)[-1]["error"] == "notcontrolled"


async def test_timeout_0_decides_now() -> None:
    house, chat_id, session_id = await a_chat()
    await house.submit(session_id, "All@.GA", timeout=0)
    await house.decide()
    assert house.results(session_id)[-1]["error"] == "timeout"
    await house.agent("amy", 1)
    await house.submit(session_id, "All@.GA", timeout="0")
    await house.decide()
    assert house.rings("amy") == [chat_id]


async def test_targets_that_stay_count_for_the_next_submit() -> None:
    house, chat_id, session_id = await a_chat()
    await house.agent("bob", 1)
    await house.node.agents.not_ready("bob")
    await house.submit(session_id, "Germans@.GA", timeout=5, clearontimeout=False)
    await house.later(5, chat_id)
    assert house.last(session_id)[1]["error"] == "timeout"
    await house.agent("dee", 1, german=7)
    await house.decide()
    assert house.rings("dee") == []
    latest = await house.submit(session_id, "bob@.A", timeout=60)
    await house.decide()
    await house.accepts(chat_id, "dee")
    done = house.results(session_id)[-1]
    assert (done["requestid"], done["targetobjectselected"]) == (latest, "Germans@.GA")


async def test_or_they_go_where_that_was_asked_for() -> None:
    house, chat_id, session_id = await a_chat()
    await house.agent("bob", 1)
    await house.node.agents.not_ready("bob")
    await house.submit(session_id, "Germans@.GA", timeout=5, clearontimeout="true")
    await house.later(5, chat_id)
    await house.agent("dee", 1, german=7)
    await house.submit(session_id, "bob@.A")
    await house.decide()
    assert house.rings("dee") == []
    assert house.node.floor.waiting_count == 1


async def test_who_is_selected_for_a_redirect_is_held_for_ten_seconds() -> None:
    house, chat_id, session_id = await a_chat("amy")
    other_id, other_session = await house.begin()
    await house.submit(session_id, "amy@.A", route=False)
    await house.later(0.001)
    await house.submit(other_session, "amy@.A")
    await house.decide()
    [done] = house.results(session_id)
    assert done["resource"] == {"type": "A", "agent": "amy"}
    assert (house.rings("amy"), house.node.floor.room_of("amy")) == ([], 0)
    await house.later(9.9, chat_id)
    await house.decide()
    assert house.rings("amy") == []
    await house.later(0.1, chat_id)
    await house.decide()
    assert house.rings("amy") == [other_id]


async def test_and_the_document_redirects_to_what_it_was_told() -> None:
    house, chat_id, session_id = await a_chat("amy")
    await house.submit(session_id, "amy@.A", route="false")
    await house.decide()
    [done] = house.results(session_id)
    await house.ask(
        session_id, "redirect", module="interaction", interactionid=chat_id, to=dict(done["resource"])
    )
    assert house.rings("amy") == [chat_id]
    await house.accepts(chat_id, "amy")
    assert house.last(session_id)[0] == "interaction.redirect.done"
    assert house.node.floor.room_of("amy") == 0


async def test_two_submits_for_one_agent_at_the_same_instant_and_one_wins() -> None:
    house, first, session_1 = await a_chat("amy")
    second, session_2 = await house.begin()
    await house.submit(session_1, "amy@.A", route=False)
    await house.submit(session_2, "amy@.A", route=False)
    await house.decide()
    assert sorted(len(house.results(one)) for one in (session_1, session_2)) == [0, 1]
    assert first != second


async def test_a_queue_takes_it_at_once() -> None:
    house, chat_id, session_id = await a_chat()
    await house.submit(session_id, "{StatAgentsAvailable>0}All@.GA, [30]sales.Q", ordertype="percentage")
    await house.decide()
    state = await house.state(chat_id)
    assert (state.queue, state.queued_ms > 0, state.owner) == ("sales", True, session_id)
    assert house.results(session_id)[-1]["resource"] == {"type": "Q", "id": "sales"}
    await house.agent("amy", 1)
    await house.decide()
    assert house.rings("amy") == [chat_id]


async def test_it_can_be_changed_and_asked_about() -> None:
    house, chat_id, session_id = await a_chat("amy")
    await house.node.do((await house.begin())[0], End(reason="done"))
    request_id = await house.submit(session_id, "Germans@.GA", priority=2)
    await house.ask(session_id, "query", requestid=request_id)
    assert house.last(session_id) == (
        "queue.query.done",
        {"requestid": request_id, "priority": 2, "positioninqueue": 1},
    )
    items = [{"kind": "targetid", "expr": "amy@.A"}]
    await house.ask(session_id, "update", requestid=request_id, priority=9, targets=[{"items": items}])
    assert house.last(session_id) == ("queue.update.done", {"requestid": request_id})
    await house.decide()
    assert house.rings("amy") == [chat_id]
    await house.ask(session_id, "query", requestid=request_id)
    assert house.last(session_id)[1] == {
        "requestid": request_id,
        "priority": 9,
        "positioninqueue": 1,
        "invqwaittime": 0,
    }
    for action in ("query", "update"):
        await house.ask(session_id, action, requestid="s.77")
        name, said = house.last(session_id)
        assert (name, said["requestid"], said["error"]) == (f"error.queue.{action}", "s.77", "notfound")


async def test_a_request_whose_time_is_up_is_over_though_its_targets_stay() -> None:
    house, chat_id, session_id = await a_chat()
    request_id = await house.submit(session_id, "Germans@.GA", timeout=5)
    await house.later(5, chat_id)
    for action in ("query", "update"):
        await house.ask(session_id, action, requestid=request_id)
        assert house.last(session_id)[1]["error"] == "notfound"
    await house.ask(session_id, "cancel", requestid=request_id)
    assert house.last(session_id)[1]["cancelled"] == 0
    assert (await house.state(chat_id)).submits == (), "its targets are gone now"


async def test_an_update_may_set_the_time_anew() -> None:
    house, chat_id, session_id = await a_chat()
    request_id = await house.submit(session_id, "Germans@.GA", timeout=5)
    await house.later(4)
    await house.ask(session_id, "update", requestid=request_id, timeout=10)
    await house.later(9.9, chat_id)
    assert house.results(session_id) == []
    await house.later(0.1, chat_id)
    assert house.results(session_id)[-1]["error"] == "timeout"


async def test_it_can_be_cancelled_by_request_by_queue_and_as_a_whole() -> None:
    house, chat_id, session_id = await a_chat()
    one, two, three = [await house.submit(session_id, "Germans@.GA", queue=q) for q in ("a", "b", "b")]
    await house.ask(session_id, "cancel", requestid=one)
    assert house.last(session_id) == ("queue.cancel.done", {"requestid": one, "cancelled": 1})
    await house.ask(session_id, "cancel", interactionid=chat_id, queue="b")
    said = house.last(session_id)[1]
    assert (said["interactionid"], said["cancelled"]) == (chat_id, 2)
    assert [(r["requestid"], r["error"]) for r in house.results(session_id)] == [
        (request_id, "cancelled") for request_id in (one, two, three)
    ]
    for given in ({"requestid": one}, {"interactionid": chat_id}, {"interactionid": "other"}):
        await house.ask(session_id, "cancel", **given)
        name, said = house.last(session_id)
        assert (name, said["cancelled"]) == ("queue.cancel.done", 0)
    await house.agent("dee", german=7)
    await house.decide()
    assert house.rings("dee") == []


async def test_a_session_that_is_over_seeks_nobody() -> None:
    house, _, session_id = await a_chat()
    items = [{"kind": "targetid", "expr": "Germans@.GA"}]
    request = await house.ask(session_id, "submit", targets=[{"items": items}])
    assert house.node.floor.waiting_count == 1
    await house.queue.drop(request)
    await house.queue.drop(request)
    assert house.node.floor.waiting_count == 0
    assert house.queue.patience_ms(request) == 0


# --- how people are chosen -------------------------------------------------------------------------


async def test_who_is_not_ready_is_rung_where_the_document_says_so() -> None:
    house, chat_id, session_id = await a_chat("amy")
    await house.node.agents.not_ready("amy", "lunch")
    await house.ask(session_id, "checkagentstate", check=False)
    before = house.count(session_id)
    await house.submit(session_id, "amy@.A")
    await house.decide()
    assert house.rings("amy") == [chat_id]
    assert before == 3, "functions have no results"
    await house.declines(chat_id, "amy")
    await house.later(11)
    await house.ask(session_id, "cancel", interactionid=chat_id)
    await house.submit(session_id, "amy@.A", route=False)
    await house.decide()
    await house.ask(session_id, "redirect", module="interaction", interactionid=chat_id, to="amy")
    assert house.rings("amy") == [chat_id], "so she can be redirected to"
    house.node.agents.disconnect("amy")
    await house.declines(chat_id, "amy")
    await house.submit(session_id, "amy@.A")
    await house.later(11)
    await house.decide()
    assert house.rings("amy") == [], "who is not there cannot answer"


async def test_agents_may_be_excluded_and_one_may_be_ideal() -> None:
    house, chat_id, session_id = await a_chat("amy", "bob", "cy")
    await house.ask(session_id, "excludeagents", agents=["amy@stat.A", "nobody", "x@shop.example"])
    await house.ask(session_id, "setidealagent", arguments=["cy"])
    await house.submit(session_id, "All@.GA")
    await house.decide()
    assert house.rings("cy") == [chat_id]
    await house.declines(chat_id, "cy")
    await house.decide()
    assert house.rings("bob") == [chat_id]
    await house.declines(chat_id, "bob")
    await house.decide()
    assert house.rings("amy") == []


async def test_priority_tuning_counts_age_prediction_and_the_objective() -> None:
    house, chat_id, session_id = await a_chat()
    await house.node.do(chat_id, ChangeData(party_id=1, changes={"ServiceObjective": "30"}))
    await house.ask(session_id, "prioritytuning", useage="true", usepredict=True, useobjective=True)
    tuning = (await house.state(chat_id)).tuning
    assert (tuning.uses_age, tuning.uses_prediction, tuning.objective_s) == (True, True, 30)
    began_ms = house.node.clock()
    await house.later(50)
    await house.submit(session_id, "All@.GA")
    [waiting] = house.node.floor.waiting()
    assert waiting.queued_ms == began_ms
    [line] = house.node.floor.lines()
    assert line.points(60_000) == 120_000


async def test_the_default_is_the_first_interaction_and_numbers_may_be_texts() -> None:
    house, chat_id, session_id = await a_chat("amy")
    await house.submit(session_id, "amy@.A", priority="7", timeout="2.5")
    [submit] = (await house.state(chat_id)).submits
    assert (submit.priority, submit.until_ms - submit.since_ms) == (7, 2500)


async def test_what_waits_for_an_application_survives_a_restart_with_its_place_and_age() -> None:
    house, chat_id, session_id = await a_chat()
    await house.submit(session_id, "All@.GA", priority=4)
    house.node.clock.after_s(100)
    again = QueueHouse(house.node.database, house.node.clock, house.ear, queues={"sales": QueueRules()})
    await again.node.floor.load(again.node.store)
    [before], [after] = house.node.floor.waiting(), again.node.floor.waiting()
    assert before == after
    assert [line.priority for line in again.node.floor.lines()] == [4]
    await again.agent("amy", 1)
    await again.decide()
    assert again.rings("amy") == [chat_id]


# --- what goes on meanwhile ------------------------------------------------------------------------


async def test_treatments_go_on_with_what_was_submitted_and_may_be_changed() -> None:
    house, chat_id, session_id = await a_chat()
    plain = await house.submit(session_id, "All@.GA")
    treated = await house.submit(session_id, "All@.GA", treatments=["play"])
    assert set(house.performer.told) == {(treated, chat_id)}, "again, too, when it is asked again"
    await house.ask(session_id, "update", requestid=plain, treatments=["sing"])
    assert house.performer.told[-1] == (plain, chat_id)
    assert [submit.treatments for submit in (await house.state(chat_id)).submits] == ['["sing"]', '["play"]']


async def test_what_cannot_go_on_is_refused_with_the_submit() -> None:
    house, chat_id, session_id = await a_chat()
    await house.submit(session_id, "All@.GA", treatments=["dance"])
    refused = house.results(session_id)[-1]
    assert (refused["error"], refused["description"]) == ("invalidattribute", "nobody can dance here")
    assert (await house.state(chat_id)).submits == ()

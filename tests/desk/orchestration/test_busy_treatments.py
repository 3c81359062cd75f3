"""Busy treatments: what visitors are told while somebody is looked for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.treatments import Play, Untreated, Wait, length_s, place_at
from frontdesk.domain.commands import Accept, Decline, End
from frontdesk.domain.submit_commands import SeekOtherwise, Select
from frontdesk.scxml.packed import pack
from tests.desk.orchestration.talking import ANYBODY, Talking, prompts

SONG = {"kind": "playsound", "type": "music", "duration": 40}
PAUSE = {"kind": "pause", "duration": 10}


def play(*texts: str) -> dict[str, Any]:
    return {"kind": "play", **prompts(*texts)}


async def begun(*steps: dict[str, Any]) -> tuple[Talking, str, Request]:
    talking = Talking()
    chat_id = await talking.chat()
    return talking, chat_id, await talking.search(chat_id, *steps)


async def chosen(talking: Talking, chat_id: str, search: Request) -> None:
    await talking.node.ready("amy")
    await talking.node.do(chat_id, Select(request_id=search.request_id, aim=ANYBODY, agent_id="amy"))
    await talking.settle()


@pytest.mark.anyio
async def test_they_go_on_in_order_and_then_from_the_start_again() -> None:
    talking, chat_id, _ = await begun(play("One moment."), PAUSE, play("Still looking.", "Thank you."))
    assert await talking.said(chat_id) == ["One moment."]
    await talking.sleep.pass_by(39.9)
    assert await talking.said(chat_id) == ["One moment."]
    await talking.sleep.pass_by(0.2)
    assert await talking.said(chat_id) == ["One moment.", "Still looking.", "Thank you."]
    await talking.sleep.pass_by(30)
    assert (await talking.said(chat_id))[3:] == ["One moment."]
    assert talking.heard.names == []


@pytest.mark.anyio
async def test_they_stop_when_the_search_is_over() -> None:
    talking, chat_id, search = await begun(play("One moment."))
    talking.busy.end(search.request_id)
    talking.busy.end(search.request_id)
    await talking.sleep.pass_by(100)
    assert await talking.said(chat_id) == ["One moment."]


@pytest.mark.anyio
async def test_they_are_silent_while_it_rings_and_go_on_when_that_comes_to_nothing() -> None:
    talking, chat_id, search = await begun(play("One moment."))
    await chosen(talking, chat_id, search)
    await talking.sleep.pass_by(29)
    await talking.sleep.pass_by(1)
    assert await talking.said(chat_id) == ["One moment."]
    await talking.node.do(chat_id, Decline("amy"))
    await talking.sleep.pass_by(30)
    assert await talking.said(chat_id) == ["One moment.", "One moment."]


@pytest.mark.anyio
async def test_they_stop_when_somebody_has_come_or_the_chat_has_ended() -> None:
    talking, chat_id, search = await begun(play("One moment."))
    await chosen(talking, chat_id, search)
    await talking.node.do(chat_id, Accept("amy", "Amy"))
    await talking.sleep.pass_by(30)
    ended, ended_id, _ = await begun(play("One moment."))
    await ended.node.do(ended_id, End(reason="client_left"))
    await ended.sleep.pass_by(30)
    assert await talking.said(chat_id) == await ended.said(ended_id) == ["One moment."]


@pytest.mark.anyio
async def test_another_node_goes_on_where_one_stopped() -> None:
    steps = (play("One moment."), SONG, play("Still looking."))
    talking, chat_id, search = await begun(*steps)
    await talking.sleep.pass_by(35)
    other = await talking.again()
    other.busy.begin(search, chat_id)
    await other.settle()
    assert await other.said(chat_id) == ["One moment."]
    assert len(await other.notices(chat_id)) == 1
    await other.sleep.pass_by(35)
    assert await other.said(chat_id) == ["One moment.", "Still looking."]


@pytest.mark.anyio
async def test_beginning_twice_is_beginning() -> None:
    talking, chat_id, search = await begun(play("One moment."))
    talking.busy.begin(search, chat_id)
    await talking.settle()
    assert await talking.said(chat_id) == ["One moment."]


@pytest.mark.anyio
async def test_no_other_treatment_goes_on_beside_them_until_they_are_stopped() -> None:
    talking, chat_id, _ = await begun(play("One moment."))
    await talking.ask("play", chat_id, **prompts("Hello."))
    assert talking.heard.last()[1]["error"] == "invalidstate.treating"
    await talking.ask("stop", chat_id)
    await talking.ask("play", chat_id, **prompts("Hello."))
    await talking.sleep.pass_by(100)
    assert await talking.said(chat_id) == ["One moment.", "Hello."]
    assert talking.heard.names == ["error.dialog.play", "dialog.stop.done", "dialog.play.done"]


@pytest.mark.anyio
async def test_they_wait_for_the_end_of_another_treatment() -> None:
    talking = Talking()
    chat_id = await talking.chat()
    await talking.ask("collect", chat_id)
    await talking.search(chat_id, play("One moment."))
    assert await talking.said(chat_id) == []
    await talking.visitor_says(chat_id, "42")
    await talking.sleep.pass_by(30)
    assert await talking.said(chat_id) == ["One moment."]


@pytest.mark.anyio
async def test_an_update_changes_them() -> None:
    talking, chat_id, search = await begun(play("One moment."))
    changed = SeekOtherwise(request_id=search.request_id, treatments=pack([play("Still looking.")]))
    await talking.node.do(chat_id, changed)
    await talking.sleep.pass_by(30)
    assert await talking.said(chat_id) == ["One moment.", "Still looking."]


@pytest.mark.anyio
async def test_without_any_nothing_goes_on() -> None:
    talking, chat_id, _ = await begun()
    await talking.sleep.pass_by(100)
    assert await talking.said(chat_id) == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "step", [{"kind": "collect"}, {"kind": "start", "device": "b"}, {"kind": "x"}, "play", {}]
)
async def test_what_asks_the_visitor_something_cannot_go_on_meanwhile(step: Any) -> None:
    with pytest.raises(Untreated):
        Talking().busy.check([PAUSE, step])


STEPS = st.lists(st.one_of(st.just(Play(("x",))), st.floats(0, 1000).map(Wait)), min_size=1, max_size=8)


@given(STEPS, st.floats(0, 1_000_000))
def test_it_is_always_the_turn_of_one(steps: list[Play | Wait], elapsed_s: float) -> None:
    place = place_at(steps, elapsed_s)
    assert 0 <= place.index < len(steps)
    assert 0 < place.left_s <= length_s(steps[place.index])
    whole = sum(length_s(step) for step in steps)
    before = place.lap * whole + sum(length_s(step) for step in steps[: place.index])
    assert before + length_s(steps[place.index]) - place.left_s == pytest.approx(elapsed_s, abs=1e-3)

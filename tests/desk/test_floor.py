"""The floor: who is ready, who has which chats, which chats wait."""

import msgspec
import pytest

from frontdesk.desk.floor import Floor
from frontdesk.domain import commands
from frontdesk.domain.agent import Agent, Role
from frontdesk.domain.asks import Aim
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.estimates import HANDLED_MIN
from frontdesk.domain.events import Medium
from frontdesk.domain.interaction import Phase, Ringing
from frontdesk.domain.submit import Reserved, Submit, Tuning
from frontdesk.domain.targeting import Choice, choose
from frontdesk.domain.targets import Sort, Target
from tests.desk.nodes import BEGIN_MS, RING_AGAIN_MS, Clock, Node

pytestmark = pytest.mark.anyio


def card(version: int = 1, **more: object) -> InteractionCard:
    waits = InteractionCard(
        version=version, service="s", phase=Phase.WAITING, nickname="Mira", queue="default", queued_ms=1
    )
    return msgspec.structs.replace(waits, **more)


def ready(version: int = 1, capacity: int = 1, since_ms: int = BEGIN_MS, role: Role = Role.AGENT) -> Agent:
    return Agent(
        version=version, nickname="Amy", role=role, capacity=capacity, is_ready=True, since_ms=since_ms
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def floor(clock: Clock) -> Floor:
    return Floor(clock, RING_AGAIN_MS)


def waiting(floor: Floor) -> dict[str, set[str]]:
    now_ms = floor._clock_ms()
    return {
        chat.interaction_id: {agent_id for agent_id in chat.avoid if chat.avoids(agent_id, now_ms)}
        for chat in floor.waiting()
    }


def test_a_chat_waits_until_it_rings_and_again_when_it_stops(floor: Floor) -> None:
    floor.put("c", card(1))
    assert waiting(floor) == {"c": set()}
    floor.put("c", card(2, ringing=Ringing("amy", 1)))
    assert waiting(floor) == {}
    assert floor.invites_of("amy") == ["c"]
    floor.put("c", card(3))
    assert waiting(floor) == {"c": {"amy"}}


def test_who_did_not_take_it_is_left_in_peace_for_a_while(floor: Floor, clock: Clock) -> None:
    floor.put("c", card(1, ringing=Ringing("amy", 1)))
    floor.put("c", card(2))
    clock.after_s(9.999)
    assert waiting(floor) == {"c": {"amy"}}
    clock.after_s(0.001)
    assert waiting(floor) == {"c": set()}


def test_a_chat_is_not_put_to_somebody_who_is_in_it(floor: Floor) -> None:
    floor.put("c", card(1, phase=Phase.ACTIVE, participants=("amy",)))
    assert waiting(floor) == {"c": {"amy"}}


def test_nor_to_a_supervisor_who_looks_on(floor: Floor) -> None:
    """Who is here already cannot be rung: it would be tried for ever, and nobody else asked."""
    floor.put_agent("sam", ready(since_ms=BEGIN_MS - 1))
    floor.put_agent("amy", ready())
    floor.put("c", card(1, listeners=("sam",)))
    assert choose(floor.lines(), floor.people(), BEGIN_MS) == [Choice("c", "amy")]


def test_who_only_listens_has_the_chat_among_theirs_until_it_ends(floor: Floor) -> None:
    floor.put("c", card(1, phase=Phase.ACTIVE, participants=("amy",), listeners=("sam",)))
    assert floor.takes_part("sam", "c")
    assert floor.chats_of("sam") == ["c"]
    floor.put("c", card(2, phase=Phase.ENDED, queued_ms=0))
    assert not floor.takes_part("sam", "c")


def test_a_chat_prefers_the_agent_whom_its_user_data_names_by_login_or_id(floor: Floor) -> None:
    floor.put_agent("a1", msgspec.structs.replace(ready(), login="Dee"))
    for name, wanted in (("c1", "dee"), ("c2", "a1"), ("c3", "nobody"), ("c4", "")):
        floor.put(name, card(wanted=wanted))
    assert {one.interaction_id: one.prefers for one in floor.waiting()} == {
        "c1": "a1",
        "c2": "a1",
        "c3": "",
        "c4": "",
    }


def test_nothing_is_kept_of_refusals_once_the_chat_has_ended(floor: Floor) -> None:
    """Only the node that routes asks what waits; the others must not remember for ever."""
    for n in range(100):
        floor.put(f"c{n}", card(1, ringing=Ringing("amy", 1)))
        floor.put(f"c{n}", card(2))
        floor.put(f"c{n}", card(3, phase=Phase.ENDED, queued_ms=0))
    assert not floor._refused


def test_a_ringing_chat_takes_a_slot_and_so_does_a_running_one(floor: Floor) -> None:
    floor.put_agent("amy", ready(capacity=2))
    floor.put("c1", card(1, ringing=Ringing("amy", 1)))
    assert [free.slots for free in floor.free()] == [1]
    floor.put("c2", card(1, phase=Phase.ACTIVE, queued_ms=0, participants=("amy",)))
    assert floor.free() == []
    assert floor.room_of("amy") == 0
    floor.put("c2", card(2, phase=Phase.ENDED, queued_ms=0))
    assert [free.slots for free in floor.free()] == [1]


def test_of_each_medium_there_are_as_many_places_as_were_set(floor: Floor) -> None:
    floor.put_agent("amy", msgspec.structs.replace(ready(), capacities={"chat": 1, "message": 2}))
    floor.put_agent("bob", ready(capacity=2))
    floor.put("c", card(queued_ms=0, participants=("amy", "bob")))
    floor.put("m", card(queued_ms=0, participants=("amy", "bob"), medium=Medium.MESSAGE))
    media = (Medium.CHAT, Medium.MESSAGE)
    assert [floor.room_of("amy", medium) for medium in media] == [0, 1]
    assert [floor.room_of("bob", medium) for medium in media] == [0, 0], "all together"
    assert [[free.agent_id for free in floor.people(medium).free] for medium in media] == [[], ["amy"]]


def test_what_was_submitted_waits_once_for_each_request_since_whatever_counts(floor: Floor) -> None:
    aims = (Aim(Target("amy", Sort.AGENT), "amy"),)
    submits = tuple(
        Submit(request_id=name, session_id="s", aims=aims, since_ms=500, priority=priority, predicted_ms=80)
        for name, priority in (("s.1", 0), ("s.2", 3))
    )
    submitted = card(queued_ms=0, started_ms=100, owner="s", submits=submits)
    for tuning, since_ms in (
        (Tuning(), 500),
        (Tuning(uses_age=True), 100),
        (Tuning(uses_prediction=True), 420),
        (Tuning(uses_age=True, uses_prediction=True), 20),
    ):
        floor.put("c", msgspec.structs.replace(submitted, tuning=tuning))
        assert {(one.name, one.queued_ms) for one in floor.waiting()} == {
            ("s.1", since_ms),
            ("s.2", since_ms),
        }
        assert sorted(line.priority for line in floor.lines()) == [0, 3]
    floor.put("c", msgspec.structs.replace(submitted, ringing=Ringing("amy", 9)))
    assert floor.waiting_count == 0
    floor.put("c", msgspec.structs.replace(submitted, reserved=Reserved("bob", 9)))
    assert (floor.waiting_count, list(floor.lines()), floor.invites_of("bob")) == (0, [], [])


def test_what_is_predicted_is_renewed_while_a_chat_waits(floor: Floor, clock: Clock) -> None:
    """Of ten minutes for each and one place, the second waits twenty; once it is the first, ten."""
    floor.put_agent("amy", ready())
    for number in range(HANDLED_MIN):
        handled = card(queued_ms=0, queue="", participants=("amy",))
        floor.put(f"h{number}", card(queued_ms=1, queue=""))
        floor.put(f"h{number}", msgspec.structs.replace(handled, version=2))
        clock.after_s(600)
        floor.put(f"h{number}", msgspec.structs.replace(handled, version=3, phase=Phase.ENDED))
    for name, since_ms in (("a", clock() - 2000), ("b", clock() - 1000)):
        aims = (Aim(Target("amy", Sort.AGENT), "amy"),)
        submit = Submit(request_id=f"{name}.1", session_id="s", aims=aims, since_ms=since_ms)
        tuning = Tuning(uses_prediction=name == "b")
        floor.put(name, card(queued_ms=0, queue="", owner="s", submits=(submit,), tuning=tuning))
    since_ms = clock() - 1000

    def place() -> int:
        return next(one.queued_ms for one in floor.waiting() if one.name == "b.1")

    assert place() == since_ms
    clock.after_s(5)
    floor.predict()
    assert place() == since_ms - 1_200_000
    floor.put("b", msgspec.structs.replace(floor.card("b"), version=2))
    assert place() == since_ms - 1_200_000, "it is not forgotten when something else becomes true"
    floor.put("a", msgspec.structs.replace(floor.card("a"), version=2, phase=Phase.ENDED, submits=()))
    clock.after_s(5)
    floor.predict()
    assert place() == since_ms - 600_000
    floor.put("b", msgspec.structs.replace(floor.card("b"), version=3, phase=Phase.ENDED, submits=()))
    clock.after_s(5)
    floor.predict()
    assert floor.waiting_count == 0


def test_what_waits_is_asked_for_by_medium(floor: Floor) -> None:
    floor.put("c", card())
    floor.put("m", card(medium=Medium.MESSAGE))
    assert [len(list(floor.lines(medium))) for medium in (None, Medium.CHAT, Medium.MESSAGE)] == [2, 1, 1]


def test_bots_are_not_rung_but_have_room(floor: Floor) -> None:
    floor.put_agent("greeter", ready(role=Role.BOT))
    assert floor.free() == []
    assert floor.room_of("greeter") == 1


def test_who_is_not_ready_is_not_free(floor: Floor) -> None:
    floor.put_agent("amy", ready(1))
    floor.put_agent("amy", Agent(version=2, nickname="Amy", capacity=1, is_ready=False, since_ms=BEGIN_MS))
    assert floor.free() == []
    floor.put_agent("amy", ready(1))
    assert floor.free() == [], "older news is no news"


def test_idle_time_counts_from_the_last_change_of_work(floor: Floor, clock: Clock) -> None:
    floor.put_agent("amy", ready(capacity=2))
    clock.after_s(10)
    floor.put("c", card(1, ringing=Ringing("amy", 1)))
    assert floor.free()[0].idle_ms == BEGIN_MS + 10_000
    clock.after_s(10)
    floor.put("c", card(2, phase=Phase.ACTIVE, queued_ms=0, participants=("amy",)))
    assert floor.free()[0].idle_ms == BEGIN_MS + 10_000
    floor.put("c", card(3, phase=Phase.ENDED, queued_ms=0))
    assert floor.free()[0].idle_ms == BEGIN_MS + 20_000


def test_a_chat_that_nobody_has_and_that_waits_nowhere_is_unattended(floor: Floor) -> None:
    floor.put("c", card(1, queued_ms=0))
    assert [chat for chat, _ in floor.unattended()] == ["c"]
    floor.put("c", card(2, queued_ms=0, participants=("sam",)))
    assert [chat for chat, _ in floor.unattended()] == ["c"], "one who only listens does not attend"
    floor.put("c", card(3, queued_ms=0, phase=Phase.ACTIVE, participants=("sam", "greeter")))
    assert floor.unattended() == []


def test_open_chats_are_counted_by_service(floor: Floor) -> None:
    floor.put("c1", card(1))
    floor.put("c1", card(2))
    floor.put("c2", card(1, service="t"))
    assert (floor.open_of("s"), floor.open_of("t"), floor.open_of("u"), floor.open_count) == (1, 1, 0, 2)
    for _ in range(2):
        floor.put("c1", card(3, phase=Phase.ENDED, queued_ms=0))
    floor.put("c1", card(4, phase=Phase.ARCHIVED, queued_ms=0))
    assert (floor.open_of("s"), floor.open_count) == (0, 1)


def test_what_has_ended_stays_ended(floor: Floor) -> None:
    floor.put("c", card(3, phase=Phase.ENDED, queued_ms=0))
    floor.put("c", card(2))
    assert floor.open_count == 0


def test_an_older_card_changes_nothing(floor: Floor) -> None:
    floor.put("c", card(3, phase=Phase.ACTIVE, queued_ms=0, participants=("amy",)))
    floor.put("c", card(2, ringing=Ringing("amy", 1)))
    assert floor.chats_of("amy") == ["c"]


async def test_a_restart_finds_the_floor_as_it_was() -> None:
    node = Node()
    await node.ready("amy")
    taken, waits, ended = await node.start(), await node.start(), await node.start()
    await node.do(taken, commands.Invite("amy", 30), commands.Accept("amy", "Amy"))
    await node.do(ended, commands.End(reason="done"))
    again = Node(node.database, node.clock)
    await again.floor.load(again.store)
    assert again.floor.chats_of("amy") == [taken]
    assert set(waiting(again.floor)) == {waits}
    assert again.floor.open_count == 2
    assert [free.slots for free in again.floor.free()] == [4]


def test_a_chat_s_standing_counts_who_is_ahead_and_says_how_long_once_enough_is_known(
    floor: Floor, clock: Clock
) -> None:
    floor.put_agent("amy", ready(capacity=2))
    for number in range(5):
        floor.put("done", card(4 * number + 1, queued_ms=clock()))
        floor.put("done", card(4 * number + 2, queued_ms=0, phase=Phase.ACTIVE, participants=("amy",)))
        clock.after_s(60)
        floor.put("done", card(4 * number + 3, queued_ms=0, phase=Phase.ENDED))
        if number < 4:
            floor.put("c", card(number + 1, queued_ms=clock()))
            assert floor.standing("c") == (1, None), "too few to tell"
            floor.put("c", card(number + 1, queued_ms=0, phase=Phase.ENDED))
    for number in range(3):
        floor.put(f"c{number}", card(queued_ms=clock() + number))
    assert [floor.standing(f"c{number}") for number in range(3)] == [(1, 30_000), (2, 60_000), (3, 90_000)]
    floor.put("urgent", card(queued_ms=clock(), priority=1))
    assert floor.standing("c0") == (2, 60_000)
    floor.put_agent("amy", msgspec.structs.replace(ready(2), is_ready=False))
    assert floor.standing("c0") == (2, None), "nobody is there"
    assert floor.standing("nowhere") is None

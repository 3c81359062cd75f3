"""What targets could take: by the people who are ready, the chats that wait, and the offers that are out."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import cast

import msgspec
import pytest
from msgspec.structs import replace

from frontdesk.desk.journeys.availability import DeskAvailability
from frontdesk.desk.journeys.offer_tally import Counts, OfferTally, Pace
from frontdesk.desk.journeys.queue_answers import QueueAnswers
from frontdesk.desk.services import Service
from frontdesk.domain.commands import End, Join, Leave
from frontdesk.domain.events import Kind
from frontdesk.domain.journey.action_targets import ActionTarget
from frontdesk.domain.journey.definitions import Definitions, Deployment
from frontdesk.domain.journey.facts import Emitter, HandedOut, Moved, State
from frontdesk.domain.journey.pacing import Answers
from frontdesk.domain.queues import QueueRules
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Recorded, Store
from frontdesk.store.memory import MemoryStore
from frontdesk.store.open import open_journeys
from tests.desk.nodes import QUIET, Clock, Node

pytestmark = pytest.mark.anyio

SALES = ActionTarget(id="t1", name="Sales", queue_id="sales")
ANYWHERE = ActionTarget(id="t2", name="Anywhere")
SITES = Definitions(
    deployments={"d1": Deployment(id="d1", name="shop", service="s")},
    targets={one.id: one for one in (SALES, ANYWHERE)},
)


class Desk:
    """A desk with two queues, and the offers of one site."""

    def __init__(self, journeys: Store | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        service = Service(name="s", queue="help", rules=QUIET)
        self.node = Node(
            None,
            self.clock,
            service,
            queues={"help": QueueRules(), "sales": QueueRules()},
        )
        self.journeys = journeys or MemoryStore()
        self.tally = OfferTally(self.journeys, self.clock)
        self.answers = QueueAnswers(self.clock)
        self.availability = DeskAvailability(
            self.node.floor.outlook, self.node.services, self.tally, self.answers, lambda: SITES, self.clock
        )
        self._heard = 0
        self._versions: dict[str, int] = {}

    async def write(self, action_id: str, *facts: HandedOut | Moved) -> None:
        """Something happens to an offer, and everybody hears of it."""
        stream = f"customer/{action_id}"
        before = self._versions.get(stream, 0)
        bodies = [msgspec.json.encode(replace(fact, action_id=action_id)) for fact in facts]
        await self.journeys.append(stream, before, bodies, self.clock())
        self._versions[stream] = before + len(bodies)
        await self.count()

    async def count(self) -> None:
        await following(self.journeys, self.tally.counts.position, self.tally.take)

    async def hear(self) -> None:
        """Follow the log of chats to its end."""

        def take(batch: Sequence[Recorded]) -> None:
            for record in batch:
                self.answers.heard(record.stream.partition("/")[2], record)
                self._heard = record.position

        await self.node.hears()
        await following(self.node.database, self._heard, take)


async def following(store: Store, position: int, take: Callable[[Sequence[Recorded]], None]) -> None:
    while position < await store.head():
        batches = cast("AsyncGenerator[Sequence[Recorded], None]", store.follow(position))
        async with aclosing(batches):
            async for batch in batches:
                take(batch)
                position = batch[-1].position
                break


def moved(state: State) -> Moved:
    return Moved("a", state, Emitter.BROWSER)


def out(clock: Clock, whose: str = "t1") -> HandedOut:
    return HandedOut("a", clock() + 20_000, paced_by=whose)


# --- people and chats --------------------------------------------------------------------------------


async def test_free_places_and_waiting_chats_are_those_of_the_targets_queue() -> None:
    desk = Desk()
    await desk.node.ready("amy", capacity=3)
    await desk.node.start(queue="sales")
    await desk.node.start(queue="help")
    await desk.node.start(queue="help")
    await desk.hear()
    rooms = [desk.availability.room(target, "d1") for target in ("t1", "t2", "")]
    assert [room.waiting for room in rooms] == [1, 2, 2]
    assert {room.free for room in rooms} == {3}


async def test_without_anybody_ready_there_is_no_room() -> None:
    desk = Desk()
    assert desk.availability.room("t1", "d1").free == 0
    assert desk.availability.queue_of("unknown") == "default"


async def test_who_is_busy_has_fewer_places() -> None:
    desk = Desk()
    await desk.node.ready("amy", capacity=2)
    chat_id = await desk.node.start(queue="sales")
    await desk.node.do(chat_id, Join(kind=Kind.AGENT, participant_id="amy", nickname="Amy"))
    await desk.hear()
    assert desk.availability.room("t1", "d1").free == 1


# --- offers ------------------------------------------------------------------------------------------


async def test_an_offer_counts_from_when_it_is_given_out_until_it_is_answered() -> None:
    desk = Desk()
    seen = []
    for fact in (out(desk.clock), moved(State.OFFERED), moved(State.ACCEPTED), moved(State.STARTED)):
        await desk.write("a", fact)
        room = desk.availability.room("t1", "d1")
        seen.append((room.outstanding, room.accepted))
    assert seen == [(1, 0), (1, 0), (0, 1), (0, 0)]
    assert desk.availability.room("t2", "d1").outstanding == 0


async def test_what_was_given_out_and_not_shown_counts_as_long_as_its_lease() -> None:
    desk = Desk()
    await desk.write("a", out(desk.clock))
    desk.clock.after_s(19.999)
    assert desk.tally.pace("t1").outstanding == 1
    desk.clock.after_s(0.001)
    assert desk.tally.pace("t1").outstanding == 0


async def test_rates_are_of_what_was_answered_in_the_last_seven_days() -> None:
    desk = Desk()
    for number, (state, end) in enumerate(
        [
            (State.ACCEPTED, State.STARTED),
            (State.ACCEPTED, State.REJECTED),
            (State.REJECTED, None),
            (State.IGNORED, None),
            (State.TIMEDOUT, None),
        ]
    ):
        facts: list[HandedOut | Moved] = [out(desk.clock), moved(State.OFFERED), moved(state)]
        await desk.write(str(number), *facts, *([moved(end)] if end is not None else []))
    assert desk.tally.pace("t1") == Pace(0, 0, (2 + 2) / (10 + 5), (8 + 1) / (10 + 2))
    desk.clock.after_s(7 * 24 * 3600)
    assert desk.tally.pace("t1") == Pace(0, 0, 0.2, 0.8)


async def test_content_takes_nobodys_time() -> None:
    desk = Desk()
    await desk.write("a", out(desk.clock, ""), moved(State.OFFERED), moved(State.ACCEPTED))
    assert desk.tally.counts.out == {}


async def test_who_was_erased_in_the_midst_of_an_offer_does_not_count_for_ever() -> None:
    desk = Desk()
    await desk.write("a", out(desk.clock), moved(State.OFFERED))
    desk.clock.after_s(24 * 3600)
    assert desk.tally.pace("t1").outstanding == 0
    await desk.tally.keep()
    assert desk.tally.counts.out == {}


async def test_a_node_that_starts_goes_on_counting_where_the_kept_counts_end(tmp_path: Path) -> None:
    journeys = await open_journeys(DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db"))
    desk = Desk(journeys.store)
    await desk.tally.load()
    await desk.write("a", out(desk.clock), moved(State.OFFERED))
    await desk.tally.keep()
    await desk.write("b", out(desk.clock), moved(State.OFFERED), moved(State.ACCEPTED))
    other = OfferTally(journeys.store, desk.clock)
    await other.load()
    assert other.pace("t1").outstanding == 1
    await following(journeys.store, other.counts.position, other.take)
    assert other.counts == desk.tally.counts
    assert (other.pace("t1").outstanding, other.pace("t1").accepted) == (1, 1)
    await journeys.aclose()


async def test_a_node_without_kept_counts_counts_from_now_on() -> None:
    desk = Desk()
    await desk.write("a", out(desk.clock), moved(State.OFFERED))
    other = OfferTally(desk.journeys, desk.clock)
    await other.load()
    assert other.counts == Counts(await desk.journeys.head())


# --- the service level -------------------------------------------------------------------------------


async def test_what_became_of_chats_is_known_for_half_an_hour() -> None:
    desk = Desk()
    await desk.node.ready("amy", capacity=20)
    soon, late, left, at_once = [await desk.node.start(queue="sales") for _ in range(4)]
    desk.clock.after_s(5)
    await desk.node.do(at_once, Leave(party_id=1))
    desk.clock.after_s(15)
    await desk.node.do(soon, Join(kind=Kind.AGENT, participant_id="amy", nickname="Amy"))
    await desk.node.do(soon, End(reason="solved"))
    desk.clock.after_s(1)
    await desk.node.do(late, Join(kind=Kind.AGENT, participant_id="amy", nickname="Amy"))
    await desk.node.do(left, Leave(party_id=1))
    await desk.hear()
    assert desk.answers.of("sales", 20_000, 5000) == Answers(1, 2, 2, 1)
    assert desk.answers.of("help", 20_000, 5000) == Answers()
    desk.clock.after_s(1799)
    assert desk.answers.of("sales", 20_000, 5000) == Answers(0, 1, 1, 0)


async def test_a_chat_that_waited_when_the_node_began_is_known() -> None:
    desk = Desk()
    chat_id = await desk.node.start(queue="sales")
    desk.answers.load(desk.node.floor)
    desk._heard = await desk.node.database.head()
    desk.clock.after_s(10)
    await desk.node.do(chat_id, Leave(party_id=1))
    await desk.hear()
    assert desk.answers.of("sales", 20_000, 5000).abandoned == 1


async def test_while_chats_wait_too_long_fewer_offers_are_made_each_minute() -> None:
    desk = Desk()
    assert desk.availability.room("t1", "d1").allow_fraction == 1
    for _ in range(10):
        await desk.node.start(queue="sales")
    desk.clock.after_s(30)
    for chat_id in [waiting.interaction_id for waiting in desk.node.floor.waiting()]:
        await desk.node.do(chat_id, Leave(party_id=1))
    await desk.hear()
    fractions = []
    for _ in range(5):
        desk.clock.after_s(60)
        fractions.append(desk.availability.room("t1", "d1").allow_fraction)
    assert fractions == [0.75, 0.5, 0.25, 0.0, 0.0]
    assert desk.availability.room("t2", "d1").allow_fraction == 1, "the other queue is none the worse"
    desk.clock.after_s(3600)
    assert desk.availability.room("t1", "d1").allow_fraction == 1, "nothing is known of it any more"

"""Journeys hear how chats went: each step once, in spite of crashes, and from nobody whose chat it is not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from frontdesk.desk.journeys.chat_context import Context, context_in
from frontdesk.desk.journeys.chats import PAGE
from frontdesk.domain import commands
from frontdesk.domain.commands import End, Leave
from frontdesk.domain.events import Kind, Visibility
from frontdesk.domain.journey.customer import Action, Customer
from frontdesk.domain.journey.facts import ChatSummary, Emitter, Held, Moved, Released, Stage, State
from frontdesk.domain.journey.offering import Reported, move
from frontdesk.errors import Unavailable
from frontdesk.settings import DatabaseSettings
from frontdesk.store.log import Recorded
from frontdesk.store.open import open_database, open_journeys
from tests.desk.journeys.chatted import SITE, Chatted
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

LEAVES = Leave(party_id=1, ends=True)
ACCEPTED, STARTED, ENGAGED, COMPLETED = State.ACCEPTED, State.STARTED, State.ENGAGED, State.COMPLETED


@pytest.fixture
async def durable(tmp_path: Path) -> AsyncIterator[Chatted]:
    """Both databases in files."""
    settings = DatabaseSettings(url=f"sqlite:///{tmp_path}/frontdesk.db")
    chats, journeys = await open_database(settings), await open_journeys(settings)
    yield Chatted(chats.store, journeys.store)
    await chats.aclose()
    await journeys.aclose()


async def test_a_chat_that_came_of_an_offer_is_started_engaged_and_completed(durable: Chatted) -> None:
    site = durable
    customer, action = await site.accepted()
    chat_id = await site.chat(customer, action.id)
    await site.tell()
    now = await site.customers.customer(customer.id)
    assert (now.actions[0].state, now.actions[0].interaction_id) == (STARTED, chat_id)
    assert now.visit.holds == (chat_id,), "the chat holds the visit open"
    await site.come(chat_id)
    await site.node.do(chat_id, End(reason="solved", party_id=2))
    await site.tell()
    assert await site.states(customer) == [STARTED, ENGAGED, COMPLETED]
    moved = [fact for fact in await site.told(customer) if isinstance(fact, Moved)]
    assert {(fact.emitter, fact.stage, fact.interaction_id) for fact in moved} == {
        (Emitter.CHAT, Stage.CHAT, chat_id)
    }
    assert (await site.customers.customer(customer.id)).visit.holds == ()


async def test_what_the_desk_knows_of_a_chat_is_kept_with_its_end_and_no_word_of_it() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    chat_id, began_ms = await site.chat(customer, action.id), site.clock()
    site.clock.now_ms += 1_000
    await site.come(chat_id, Kind.BOT, name="greeter")
    site.clock.now_ms += 2_000
    await site.come(chat_id, Kind.SUPERVISOR, Visibility.SUPERVISORS, "sue")
    await site.come(chat_id)
    for party, text in ((1, "My secret"), (2, "Welcome"), (4, "Hello"), (1, "Bye")):
        await site.node.do(chat_id, commands.Say(party_id=party, text=text))
    hidden = commands.Say(party_id=4, text="Ask more", visibility=Visibility.AGENTS)
    await site.node.do(chat_id, hidden)
    site.clock.now_ms += 4_000
    await site.node.do(chat_id, LEAVES)
    await site.tell()
    moved = [fact for fact in await site.told(customer) if isinstance(fact, Moved)]
    assert [fact.chat for fact in moved[:-1]] == [None, None]
    assert moved[-1].chat == ChatSummary(
        num_agents=1,
        user_messages=2,
        agent_messages=1,
        system_messages=4,
        started_ms=began_ms,
        bot_reached_ms=began_ms + 1_000,
        agent_reached_ms=began_ms + 3_000,
        completed_ms=began_ms + 7_000,
        elapsed_ms=7_000,
        waiting_ms=3_000,
    )
    assert "secret" not in str(await site.told(customer))


async def test_a_chat_without_anybody_was_cancelled_and_reached_nobody() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    chat_id, began_ms = await site.chat(customer, action.id), site.clock()
    for number in range(PAGE + 1):
        await site.node.do(chat_id, commands.Say(party_id=1, text=str(number)))
    site.clock.now_ms += 5_000
    await site.node.do(chat_id, LEAVES)
    await site.tell()
    abandoned = [fact for fact in await site.told(customer) if isinstance(fact, Moved)][-1]
    assert (abandoned.state, abandoned.chat) == (
        State.ABANDONED,
        ChatSummary(
            user_messages=PAGE + 1,
            system_messages=1,
            started_ms=began_ms,
            cancelled_ms=began_ms + 5_000,
            elapsed_ms=5_000,
        ),
    )


async def test_what_a_newer_version_said_in_a_chat_does_not_hide_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = Chatted()
    customer, action = await site.accepted()
    chat_id = await site.chat(customer, action.id)
    await site.come(chat_id)
    for text in ("Hello", "Bye"):
        await site.node.do(chat_id, commands.Say(party_id=1, text=text))
    await site.node.do(chat_id, LEAVES)
    read = site.node.store.read

    async def newer(*arguments: Any, **named: Any) -> Sequence[Recorded]:
        records = await read(*arguments, **named)
        return [replace(one, body=one.body.replace(b'"type":"Said"', b'"type":"Sung"')) for one in records]

    monkeypatch.setattr(site.node.store, "read", newer)
    await site.tell()
    ended = [fact for fact in await site.told(customer) if isinstance(fact, Moved)][-1]
    assert ended.state is COMPLETED
    assert ended.chat is not None
    assert (ended.chat.num_agents, ended.chat.user_messages) == (1, 0)


async def test_a_visitor_who_leaves_before_anybody_came_has_abandoned_it() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    await site.node.do(await site.chat(customer, action.id), LEAVES)
    await site.tell()
    assert await site.states(customer) == [STARTED, State.ABANDONED]


async def test_a_chat_that_ends_before_anybody_came_and_not_by_the_visitor_has_failed() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    await site.node.do(await site.chat(customer, action.id), End(reason="closed"))
    await site.tell()
    failed = [fact for fact in await site.told(customer) if isinstance(fact, Moved)][-1]
    assert (failed.state, failed.stage, failed.error_message) == (State.ERRORED, Stage.CHAT, "closed")


async def test_nobody_but_a_person_whom_the_visitor_sees_engages_it() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    chat_id = await site.chat(customer, action.id)
    await site.come(chat_id, Kind.BOT, name="greeter")
    await site.come(chat_id, Kind.SUPERVISOR, Visibility.SUPERVISORS, "sue")
    await site.come(chat_id, Kind.AGENT, Visibility.AGENTS, "ann")
    await site.tell()
    assert await site.states(customer) == [STARTED]
    await site.come(chat_id, name="amy")
    await site.come(chat_id, name="bob")
    await site.tell()
    assert await site.states(customer) == [STARTED, ENGAGED]


async def test_who_looked_on_engages_it_by_showing_up() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    chat_id = await site.chat(customer, action.id)
    await site.come(chat_id, Kind.SUPERVISOR, Visibility.SUPERVISORS, "sue")
    await site.node.do(chat_id, commands.Show(party_id=2, visibility=Visibility.ALL))
    await site.tell()
    assert await site.states(customer) == [STARTED, ENGAGED]


@pytest.mark.parametrize("which", ["action_id", "visit_id", "customer_id", "service"])
async def test_a_chat_of_somebody_else_says_nothing_of_this_action(which: str) -> None:
    site = Chatted()
    customer, action = await site.accepted()
    other, others = await site.accepted()
    changes = {"visit_id": other.visit.id, "customer_id": other.id, "service": "another"}
    chat_id = await site.chat(
        customer,
        others.id if which == "action_id" else action.id,
        **{which: changes[which]} if which in changes else {},
    )
    await site.come(chat_id)
    await site.node.do(chat_id, LEAVES)
    await site.tell()
    assert [await site.states(one) for one in (customer, other)] == [[], []]


async def test_an_action_that_was_not_accepted_gets_no_chat_and_the_visit_is_held_all_the_same() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    fact = Moved(action.id, State.REJECTED, Emitter.BROWSER)
    customer, _ = await site.customers.change(customer.id, lambda _customer, _now_ms: (fact,))
    chat_id = await site.chat(customer, action.id)
    await site.come(chat_id)
    await site.tell()
    assert await site.told(customer) == [Held(chat_id)]


async def offered(site: Chatted) -> tuple[Customer, Action]:
    """Somebody whose browser has said that an offer is shown, and no more yet."""
    customer, action = await site.accepted()
    fact = Moved(action.id, State.OFFERED, Emitter.BROWSER)
    customer, _ = await site.customers.change(customer.id, lambda _customer, _now_ms: (fact,))
    return customer, action


async def says(site: Chatted, customer: Customer, action: Action, state: State) -> None:
    """What the browser says was on its way for longer than the chat."""
    asked = Reported(customer.visit.id, SITE, action.id, state)
    await site.customers.change(customer.id, lambda now, now_ms: move(now, asked, now_ms=now_ms))


async def test_a_chat_that_is_heard_of_before_its_offer_was_accepted_is_linked_when_it_is() -> None:
    site = Chatted()
    customer, action = await offered(site)
    chat_id = await site.chat(customer, action.id)
    await site.tell()
    assert await site.states(customer) == []
    await says(site, customer, action, ACCEPTED)
    assert await site.states(customer) == [ACCEPTED, STARTED]
    await site.come(chat_id)
    await site.tell()
    assert await site.states(customer) == [ACCEPTED, STARTED, ENGAGED]
    assert (await site.customers.customer(customer.id)).actions[0].interaction_id == chat_id


@pytest.mark.parametrize(
    ("end", "state", "has_person"),
    [
        (LEAVES, State.ABANDONED, False),
        (End(reason="closed"), State.ERRORED, False),
        (LEAVES, COMPLETED, True),
    ],
)
async def test_a_chat_that_was_over_before_its_offer_was_accepted_has_been_one_all_the_same(
    end: Leave | End, state: State, has_person: bool
) -> None:
    site = Chatted()
    customer, action = await offered(site)
    chat_id = await site.chat(customer, action.id)
    if has_person:
        await site.come(chat_id)
        await site.come(chat_id, name="bea")
    await site.node.do(chat_id, end)
    for telling in (site.telling, site.teller("b")):  # Told twice, it is heard once.
        site.position = 0
        await site.tell(telling)
    await says(site, customer, action, ACCEPTED)
    assert await site.states(customer) == [ACCEPTED, STARTED, *([ENGAGED] if has_person else []), state]
    moved = [fact for fact in await site.told(customer) if isinstance(fact, Moved)]
    assert {(one.emitter, one.interaction_id) for one in moved[1:]} == {(Emitter.CHAT, chat_id)}
    assert moved[-1].chat is not None
    assert moved[-1].error_message == ("closed" if state is State.ERRORED else "")
    now = await site.customers.customer(customer.id)
    assert (now.visit.holds, now.actions[0].early) == ((), ())


async def test_a_person_who_came_before_it_was_accepted_is_not_forgotten_when_it_ends_after() -> None:
    site = Chatted()
    customer, action = await offered(site)
    chat_id = await site.chat(customer, action.id)
    await site.come(chat_id)
    await site.tell()
    await says(site, customer, action, ACCEPTED)
    await site.node.do(chat_id, LEAVES)
    await site.tell()
    assert await site.states(customer) == [ACCEPTED, STARTED, ENGAGED, COMPLETED]


async def test_what_is_kept_of_a_chat_until_then_says_nothing_of_an_offer_that_is_declined() -> None:
    site = Chatted()
    customer, action = await offered(site)
    for _ in range(2):  # The second that says so is not heard.
        await site.chat(customer, action.id)
    await site.tell()
    assert len((await site.customers.customer(customer.id)).actions[0].early) == 1
    await says(site, customer, action, State.REJECTED)
    assert await site.states(customer) == [State.REJECTED]


async def test_a_chat_that_the_visitor_began_alone_holds_the_visit_too() -> None:
    site = Chatted()
    customer, _ = await site.accepted()
    chat_id = await site.chat(customer)
    await site.tell()
    await site.node.do(chat_id, LEAVES)
    await site.tell()
    assert await site.told(customer) == [Held(chat_id), Released(chat_id)]


async def test_a_conversation_that_rests_holds_no_visit_until_it_goes_on() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    text = (
        f'{{"customer":{{"id":"{customer.id}"}},"customerSession":{{"id":"{customer.visit.id}"}},'
        f'"triggeringAction":{{"id":"{action.id}"}}}}'
    )
    chat_id = await site.node.start(user_data={"journeyContext": text}, asynchronous=True)
    await site.come(chat_id)
    await site.node.do(chat_id, Leave(party_id=2))
    await site.tell()
    assert (await site.customers.customer(customer.id)).visit.holds == ()
    await site.node.do(chat_id, commands.Say(party_id=1, text="one more thing"))
    await site.tell()
    now = await site.customers.customer(customer.id)
    assert (now.visit.holds, now.actions[0].state) == ((chat_id,), ENGAGED)


async def test_what_was_told_already_changes_nothing_when_it_is_told_again() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    chat_id = await site.chat(customer, action.id)
    alone = await site.chat(customer)
    await site.come(chat_id)
    await site.tell()
    for one in (chat_id, alone):
        await site.node.do(one, LEAVES)
    await site.tell()
    before = await site.customers.customer(customer.id)
    for name in ("a", "b"):  # The same one, and one that knows nothing of it.
        site.position = 0
        await site.tell(site.telling if name == "a" else site.teller(name))
    assert await site.customers.customer(customer.id) == before


@pytest.mark.parametrize("fails_at", range(1, 4))
async def test_wherever_it_breaks_journeys_hear_the_same(fails_at: int) -> None:
    """That write is answered with an error though it was made, and another node begins again from before."""
    site = Chatted()
    customer, action = await site.accepted()
    chat_id = await site.chat(customer, action.id)
    await site.come(chat_id)
    await site.node.do(chat_id, LEAVES)
    change, calls = site.customers.change, 0

    async def breaks(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        done = await change(*arguments, **named)
        if calls == fails_at:
            raise Unavailable("the answer was lost")
        return done

    site.customers.change = breaks  # type: ignore[method-assign]  # The network between the two databases.
    with pytest.raises(Unavailable):
        await site.tell()
    site.position = 0
    await site.tell(site.teller("b"))
    assert await site.states(customer) == [STARTED, ENGAGED, COMPLETED]
    held = [fact for fact in await site.told(customer) if isinstance(fact, Held | Released)]
    assert held in ([], [Held(chat_id), Released(chat_id)])


async def test_a_fault_in_one_chat_silences_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Chatted()
    customer, action = await site.accepted()
    other, others = await site.accepted()
    await site.chat(customer, action.id)
    await site.chat(other, others.id)
    change = site.customers.change

    async def faulty(customer_id: str, *arguments: Any, **named: Any) -> Any:
        if customer_id == customer.id:
            raise ZeroDivisionError
        return await change(customer_id, *arguments, **named)

    monkeypatch.setattr(site.customers, "change", faulty)
    await site.tell()
    assert await site.states(other) == [STARTED]


async def test_who_takes_over_in_the_midst_of_a_chat_knows_whose_it_is() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    chat_id = await site.chat(customer, action.id)
    await site.tell()
    await site.come(chat_id)
    await site.node.do(chat_id, LEAVES)
    await site.tell(site.teller("b"))
    assert await site.states(customer) == [STARTED, ENGAGED, COMPLETED]


async def test_a_database_that_is_away_is_told_later(durable: Chatted) -> None:
    site = durable
    customer, action = await site.accepted()
    chat_id = await site.chat(customer, action.id)
    change = site.customers.change

    async def is_away(*_arguments: object, **_named: object) -> object:
        raise Unavailable("the database of journeys is away")

    site.customers.change = is_away  # type: ignore[assignment]  # The network between the two databases.
    with pytest.raises(Unavailable):
        await site.tell()
    assert site.position == 0
    site.customers.change = change  # type: ignore[method-assign]
    await site.come(chat_id)
    await site.tell()
    assert await site.states(customer) == [STARTED, ENGAGED]


async def test_chats_without_a_journey_leave_no_trace() -> None:
    site = Chatted()
    for text in ("", "nonsense", '{"customer":{"id":"../etc"},"customerSession":{"id":"x"}}'):
        chat_id = await site.node.start(user_data={"journeyContext": text} if text else {})
        await site.come(chat_id)
        await site.node.do(chat_id, LEAVES)
    await site.tell()
    assert await site.versions() == 0


async def test_it_runs_by_itself_from_where_the_log_ended_when_it_first_began() -> None:
    site = Chatted()
    customer, action = await site.accepted()
    await site.chat(customer, action.id)  # Before journeys were switched on.
    await site.telling.load()
    other, others = await site.accepted()
    running = asyncio.ensure_future(site.telling.run())
    chat_id = await site.chat(other, others.id)
    async with asyncio.timeout(PATIENCE_S):
        while (await site.customers.customer(other.id)).actions[0].state is not STARTED:
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await site.told(customer) == []
    await site.come(chat_id)
    running = asyncio.ensure_future(site.teller("b").run())
    async with asyncio.timeout(PATIENCE_S):
        while (await site.customers.customer(other.id)).actions[0].state is not ENGAGED:
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await site.states(other) == [STARTED, ENGAGED]


def test_a_context_is_read_as_browsers_write_it() -> None:
    ids = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(3)]
    text = (
        f'{{"customer":{{"id":"{ids[0]}","idType":"cookie"}},"customerSession":{{"id":"{ids[1]}","type":"web"}},'
        f'"triggeringAction":{{"id":"{ids[2]}","actionMap":{{"id":"m","version":4}}}}}}'
    )
    assert context_in({"journeyContext": text}) == Context(*ids)
    assert context_in({}) is None
    assert context_in({"journeyContext": text.replace("-4000-8000-", "-4ABC-8DEF-")}) == Context(
        *(one.replace("-4000-8000-", "-4abc-8def-") for one in ids)
    )
    assert context_in({"journeyContext": '{"customer":' + "[" * 20_000}) is None

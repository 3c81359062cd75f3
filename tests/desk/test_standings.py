"""Those who wait are told where they stand: only where their queue wants it, and only what is news."""

import pytest

from frontdesk.desk.services import Service
from frontdesk.desk.standings import AT_ONCE_MAX
from frontdesk.domain import commands, events
from frontdesk.domain.queues import QueueRules, Telling
from tests.desk.nodes import QUIET, Node
from tests.desk.test_routing import rings, routed

pytestmark = pytest.mark.anyio

TELLS = Telling(30, "Number {position}.", "Number {position}, {minutes} min.")


def node(telling: Telling = TELLS) -> Node:
    return Node(None, None, Service(name="s", rules=QUIET), queues={"default": QueueRules(telling=telling)})


async def told(made: Node, chat_id: str) -> list[str]:
    return [event.text for event in await made.events(chat_id) if isinstance(event, events.Informed)]


async def look(made: Node, after_s: float) -> None:
    """Let time go by, and the assigner look."""
    made.clock.after_s(after_s)
    made.floor._changed()
    await rings(made)


def test_the_words_are_the_queue_s_own_and_minutes_are_rounded_up() -> None:
    assert TELLS.says(3, None) == "Number 3."
    assert [TELLS.says(1, ms) for ms in (0, 60_000, 60_001)] == [
        "Number 1, 1 min.",
        "Number 1, 1 min.",
        "Number 1, 2 min.",
    ]
    assert Telling(1, "{minutes} {x} {position.__class__}").says(1, None) == "1 {x} {position.__class__}"


async def test_who_waits_is_told_after_a_moment_and_then_when_it_has_changed() -> None:
    made = node()
    first = await made.start()
    made.clock.after_s(0.5)  # Of two that come in the same moment either may be first.
    second = await made.start()
    async with routed(made):
        await look(made, 4)
        assert await told(made, second) == []
        await look(made, 2)
        assert (await told(made, first), await told(made, second)) == (["Number 1."], ["Number 2."])
        await look(made, 30)
        assert await told(made, second) == ["Number 2."], "no news"
        await made.do(first, commands.End(reason="done"))
        await look(made, 20)
        assert await told(made, second) == ["Number 2."], "not so soon"
        await look(made, 10)
        assert await told(made, second) == ["Number 2.", "Number 1."]
    [*_, last] = await made.events(second)
    assert last == events.Informed(party_id=2, text="Number 1.", about="position", position=1)


async def test_who_is_put_to_somebody_or_whose_queue_is_silent_is_told_nothing() -> None:
    silent, busy = node(Telling()), node()
    await busy.ready("amy")
    for made in (silent, busy):
        chat_id = await made.start()
        async with routed(made):
            await look(made, 6)
            await look(made, 60)
        assert await told(made, chat_id) == []


async def test_many_are_told_a_few_at_a_time_and_everybody_in_the_end() -> None:
    made = node()
    chats = [await made.start() for _ in range(AT_ONCE_MAX + 1)]
    async with routed(made):
        await look(made, 6)
        assert sum([len(await told(made, chat_id)) for chat_id in chats]) == AT_ONCE_MAX
        await look(made, 2)
        assert [len(await told(made, chat_id)) for chat_id in chats] == [1] * len(chats)

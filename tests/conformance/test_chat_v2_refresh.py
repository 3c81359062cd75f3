"""Chat API v2, checks 14–25: refresh, positions and their order."""

import anyio
import pytest

from tests.conformance.house import House
from tests.conformance.v2 import Chat, Event, Visitors
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


async def with_messages(visitors: Visitors, count: int) -> Chat:
    chat = await visitors.start()
    for number in range(count):
        (await chat.send(f"line {number}")).ok()
    return chat


async def test_14_refresh_returns_the_events_and_the_same_identity(visitors: Visitors) -> None:
    chat = await visitors.start()
    answer = (await chat.refresh(1)).ok()
    assert answer.events == chat.started.events
    assert answer.indexes == [1]
    assert {key: answer.body[key] for key in chat.identity} == chat.identity


async def test_15_there_is_nothing_after_the_last_event(visitors: Visitors) -> None:
    chat = await visitors.start()
    answer = (await chat.refresh(2)).ok()
    assert (answer.events, answer.next_position) == ([], 2)

    last = (await chat.send("Hello", P=1)).ok().indexes[-1]
    answer = (await chat.refresh(last + 1)).ok()
    assert (answer.events, answer.next_position) == ([], last + 1)
    assert (await chat.refresh(last + 1000)).ok().events == []


async def test_16_refresh_returns_every_event_from_its_position_on(visitors: Visitors) -> None:
    chat = await with_messages(visitors, 4)
    everything = await chat.events()
    assert len(everything) == 5
    for position in range(1, everything[-1]["index"] + 1):
        expected = [event for event in everything if event["index"] >= position]
        assert (await chat.refresh(position)).ok().events == expected


@pytest.mark.parametrize("position", ["0", "", "abc", "1.5", " ", "١", "99999999999999999999999x"])
async def test_17_a_position_that_is_none_means_all(visitors: Visitors, position: str) -> None:
    chat = await with_messages(visitors, 2)
    assert (await chat.refresh(position)).ok().events == await chat.events()


async def test_17_no_position_means_all(visitors: Visitors) -> None:
    chat = await with_messages(visitors, 2)
    assert (await chat.ask("refresh")).ok().events == await chat.events()


async def test_18_a_negative_position_counts_from_the_end(visitors: Visitors) -> None:
    chat = await with_messages(visitors, 3)
    everything = await chat.events()
    assert (await chat.refresh(-1)).ok().events == everything[-1:]
    assert (await chat.refresh(-2)).ok().events == everything[-2:]
    assert (await chat.refresh(-100)).ok().events == everything


async def test_19_reading_consumes_nothing(visitors: Visitors) -> None:
    chat = await with_messages(visitors, 2)
    everything = await chat.events()
    for _tab in range(2):
        for _again in range(3):
            assert await chat.events() == everything


async def test_20_what_is_half_typed_is_no_message(visitors: Visitors) -> None:
    chat = await visitors.start()
    assert (await chat.refresh(1, message="half typed")).ok().of_type("Message") == []
    (await chat.send("whole")).ok()
    assert [event["text"] for event in await chat.events("Message")] == ["whole"]
    assert "half typed" not in str((await chat.refresh(1)).body)


async def test_21_a_preview_that_is_too_long_costs_no_events(visitors: Visitors) -> None:
    chat = await with_messages(visitors, 1)
    everything = await chat.events()
    assert (await chat.refresh(1, message="x" * 100_000)).ok().of_type("Message") == everything[1:]


async def test_22_a_thousand_events_come_in_time(visitors: Visitors) -> None:
    chat = await visitors.start()

    async def send_some() -> None:
        for _ in range(50):
            (await chat.send("Hello")).ok()

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(send_some)
    answer = (await chat.refresh(1)).ok()
    assert len(answer.of_type("Message")) == 1000
    assert answer.elapsed_s < 3


async def test_23_a_refresh_with_nothing_new_does_not_wait(visitors: Visitors) -> None:
    chat = await visitors.start()
    answer = (await chat.refresh(chat.started.next_position)).ok()
    assert answer.events == []
    assert answer.elapsed_s < 0.5


async def test_24_whoever_follows_sees_each_event_once_and_in_order(house: House) -> None:
    """Two tabs and two of an agent's windows write at the same time, while two readers follow."""
    words_each = 25
    chat = await house.visitors.start()
    followed: list[list[Event]] = [[], []]

    async def follow(seen: list[Event]) -> None:
        position = 1
        while sum(event["type"] == "Message" for event in seen) < 4 * words_each:
            answer = (await chat.refresh(position)).ok()
            assert all(position <= index < answer.next_position for index in answer.indexes)
            seen.extend(answer.events)
            position = answer.next_position

    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)

        async def write(name: str) -> None:
            for number in range(words_each):
                if name.startswith("tab"):
                    (await chat.send(f"{name} {number}")).ok()
                else:
                    await amy.does("say", interaction_id=chat.chat_id, text=f"{name} {number}")

        with anyio.fail_after(PATIENCE_S):
            async with anyio.create_task_group() as tasks:
                for name in ("tab 1", "tab 2", "window 1", "window 2"):
                    tasks.start_soon(write, name)
                for seen in followed:
                    tasks.start_soon(follow, seen)
        everything = await chat.events()
    indexes = [event["index"] for event in everything]
    assert indexes == sorted(set(indexes))
    assert followed == [everything, everything]
    said = [event["text"] for event in everything if event["type"] == "Message"]
    for name in ("tab 1", "tab 2", "window 1", "window 2"):
        assert [text for text in said if text.startswith(name)] == [f"{name} {n}" for n in range(words_each)]


async def test_25_what_agents_say_among_themselves_is_hidden_but_has_a_number(house: House) -> None:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        await amy.does("say", interaction_id=chat.chat_id, text="a whisper", visibility="agents")
        hidden = (await amy.hears_event(chat.chat_id, "Said", text="a whisper"))["version"]
        answer = (await chat.refresh(hidden)).ok()
        assert answer.events == []
        assert answer.next_position == hidden + 1

        everything = (await chat.refresh(1)).ok()
        assert hidden not in everything.indexes
        assert "a whisper" not in str(everything.body)

"""Who is told that there is news of an interaction."""

import asyncio

import pytest

from frontdesk.desk.watchers import Watchers


class Ear:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def has_news(self, interaction_id: str) -> None:
        self.heard.append(interaction_id)


def test_a_watcher_hears_once_of_a_whole_batch() -> None:
    watchers, ear = Watchers(), Ear()
    watchers.watch("a", ear)
    watchers.watch("a", ear)
    for interaction_id in ("a", "a", "b"):
        watchers.heard(interaction_id)
    assert ear.heard == []
    watchers.caught_up()
    watchers.caught_up()
    assert ear.heard == ["a"]


def test_who_watches_no_longer_hears_nothing() -> None:
    watchers, one, other = Watchers(), Ear(), Ear()
    for ear in (one, other):
        watchers.watch("a", ear)
    watchers.unwatch("a", one)
    watchers.unwatch("b", one)
    assert "a" in watchers
    watchers.heard("a")
    watchers.unwatch("a", other)
    watchers.caught_up()
    assert (one.heard, other.heard) == ([], [])
    assert "a" not in watchers
    assert list(watchers) == []


def test_a_watcher_may_stop_watching_while_it_is_told() -> None:
    watchers = Watchers()

    class Leaver(Ear):
        def has_news(self, interaction_id: str) -> None:
            super().has_news(interaction_id)
            watchers.unwatch(interaction_id, self)

    leaver, ear = Leaver(), Ear()
    for watcher in (leaver, ear):
        watchers.watch("a", watcher)
    for _ in range(2):
        watchers.heard("a")
        watchers.caught_up()
    assert (leaver.heard, ear.heard) == (["a"], ["a", "a"])


@pytest.mark.anyio
async def test_one_who_waits_for_the_next_news_hears_of_it_and_of_no_other() -> None:
    watchers = Watchers()
    news, other = watchers.next_of("a"), watchers.next_of("b")
    assert "a" in watchers, "a visitor who waits has not left"
    watchers.heard("a")
    watchers.heard("a")
    watchers.caught_up()
    await asyncio.wait_for(news, 30)
    assert not other.done()
    assert list(watchers) == ["b"]
    assert watchers.waiting_count == 1
    other.cancel()
    await asyncio.sleep(0)
    assert list(watchers) == []
    assert watchers.waiting_count == 0


@pytest.mark.anyio
async def test_one_who_waits_no_more_does_not_disturb_the_others() -> None:
    watchers = Watchers()
    cancelled, news = watchers.next_of("a"), watchers.next_of("a")
    cancelled.cancel()
    watchers.heard("a")
    watchers.caught_up()  # Before the loop has forgotten the one who was cancelled.
    await asyncio.wait_for(news, 30)
    assert cancelled.cancelled()
    assert watchers.waiting_count == 0


@pytest.mark.anyio
async def test_when_a_node_stops_nobody_waits_any_longer() -> None:
    watchers, ear = Watchers(), Ear()
    watchers.watch("a", ear)
    waiting = [watchers.next_of(interaction_id) for interaction_id in ("a", "a", "b")]
    watchers.stop()
    await asyncio.wait_for(asyncio.gather(*waiting), 30)
    assert watchers.is_over
    assert ear.heard == [], "nothing happened"
    assert list(watchers) == ["a"]

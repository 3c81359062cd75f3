"""Who is told that there is news of an interaction."""

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

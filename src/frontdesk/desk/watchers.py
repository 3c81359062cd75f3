"""Who waits for news of an interaction on its visitor's side, and is there as long as it waits."""

import asyncio
from collections.abc import Iterator
from typing import Protocol


class Watcher(Protocol):
    """Whoever brings news to visitors. Nothing here may wait."""

    def has_news(self, interaction_id: str) -> None:
        """Something was added to an interaction that this one watches; reading it is its own affair."""


class Watchers:
    """The watchers of this node, by interaction. A visitor who is watched for has not left.

    Shape:   one who watches costs no task and no look at the log. Once it `is_over`, nobody need wait any
             longer: the node is about to stop.
    """

    def __init__(self) -> None:
        self._watchers: dict[str, tuple[Watcher, ...]] = {}
        self._to_tell: set[str] = set()
        self._waiting: dict[asyncio.Future[None], str] = {}
        self.is_over = False

    def __contains__(self, interaction_id: str) -> bool:
        return interaction_id in self._watchers

    def __iter__(self) -> Iterator[str]:
        return iter(self._watchers)

    # --- who watches ---------------------------------------------------------------------------

    def watch(self, interaction_id: str, watcher: Watcher) -> None:
        """Tell `watcher` of everything new in an interaction; once, however often it asks."""
        watchers = self._watchers.get(interaction_id, ())
        if watcher not in watchers:
            self._watchers[interaction_id] = (*watchers, watcher)

    def unwatch(self, interaction_id: str, watcher: Watcher) -> None:
        """Tell it no more."""
        rest = tuple(w for w in self._watchers.get(interaction_id, ()) if w is not watcher)
        if rest:
            self._watchers[interaction_id] = rest
        else:
            self._watchers.pop(interaction_id, None)

    def next_of(self, interaction_id: str) -> asyncio.Future[None]:
        """Done as soon as there is news of an interaction; cancel it to wait no longer."""
        waiter = _Waiter(asyncio.get_running_loop().create_future())
        self._waiting[waiter.news] = interaction_id
        self.watch(interaction_id, waiter)

        def forget(news: asyncio.Future[None]) -> None:
            del self._waiting[news]
            self.unwatch(interaction_id, waiter)

        waiter.news.add_done_callback(forget)
        return waiter.news

    @property
    def waiting_count(self) -> int:
        """How many wait for the next news of something."""
        return len(self._waiting)

    def stop(self) -> None:
        """Let everybody go who waits."""
        self.is_over = True
        for news in self._waiting:
            _let_go(news)

    # --- what is new ---------------------------------------------------------------------------

    def heard(self, interaction_id: str) -> None:
        """An event of an interaction is committed."""
        if interaction_id in self._watchers:
            self._to_tell.add(interaction_id)

    def caught_up(self) -> None:
        """A batch of events is over: tell of all that it brought, once each."""
        if not self._to_tell:
            return
        news, self._to_tell = self._to_tell, set()
        for interaction_id in news:
            for watcher in self._watchers.get(interaction_id, ()):
                watcher.has_news(interaction_id)


class _Waiter:
    """One who waits for the next news, and no further."""

    __slots__ = ("news",)

    def __init__(self, news: asyncio.Future[None]) -> None:
        self.news = news

    def has_news(self, _interaction_id: str) -> None:
        _let_go(self.news)


def _let_go(news: asyncio.Future[None]) -> None:
    if not news.done():
        news.set_result(None)

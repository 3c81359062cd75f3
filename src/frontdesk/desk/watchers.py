"""Who waits for news of an interaction on its visitor's side, and is there as long as it waits."""

from collections.abc import Iterator
from typing import Protocol


class Watcher(Protocol):
    """Whoever brings news to visitors. Nothing here may wait."""

    def has_news(self, interaction_id: str) -> None:
        """Something was added to an interaction that this one watches; reading it is its own affair."""


class Watchers:
    """The watchers of this node, by interaction. A visitor who is watched for has not left."""

    def __init__(self) -> None:
        self._watchers: dict[str, tuple[Watcher, ...]] = {}
        self._to_tell: set[str] = set()

    def __contains__(self, interaction_id: str) -> bool:
        return interaction_id in self._watchers

    def __iter__(self) -> Iterator[str]:
        return iter(self._watchers)

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

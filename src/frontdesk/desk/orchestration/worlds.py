"""What scripts may look at without asking: lists, options, calendars, statistics, who runs them."""

from collections.abc import Collection
from typing import Protocol

from frontdesk.domain.orchestration.session import Session


class Worlds(Protocol):
    """Makes the world that a session sees in a step; it is kept with the step, which may be taken again."""

    async def world(self, session: Session, wanted: Collection[str]) -> str:
        """A packed object, as `scxml/world.py` wants it; the same text while nothing has changed.

        Shape:   `wanted` are statistics, `<object>|<statistic>`, that a script of the session asked for.
        """


class NoWorld:
    """There is nothing to look at."""

    async def world(self, session: Session, wanted: Collection[str]) -> str:
        return ""

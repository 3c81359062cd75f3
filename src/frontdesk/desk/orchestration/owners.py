"""What modules have to know of the session that asks them."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct


class Owner(Struct, frozen=True):
    """A session that may own interactions: `interactions` those it was told of, by id, oldest first."""

    application: str
    interactions: Sequence[str] = ()


About = Callable[[str], Awaitable[Owner | None]]
"""A session by its id; None when there is none, or it is over."""

"""What modules have to know of the session that asks them."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from frontdesk.desk.orchestration.sessions import Sessions
from frontdesk.errors import NotFound


class Owner(Struct, frozen=True):
    """A session that may own interactions: `interactions` those it was told of, by id, oldest first."""

    application: str
    interactions: Sequence[str] = ()


About = Callable[[str], Awaitable[Owner | None]]
"""A session by its id; None when there is none, or it is over."""


def owners_among(sessions: Sessions) -> About:
    """These sessions, as modules know them."""

    async def about(session_id: str) -> Owner | None:
        try:
            session = await sessions.session(session_id)
        except NotFound:
            return None
        return None if session.is_over else Owner(session.began.application, session.interactions)

    return about

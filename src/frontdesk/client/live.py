"""The session that a visitor is in now."""

from collections.abc import Callable

from frontdesk.client.clock import Alarm, Clock
from frontdesk.client.health import Health
from frontdesk.client.polling import Poller
from frontdesk.client.session import Session
from frontdesk.client.transport import Following
from frontdesk.client.typing_burst import AgentTyping, TypingBurst

CONTACT_MS = 10_000  # A good deal less than the absence after which a session is not gone on with.


class Live:
    """An active session with all that belongs to it and ends with it."""

    def __init__(self, session: Session, health: Health) -> None:
        self.session = session
        self.health = health
        self.poller: Poller
        self.typing: TypingBurst
        self.agent_typing: AgentTyping
        self.following: Following | None = None
        """What tells the news of a session whose transport is pushed to."""
        self.is_leaving = False

    @property
    def is_followed(self) -> bool:
        """Whether its news are heard, asked for or not."""
        return self.poller.is_started or self.following is not None

    def let_go(self) -> None:
        """Follow it no more, and write nothing to it."""
        self.typing.drop()
        self.agent_typing.drop()
        self.poller.stop()
        self.stop_following()
        self.is_leaving = True

    def stop_following(self) -> None:
        """Hear no more of what is pushed."""
        following, self.following = self.following, None
        if following is not None:
            following.stop()


class Attended:
    """A session that is being followed, with a mark now and then that it still is.

    Shape:   polls would leave such marks by themselves; of what is pushed, nothing may come for long.
    """

    def __init__(self, following: Following, clock: Clock, mark: Callable[[], object]) -> None:
        self._following = following
        self._clock = clock
        self._mark = mark
        self._alarm = self._armed()

    def stop(self) -> None:
        """Follow it no more."""
        self._alarm.cancel()
        self._following.stop()

    def _armed(self) -> Alarm:
        return self._clock.call_later(CONTACT_MS, self._ring)

    def _ring(self) -> None:
        self._mark()
        self._alarm = self._armed()

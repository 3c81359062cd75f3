"""The session that a visitor is in now."""

from frontdesk.client.health import Health
from frontdesk.client.polling import Poller
from frontdesk.client.session import Session
from frontdesk.client.transport import Following
from frontdesk.client.typing_burst import TypingBurst


class Live:
    """An active session with all that belongs to it and ends with it."""

    def __init__(self, session: Session, health: Health) -> None:
        self.session = session
        self.health = health
        self.poller: Poller
        self.typing: TypingBurst
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
        self.poller.stop()
        self.stop_following()
        self.is_leaving = True

    def stop_following(self) -> None:
        """Hear no more of what is pushed."""
        following, self.following = self.following, None
        if following is not None:
            following.stop()

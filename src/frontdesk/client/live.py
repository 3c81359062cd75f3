"""The session that a visitor is in now."""

from frontdesk.client.health import Health
from frontdesk.client.polling import Poller
from frontdesk.client.session import Session
from frontdesk.client.typing_burst import TypingBurst


class Live:
    """An active session with all that belongs to it and ends with it."""

    def __init__(self, session: Session, health: Health) -> None:
        self.session = session
        self.health = health
        self.poller: Poller
        self.typing: TypingBurst
        self.is_leaving = False

    def let_go(self) -> None:
        """Follow it no more, and write nothing to it."""
        self.typing.drop()
        self.poller.stop()
        self.is_leaving = True

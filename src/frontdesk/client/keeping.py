"""What is kept of a session: by the service itself, or by the page that it hands it out to.

Source:  webchat-service, sections 2.2 and 6.3."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.client import saved_session
from frontdesk.client.options import AsyncOptions
from frontdesk.client.saved_session import Saved
from frontdesk.client.session import Session
from frontdesk.client.state_store import StateStore
from frontdesk.client.transport import Credentials

log = logging.getLogger(__name__)


class Keeping:
    """Where sessions are kept: in `store`, unless a page keeps asynchronous ones itself."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    def keep(self, session: Session, asynchronous: AsyncOptions, now_ms: int) -> None:
        """Keep what the next page or run needs."""
        if not asynchronous.is_enabled:
            saved_session.save(
                self._store,
                session.credentials,
                now_ms=now_ms,
                next_index=session.position,
                filters=session.filters,
            )

    def kept(self, *, tokens: bool) -> Saved | None:
        """What was kept by the service itself; `tokens`: of a protocol that has them."""
        return saved_session.load(self._store, tokens=tokens)

    def forget(self) -> None:
        """Keep nothing; what a page keeps is its own business."""
        saved_session.forget(self._store)

    def hand_out(self, session: Session, asynchronous: AsyncOptions) -> None:
        """Give what is needed to go on with `session` to a page that keeps it itself."""
        if asynchronous.hand_out is not None:
            guarded(asynchronous.hand_out, session.handed_out())

    def lose(
        self, credentials: Credentials, response: Mapping[str, Any] | None, asynchronous: AsyncOptions
    ) -> None:
        """Keep nothing of a session that the server does not know, and have the page keep nothing."""
        self.forget()
        if asynchronous.forget is not None:
            guarded(asynchronous.forget, {"sessionData": credentials.public(), "response": response})


def guarded(callback: Callable[..., Any], *values: object) -> Any:
    """What a page's callback gives; `None`, and a line in the log, when it fails."""
    try:
        return callback(*values)
    except Exception:
        log.exception("a callback of the page failed")
        return None

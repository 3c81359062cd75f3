"""Wakes sessions of this node at a time that is too near for the timers on disk."""

import asyncio
from collections.abc import Callable


class Alarms:
    """One alarm for each session. `wake` is called with its id."""

    def __init__(self, wake: Callable[[str], None]) -> None:
        self._wake = wake
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def put(self, session_id: str, after_s: float) -> None:
        """It rings after so long, and at no other time that was said before."""

        def ring() -> None:
            self._handles.pop(session_id, None)
            self._wake(session_id)

        self.drop(session_id)
        self._handles[session_id] = asyncio.get_running_loop().call_later(after_s, ring)

    def drop(self, session_id: str) -> None:
        """It does not ring."""
        handle = self._handles.pop(session_id, None)
        if handle is not None:
            handle.cancel()

    def close(self) -> None:
        """None rings any more."""
        for session_id in list(self._handles):
            self.drop(session_id)

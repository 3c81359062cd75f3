"""Who wants to hear what of a chat session."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from frontdesk.client.chat_events import SessionEvent
from frontdesk.client.promise import run

HELD_EVENTS_MAX = 1000  # Of a program that never registers anything; the oldest are forgotten first.

Callback = Callable[[Any], object]


class Callbacks:
    """Tells each event to everybody who registered for its kind, in the order in which events came.

    Shape:   events wait until the first callback is there, and are told in a later turn of the loop: so a
             program may register one callback after the other and misses nothing.
    """

    def __init__(self) -> None:
        self._by_kind: dict[type, list[Callback]] = {}
        self._held: deque[SessionEvent] = deque(maxlen=HELD_EVENTS_MAX)

    def register(self, kind: type, callback: Callback) -> None:
        """Call `callback`, which may be a coroutine function, with each event of `kind`."""
        self._by_kind.setdefault(kind, []).append(callback)
        self._tell_soon()

    def tell(self, event: SessionEvent) -> None:
        """Let `event` be heard."""
        self._held.append(event)
        self._tell_soon()

    def _tell_soon(self) -> None:
        if self._by_kind and self._held:
            asyncio.get_running_loop().call_soon(self._tell_held)

    def _tell_held(self) -> None:
        while self._held:
            event = self._held.popleft()
            for callback in tuple(self._by_kind.get(type(event), ())):
                run(callback, (event,))

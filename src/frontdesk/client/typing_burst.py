"""The visitor's own typing, told to the server as bursts: started at the first word, stopped after a pause.

Source:  webchat-service, section 3.1, "sendTyping"."""

from collections.abc import Awaitable, Callable

from frontdesk.client.clock import Alarm, Clock
from frontdesk.client.promise import spawn

PAUSE_MS = 2000  # After this long without a call the burst is over.
AGENT_PAUSE_MS = 3000  # After this long without a word nobody should be shown as typing.


class TypingBurst:
    """Whether the visitor is typing.

    Shape:   `stop` tells the server; `publish` tells the bus `clientTypingStarted` or `clientTypingStopped`.
    """

    def __init__(
        self, clock: Clock, publish: Callable[[str], object], stop: Callable[[], Awaitable[object]]
    ) -> None:
        self._clock = clock
        self._publish = publish
        self._stop = stop
        self._alarm: Alarm | None = None

    @property
    def is_running(self) -> bool:
        """Whether a burst is under way."""
        return self._alarm is not None

    def extend(self) -> bool:
        """The visitor typed; whether that begins a burst, which the caller then tells the server."""
        begins = self._alarm is None
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._clock.call_later(PAUSE_MS, lambda: spawn(self.finish()))
        if begins:
            self._publish("clientTypingStarted")
        return begins

    async def finish(self) -> object:
        """The visitor stopped: tell the server, if it was told of a start; its answer."""
        return await self._stop() if self.cancel() else None

    def cancel(self) -> bool:
        """The burst is over without a word to the server: a message says enough; whether there was one."""
        if not self.drop():
            return False
        self._publish("clientTypingStopped")
        return True

    def drop(self) -> bool:
        """Forget the burst without telling anybody; whether there was one."""
        if self._alarm is None:
            return False
        self._alarm.cancel()
        self._alarm = None
        return True


class AgentTyping:
    """Whether somebody at the desk still types, where the server does not always say that they stopped."""

    def __init__(self, clock: Clock, time_out: Callable[[], object]) -> None:
        self._clock = clock
        self._time_out = time_out
        self._alarm: Alarm | None = None

    def hear(self, event: str) -> None:
        """What was published of it."""
        if event == "agentTypingStarted":
            self.drop()
            self._alarm = self._clock.call_later(AGENT_PAUSE_MS, self._time_out)
        elif event == "agentTypingStopped":
            self.drop()

    def drop(self) -> None:
        """Wait for nothing more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

"""One session of version 2 that is followed over CometD: where its listener has come to.

Source:  chat-api-v2, sections 17.5 to 17.7."""

from collections.abc import Callable

from msgspec.structs import replace

from frontdesk.client.clock import Alarm, Clock
from frontdesk.client.messages import index_of
from frontdesk.client.promise import spawn
from frontdesk.client.transport import Answer, Credentials, Heard, Outcome

AGAIN_MS = 3000  # While the server cannot yet, it is asked this often.


class Thread:
    """A session that is followed.

    Shape:   `position` is the first event that was not handed over. `bind` asks the server to push from
             there; `let_go` is called when nobody follows any more.
    """

    def __init__(
        self,
        session: Credentials,
        position: int,
        heard: Heard,
        clock: Clock,
        bind: Callable[["Thread"], object],
        let_go: Callable[["Thread"], object],
    ) -> None:
        self.session = session
        self.position = max(position, 1)
        self.is_over = False
        self.has_ended = False
        """Whether the server said that the chat is over."""
        self._heard = heard
        self._clock = clock
        self._bind = bind
        self._let_go = let_go
        self._again: Alarm | None = None

    def stop(self) -> None:
        """Hear no more of it."""
        if not self.is_over:
            self._finish()
            self._let_go(self)

    def asked(self) -> None:
        """The server was asked to push from `position` on, or could not be: ask, unless it soon pushes."""
        self._drop()
        self._again = self._clock.call_later(AGAIN_MS, self._ask_again)

    def hear(self, answer: Answer) -> None:
        """Something was pushed, or one try to reach the server failed: hand over what is new in it."""
        if self.is_over:
            return
        self.has_ended = answer.chat_ended is True
        if answer.outcome is Outcome.DONE:
            self._drop()
            fresh = [event for event in answer.events if (index_of(event) or self.position) >= self.position]
            newest = max((index_of(event) or 0 for event in fresh), default=0)
            self.position = max(self.position, newest + 1, answer.next_position or 0)
            self.session = answer.credentials or self.session
            answer = replace(answer, events=fresh)
        if answer.outcome is Outcome.REFUSED and self.has_ended:
            self._finish()
            self._let_go(self)
        self._heard(answer)

    def _ask_again(self) -> None:
        self._again = None
        spawn(self._rebind())

    async def _rebind(self) -> None:
        if not self.is_over:
            self._bind(self)

    def _finish(self) -> None:
        self.is_over = True
        self._drop()

    def _drop(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None

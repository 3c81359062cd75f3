"""Whether the network carries and whether the chat server behind it works: two different questions.

Source:  webchat-service, sections 4 and 6."""

from frontdesk.client.transport import Answer, Outcome

POLL_EXCEPTIONS_MAX = 5


class Health:
    """What is known about the connection; each answer may change it and tells which events to publish."""

    def __init__(self, exceptions_max: int = POLL_EXCEPTIONS_MAX) -> None:
        self._exceptions_max = exceptions_max
        self._exceptions = 0
        self._is_pending = False
        self._has_chat_server = True
        self._is_refused = False
        self.is_disconnected = False

    def hear(self, answer: Answer) -> list[str]:
        """What any answer during a session tells about the network."""
        if answer.outcome is Outcome.UNREACHABLE and not self.is_disconnected:
            self.is_disconnected = True
            return ["disconnected"]
        if answer.is_reached and self.is_disconnected:
            self.is_disconnected = False
            return ["reconnected"]
        return []

    def hear_poll(self, answer: Answer) -> list[str]:
        """What the answer to a poll tells about the chat server."""
        if answer.outcome is Outcome.DONE:
            return self._works()
        if answer.outcome is Outcome.LATER or answer.status >= 500:
            return self._fails()
        return []

    def is_new_refusal(self, answer: Answer) -> bool:
        """Whether a poll was turned away, by a gateway for instance, for the first time since one went well.

        Shape:   false for what is told otherwise: errors that the server lists, failures that `hear_poll`
                 counts, a network that is gone.
        """
        if answer.is_reached:
            self._is_refused = False
            return False
        if answer.faults or answer.outcome is Outcome.UNREACHABLE or answer.status >= 500:
            return False
        was_refused, self._is_refused = self._is_refused, True
        return not was_refused

    def lose_chat_server(self) -> None:
        """The session was found while its chat server is away: the first good poll is news."""
        self._has_chat_server = False

    def forget_exceptions(self) -> None:
        """Count failed polls from zero."""
        self._exceptions = 0

    def _works(self) -> list[str]:
        told = [] if self._has_chat_server else ["chatServerBackOnline"]
        if self._is_pending or not self._has_chat_server:
            told.append("connectionRestored")
        self._exceptions, self._is_pending, self._has_chat_server = 0, False, True
        return told

    def _fails(self) -> list[str]:
        told = [] if self._is_pending or not self._has_chat_server else ["connectionPending"]
        self._is_pending = True
        self._exceptions += 1
        if self._exceptions > self._exceptions_max:
            self._exceptions = 0
            self._has_chat_server = False
            told.append("chatServerWentOffline")
        return told

"""What stands in visitors' input boxes: shown to those who answer, kept nowhere."""

from collections.abc import Callable

from frontdesk.desk.chat import Chat
from frontdesk.desk.hub import Hub
from frontdesk.domain.events import Said

CLIENT = 1
OVERTAKEN_WITHIN_MS = 1000  # Further apart, two requests of one page hardly ever change places.


class InputBoxes:
    """The input boxes of all visitors, as the way in of each reports them."""

    def __init__(self, hub: Hub, clock_ms: Callable[[], int], preview_chars_max: int) -> None:
        self._hub = hub
        self._clock_ms = clock_ms
        self._chars_max = preview_chars_max

    def typing(self, chat: Chat) -> None:
        """A visitor is (still) typing."""
        chat.note_typing(CLIENT, self._clock_ms())

    def is_overtaken(self, chat: Chat, text: str) -> bool:
        """Whether a box that holds `text` is older news than the visitor's last message.

        Requests may overtake each other. What was in the box before a message is how that message begins.
        """
        lines = chat.full.lines if chat.full is not None else ()
        since_ms = self._clock_ms() - OVERTAKEN_WITHIN_MS
        for told in reversed(lines):
            if told.at_ms < since_ms:
                return False
            if isinstance(told.event, Said) and told.event.party_id == CLIENT:
                return told.event.text.startswith(text)
        return False

    def holds(self, chat: Chat, text: str) -> None:
        """What stands there now; a visitor who still has something there is still typing."""
        if text and chat.typing_ms is not None:
            self.typing(chat)
        text = text[: self._chars_max]
        if text != chat.preview and chat.is_open:
            chat.preview = text
            self._hub.preview(chat.interaction_id, text)

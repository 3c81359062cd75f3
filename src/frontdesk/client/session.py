"""One chat session as the visitor's side knows it: its credentials, its transcript, its people.

It has no network and no bus: answers go in, events to publish come out, in order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from frontdesk.client.filters import Filter, hides
from frontdesk.client.messages import Message, PreProcessor, index_of, normalise, text_of, type_of
from frontdesk.client.people import People, Told
from frontdesk.client.transport import Answer, Credentials, Outcome


class Eyes(Struct):
    """How messages are looked at on this page: `filters` hide them, `preprocessors` change them."""

    filters: list[Filter] = []
    preprocessors: list[PreProcessor] = []


class Session:
    """What is known of one session.

    Shape:   `messages` and `originals` go in step, oldest first; every index is taken in once.
    """

    def __init__(self, credentials: Credentials, eyes: Eyes) -> None:
        self.credentials = credentials
        self.people = People()
        self.messages: list[Message] = []
        self.originals: list[Mapping[str, Any]] = []
        self.position = 1
        """The first event index that is still wanted."""
        self._eyes = eyes
        self.oldest_index: int | None = None
        """The smallest index that was taken in."""
        self.is_whole = False
        """Whether nothing is known to lie before it."""
        self._newest_index = 0
        self._seen: set[int] = set()

    @property
    def filters(self) -> Sequence[Filter]:
        """What hides messages now."""
        return self._eyes.filters

    def handed_out(self) -> dict[str, Any]:
        """What a page is given to keep, if it keeps sessions itself."""
        token = self.credentials.token
        if not token:
            return self.credentials.public()
        newest = str(self._newest_index) if self._newest_index else None
        return {"messageIndex": newest, "token": token}

    def take(self, answer: Answer, *, restoring: bool = False) -> list[Told]:
        """Take in the newest part of the transcript; what to publish for it."""
        told: list[Told] = []
        messages, originals = self._read(answer, answer.events, told, restoring=restoring)
        self.messages += messages
        self.originals += originals
        # The server's own count passes over events that the visitor must not see. A good answer's is sure.
        counted = answer.next_position if answer.outcome is Outcome.DONE else None
        self.position = max(self.position, self._newest_index + 1, counted or 0)
        if messages:
            told.append(self._received(messages, originals, answer, restoring=restoring))
        return told

    def take_history(self, answer: Answer) -> list[Told]:
        """Take in an older part of the transcript; who came and went in it is no news."""
        oldest = self.oldest_index or 1
        older = [event for event in answer.events if (index_of(event) or oldest) < oldest]
        messages, originals = self._read(answer, older, None, restoring=False)
        self.messages[:0] = messages
        self.originals[:0] = originals
        if not messages:
            return []
        # A page shows these above what it has, so the newest comes first.
        return [self._received(messages[::-1], originals[::-1], answer, restoring=False, old=True)]

    def _read(
        self,
        answer: Answer,
        events: Iterable[Mapping[str, Any]],
        told: list[Told] | None,
        *,
        restoring: bool,
    ) -> tuple[list[Message], list[Mapping[str, Any]]]:
        messages: list[Message] = []
        originals: list[Mapping[str, Any]] = []
        for event in events:
            index = index_of(event)
            if index is None or index in self._seen:
                continue
            self._note(index)
            message = normalise(
                event,
                is_bot=self.people.is_bot(event),
                restoring=restoring,
                preprocessors=() if self._is_hidden(event, text_of(event)) else self._eyes.preprocessors,
                media_url=answer.media_url,
            )
            if told is not None:
                told += self.people.hear(event, message)
            if not self._is_hidden(event, text_of(event), str(message.get("text", ""))):
                messages.append(message)
                originals.append(event)
        return messages, originals

    def _note(self, index: int) -> None:
        self._seen.add(index)
        self._newest_index = max(index, self._newest_index)
        self.oldest_index = index if self.oldest_index is None else min(index, self.oldest_index)

    def _is_hidden(self, event: Mapping[str, Any], *texts: str) -> bool:
        return type_of(event) == "Message" and any(hides(self._eyes.filters, text) for text in texts)

    def _received(
        self,
        messages: Sequence[Message],
        originals: Sequence[Mapping[str, Any]],
        answer: Answer,
        *,
        restoring: bool,
        old: bool = False,
    ) -> Told:
        data: dict[str, Any] = {
            "originalMessages": list(originals),
            "messages": list(messages),
            "restoring": restoring,
            "sessionData": self.credentials.public(),
            "oldMessages": old,
        }
        if answer.idle_expires_s is not None:
            data["idleTimeCountDown"] = answer.idle_expires_s
        return Told("messageReceived", data)

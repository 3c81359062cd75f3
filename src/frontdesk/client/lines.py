"""A chat as lines that a person, or a program, reads one after the other."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from frontdesk.client.messages import TYPING

_UNREAD = frozenset({*TYPING, "Notice", "CustomNotice", ""})
_MINE = "Client"
_PHRASES = {
    "ParticipantJoined": "{} is here",
    "ParticipantLeft": "{} left",
    "NicknameUpdated": "now called {}",
    "FileUploaded": "{}: [{}]",
    "FileDeleted": "{} took a file back",
}


class Line(Struct, frozen=True):
    """One thing that was said or done in a chat.

    Shape:   `kind` is the type of the message (`Message`, `ParticipantJoined`, `FileUploaded` …), `party` the
             type of its author (`Client`, `Agent`, `Supervisor`, `Bot`, `External`). `str(line)` is for
             people.
    Units:   `at_ms` is milliseconds since the Unix epoch, by the server's clock.
    """

    index: int
    kind: str
    text: str
    at_ms: int
    name: str
    party: str
    user_data: Mapping[str, Any] = {}
    file_id: str | None = None

    @property
    def is_mine(self) -> bool:
        """Whether the visitor is the author."""
        return self.party == _MINE

    def __str__(self) -> str:
        phrase = _PHRASES.get(self.kind, "{}: {}")
        return phrase.format(self.name or self.party, self.text)


def line(message: Mapping[str, Any]) -> Line | None:
    """The line that `message` is; `None` when there is nothing to read in it."""
    kind = str(message.get("type") or "")
    if kind in _UNREAD:
        return None
    author, details = message.get("from") or {}, message.get("fileDetails") or {}
    return Line(
        index=int(message.get("index", 0)),
        kind=kind,
        text=str(message.get("text") or details.get("file-name") or ""),
        at_ms=int(message.get("timestamp") or 0),
        name=str(author.get("name") or ""),
        party=str(author.get("type") or ""),
        user_data=message.get("userData") or {},
        file_id=details.get("file-id"),
    )

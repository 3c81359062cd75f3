"""What a chat session tells a program: parties, contents, and the events made of them."""

from collections.abc import Mapping

from msgspec import Struct

from frontdesk.client.chat_errors import ChatError
from frontdesk.client.kinds import ContentType, PartyType


class Party(Struct, frozen=True):
    """Who did it."""

    name: str
    type: PartyType
    id: str


class Content(Struct, frozen=True):
    """What a message holds: `text`, or `url` where the visitor is shown an address."""

    type: ContentType
    text: str | None = None
    url: str | None = None
    file_id: str | None = None


class MessageReceived(Struct, frozen=True):
    """Something was put into the chat, by the visitor too.

    Units:   `timestamp_ms` is milliseconds since the Unix epoch, by the server's clock.
    """

    party: Party
    content: Content
    index: int
    timestamp_ms: int


class AgentConnected(Struct, frozen=True):
    """An agent, or a supervisor who helps one, came in."""

    party: Party


class AgentDisconnected(Struct, frozen=True):
    """An agent or supervisor left."""

    party: Party


class AgentTyping(Struct, frozen=True):
    """An agent began or ceased to write. `party` is `None` when whoever wrote has left meanwhile."""

    party: Party | None
    is_typing: bool


class SessionEnded(Struct, frozen=True):
    """The session is over, whoever ended it."""


class Interrupted(Struct, frozen=True):
    """The server cannot be reached."""


class Continued(Struct, frozen=True):
    """The server can be reached again."""


class ErrorReported(Struct, frozen=True):
    """Something failed."""

    error: ChatError


SessionEvent = (
    MessageReceived
    | AgentConnected
    | AgentDisconnected
    | AgentTyping
    | SessionEnded
    | Interrupted
    | Continued
    | ErrorReported
)

# Which messages hold something to read; the others tell of parties, typing and names.
_CONTENT_TYPES: Mapping[str, str] = {
    "Message": "text",
    "PushUrl": "url",
    "Notice": "notice",
    "CustomNotice": "notice",
    "FileUploaded": "file",
    "IdleAlert": "text",
    "IdleClose": "text",
}


def party_of(message: Mapping[str, object]) -> Party:
    """The author of a normalised message."""
    author = message.get("from")
    author = author if isinstance(author, Mapping) else {}
    return Party(
        name=str(author.get("name") or ""),
        type=PartyType(author.get("type") or ""),
        id=str(author.get("id") or ""),
    )


def message_of(message: Mapping[str, object]) -> MessageReceived | None:
    """What a normalised message of the service says; `None` when there is nothing to read in it."""
    kind = _CONTENT_TYPES.get(str(message.get("type")))
    if kind is None:
        return None
    text = str(message.get("text") or "")
    details = message.get("fileDetails")
    file_id = details.get("file-id") if isinstance(details, Mapping) else None
    return MessageReceived(
        party=party_of(message),
        content=Content(
            type=ContentType(kind),
            text=None if kind == "url" else text,
            url=text if kind == "url" else None,
            file_id=None if file_id is None else str(file_id),
        ),
        index=_number(message.get("index")),
        timestamp_ms=_number(message.get("timestamp")),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0

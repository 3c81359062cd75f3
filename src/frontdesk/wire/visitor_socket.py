"""The visitors' socket: what their clients ask, one JSON object each, and what they are told.

What is asked becomes a form of Chat API version 2, and what is told is that API's envelope: a socket is
another way for the same words, and whatever it cannot carry goes by HTTP beside it.

Source:  docs/reference/visitor-socket.md.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from frontdesk.errors import Refused
from frontdesk.wire.form import Form, without_controls

VERSION = 1
ID_CHARS_MAX = 64
TAKEN = 200

WishId = Annotated[str, Meta(min_length=1, max_length=ID_CHARS_MAX)]


class Wish(Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """Something asked; `id` names it for ever, so that asking again is asking once.

    Shape:   `operation` is what Chat API version 2 calls it, empty where that has none.
    """

    id: WishId

    @property
    def operation(self) -> str:
        return ""

    def fields(self) -> Mapping[str, str]:
        """Its own fields, as that API calls them."""
        return {}


class Hello(Wish, frozen=True, kw_only=True, tag="hello"):
    """Who is there, and from which position on the transcript is wanted.

    Shape:   the first wish on a socket, and the only one that names a chat. The key is here because an
             address or a header may be written into a log on the way.
    """

    chat_id: str
    secure_key: str
    user_id: str = ""
    position: int = 1
    preview: str = ""
    apikey: str = ""

    @property
    def operation(self) -> str:
        return "refresh"

    def fields(self) -> Mapping[str, str]:
        return {"transcriptPosition": str(self.position), "message": self.preview}

    def credentials(self) -> Mapping[str, str]:
        """What proves the right to all that is asked later."""
        return {"secureKey": self.secure_key, "userId": self.user_id}


class Send(Wish, frozen=True, kw_only=True, tag="send"):
    text: str
    message_type: str = "text"
    attributes: dict[str, Any] | None = None

    @property
    def operation(self) -> str:
        return "send"

    def fields(self) -> Mapping[str, str]:
        attributes = "" if self.attributes is None else msgspec.json.encode(self.attributes).decode()
        return {
            "message": self.text,
            "messageType": self.message_type,
            "eventAttributes": attributes,
            "messageId": self.id,
        }


class Type(Wish, frozen=True, kw_only=True, tag="type"):
    """Typing began, goes on, or stopped."""

    is_typing: bool
    preview: str = ""

    @property
    def operation(self) -> str:
        return "startTyping" if self.is_typing else "stopTyping"

    def fields(self) -> Mapping[str, str]:
        return {"message": self.preview}


class Preview(Wish, frozen=True, kw_only=True, tag="preview"):
    """What stands in the input box now, shown to those who answer and kept nowhere."""

    text: str

    @property
    def operation(self) -> str:
        return "refresh"

    def fields(self) -> Mapping[str, str]:
        return {"message": self.text}


class Read(Wish, frozen=True, kw_only=True, tag="read"):
    """Everything up to and including a position was read."""

    up_to: int

    @property
    def operation(self) -> str:
        return "readReceipt"

    def fields(self) -> Mapping[str, str]:
        return {"transcriptPosition": str(self.up_to)}


class Disconnect(Wish, frozen=True, kw_only=True, tag="disconnect"):
    """Leave, which ends the chat."""

    @property
    def operation(self) -> str:
        return "disconnect"


class Ping(Wish, frozen=True, kw_only=True, tag="ping"):
    """Is anybody there? For programs that cannot send a ping of the WebSocket protocol, as pages cannot."""


AnyWish = Hello | Send | Type | Preview | Read | Disconnect | Ping


class Told(Struct, frozen=True):
    """What a socket is bound by, out of an envelope."""

    status: int = field(name="statusCode")
    has_ended: bool = field(name="chatEnded")
    messages: list[msgspec.Raw]
    next_position: int = field(name="nextPosition", default=0)


_decoder: msgspec.json.Decoder[AnyWish] = msgspec.json.Decoder(AnyWish)
_encode = msgspec.json.Encoder().encode
told = msgspec.json.Decoder(Told).decode


def parse(frame: str | bytes) -> AnyWish:
    """What a frame asks. Errors: `Refused("bad_message")` with the fault's place and what was expected."""
    try:
        return _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused("bad_message", str(error)) from error


def id_of(frame: str | bytes) -> str:
    """The id of a wish that cannot be carried out, so that its sender knows which; empty without one."""
    try:
        found = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""
    wish_id = found.get("id") if isinstance(found, dict) else None
    return wish_id if isinstance(wish_id, str) and len(wish_id) <= ID_CHARS_MAX else ""


def form(wish: AnyWish, credentials: Mapping[str, str], position: int) -> Form:
    """A wish as Chat API version 2 has it; one that reads on the way reads from `position` on."""
    made = Form()
    if isinstance(wish, Preview):
        made.add("transcriptPosition", str(position))
    for name, value in (*credentials.items(), *wish.fields().items()):
        made.add(name, without_controls(value))
    return made


def news(envelope: bytes) -> str:
    """What nobody asked for: something new."""
    return (b'{"answer":%b}' % envelope).decode()


def answered(wish_id: str, status: int, envelope: bytes) -> str:
    """The answer to a wish: its effect is on disk, or the envelope says why it has none.

    Shape:   `status` is that of HTTP, and absent when it is 200.
    """
    said = b"" if status == TAKEN else b',"status":%d' % status
    return (b'{"id":%b%b,"answer":%b}' % (_encode(wish_id), said, envelope)).decode()


def alive(wish_id: str) -> str:
    """The answer to a ping."""
    return (b'{"id":%b}' % _encode(wish_id)).decode()


def closing(reason: str, retry_after_ms: int) -> str:
    """The last word on a socket that is closed for another reason than the end of its chat."""
    return _encode({"closing": reason, "retry_after_ms": retry_after_ms}).decode()

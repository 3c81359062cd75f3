"""Bayeux messages: bytes to what was asked, and what is answered to bytes.

What a client sends is believed no further than it can be read: a body that is no JSON is one fault, a message
in it that is none is a fault of its own, and the others are answered as if it were not there.

Source:  the Bayeux protocol 1.0, "Common Message Field Definitions" and "Meta Message Field Definitions".
"""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

VERSION = "1.0"
CHANNEL_CHARS_MAX = 512
ID_CHARS_MAX = 128
CHANNELS_KNOWN_MAX = 256  # Names that were looked at lately: nearly every message has one of a few.
HANDSHAKE = "/meta/handshake"
CONNECT = "/meta/connect"
DISCONNECT = "/meta/disconnect"
SUBSCRIBE = "/meta/subscribe"
UNSUBSCRIBE = "/meta/unsubscribe"
META = "/meta/"

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
_CHANNEL = re.compile(r"(?:/[^/\x00-\x1f\x7f]+)+")


class Wished(Struct):
    """What a client advises: how long its connect may be held."""

    timeout: int | float | None = None


class Message(Struct, kw_only=True, rename="camel"):
    """One message as a client sends it.

    Shape:   `data` is left as it came, for whoever knows the channel; it is unset when there is none.
    """

    channel: str
    id: str | int | None = None
    client_id: str = ""
    version: str = ""
    supported_connection_types: list[str] = []
    connection_type: str = ""
    subscription: str | list[str] = ""
    advice: Wished | None = None
    ext: dict[str, Any] | None = None
    data: Raw | UnsetType = UNSET

    @property
    def wants_it_at_once(self) -> bool:
        """Whether a connect is not to be held, as the first one is not, and each after one that failed."""
        return self.advice is not None and self.advice.timeout is not None and self.advice.timeout <= 0


class Malformed(Struct):
    """What stands where a message should be, with as much of it as could be read."""

    why: str
    channel: str | None = None
    id: str | int | None = None


class BadBatch(Exception):
    """The body holds no messages at all."""


class Advice(Struct, frozen=True):
    """What a client should do next: always whole, since clients forget what they were advised before."""

    reconnect: str
    interval: int
    timeout: int


class Reply(Struct, kw_only=True, omit_defaults=True, rename="camel"):
    """What is answered to one message."""

    id: str | int | None = None
    channel: str | None = None
    successful: bool = field()
    client_id: str = ""
    version: str = ""
    minimum_version: str = ""
    supported_connection_types: Sequence[str] = ()
    subscription: str | list[str] = ""
    error: str = ""
    advice: Advice | None = None
    ext: dict[str, Any] | None = None


class _Salvaged(Struct):
    channel: Any = None
    id: Any = None


_encode = msgspec.json.Encoder().encode
_decode_batch = msgspec.json.Decoder(list[Message]).decode
_decode_items = msgspec.json.Decoder(list[Raw]).decode
_decode_one = msgspec.json.Decoder(Message).decode
_salvage = msgspec.json.Decoder(_Salvaged).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def parse(body: bytes | str) -> Sequence[Message | Malformed]:
    """The messages of a body; a message alone counts as a batch of one.

    Errors:  `BadBatch`: it is not JSON, or neither an array nor an object, or an empty array.
    """
    text = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    try:
        batch: Sequence[Message | Malformed] = list(map(_sound, _decode_batch(text)))
    except _UNREADABLE:
        batch = _one_by_one(text)
    if not batch:
        raise BadBatch("there is no message in it")
    return batch


def _one_by_one(text: bytes) -> Sequence[Message | Malformed]:
    if text.lstrip()[:1] == b"{":
        items = [Raw(text)]
    else:
        try:
            items = _decode_items(text)
        except _UNREADABLE as error:
            raise BadBatch("the body must be a JSON array of messages") from error
    batch = [_message(bytes(item)) for item in items]
    if len(batch) == 1 and isinstance(batch[0], Malformed) and batch[0].channel is None:
        raise BadBatch(batch[0].why)
    return batch


def _message(text: bytes) -> Message | Malformed:
    try:
        return _sound(_decode_one(text))
    except _UNREADABLE as error:
        why = str(error) if isinstance(error, msgspec.ValidationError) else "it is no JSON"
    try:
        found = _salvage(text)
    except _UNREADABLE:
        return Malformed(why)
    channel = found.channel if isinstance(found.channel, str) else None
    id_ = found.id if isinstance(found.id, str | int) and not isinstance(found.id, bool) else None
    return _malformed(why, channel, id_)


def _sound(message: Message) -> Message | Malformed:
    """The message, when its channel and its id are of a length and form that can be answered."""
    if not is_channel(message.channel):
        return _malformed("channel is not the name of a channel", None, message.id)
    if isinstance(message.id, str) and len(message.id) > ID_CHARS_MAX:
        return _malformed(f"id is longer than {ID_CHARS_MAX} characters", message.channel, None)
    return message


def _malformed(why: str, channel: str | None, id_: str | int | None) -> Malformed:
    if channel is not None and not is_channel(channel):
        channel = None
    if isinstance(id_, str) and len(id_) > ID_CHARS_MAX:
        id_ = None
    return Malformed(why, channel, id_)


@functools.lru_cache(maxsize=CHANNELS_KNOWN_MAX)
def is_channel(name: str) -> bool:
    """Whether this can be the name of a channel, or of several with an asterisk at its end."""
    return len(name) <= CHANNEL_CHARS_MAX and _CHANNEL.fullmatch(name) is not None


def is_callback(name: str) -> bool:
    """Whether a script may be called by this name: nothing else may come to stand in its text."""
    return len(name) <= ID_CHARS_MAX and _CALLBACK.fullmatch(name) is not None


# --- answers -----------------------------------------------------------------------------------


def shaken(message: Message, client_id: str, kinds: Sequence[str], advice: Advice, *, acks: bool) -> bytes:
    """The answer to a handshake that was granted."""
    return _encode(
        Reply(
            id=message.id,
            channel=HANDSHAKE,
            successful=True,
            client_id=client_id,
            version=VERSION,
            minimum_version=VERSION,
            supported_connection_types=kinds,
            advice=advice,
            ext={"ack": True} if acks else None,
        )
    )


def connected(id_: str | int | None, advice: Advice, ack: int | None) -> bytes:
    """The answer to a connect; `ack` is the number of the batch that it closes."""
    ext = None if ack is None else {"ack": ack}
    return _encode(Reply(id=id_, channel=CONNECT, successful=True, advice=advice, ext=ext))


def done(message: Message, *, subscription: str | list[str] = "") -> bytes:
    """The answer to anything else that was granted; it never has `data`."""
    return _encode(Reply(id=message.id, channel=message.channel, successful=True, subscription=subscription))


def refused(
    message: Message | Malformed,
    error: str,
    advice: Advice | None = None,
    kinds: Sequence[str] = (),
) -> bytes:
    """The answer to what was not granted. `error` is `code:argument,…:text`."""
    subscription = message.subscription if isinstance(message, Message) else ""
    return _encode(
        Reply(
            id=message.id,
            channel=message.channel,
            successful=False,
            subscription=subscription,
            error=error,
            advice=advice,
            supported_connection_types=kinds,
        )
    )


def pushed(channel: str, data: bytes) -> bytes:
    """A message of the server's own; `data` is JSON."""
    return b'{"channel":%b,"data":%b}' % (_encode(channel), data)


def batch(messages: Iterable[bytes]) -> bytes:
    """Encoded messages as one body or frame."""
    return b"[" + b",".join(messages) + b"]"


def called(callback: str, body: bytes) -> bytes:
    """A body as a script that hands it to a function (callback-polling).

    Shape:   the comment keeps a name from being read as the beginning of another kind of file; the two line
             ends that JSON may hold and old scripts may not are escaped.
    """
    safe = body.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    return b"/**/%b(%b);" % (callback.encode("ascii"), safe)

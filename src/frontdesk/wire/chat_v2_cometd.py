"""Chat API version 2 over CometD: what is published to what REST calls it, its answers to what is pushed.

Everything that is said about a chat is said by `chat_v2`; here are only the names and forms that differ.

Source:  chat-api-v2 §§17.4, 17.5 and 17.8.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from frontdesk.errors import Refused
from frontdesk.wire.form import Form, fields_of, without_controls

CHANNELS = "/service/chatV2/"
REQUEST_CHAT = "requestChat"
REQUEST_NOTIFICATIONS = "requestNotifications"

# What REST calls each operation; requesting a chat has no name there, and following one is reading it.
OPERATIONS: Mapping[str, str] = {
    REQUEST_CHAT: "",
    REQUEST_NOTIFICATIONS: "refresh",
    "refresh": "refresh",
    "sendMessage": "send",
    "startTyping": "startTyping",
    "stopTyping": "stopTyping",
    "customNotice": "customNotice",
    "updateData": "updateData",
    "pushUrl": "pushUrl",
    "updateNickname": "updateNickname",
    "readReceipt": "readReceipt",
    "disconnect": "disconnect",
}
# Those whose answer is wanted for itself; all others show in the transcript, or not at all.
ANSWERED = frozenset((REQUEST_CHAT, REQUEST_NOTIFICATIONS, "refresh"))
# Those to which a position matters.
READING = ANSWERED | {"readReceipt"}
FILE_OPERATIONS: Mapping[str, str] = {
    "fileGetLimits": "file/limits",
    "fileGetsLimits": "file/limits",
    "fileUpload": "file",
    "fileDownload": "file/download",
    "fileDelete": "file/delete",
}


class Asked(Struct, frozen=True):
    """What was published. `operation` is its name over CometD; `form` has its fields as REST has them."""

    operation: str
    form: Form


class Answered(Struct, frozen=True):
    """What a client is bound by, out of an envelope."""

    status: int = field(name="statusCode")
    has_ended: bool = field(name="chatEnded")
    messages: list[Raw]
    next_position: int = field(name="nextPosition", default=0)
    chat_id: str = field(name="chatId", default="")
    user_id: str = field(name="userId", default="")
    secure_key: str = field(name="secureKey", default="")


GRANTED = b'{"statusCode":0,'  # How `chat_v2` begins an envelope, and nothing else.
# Fields that nearly every message brings: their names need no look at what is in them.
PLAIN = frozenset(("message", "chatId", "userId", "secureKey", "alias", "messageType", "messageId"))

_decode_data = msgspec.json.Decoder(dict[str, Any]).decode
answered = msgspec.json.Decoder(Answered).decode


def is_granted(body: bytes) -> bool:
    """Whether an answer of `chat_v2` says that what was asked is done."""
    return body.startswith(GRANTED)


def asked(data: Raw) -> Asked:
    """The operation that was published, with its fields.

    Shape:   values that REST has as text become that text; `userData` keeps its levels as brackets, and
             `eventAttributes` becomes the JSON text that it is over REST.
    Errors:  `Refused`: no JSON object, no such operation, too deep or too long.
    """
    try:
        members = _decode_data(data)
        operation = members.pop("operation", None)
        form = _form(members)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad_data", "data must be a JSON object that is not nested too deep") from error
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise Refused("bad_operation", "there is no such operation")
    return Asked(operation, form)


def _form(members: dict[str, Any]) -> Form:
    form = Form()
    attributes = members.get("eventAttributes")
    if isinstance(attributes, dict):
        members["eventAttributes"] = msgspec.json.encode(attributes).decode()
    for name, value in members.items():
        if name in PLAIN and type(value) is str:
            form[name] = without_controls(value)
            continue
        if type(value) is str:  # As nearly all are: it needs no look for what is nested in it.
            form.add(without_controls(name), without_controls(value))
            continue
        for field_name, text in fields_of(name, value):
            form.add(without_controls(field_name), without_controls(text))
    return form


def file_operation(form: Mapping[str, str], *, has_file: bool) -> str:
    """What REST calls the operation on a file that a form asks for; a file by itself is an upload.

    Errors:  `Refused`: there is no such operation.
    """
    operation = form.get("operation", "")
    if not operation and has_file:
        return "file"
    if operation not in FILE_OPERATIONS:
        raise Refused("bad_operation", "there is no such operation")
    return FILE_OPERATIONS[operation]

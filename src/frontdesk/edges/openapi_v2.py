"""The description of Chat API version 2, and of its CometD variant, made from the types that they use.

Source:  chat-api-v2 §§7 and 17.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from frontdesk.edges.chat_v2_places import BY_FORM
from frontdesk.edges.chat_v2_session import OPERATIONS
from frontdesk.edges.openapi_parts import (
    BYTES,
    FORM,
    JSON,
    MULTIPART,
    answer,
    file_form,
    first_line,
    form,
    in_path,
    ref,
    words,
)
from frontdesk.wire.bayeux_messages import Message, Reply
from frontdesk.wire.chat_v2_answers import Envelope
from frontdesk.wire.chat_v2_cometd import CHANNELS, FILE_OPERATIONS
from frontdesk.wire.chat_v2_fields import SessionFields, StartFields

_CHAT = "/2/chat/{serviceName}/{chatId}"
_FILES = {
    "file/limits": "What may be uploaded and what has been.",
    "file/{fileId}/delete": "Delete a file of one's own.",
}


class Pushed(Struct, frozen=True, forbid_unknown_fields=True):
    """What the server says by itself: what is new in a chat that the client follows."""

    channel: str
    data: Envelope


TYPES: tuple[type, ...] = (
    Envelope,
    StartFields,
    Message,
    Reply,
    Pushed,
    *sorted({fields for fields, _ in OPERATIONS.values()}, key=lambda fields: fields.__name__),
)


def paths(prefix: str) -> dict[str, Any]:
    """The calls of version 2 over HTTP."""
    described = {
        f"{prefix}/2/chat/{{serviceName}}/": _chat_call(
            "start", first_line(StartFields), form(StartFields), ("serviceName",)
        )
    }
    for name, (fields, _) in OPERATIONS.items():
        summary = first_line(fields) if fields is not SessionFields else words(name)
        described[f"{prefix}{_CHAT}/{name}"] = _chat_call(
            name, summary, form(fields), ("serviceName", "chatId")
        )
    for name, summary in _FILES.items():
        where = ("serviceName", "chatId", *(("fileId",) if "{" in name else ()))
        described[f"{prefix}{_CHAT}/{name}"] = _chat_call(name, summary, form(SessionFields), where)
    upload = _chat_call("file", "Upload a file.", file_form(), ("serviceName", "chatId"))
    described[f"{prefix}{_CHAT}/file"] = upload
    download = _chat_call(
        "file/download", "Download a file.", form(SessionFields), ("serviceName", "chatId", "fileId")
    )
    answers = download["post"]["responses"]
    del answers["401"]  # Browsers follow a link to a file: there is no header.
    answers["200"] = answer("The bytes, as an attachment; or `statusCode` says: later", "Envelope")
    answers["200"]["content"][BYTES] = {}
    answers["403"] = answer("No more downloads in this chat", "Envelope")
    answers["404"] = answer("No such file, or not for who asks", "Envelope")
    described[f"{prefix}{_CHAT}/file/{{fileId}}/download"] = download
    described[f"{prefix}/2/{BY_FORM}"] = _by_form()
    return described


def _chat_call(name: str, summary: str, body: Mapping[str, Any], where: tuple[str, ...]) -> dict[str, Any]:
    return {
        "post": {
            "operationId": f"v2_{name.replace('/', '_').replace('{', '').replace('}', '')}",
            "tags": ["Chat API version 2"],
            "summary": summary,
            "parameters": [in_path(parameter) for parameter in where],
            "requestBody": body,
            "responses": {
                "200": answer("Done, or `statusCode` says why not", "Envelope"),
                "400": answer("The request itself is wrong: see `errors`", "Envelope"),
                "401": answer("The header `apikey` is missing or wrong, where one is needed", "Envelope"),
                "404": answer("No such operation", "Envelope"),
                "408": answer("The body took too long to arrive", "Envelope"),
                "413": answer("The body is so large that it was not read to its end", "Envelope"),
            },
        }
    }


def _by_form() -> dict[str, Any]:
    """The files of those who use CometD: their form names the operation and the chat."""
    fields = {
        "operation": {"type": "string", "enum": sorted(FILE_OPERATIONS)},
        "secureKey": {"type": "string"},
        "chatId": {"type": "string"},
        "fileId": {"type": "string"},
    }
    plain = {"type": "object", "properties": fields, "required": ["operation", "secureKey"]}
    file = {"type": "string", "format": "binary"}
    whole = {"type": "object", "properties": fields | {"file": file}, "required": ["secureKey"]}
    body = {"content": {FORM: {"schema": plain}, MULTIPART: {"schema": whole}}, "required": True}
    call = _chat_call(BY_FORM, "Files, for clients that use CometD; a file alone is an upload.", body, ())
    answers = call["post"]["responses"]
    answers["200"]["content"][BYTES] = {}
    answers["403"] = answer("No more downloads in this chat", "Envelope")
    return call


def cometd_paths(prefix: str) -> dict[str, Any]:
    """Bayeux by long polling. A WebSocket at the same address carries the same arrays."""
    some = {"type": "array", "items": {"anyOf": [ref("Reply"), ref("Pushed")]}, "minItems": 1}

    def answered(text: str) -> dict[str, Any]:
        return {"description": text, "content": {JSON: {"schema": some}}}

    one_or_more = {"anyOf": [{"type": "array", "items": ref("Message"), "minItems": 1}, ref("Message")]}
    return {
        f"{prefix}/cometd": {
            "post": {
                "operationId": "v2_cometd",
                "tags": ["Chat API version 2 over CometD"],
                "summary": "Bayeux messages by long polling; a WebSocket here carries the same arrays.",
                "description": f"Chats are on the channels `{CHANNELS}{{serviceName}}`. Clients may put what "
                "they ask for behind the address, as in `/cometd/handshake`.",
                "requestBody": {"content": {JSON: {"schema": one_or_more}}, "required": True},
                "responses": {
                    "200": answered("An answer to each message, and what has been pushed meanwhile"),
                    "400": answered("The body holds no messages"),
                    "401": answered("The header `apikey` is missing or wrong, where one is needed"),
                    "408": answered("The body took too long to arrive"),
                    "413": answered("The body is too large"),
                },
            }
        }
    }

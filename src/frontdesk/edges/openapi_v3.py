"""The description of Chat API version 3, made from the types and the codes that it uses.

Source:  chat-api-v3 §§4, 5 and 10.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.edges.openapi_parts import BYTES, FORM, JSON, MULTIPART, answer, first_line, in_path, ref
from frontdesk.wire import chat_v3_answers as answers
from frontdesk.wire.chat_v3 import BAD_REQUEST, CODES, IMAGES
from frontdesk.wire.chat_v3_fields import DATA, MessageFields, Query, StartFields

TYPES: tuple[type, ...] = (
    answers.StartedAnswer,
    answers.EntityAnswer,
    answers.MessagesAnswer,
    answers.SentAnswer,
    answers.NotReceivedAnswer,
    answers.KeptAnswer,
    answers.DoneAnswer,
    answers.RefusedAnswer,
)
_NEVER_DESCRIBED = (405, 500)  # Another method is another call, and a fault of ours is no promise.
_ANY_DATA = {"type": "object", "additionalProperties": {"type": "string"}}


def paths(prefix: str) -> dict[str, Any]:
    """Every call, by its address."""
    root = f"{prefix}/v3/chat/sessions"
    session = f"{root}/{{sessionId}}"
    return {
        root: {"post": _call("start", StartFields, "StartedAnswer", body=_data(_fields(StartFields)))},
        session: {"get": _call("session", "What a session says of itself.", "EntityAnswer", session=True)},
        f"{session}/messages": {
            "get": _call("poll", Query, "MessagesAnswer", session=True, parameters=_query()),
            "post": _send(),
        },
        f"{session}/userdata": {
            "put": _call("userdata", "Merge user data.", "DoneAnswer", session=True, body=_data(_ANY_DATA))
        },
        f"{session}/images": {
            "post": _call("upload", "Send an image.", "KeptAnswer", session=True, body=_image())
        },
        f"{session}/images/{{imageId}}": {"get": _picture()},
        f"{session}/files/{{fileId}}": {"get": _file()},
        f"{session}/participants/{{participantId}}": {
            "delete": _call(
                "leave",
                "Leave: a chat that stays open rests until its visitor comes back, any other ends.",
                "DoneAnswer",
                session=True,
                parameters=[in_path("participantId")],
            )
        },
    }


def _call(
    name: str,
    summary: str | type,
    done: str,
    *,
    session: bool = False,
    parameters: list[dict[str, Any]] | None = None,
    body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    keys: dict[str, list[str]] = {"visitor": []} if session else {}
    return {
        "operationId": f"v3_{name}",
        "tags": ["Chat API version 3"],
        "summary": summary if isinstance(summary, str) else first_line(summary),
        "security": [keys, keys | {"contactCenter": []}],
        "parameters": [*([in_path("sessionId")] if session else []), *(parameters or [])],
        **({"requestBody": body} if body is not None else {}),
        "responses": {"200": answer("Done", done), **_refusals()},
    }


def _refusals() -> dict[str, Any]:
    """Each status with the codes that it may come with."""
    codes: dict[int, set[str]] = {}
    for status, code in (*CODES.values(), BAD_REQUEST):
        codes.setdefault(status, set()).add(code)
    return {
        str(status): answer(f"{', '.join(sorted(codes[status]))}", "RefusedAnswer")
        for status in sorted(codes)
        if status not in _NEVER_DESCRIBED
    }


def _send() -> dict[str, Any]:
    call = _call("send", MessageFields, "SentAnswer", session=True, body=_data(_fields(MessageFields)))
    either = {"anyOf": [ref("SentAnswer"), ref("NotReceivedAnswer")]}
    call["responses"]["200"]["content"] = {JSON: {"schema": either}}
    return call


def _picture() -> dict[str, Any]:
    where = [in_path("imageId")]
    call = _call("image", "The bytes of an image.", "DoneAnswer", session=True, parameters=where)
    call["responses"]["200"] = {"description": "The image", "content": {kind: {} for kind in sorted(IMAGES)}}
    return call


def _file() -> dict[str, Any]:
    signed = [
        {"name": name, "in": "query", "required": True, "schema": {"type": "string"}}
        for name in ("until", "signature")
    ]
    where = [in_path("fileId"), *signed]
    call = _call("file", "A file by the link in a message.", "DoneAnswer", session=True, parameters=where)
    call["security"] = [{}]
    call["responses"]["200"] = {"description": "The file, as an attachment", "content": {BYTES: {}}}
    return call


def _query() -> list[dict[str, Any]]:
    """What a read may ask for: nothing is a poll, `index` what was missed, `count` a page."""
    found = _schema(Query)["properties"]
    return [{"name": name, "in": "query", "schema": {"type": _type_of(found[name])}} for name in found]


def _type_of(schema: Mapping[str, Any]) -> str:
    """The type of a value that may also be absent."""
    kinds = (option["type"] for option in schema.get("anyOf", [schema]))
    return str(next(kind for kind in kinds if kind != "null"))


def _data(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A body whose fields stand in `data`: as a form with brackets, or as JSON."""
    operation = {"operationId": {"type": "string"}}
    named = {f"{DATA}[{name}]": schema for name, schema in fields.get("properties", {}).items()}
    flat = {"type": "object", "properties": {**named, **operation}}
    nested = {"type": "object", "properties": {DATA: fields, **operation}}
    return {"content": {FORM: {"schema": flat}, MULTIPART: {"schema": flat}, JSON: {"schema": nested}}}


def _image() -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    fields = {"file": file, "operationId": {"type": "string"}}
    return {
        "content": {MULTIPART: {"schema": {"type": "object", "properties": fields, "required": ["file"]}}},
        "required": True,
    }


def _fields(kind: type) -> dict[str, Any]:
    """The fields of a body as an object; what has levels of its own is left to JSON."""
    properties = {name: s for name, s in _schema(kind)["properties"].items() if s.get("type") == "string"}
    return {"type": "object", "properties": properties}


def _schema(kind: type) -> dict[str, Any]:
    _, components = msgspec.json.schema_components([kind])
    found: dict[str, Any] = components[kind.__name__]
    return found

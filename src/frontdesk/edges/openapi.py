"""The description of the HTTP interfaces, in OpenAPI 3.1, made from the types that they use.

Source:  the OpenAPI Specification 3.1.
"""

import inspect
from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk import __version__
from frontdesk.desk.resting import RestingPage
from frontdesk.edges.chat_v2_session import OPERATIONS
from frontdesk.edges.workspace_http import FileKept, SignedIn, SignInBody, WorkspaceHttp
from frontdesk.wire.chat_v2_answers import Envelope
from frontdesk.wire.chat_v2_fields import SessionFields, StartFields

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_REF = "#/components/schemas/{name}"
_CHAT = "/2/chat/{serviceName}/{chatId}"
_FILES = {
    "file/limits": "What may be uploaded and what has been.",
    "file/{fileId}/delete": "Delete a file of one's own.",
}


def describe(prefix: str) -> dict[str, Any]:
    """The whole description. `prefix` is where the chat API lives."""
    fields = {kind for kind, _ in OPERATIONS.values()}
    types = [
        Envelope,
        StartFields,
        SignInBody,
        SignedIn,
        FileKept,
        RestingPage,
        *sorted(fields, key=lambda f: f.__name__),
    ]
    _, components = msgspec.json.schema_components(types, ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Frontdesk",
            "version": __version__,
            "description": "Chat API version 2 for visitors, sign-in and files for agents and bots.",
        },
        "paths": {**_chat_paths(prefix), **_workspace_paths(), **_operations_paths()},
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "frontdesk_session"},
                "apikey": {"type": "apiKey", "in": "header", "name": "apikey"},
            },
        },
    }


def _chat_paths(prefix: str) -> dict[str, Any]:
    paths = {
        f"{prefix}/2/chat/{{serviceName}}/": _chat_call(
            "start", _first_line(StartFields), _form(StartFields), ("serviceName",)
        )
    }
    for name, (fields, _) in OPERATIONS.items():
        summary = _first_line(fields) if fields is not SessionFields else _words(name)
        paths[f"{prefix}{_CHAT}/{name}"] = _chat_call(name, summary, _form(fields), ("serviceName", "chatId"))
    for name, summary in _FILES.items():
        where = ("serviceName", "chatId", *(("fileId",) if "{" in name else ()))
        paths[f"{prefix}{_CHAT}/{name}"] = _chat_call(name, summary, _form(SessionFields), where)
    upload = _chat_call("file", "Upload a file.", _file_form(), ("serviceName", "chatId"))
    paths[f"{prefix}{_CHAT}/file"] = upload
    download = _chat_call(
        "file/download", "Download a file.", _form(SessionFields), ("serviceName", "chatId", "fileId")
    )
    answers = download["post"]["responses"]
    del answers["401"]  # Browsers follow a link to a file: there is no header.
    answers["200"] = _answer("The bytes, as an attachment; or `statusCode` says: later", "Envelope")
    answers["200"]["content"]["application/octet-stream"] = {}
    answers["403"] = _answer("No more downloads in this chat", "Envelope")
    answers["404"] = _answer("No such file, or not for who asks", "Envelope")
    paths[f"{prefix}{_CHAT}/file/{{fileId}}/download"] = download
    return paths


def _chat_call(name: str, summary: str, body: Mapping[str, Any], where: tuple[str, ...]) -> dict[str, Any]:
    return {
        "post": {
            "operationId": f"v2_{name.replace('/', '_').replace('{', '').replace('}', '')}",
            "tags": ["Chat API version 2"],
            "summary": summary,
            "parameters": [_in_path(parameter) for parameter in where],
            "requestBody": body,
            "responses": {
                "200": _answer("Done, or `statusCode` says why not", "Envelope"),
                "400": _answer("The request itself is wrong: see `errors`", "Envelope"),
                "401": _answer("The header `apikey` is missing or wrong, where one is needed", "Envelope"),
                "404": _answer("No such operation", "Envelope"),
                "408": _answer("The body took too long to arrive", "Envelope"),
                "413": _answer("The body is so large that it was not read to its end", "Envelope"),
            },
        }
    }


def _workspace_paths() -> dict[str, Any]:
    """The calls of `WorkspaceHttp`, with the words of their docstrings."""
    signed_in: list[dict[str, list[str]]] = [{"bearer": []}, {"cookie": []}]
    where = [_in_path("interaction_id")]
    sign_in = {"content": {"application/json": {"schema": _ref("SignInBody")}}, "required": True}
    base = "/api/workspace"
    return {
        f"{base}/sign-in": {
            "post": _workspace_call(WorkspaceHttp.sign_in, "SignedIn", requestBody=sign_in),
        },
        f"{base}/sign-out": {"post": _workspace_call(WorkspaceHttp.sign_out, security=signed_in)},
        f"{base}/me": {"get": _workspace_call(WorkspaceHttp.me, security=signed_in)},
        f"{base}/resting": {
            "get": _workspace_call(
                WorkspaceHttp.resting,
                "RestingPage",
                security=signed_in,
                parameters=[{"name": "after", "in": "query", "schema": {"type": "string"}}],
            ),
        },
        f"{base}/interactions/{{interaction_id}}/files": {
            "post": _workspace_call(
                WorkspaceHttp.upload,
                "FileKept",
                security=signed_in,
                parameters=where,
                requestBody=_file_form(),
            )
        },
        f"{base}/interactions/{{interaction_id}}/files/{{file_id}}": {
            "get": _workspace_call(
                WorkspaceHttp.download, security=signed_in, parameters=[*where, _in_path("file_id")]
            )
        },
    }


def _workspace_call(function: Any, schema: str = "", **more: Any) -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": _ref(schema)}}} if schema else {}
    faults = {
        "400": "The request is wrong",
        "401": "Not signed in",
        "403": "Not allowed",
        "404": "No such chat or file of yours",
        "408": "The body took too long to arrive",
        "413": "Too large",
        "429": "Too many tries",
        "503": "Try again later",
    }
    return {
        "operationId": f"workspace_{function.__name__}",
        "tags": ["Workspace"],
        "summary": _first_line(function),
        "responses": {
            "200": {"description": "Done", **content},
            **{status: {"description": text} for status, text in faults.items()},
        },
        **more,
    }


def _operations_paths() -> dict[str, Any]:
    texts = {
        "/healthz": "The process runs.",
        "/readyz": "Database and file store answer: chats can be taken.",
        "/metrics": "Metrics in the Prometheus text form.",
    }
    return {
        path: {
            "get": {
                "operationId": path.strip("/"),
                "tags": ["Operations"],
                "summary": text,
                "responses": {"200": {"description": "Yes"}, "503": {"description": "Not now"}},
            }
        }
        for path, text in texts.items()
    }


def _form(fields: type) -> dict[str, Any]:
    schema = {"schema": _ref(fields.__name__)}
    return {"content": {FORM: schema, MULTIPART: schema}}


def _file_form() -> dict[str, Any]:
    file = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
    return {"content": {MULTIPART: {"schema": file}}}


def _answer(text: str, schema: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": _ref(schema)}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(name=name)}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def _words(operation: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in operation).capitalize() + "."

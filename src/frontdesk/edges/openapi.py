"""The description of the HTTP interfaces, in OpenAPI 3.1, made from the types that they use.

Source:  the OpenAPI Specification 3.1.
"""

from typing import Any

import msgspec

from frontdesk import __version__
from frontdesk.desk.resting import RestingPage
from frontdesk.edges import (
    openapi_journeys,
    openapi_orchestration,
    openapi_trackers,
    openapi_v2,
    openapi_v3,
)
from frontdesk.edges.openapi_parts import REF, file_form, first_line, in_path, ref
from frontdesk.edges.workspace_http import FileKept, SignedIn, SignInBody, WorkspaceHttp
from frontdesk.settings import Settings


def describe_as(settings: Settings) -> dict[str, Any]:
    """The description of all that is spoken with these settings."""
    programs = settings.orchestration.http
    return describe(
        settings.server.prefix.rstrip("/"),
        settings.chat_v3.prefix.rstrip("/"),
        has_cometd=settings.cometd.is_on,
        has_programs=bool(programs.keys or programs.debug_keys),
        has_uploads=bool(programs.manage_keys),
        has_journeys=settings.journeys.is_on,
    )


def describe(
    prefix: str,
    v3_prefix: str,
    *,
    has_cometd: bool,
    has_programs: bool = False,
    has_uploads: bool = False,
    has_journeys: bool = False,
) -> dict[str, Any]:
    """The whole description. The prefixes are where each version of the chat API lives."""
    types = [*openapi_v2.TYPES, *openapi_v3.TYPES, SignInBody, SignedIn, FileKept, RestingPage]
    types += openapi_orchestration.TYPES if has_programs or has_uploads else ()
    types += (*openapi_journeys.TYPES, *openapi_trackers.TYPES) if has_journeys else ()
    _, components = msgspec.json.schema_components(types, ref_template=REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Frontdesk",
            "version": __version__,
            "description": (
                "Chat API versions 2 and 3 for visitors, sign-in and files for agents and bots, "
                "sessions of applications for programs, and journeys of visitors to sites."
            ),
        },
        "paths": {
            **openapi_v2.paths(prefix),
            **(openapi_v2.cometd_paths(prefix) if has_cometd else {}),
            **openapi_v3.paths(v3_prefix),
            **(openapi_orchestration.paths() if has_programs else {}),
            **(openapi_orchestration.application_paths() if has_uploads else {}),
            **({**openapi_trackers.paths(), **openapi_journeys.paths()} if has_journeys else {}),
            **_workspace_paths(),
            **_operations_paths(),
        },
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "frontdesk_session"},
                "apikey": {"type": "apiKey", "in": "header", "name": "apikey"},
                "visitor": {"type": "apiKey", "in": "header", "name": "x-nexus-client-key"},
                "contactCenter": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
        },
    }


def _workspace_paths() -> dict[str, Any]:
    """The calls of `WorkspaceHttp`, with the words of their docstrings."""
    signed_in: list[dict[str, list[str]]] = [{"bearer": []}, {"cookie": []}]
    where = [in_path("interaction_id")]
    sign_in = {"content": {"application/json": {"schema": ref("SignInBody")}}, "required": True}
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
                requestBody=file_form(),
            )
        },
        f"{base}/interactions/{{interaction_id}}/files/{{file_id}}": {
            "get": _workspace_call(
                WorkspaceHttp.download, security=signed_in, parameters=[*where, in_path("file_id")]
            )
        },
    }


def _workspace_call(function: Any, schema: str = "", **more: Any) -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": ref(schema)}}} if schema else {}
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
        "summary": first_line(function),
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

"""The description of the calls that programs make: `orchestration_http.py`, `applications_http.py`."""

from typing import Any

from frontdesk.domain.application import Application
from frontdesk.edges import applications_http
from frontdesk.edges.applications_http import ActivateBody, AllApplications, ApplicationsHttp, UploadBody
from frontdesk.edges.openapi_parts import FORM, JSON, answer, first_line, in_path, ref
from frontdesk.edges.orchestration_http import (
    BASE,
    OrchestrationHttp,
    SessionShown,
    SessionStarted,
)
from frontdesk.scxml.basic_http import EVENT_NAME

TYPES = (SessionStarted, SessionShown, UploadBody, ActivateBody, Application, AllApplications)
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"contactCenter": []}]
FAULTS = {
    "400": "The request is wrong",
    "401": "No key, or a wrong one",
    "404": "No such session",
    "408": "The body took too long to arrive",
    "503": "Try again later",
}
POSTED = {
    "403": "Not among what may be started from outside",
    "413": "Too large",
    "415": "Neither a form nor JSON",
    "422": "The document cannot be run: its faults",
    "429": "Too many events or requests wait for this session",
}
ELSEWHERE = {"307": "Another node runs the session: ask there", "409": "The session is over"}
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 200},
    "description": "A request that comes again under the same key does nothing more.",
}


def paths() -> dict[str, Any]:
    """The calls of `OrchestrationHttp`, with the words of their docstrings."""
    one = BASE + "/{session_id}"
    where, named = in_path("session_id"), in_path("name")
    calls = OrchestrationHttp
    accepted = {"202": {"description": "Taken"}}
    answered = {
        "200": {"description": "What the session answers, with a status of its choice"},
        "504": {"description": "The session has not answered in time"},
    }
    start = {
        "type": "object",
        "properties": {
            "src": {"type": "string", "description": "`NAME`, `NAME/FILE`, or an address of an application"},
            "idealtime": {"type": "string", "description": "When, in milliseconds since 1970"},
        },
        "required": ["src"],
        "additionalProperties": True,
    }
    event = {
        "type": "object",
        "properties": {EVENT_NAME: {"type": "string", "description": "The event's name"}},
        "additionalProperties": True,
    }
    return {
        f"{BASE}/start": {
            "post": _call(
                calls.start,
                {
                    "201": answer("Started", "SessionStarted"),
                    "202": answer("Will be started at its time", "SessionStarted"),
                    **_described(POSTED),
                },
                requestBody=_body(start, is_required=True),
                parameters=[ONCE],
            )
        },
        **{
            f"{one}/{path}": {
                "post": _call(
                    call,
                    {**responses, **_described(POSTED), **_described(ELSEWHERE)},
                    suffix,
                    requestBody=_body(event),
                    parameters=[where, *more, ONCE],
                )
            }
            for path, call, responses, suffix, more in (
                ("event", calls.event, accepted, "", ()),
                ("event/{name}", calls.event, accepted, "_named", (named,)),
                ("request", calls.request, answered, "", ()),
                ("request/{name}", calls.request, answered, "_named", (named,)),
            )
        },
        f"{one}/terminate": {
            "post": _call(calls.terminate, {**accepted, **_described(ELSEWHERE)}, parameters=[where])
        },
        f"{one}/query": {
            "get": _call(
                calls.query,
                {"200": answer("Where it stands", "SessionShown"), "307": {"description": ELSEWHERE["307"]}},
                parameters=[where],
            )
        },
    }


def application_paths() -> dict[str, Any]:
    """The calls of `ApplicationsHttp`, with the words of their docstrings."""
    base, calls = applications_http.BASE, ApplicationsHttp
    one, named = base + "/{name}", [in_path("name")]
    refused = _described({"413": POSTED["413"], "422": "It cannot be run: its faults"})

    def call(function: Any, schema: str, body: str = "", **more: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        if body:
            asked = {"requestBody": {"content": {JSON: {"schema": ref(body)}}, "required": True}}
        found = _call(function, {"200": answer("Done", schema), **refused}, **asked, **more)
        return {**found, "operationId": f"application_{function.__name__}"}

    return {
        base: {
            "post": call(calls.upload, "Application", "UploadBody"),
            "get": call(calls.all, "AllApplications"),
        },
        one: {"get": call(calls.versions, "Application", parameters=named)},
        f"{one}/activate": {"post": call(calls.activate, "Application", "ActivateBody", parameters=named)},
    }


def _call(function: Any, responses: dict[str, Any], suffix: str = "", **more: Any) -> dict[str, Any]:
    return {
        "operationId": f"session_{function.__name__}{suffix}",
        "tags": ["Orchestration"],
        "summary": first_line(function),
        "security": SECURITY,
        "responses": {**responses, **_described(FAULTS)},
        **more,
    }


def _body(schema: dict[str, Any], *, is_required: bool = False) -> dict[str, Any]:
    return {"content": {FORM: {"schema": schema}, JSON: {"schema": schema}}, "required": is_required}


def _described(texts: dict[str, str]) -> dict[str, Any]:
    return {status: {"description": text} for status, text in texts.items()}

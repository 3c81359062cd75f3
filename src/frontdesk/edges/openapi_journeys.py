"""The description of the journey API: of trackers, `journey_collector.py`, and of who manages journeys."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.desk.journeys.audit import Doing
from frontdesk.desk.journeys.estimates import Results
from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.action_targets import ActionTarget, ScheduleGroup
from frontdesk.domain.journey.criteria import UrlCondition
from frontdesk.domain.journey.defining import TYPES as KINDS
from frontdesk.domain.journey.defining import Kind
from frontdesk.domain.journey.definitions import Deployment
from frontdesk.domain.journey.page_testing import TestedPage
from frontdesk.domain.journey.reporting.aggregates import Query
from frontdesk.domain.journey.segments import Outcome, Predictor, Segment
from frontdesk.domain.journey.site_settings import JourneySettings
from frontdesk.domain.journey.templates import ActionTemplate
from frontdesk.domain.journey.told import EventType
from frontdesk.edges.journey_admin import IDS, PERMISSIONS, UNCHANGING, JourneyAdmin
from frontdesk.edges.journey_answers import BASE, RESOURCES
from frontdesk.edges.journey_audit import PERMISSION as AUDIT_PERMISSION
from frontdesk.edges.journey_audit import JourneyAudit
from frontdesk.edges.journey_customers import BY, JourneyCustomers
from frontdesk.edges.journey_lists import IDS_MAX, PAGE_SIZE, PAGE_SIZE_MAX
from frontdesk.edges.journey_maps import DAYS, DAYS_MAX, JourneyMaps
from frontdesk.edges.journey_models import JourneyModels
from frontdesk.edges.journey_reports import ANALYTICS, VIEW, JourneyReports
from frontdesk.edges.journey_visits import JourneyVisits
from frontdesk.edges.openapi_parts import JSON, answer, first_line, in_path, ref

TYPES = (
    Segment,
    Outcome,
    Predictor,
    ActionMap,
    ActionTemplate,
    ActionTarget,
    ScheduleGroup,
    Deployment,
    JourneySettings,
    UrlCondition,
    TestedPage,
    Results,
    Query,
)
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"cookie": []}]
FAULTS: Mapping[str, str] = {
    "400": "The request is wrong; `field` says where",
    "401": "No key and no sign-in, or wrong ones",
    "403": "The permission for this is missing",
    "404": "There is no such thing",
    "408": "The body took too long to arrive",
    "409": "It was changed meanwhile, is used, or cannot be just now",
    "413": "Too large",
    "429": "Too many wait already",
    "503": "Try again later",
}
PROBLEM = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "field": {"type": "string", "description": "Such as `pageUrlConditions[0].values[1]`"},
        "current": {"type": "object", "description": "What it is now, where it was changed meanwhile"},
    },
}
TEXT, NUMBER, OBJECT = {"type": "string"}, {"type": "integer"}, {"type": "object"}

AUDITED = {
    "type": "object",
    "required": ["number", "date", "action", "resource", "selfUri"],
    "properties": {
        "number": {"type": "integer", "description": "The how manieth change it is of all"},
        "date": {"type": "string", "format": "date-time"},
        "by": {"type": "string", "description": "Who did it; absent where that is not known"},
        "action": {"enum": [doing.value for doing in Doing]},
        "resource": {"type": "string", "description": "Such as `segments`, or `settings`"},
        "resourceId": TEXT,
        "displayName": TEXT,
        "version": {"type": "integer", "description": "That it had then"},
        "fields": {"type": "array", "items": TEXT, "description": "What an edit changed"},
        "selfUri": TEXT,
    },
}


def paths() -> dict[str, Any]:
    """The calls of who manages journeys, with the words of their docstrings."""
    return {
        f"{BASE}/settings": {
            "get": _call(JourneyAdmin.settings, "journey:settings:view", _ok(JourneySettings)),
            "patch": _call(
                JourneyAdmin.change_settings, "journey:settings:edit", _ok(JourneySettings), body=_change()
            ),
        },
        f"{BASE}/audit": {
            "get": _call(JourneyAudit.audit, AUDIT_PERMISSION, _listed(AUDITED), parameters=_LIST)
        },
        **_of_maps(),
        **{path: item for kind in RESOURCES for path, item in _of_kind(kind).items()},
        f"{BASE}/outcomes/{{id}}/model": {
            "get": _call(
                JourneyModels.model,
                f"{PERMISSIONS[Kind.OUTCOME]}:view",
                {"200": _described("How well it is estimated, and by what", OBJECT)},
                parameters=[in_path("id")],
            )
        },
        **_of_visits(),
        **_of_customers(),
        **_of_reports(),
    }


def _of_kind(kind: Kind) -> dict[str, Any]:
    every, area, name = f"{BASE}/{RESOURCES[kind]}", PERMISSIONS[kind], KINDS[kind].__name__
    body = {"content": {JSON: {"schema": ref(name)}}, "required": True}
    where = [in_path("id")]

    def call(function: Callable[..., Any], right: str, responses: dict[str, Any], **more: Any) -> Any:
        found = _call(function, f"{area}:{right}", responses, **more)
        return {**found, "operationId": f"{function.__name__}_{kind.value}"}

    one: dict[str, Any] = {
        "get": call(JourneyAdmin.read, "view", _ok(KINDS[kind]), parameters=where),
        "delete": call(
            JourneyAdmin.remove,
            "delete",
            {"204": {"description": "Gone"}},
            parameters=[*where, *([_query("hardDelete")] if kind in (Kind.TEMPLATE, Kind.TARGET) else [])],
        ),
    }
    if kind not in UNCHANGING:
        one["patch"] = call(JourneyAdmin.change, "edit", _ok(KINDS[kind]), parameters=where, body=_change())
    return {
        every: {
            "get": call(
                JourneyAdmin.listed,
                "view",
                _listed(ref(name)),
                parameters=[*_LIST, *([_query(IDS[kind], f"At most {IDS_MAX}")] if kind in IDS else [])],
            ),
            "post": call(JourneyAdmin.create, "add", {"201": answer("Defined", name)}, body=body),
        },
        f"{every}/{{id}}": one,
    }


def _of_maps() -> dict[str, Any]:
    base, view, where = f"{BASE}/actionmaps", f"{PERMISSIONS[Kind.ACTION_MAP]}:view", [in_path("id")]
    address = {"url": {"type": "string", "maxLength": 8192}}
    job = {"200": _described("How far it is", OBJECT)}
    days = {"type": "integer", "minimum": 1, "maximum": DAYS_MAX, "default": DAYS}
    return {
        f"{base}/{{id}}/test": {
            "post": _call(
                JourneyMaps.test,
                view,
                {"200": _described("Each check in words", OBJECT)},
                parameters=where,
                body=_object({**address, "sessionId": TEXT, "at": TEXT}, "url"),
            )
        },
        f"{base}/urltest": {
            "post": _call(
                JourneyMaps.try_url,
                view,
                _ok(TestedPage),
                body=_object(
                    {
                        **address,
                        "deploymentId": TEXT,
                        "pageUrlConditions": {"type": "array", "items": ref("UrlCondition")},
                    },
                    "url",
                ),
            )
        },
        f"{base}/{{id}}/blocked": {
            "get": _call(
                JourneyMaps.blocked,
                "journey:report:view",
                {"200": _described("By reason", OBJECT)},
                parameters=[*where, _query("from"), _query("to")],
            )
        },
        f"{base}/estimates/jobs": {
            "post": _call(
                JourneyMaps.estimate,
                view,
                {"202": _described("Begun", OBJECT)},
                body=_object({"days": days, "triggerWithSegments": {"type": "array", "items": TEXT}}),
            )
        },
        f"{base}/estimates/jobs/{{id}}": {"get": _call(JourneyMaps.job, view, job, parameters=where)},
        f"{base}/estimates/jobs/{{id}}/results": {
            "get": _call(JourneyMaps.results, view, _ok(Results), parameters=where)
        },
    }


def _of_visits() -> dict[str, Any]:
    base, view, where = f"{BASE}/sessions", "journey:session:view", [in_path("id")]
    size, after = _query("pageSize", f"At most {PAGE_SIZE_MAX}"), _query("after")
    types = _query("eventType", f"Some of {', '.join(EventType)}")
    return {
        base: {
            "get": _call(
                JourneyVisits.open, view, _listed(OBJECT), parameters=[_query("open", "`true`"), size, after]
            )
        },
        f"{base}/{{id}}": {
            "get": _call(
                JourneyVisits.session, view, {"200": _described("The visit", OBJECT)}, parameters=where
            )
        },
        f"{base}/{{id}}/events": {
            "get": _call(JourneyVisits.events, view, _listed(OBJECT), parameters=[*where, size, after, types])
        },
        f"{base}/{{id}}/outcomescores": {
            "get": _call(
                JourneyVisits.scores,
                view,
                {"200": _described("The scores", OBJECT)},
                parameters=[*where, _query("explain", "`true`")],
            )
        },
    }


def _of_reports() -> dict[str, Any]:
    every, where = f"{BASE}/reports/actionmaps", [in_path("id")]
    asked = [_query(name) for name in ("from", "to", "granularity", "timeZone", "basis", "attribution")]
    table = {"description": "The table", "content": {JSON: {"schema": OBJECT}, "text/csv": {"schema": TEXT}}}
    query = {"content": {JSON: {"schema": ref("Query")}}, "required": True}
    return {
        f"{ANALYTICS}/aggregates/query": {
            "post": _call(
                JourneyReports.aggregate, VIEW, {"200": _described("By time and group", OBJECT)}, body=query
            )
        },
        every: {"get": _call(JourneyReports.every_map, VIEW, {"200": table}, parameters=asked)},
        f"{every}/{{id}}": {
            "get": _call(JourneyReports.one_map, VIEW, {"200": table}, parameters=[*where, *asked])
        },
        f"{every}/{{id}}/diagnostics": {
            "get": _call(
                JourneyReports.diagnose,
                VIEW,
                {"200": _described("Why", OBJECT)},
                parameters=[*where, *asked],
            )
        },
    }


def _of_customers() -> dict[str, Any]:
    base, where = f"{BASE}/customers", [in_path("id")]
    by = [_query(kind.value) for kind in BY]
    view, delete = "journey:customer:view", "journey:customer:delete"
    found = {"200": _described("All of it", OBJECT)}
    return {
        base: {
            "get": _call(JourneyCustomers.find, view, _listed(OBJECT), parameters=by),
            "delete": _call(
                JourneyCustomers.erase_person,
                delete,
                {"200": _described("How many browsers", OBJECT)},
                parameters=by,
            ),
        },
        f"{base}/{{id}}": {
            "get": _call(JourneyCustomers.export, view, found, parameters=where),
            "delete": _call(
                JourneyCustomers.erase, delete, {"204": {"description": "Gone"}}, parameters=where
            ),
        },
    }


def _call(
    function: Callable[..., Any], permission: str, responses: dict[str, Any], *, body: Any = None, **more: Any
) -> dict[str, Any]:
    asked = {"requestBody": body} if body is not None else {}
    return {
        "operationId": f"journey_{function.__name__}",
        "tags": ["Journeys"],
        "summary": first_line(function),
        "description": f"Needs the permission `{permission}`.",
        "security": SECURITY,
        "responses": {
            **responses,
            **{status: _described(text, PROBLEM) for status, text in FAULTS.items()},
        },
        **asked,
        **more,
    }


def _ok(kind: type) -> dict[str, Any]:
    return {"200": answer("Done", kind.__name__)}


def _described(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {JSON: {"schema": schema}}}


def _listed(of: dict[str, Any]) -> dict[str, Any]:
    every = {"type": "array", "items": of}
    page = {"entities": every, "pageNumber": NUMBER, "pageSize": NUMBER, "pageCount": NUMBER, "total": NUMBER}
    return {
        "200": _described("A page", {"type": "object", "required": ["entities"], "properties": page}),
    }


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"content": {JSON: {"schema": schema}}, "required": True}


def _change() -> dict[str, Any]:
    return _object({"version": {"type": "integer", "description": "The one that you have seen"}}, "version")


def _query(name: str, text: str = "") -> dict[str, Any]:
    found = {"name": name, "in": "query", "schema": TEXT}
    return {**found, "description": text} if text else found


_LIST = [
    _query("pageNumber", "From 1"),
    _query("pageSize", f"{PAGE_SIZE} unless told, at most {PAGE_SIZE_MAX}"),
    _query("sortBy", "Fields by comma; `-` before one for descending"),
    _query("queryFields", "Fields in which `queryValue` is looked for, by comma"),
    _query("queryValue"),
    _query("filterField"),
    _query("filterValue"),
]

"""Who changed which definition and when, over HTTP."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.journeys.audit import Audit, Change
from frontdesk.desk.journeys.reading import stamp
from frontdesk.domain.journey.defining import Kind
from frontdesk.edges.journey_admin import JourneyAdmin
from frontdesk.edges.journey_answers import BASE, RESOURCES
from frontdesk.edges.journey_callers import Caller
from frontdesk.edges.journey_lists import page
from frontdesk.edges.json_answers import json

PERMISSION = "journey:settings:view"
FIELDS = ("number", "date", "by", "action", "resource", "resourceId", "displayName", "version", "fields")


class JourneyAudit:
    """The route of changes under `/api/v2/journey`."""

    def __init__(self, admin: JourneyAdmin, audit: Audit) -> None:
        self._admin = admin
        self._audit = audit

    def routes(self) -> list[Route]:
        return [self._admin.route("/audit", "GET", PERMISSION, self.audit)]

    async def audit(self, request: Request, _caller: Caller) -> Response:
        """Who changed which definition, and when: newest first unless sorted otherwise."""
        rows = [_row(change) for change in reversed(await self._audit.changes())]
        return json(page(rows, request.query_params, FIELDS))


def _row(of: Change) -> dict[str, Any]:
    """One change; that nobody is named in `by` says that it is not known who it was."""
    resource = "settings" if of.kind is Kind.SETTINGS else RESOURCES[of.kind]
    found: dict[str, Any] = {
        "number": of.number,
        "date": stamp(of.time_ms),
        "by": of.by,
        "action": of.doing.value,
        "resource": resource,
        "resourceId": of.thing_id,
        "displayName": of.name,
        "version": of.version,
        "fields": list(of.fields),
        "selfUri": f"{BASE}/{resource}/{of.thing_id}".rstrip("/"),
    }
    return {name: value for name, value in found.items() if value not in ("", [])}

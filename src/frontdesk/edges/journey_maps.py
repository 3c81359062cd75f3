"""Questions about action maps over HTTP: why not, on which pages, how often not, and who would have got it.

Source:  journey.md §13.2.
"""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.journeys.book import Book
from frontdesk.desk.journeys.estimates import Estimates, Job, Progress
from frontdesk.desk.journeys.reading import definition_of, stamp
from frontdesk.desk.journeys.reports import Reports
from frontdesk.desk.journeys.visits import Visits
from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.checks.criteria import check_url_conditions
from frontdesk.domain.journey.checks.wrong import invalid
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import Customer, Visit
from frontdesk.domain.journey.defining import Kind
from frontdesk.domain.journey.explaining import explain
from frontdesk.domain.journey.pacing import Availability
from frontdesk.domain.journey.page_testing import tested
from frontdesk.domain.journey.reporting.buckets import Interval
from frontdesk.edges.journey_admin import PERMISSIONS, JourneyAdmin
from frontdesk.edges.journey_answers import BASE, object_of, shown
from frontdesk.edges.journey_callers import Caller
from frontdesk.edges.journey_moments import moment
from frontdesk.edges.json_answers import json
from frontdesk.errors import NotFound, Refused

DAYS = 7
DAYS_MAX = 30
DAY_MS = 86_400_000
URL_CHARS_MAX = 8192
OF_NO_VISIT = ("in force", "page", "schedule", "agents", "pacing")
"""What can be said of a map without a visit."""
BLANK: Mapping[str, Any] = {
    "displayName": "Estimate",
    "action": {"mediaType": "webchat"},
    "activation": {"type": "immediate"},
}
"""What an estimate may leave out of a map."""


class JourneyMaps:
    """The routes of questions about action maps."""

    def __init__(
        self,
        admin: JourneyAdmin,
        book: Book,
        reports: Reports,
        visits: Visits,
        estimates: Estimates,
        compiled: Callable[[], Compiled],
        availability: Availability,
        clock_ms: Callable[[], int],
    ) -> None:
        self._admin = admin
        self._book = book
        self._reports = reports
        self._visits = visits
        self._estimates = estimates
        self._compiled = compiled
        self._availability = availability
        self._clock_ms = clock_ms

    def routes(self) -> list[Route]:
        """To go before those of single action maps."""
        view, route = f"{PERMISSIONS[Kind.ACTION_MAP]}:view", self._admin.route
        jobs = "/actionmaps/estimates/jobs"
        return [
            route("/actionmaps/urltest", "POST", view, self.try_url),
            route("/actionmaps/{id}/test", "POST", view, self.test),
            route("/actionmaps/{id}/blocked", "GET", "journey:report:view", self.blocked),
            route(jobs, "POST", view, self.estimate),
            route(f"{jobs}/{{id}}", "GET", view, self.job),
            route(f"{jobs}/{{id}}/results", "GET", view, self.results),
        ]

    async def test(self, request: Request, _caller: Caller) -> Response:
        """Why a map is offered on a page or not: every check in words, for one visit or for any."""
        asked = object_of(await self._admin.body(request))
        action_map = self._map(request)
        url, visit_id = _text(asked, "url", needed=True), _text(asked, "sessionId")
        now_ms = moment(asked.get("at"), "at") or self._clock_ms()
        compiled = self._compiled()
        if visit_id:
            try:
                customer = await self._visits.customer(visit_id.lower())
            except NotFound:
                raise invalid("sessionId", f"there is no session {visit_id!r}") from None
        else:
            customer = Customer(visit=Visit(id="any", began_ms=now_ms, active_ms=now_ms))
        checks = explain(customer, action_map, url, compiled, self._availability, now_ms)
        if not visit_id:
            checks = [check for check in checks if check.check in OF_NO_VISIT]
        rules = compiled.rules(customer.visit.deployment_id)
        page = tested(action_map.page_url_conditions, url, rules)
        return json(
            {
                "actionMap": {"id": action_map.id, "version": action_map.version},
                "url": url,
                "normalizedUrl": page.normalized_url,
                "at": stamp(now_ms),
                "passed": all(check.passed for check in checks),
                "checks": [shown(check) for check in checks],
                "pageUrlConditions": [shown(condition) for condition in page.conditions],
            }
        )

    async def try_url(self, request: Request, _caller: Caller) -> Response:
        """Which conditions on pages an address meets, also of a map that is not saved."""
        asked = object_of(await self._admin.body(request))
        url, deployment_id = _text(asked, "url", needed=True), _text(asked, "deploymentId")
        conditions = asked.get("pageUrlConditions") or []
        action_map = definition_of(Kind.ACTION_MAP, {**BLANK, "pageUrlConditions": conditions})
        assert isinstance(action_map, ActionMap)
        check_url_conditions(action_map.page_url_conditions, "pageUrlConditions")
        rules = self._compiled().rules(deployment_id)
        return json(shown(tested(action_map.page_url_conditions, url, rules)))

    async def blocked(self, request: Request, _caller: Caller) -> Response:
        """How often a map was not offered, by reason, and in how many sessions."""
        action_map, query = self._map(request), request.query_params
        until_ms = moment(query.get("to"), "to") or self._clock_ms() + 1
        from_ms = moment(query.get("from"), "from")
        from_ms = until_ms - DAYS * DAY_MS if from_ms is None else from_ms
        if from_ms >= until_ms:
            raise invalid("to", "write a time after from")
        counts = await self._reports.blocked(action_map.id, Interval(from_ms, until_ms))
        reasons = counts.reasons()
        return json(
            {
                "actionMap": {"id": action_map.id, "displayName": action_map.display_name},
                "interval": f"{stamp(from_ms)}/{stamp(until_ms)}",
                "count": sum(one.count for one in reasons),
                "sessions": counts.sessions,
                "reasons": [shown(one) for one in reasons],
            }
        )

    async def estimate(self, request: Request, caller: Caller) -> Response:
        """Find out in which visits of the last days a map, saved or not, would have been offered."""
        asked = object_of(await self._admin.body(request))
        days = asked.pop("days", DAYS)
        if type(days) is not int or not 1 <= days <= DAYS_MAX:
            raise invalid("days", f"a number from 1 to {DAYS_MAX}")
        action_map = self._book.draft(Kind.ACTION_MAP, {**BLANK, **asked})
        assert isinstance(action_map, ActionMap)
        job = await self._estimates.begin(action_map, days, by=caller.name)
        response = json(_told(job), 202)
        response.headers["location"] = _told(job)["selfUri"]
        return response

    async def job(self, request: Request, _caller: Caller) -> Response:
        """How far an estimate is."""
        return json(_told(await self._estimates.job(request.path_params["id"])))

    async def results(self, request: Request, _caller: Caller) -> Response:
        """What an estimate has found."""
        job = await self._estimates.job(request.path_params["id"])
        if job.results is None:
            text = job.error_message or "the estimate is not ready yet: ask again"
            raise Refused(job.error_code or "not_ready", text)
        return json(shown(job.results))

    def _map(self, request: Request) -> ActionMap:
        found = self._book.find(Kind.ACTION_MAP, request.path_params["id"])
        assert isinstance(found, ActionMap)
        return found


def _told(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": job.id,
        "state": job.state.value,
        "days": job.days,
        "progress": round(job.progress, 3),
        "createdDate": stamp(job.created_ms),
        "modifiedDate": stamp(job.modified_ms),
        "selfUri": f"{BASE}/actionmaps/estimates/jobs/{job.id}",
    }
    if job.state is Progress.FAILED:
        found["error"] = {"code": job.error_code, "message": job.error_message}
    if job.results is not None:
        found["resultsUri"] = f"{found['selfUri']}/results"
    return found


def _text(asked: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str) or len(value) > URL_CHARS_MAX or (needed and not value):
        raise invalid(name, "an address such as https://shop.example/cart" if needed else "a text")
    return value

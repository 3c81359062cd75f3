"""Reports of journeys over HTTP: the table of action maps, its diagnostics, and metrics by time and group.

Source:  journey.md §11.2, §11.3, §11.4.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.journeys.book import Book
from frontdesk.desk.journeys.reading import stamp
from frontdesk.desk.journeys.reports import Reports
from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.checks.wrong import invalid
from frontdesk.domain.journey.defining import Kind
from frontdesk.domain.journey.reporting import diagnostics, performance
from frontdesk.domain.journey.reporting.aggregates import Query
from frontdesk.domain.journey.reporting.buckets import Buckets, Interval, buckets_of, period_of, zone_of
from frontdesk.domain.journey.reporting.metrics import Attribution, Basis
from frontdesk.domain.journey.reporting.performance import Performance, PerformanceCount, PerformanceTable
from frontdesk.edges.journey_admin import JourneyAdmin
from frontdesk.edges.journey_answers import BASE
from frontdesk.edges.journey_callers import Caller
from frontdesk.edges.journey_csv import csv_of, file_name
from frontdesk.edges.journey_moments import moment
from frontdesk.edges.json_answers import json

ANALYTICS = "/api/v2/analytics/journeys"
DAYS = 7
DAY_MS = 86_400_000
VIEW = "journey:report:view"

Choice = TypeVar("Choice", Basis, Attribution)

_query = msgspec.json.Decoder(Query)


class JourneyReports:
    """The routes of reports."""

    def __init__(
        self, admin: JourneyAdmin, book: Book, reports: Reports, clock_ms: Callable[[], int]
    ) -> None:
        self._admin = admin
        self._book = book
        self._reports = reports
        self._clock_ms = clock_ms

    def routes(self) -> list[Route]:
        """Everything that is told in numbers."""
        route = self._admin.route
        return [
            route("/aggregates/query", "POST", VIEW, self.aggregate, base=ANALYTICS),
            route("/reports/actionmaps", "GET", VIEW, self.every_map),
            route("/reports/actionmaps/{id}", "GET", VIEW, self.one_map),
            route("/reports/actionmaps/{id}/diagnostics", "GET", VIEW, self.diagnose),
        ]

    async def aggregate(self, request: Request, _caller: Caller) -> Response:
        """Metrics by time and group."""
        try:
            query = _query.decode(await self._admin.body(request))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise invalid("", f"this is no query: {fault}") from None
        groups = await self._reports.aggregate(query)
        return json({"results": [_written(msgspec.to_builtins(group)) for group in groups]})

    async def every_map(self, request: Request, _caller: Caller) -> Response:
        """The table, a row for each map that there is or was."""
        asked = _Asked(request, self._book.definitions.settings.time_zone, self._clock_ms())
        table = await self._table(asked)
        known = self._book.definitions.action_maps
        ids = sorted(table.whole.maps() | known.keys(), key=lambda map_id: (_name(known, map_id), map_id))
        return self._answer(request, asked, table, ids)

    async def one_map(self, request: Request, _caller: Caller) -> Response:
        """The row of one map."""
        asked = _Asked(request, self._book.definitions.settings.time_zone, self._clock_ms())
        found = self._book.find(Kind.ACTION_MAP, request.path_params["id"])
        assert isinstance(found, ActionMap)
        return self._answer(request, asked, await self._table(asked), [found.id])

    async def diagnose(self, request: Request, _caller: Caller) -> Response:
        """Why one map performs as it does."""
        asked = _Asked(request, self._book.definitions.settings.time_zone, self._clock_ms())
        found = self._book.find(Kind.ACTION_MAP, request.path_params["id"])
        assert isinstance(found, ActionMap)
        outcomes = self._book.definitions.outcomes.values()
        positive = {outcome.id for outcome in outcomes if outcome.is_positive}
        row = await self._reports.diagnostics(found.id, asked.interval, positive)
        return json(
            {"interval": asked.written, **msgspec.to_builtins(row), "definitions": diagnostics.DEFINITIONS}
        )

    async def _table(self, asked: "_Asked") -> PerformanceTable:
        return await self._reports.performance(asked.interval, asked.buckets, asked.basis, asked.attribution)

    def _answer(self, request: Request, asked: "_Asked", table: PerformanceTable, ids: list[str]) -> Response:
        known = self._book.definitions.action_maps
        if "text/csv" in request.headers.get("accept", ""):
            rows = [row for map_id in ids for row in _lines(table, map_id, known.get(map_id))]
            name = file_name("action-maps", asked.interval.from_ms, asked.interval.until_ms)
            has_mark = request.query_params.get("bom") == "true"
            return csv_of(rows, name, asked.zone, has_mark=has_mark)
        return json(
            {
                "interval": asked.written,
                "timeZone": asked.zone.key,
                "basis": asked.basis.value,
                "attribution": asked.attribution.value,
                "actionMaps": [_row(table, map_id, known.get(map_id)) for map_id in ids],
                "definitions": performance.DEFINITIONS,
            }
        )


class _Asked:
    """What a report is asked for. Errors: `Wrong`."""

    def __init__(self, request: Request, time_zone: str, now_ms: int) -> None:
        query = request.query_params
        self.zone = zone_of(query.get("timeZone", time_zone))
        until_ms = moment(query.get("to"), "to")
        until_ms = now_ms + 1 if until_ms is None else until_ms
        from_ms = moment(query.get("from"), "from")
        from_ms = until_ms - DAYS * DAY_MS if from_ms is None else from_ms
        if from_ms >= until_ms:
            raise invalid("to", "write a time after from")
        self.interval = Interval(from_ms, until_ms)
        granularity = query.get("granularity")
        self.is_cut = bool(granularity)
        period = period_of(granularity) if granularity else None
        self.buckets: Buckets = buckets_of(self.interval, period, self.zone)
        self.basis = _one_of(Basis, query.get("basis", "event"), "basis")
        self.attribution = _one_of(Attribution, query.get("attribution", "engaged"), "attribution")
        self.written = f"{stamp(from_ms)}/{stamp(until_ms)}"


def _one_of(choices: type[Choice], value: str, field: str) -> Choice:
    try:
        return choices(value)
    except ValueError:
        raise invalid(field, f"use one of {', '.join(choices)}") from None


def _row(table: PerformanceTable, map_id: str, action_map: ActionMap | None) -> dict[str, Any]:
    row = {**_about(map_id, action_map), **_numbers(table.whole, map_id)}
    if len(table.parts) > 1:
        row["buckets"] = [
            {"interval": f"{stamp(one.from_ms)}/{stamp(one.until_ms)}", **_numbers(part, map_id)}
            for one, part in zip(table.buckets.intervals(), table.parts, strict=True)
        ]
    return row


def _about(map_id: str, action_map: ActionMap | None) -> dict[str, Any]:
    """What a map is called; one that was deleted still has its numbers."""
    if action_map is None:
        return {"id": map_id, "displayName": "", "isDeleted": True}
    return {
        "id": map_id,
        "displayName": action_map.display_name,
        "mediaType": action_map.action.media_type.value,
        "isActive": action_map.is_active,
        "modifiedDate": action_map.modified_date,
        "selfUri": f"{BASE}/actionmaps/{map_id}",
    }


def _numbers(count: PerformanceCount, map_id: str) -> dict[str, Any]:
    numbers: dict[str, Any] = msgspec.to_builtins(count.of(map_id))
    del numbers["mapId"]
    return numbers


def _lines(
    table: PerformanceTable, map_id: str, action_map: ActionMap | None
) -> Iterator[tuple[Interval, Mapping[str, Any], Performance]]:
    """The lines of a map in a file: one for each bucket."""
    about = _about(map_id, action_map)
    for interval, part in zip(table.buckets.intervals(), table.parts, strict=True):
        yield interval, about, part.of(map_id)


def _name(known: Mapping[str, ActionMap], map_id: str) -> str:
    return known[map_id].display_name.casefold() if map_id in known else "\uffff"


def _written(group: dict[str, Any]) -> dict[str, Any]:
    """A group in the form of the API: counts as statistics."""
    return {
        "group": group["group"],
        "data": [
            {
                "interval": row["interval"],
                "metrics": [
                    {"metric": cell["metric"], "stats": {"count": cell["count"]}} for cell in row["metrics"]
                ],
            }
            for row in group["data"]
        ],
    }

"""What journeys are made of, over HTTP: definitions listed, made, changed and removed; the settings.

Source:  journey.md §13.1, §13.2.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.journeys.book import Book
from frontdesk.domain.journey.defined import Defined
from frontdesk.domain.journey.defining import TYPES, Kind, all_of, is_deleted
from frontdesk.edges.asgi import read_body
from frontdesk.edges.journey_answers import BASE, RESOURCES, answered, defined, object_of, shown
from frontdesk.edges.journey_callers import Caller, JourneyCallers
from frontdesk.edges.journey_lists import page
from frontdesk.edges.json_answers import json
from frontdesk.errors import Refused

BODY_BYTES_MAX = 262_144
PERMISSIONS: Mapping[Kind, str] = {
    Kind.ACTION_MAP: "journey:actionmap",
    Kind.SEGMENT: "journey:segment",
    Kind.PREDICTOR: "journey:outcomepredictor",
    Kind.OUTCOME: "journey:outcome",
    Kind.TEMPLATE: "journey:actiontemplate",
    Kind.TARGET: "journey:actiontarget",
    Kind.SCHEDULE_GROUP: "journey:schedulegroup",
    Kind.DEPLOYMENT: "journey:deployment",
}
"""What one needs for each kind, with `:view`, `:add`, `:edit` or `:delete`."""
IDS: Mapping[Kind, str] = {
    Kind.ACTION_MAP: "actionMapIds",
    Kind.SEGMENT: "segmentIds",
    Kind.OUTCOME: "outcomeIds",
}
UNCHANGING = (Kind.PREDICTOR,)
"""Kinds that are made and removed, and never changed."""
ROWS_AT_ONCE = 20  # Some milliseconds of writing out.

Handler = Callable[[Request, Caller], Awaitable[Response]]


class JourneyAdmin:
    """The routes of definitions under `/api/v2/journey`."""

    def __init__(self, book: Book, callers: JourneyCallers, body_read_s: float) -> None:
        self._book = book
        self._callers = callers
        self._body_read_s = body_read_s
        self._shown: dict[Kind, dict[str, tuple[Defined, Mapping[str, Any]]]] = {}

    def routes(self) -> list[Route]:
        """Those of predictors before those of outcomes, whose ids they would be."""
        return [
            self.route("/settings", "GET", "journey:settings:view", self.settings),
            self.route("/settings", "PATCH", "journey:settings:edit", self.change_settings),
            *(route for kind in RESOURCES for route in self._of(kind)),
        ]

    def _of(self, kind: Kind) -> list[Route]:
        area, every, one = PERMISSIONS[kind], f"/{RESOURCES[kind]}", f"/{RESOURCES[kind]}/{{id}}"

        def about(handler: Callable[[Kind, Request, Caller], Awaitable[Response]]) -> Handler:
            return lambda request, caller: handler(kind, request, caller)

        routes = [
            self.route(every, "GET", f"{area}:view", about(self.listed)),
            self.route(every, "POST", f"{area}:add", about(self.create)),
            self.route(one, "GET", f"{area}:view", about(self.read)),
            self.route(one, "DELETE", f"{area}:delete", about(self.remove)),
        ]
        if kind not in UNCHANGING:
            routes.append(self.route(one, "PATCH", f"{area}:edit", about(self.change)))
        return routes

    def route(self, path: str, method: str, permission: str, handler: Handler, *, base: str = BASE) -> Route:
        """A route for those who may; for all others every address answers alike."""

        async def admitted(request: Request) -> Response:
            return await handler(request, await self._callers.admit(request, permission))

        return Route(base + path, answered(admitted), methods=[method])

    async def listed(self, kind: Kind, request: Request, _caller: Caller) -> Response:
        """A page of all there are; deleted ones when they are asked for by their state."""
        await self._book.refresh()
        things = list(all_of(self._book.definitions, kind).values())
        if request.query_params.get("filterField") != "state":
            things = [thing for thing in things if not is_deleted(thing)]
        fields = TYPES[kind].__struct_encode_fields__
        rows = await self._rows(kind, things)
        return json(page(rows, request.query_params, fields, IDS.get(kind, "")))

    async def _rows(self, kind: Kind, things: Sequence[Defined]) -> Sequence[Mapping[str, Any]]:
        """The things as they are answered; what did not change since the last time is at hand."""
        known, rows = self._shown.get(kind, {}), {}
        for number, thing in enumerate(things):
            held = known.get(thing.id)
            if held is None or held[0] is not thing:
                held = thing, defined(kind, thing)
                if number % ROWS_AT_ONCE == 0:
                    await asyncio.sleep(0)
            rows[thing.id] = held
        self._shown[kind] = rows
        return [row for _, row in rows.values()]

    async def create(self, kind: Kind, request: Request, caller: Caller) -> Response:
        """Define something."""
        made = await self._book.create(kind, object_of(await self.body(request)), by=caller.name)
        response = json(defined(kind, made), 201)
        response.headers["location"] = f"{BASE}/{RESOURCES[kind]}/{made.id}"
        return response

    async def read(self, kind: Kind, request: Request, _caller: Caller) -> Response:
        """One definition."""
        await self._book.refresh()
        return json(defined(kind, self._book.find(kind, request.path_params["id"])))

    async def change(self, kind: Kind, request: Request, caller: Caller) -> Response:
        """Change fields of it, by the version that is known; null clears one."""
        fields = object_of(await self.body(request))
        after = await self._book.patch(kind, request.path_params["id"], fields, by=caller.name)
        assert isinstance(after, Defined)
        return json(defined(kind, after))

    async def remove(self, kind: Kind, request: Request, caller: Caller) -> Response:
        """Take it away, unless it is used; templates and targets stay on record without `hardDelete=true`."""
        keeps_record = kind in (Kind.TEMPLATE, Kind.TARGET)
        keeps_record = keeps_record and request.query_params.get("hardDelete", "") != "true"
        await self._book.remove(kind, request.path_params["id"], by=caller.name, keeps_record=keeps_record)
        return Response(status_code=204)

    async def settings(self, _request: Request, _caller: Caller) -> Response:
        """What holds for all deployments."""
        await self._book.refresh()
        return json(self._settings())

    async def change_settings(self, request: Request, caller: Caller) -> Response:
        """Change fields of the settings, by the version that is known; null gives one its default."""
        fields = object_of(await self.body(request))
        await self._book.patch(Kind.SETTINGS, "", fields, by=caller.name)
        return json(self._settings())

    def _settings(self) -> dict[str, object]:
        found: dict[str, object] = shown(self._book.definitions.settings)
        return found

    async def body(self, request: Request) -> bytes:
        """The whole body. Errors: `Refused("body_too_large")`."""
        body = await read_body(request.scope, request.receive, BODY_BYTES_MAX, self._body_read_s)
        if body is None:
            text = f"a request may have {BODY_BYTES_MAX} bytes"
            raise Refused("body_too_large", text, limit=BODY_BYTES_MAX)
        return body

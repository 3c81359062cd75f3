"""What the operator's page asks for: applications, their charts and sessions. For supervisors alone.

Nothing is changed here. Sessions show what visitors have said of themselves, so that nobody else may look.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.orchestration.watching import Watching
from frontdesk.domain.agent import Role
from frontdesk.edges.json_answers import error
from frontdesk.edges.workspace_caller import Callers
from frontdesk.edges.workspace_http import error_of
from frontdesk.errors import DeskError, NotFound

BASE = "/api/operator/orchestration"
NAME_CHARS_MAX = 200

Answer = Callable[[Request], Awaitable[object]]


class OperatorHttp:
    """The routes under `/api/operator`."""

    def __init__(self, watching: Watching, callers: Callers) -> None:
        self._watching = watching
        self._callers = callers

    def routes(self) -> list[Route]:
        """Every one is a GET."""
        one = BASE + "/applications/{name}"
        return [
            Route(f"{BASE}/applications", self._for_supervisors(self.applications), methods=["GET"]),
            Route(f"{one}/chart", self._for_supervisors(self.chart), methods=["GET"]),
            Route(f"{one}/sessions", self._for_supervisors(self.crowd), methods=["GET"]),
            Route(BASE + "/sessions/{session_id}", self._for_supervisors(self.session), methods=["GET"]),
        ]

    def _for_supervisors(self, call: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                self._callers.check_origin(request.scope)
                account, _ = await self._callers.who(request.scope)
                if account.role is not Role.SUPERVISOR:
                    return error(403, "not_yours", "only supervisors look at sessions")
                found = await call(request)
            except DeskError as failure:
                return error_of(failure)
            headers = {"cache-control": "no-store"}
            return Response(msgspec.json.encode(found), headers=headers, media_type="application/json")

        return answer

    async def applications(self, _request: Request) -> object:
        """Every application with its versions, and how many of its sessions are open."""
        return {
            "applications": [
                {
                    "name": listed.name,
                    "active": listed.application.active,
                    "activated_ms": listed.application.activated_ms,
                    "versions": listed.application.versions[::-1],
                    "open": count,
                }
                for listed, count in await self._watching.applications()
            ]
        }

    async def chart(self, request: Request) -> object:
        """The chart of a version, by default of the one that new sessions run."""
        version, chart = await self._watching.chart(
            _path(request, "name"), _query(request, "version"), _query(request, "file")
        )
        return {"version": version, "chart": chart}

    async def crowd(self, request: Request) -> object:
        """The open sessions, of all versions or of one: how many are in which state, and the newest."""
        return await self._watching.crowd(_path(request, "name"), _query(request, "version"))

    async def session(self, request: Request) -> object:
        """One session. Who knows it up to a record, and there is no more, is told only why it waits."""
        session_id, known = _path(request, "session_id"), _query(request, "known")
        if known:
            record, sentences = await self._watching.why(session_id)
            if str(record) == known:
                unchanged: dict[str, Any] = {"record": record, "why": sentences}
                return unchanged
        return await self._watching.session(session_id)


def _path(request: Request, name: str) -> str:
    value: str = request.path_params[name]
    if not value.isprintable() or len(value) > NAME_CHARS_MAX:
        raise NotFound("there is nothing of this name")
    return value


def _query(request: Request, name: str) -> str:
    return request.query_params.get(name, "")[:NAME_CHARS_MAX]

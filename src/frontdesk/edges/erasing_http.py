"""Erasing interactions over HTTP, for supervisors alone."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.erasing import Erasing
from frontdesk.domain.agent import Role
from frontdesk.edges.json_answers import error, json
from frontdesk.edges.workspace_caller import Callers
from frontdesk.edges.workspace_http import error_of
from frontdesk.errors import DeskError, NotFound

ID_CHARS_MAX = 64


class ErasingHttp:
    """The route that erases."""

    def __init__(self, erasing: Erasing, callers: Callers) -> None:
        self._erasing = erasing
        self._callers = callers

    def routes(self) -> list[Route]:
        return [Route("/api/operator/interactions/{interaction_id}", self.erase, methods=["DELETE"])]

    async def erase(self, request: Request) -> Response:
        """Erase an interaction that is over, with its files and what sessions of applications know of it."""
        try:
            self._callers.check_origin(request.scope)
            account, _ = await self._callers.who(request.scope)
            if account.role is not Role.SUPERVISOR:
                return error(403, "not_yours", "only supervisors erase")
            interaction_id = request.path_params["interaction_id"]
            if not interaction_id.isalnum() or len(interaction_id) > ID_CHARS_MAX:
                raise NotFound("there is no such interaction")
            return json(await self._erasing.erase(interaction_id, account.account_id))
        except DeskError as failure:
            return error_of(failure)

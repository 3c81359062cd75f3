"""The journey beside a chat, for who is in that chat. Agents are told nothing else of journeys."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.interactions import Interactions
from frontdesk.desk.journeys.chat_context import Context, context_in
from frontdesk.edges.json_answers import json
from frontdesk.edges.workspace_caller import Callers
from frontdesk.edges.workspace_http import error_of
from frontdesk.errors import DeskError, NotFound

ID_CHARS_MAX = 64


class WorkspaceJourney:
    """One route under `/api/workspace`.

    Shape:   `beside` gives the journey of a context, for who knows it up to this version.
    """

    def __init__(
        self,
        interactions: Interactions,
        callers: Callers,
        beside: Callable[[Context, str], Awaitable[object]],
    ) -> None:
        self._interactions = interactions
        self._callers = callers
        self._beside = beside

    def routes(self) -> list[Route]:
        path = "/api/workspace/interactions/{interaction_id}/journey"
        return [Route(path, self.journey, methods=["GET"])]

    async def journey(self, request: Request) -> Response:
        """The visit that the chat came from. Who knows its newest version is told no more."""
        try:
            self._callers.check_origin(request.scope)
            found = await self._journey(request)
        except DeskError as failure:
            return error_of(failure)
        return json(found)

    async def _journey(self, request: Request) -> object:
        """Errors: `Denied`; `NotFound` for chats of others, and for those without a journey."""
        account, _ = await self._callers.who(request.scope)
        interaction_id = request.path_params["interaction_id"]
        if not interaction_id.isalnum() or len(interaction_id) > ID_CHARS_MAX:
            raise NotFound("there is no such chat of yours")
        _, full = await self._interactions.chats.full(interaction_id)
        # What visitors do after an agent has left them is none of the agent's business.
        if full.state.party_of(account.account_id) is None:
            raise NotFound("there is no such chat of yours")
        context = context_in(full.state.user_data)
        if context is None:
            raise NotFound("the chat came from no journey")
        return await self._beside(context, request.query_params.get("known", ""))

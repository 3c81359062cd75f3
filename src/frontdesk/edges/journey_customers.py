"""What is kept of somebody, over HTTP: shown to them, and erased, when they ask for it.

Source:  journey.md §12.6, §13.2.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.journeys.keeping import Keeping
from frontdesk.desk.journeys.people import People
from frontdesk.domain.journey.checks.wrong import invalid
from frontdesk.domain.journey.contacts import Contact, Kind
from frontdesk.edges.journey_admin import JourneyAdmin
from frontdesk.edges.journey_callers import Caller
from frontdesk.edges.json_answers import json
from frontdesk.errors import NotFound

ID_CHARS_MAX = 64
VALUE_CHARS_MAX = 320
BY = (Kind.EXTERNAL_ID, Kind.EMAIL)


class JourneyCustomers:
    """The routes of customers under `/api/v2/journey`."""

    def __init__(self, admin: JourneyAdmin, keeping: Keeping, people: People) -> None:
        self._admin = admin
        self._keeping = keeping
        self._people = people

    def routes(self) -> list[Route]:
        view, delete, route = "journey:customer:view", "journey:customer:delete", self._admin.route
        return [
            route("/customers", "GET", view, self.find),
            route("/customers", "DELETE", delete, self.erase_person),
            route("/customers/{id}", "GET", view, self.export),
            route("/customers/{id}", "DELETE", delete, self.erase),
        ]

    async def export(self, request: Request, _caller: Caller) -> Response:
        """All that is kept of one browser: who they are, and what happened, oldest first."""
        return json(await self._keeping.export(_id(request)))

    async def erase(self, request: Request, _caller: Caller) -> Response:
        """Erase one browser, but for what reports have counted."""
        if not await self._keeping.erase(_id(request)):
            raise NotFound("there is no such customer")
        return Response(status_code=204)

    async def find(self, request: Request, _caller: Caller) -> Response:
        """The browsers of a person, by `externalId` or `email`."""
        contact = await self._person(request)
        return json(
            {
                "externalContact": {"id": contact.id},
                "entities": [{"id": customer_id} for customer_id in contact.customers],
            }
        )

    async def erase_person(self, request: Request, _caller: Caller) -> Response:
        """Erase a person with all their browsers, by `externalId` or `email`."""
        contact = await self._person(request)
        return json({"erased": await self._keeping.erase_contact(contact.id)})

    async def _person(self, request: Request) -> Contact:
        """Who is asked for. Errors: `Wrong`, `NotFound`."""
        named = [(kind, value) for kind in BY if (value := request.query_params.get(kind.value, ""))]
        if len(named) != 1 or len(named[0][1]) > VALUE_CHARS_MAX:
            raise invalid(BY[0].value, f"name one person: {' or '.join(kind.value for kind in BY)}")
        contact = await self._people.find(*named[0])
        if contact is None or not contact.version:
            raise NotFound("nobody is known by that")
        return contact


def _id(request: Request) -> str:
    text: str = request.path_params["id"].lower()
    if len(text) > ID_CHARS_MAX or not text.isascii() or not text.isprintable():
        raise NotFound("there is no such customer")
    return text

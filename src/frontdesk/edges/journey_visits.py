"""Visits and customers over HTTP: who is there now, what happened in a visit, what is kept of somebody.

Source:  journey.md §12.6, §13.2.
"""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.journeys.book import Book
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.visits import Visits
from frontdesk.domain.journey.checks.wrong import invalid
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.told import EventType
from frontdesk.edges.journey_admin import JourneyAdmin
from frontdesk.edges.journey_answers import BASE
from frontdesk.edges.journey_callers import Caller
from frontdesk.edges.journey_lists import PAGE_SIZE, PAGE_SIZE_MAX, number_of, words_of
from frontdesk.edges.journey_visit_answers import event, score, session, unscored
from frontdesk.edges.json_answers import json
from frontdesk.errors import NotFound

Explain = Callable[[Customer, str], dict[str, Any]]
"""What a score is made of, in words, for an outcome by its id."""


class JourneyVisits:
    """The routes of sessions under `/api/v2/journey`."""

    def __init__(
        self,
        admin: JourneyAdmin,
        book: Book,
        customers: Customers,
        visits: Visits,
        clock_ms: Callable[[], int],
        explain: Explain,
    ) -> None:
        self._admin = admin
        self._book = book
        self._customers = customers
        self._visits = visits
        self._clock_ms = clock_ms
        self._explain = explain

    def routes(self) -> list[Route]:
        view, one = "journey:session:view", "/sessions/{id}"
        return [
            self._admin.route("/sessions", "GET", view, self.open),
            self._admin.route(one, "GET", view, self.session),
            self._admin.route(f"{one}/events", "GET", view, self.events),
            self._admin.route(f"{one}/outcomescores", "GET", view, self.scores),
        ]

    @property
    def _definitions(self) -> Definitions:
        return self._book.definitions

    async def open(self, request: Request, _caller: Caller) -> Response:
        """The visits that are going on now, with `open=true`; they are by customer, and not sorted."""
        query = request.query_params
        if query.get("open", "") != "true":
            raise invalid("open", "write open=true: only visits that go on are listed")
        size = number_of(query, "pageSize", PAGE_SIZE, PAGE_SIZE_MAX)
        found = await self._customers.visiting(query.get("after", "")[:64], limit=size + 1)
        here = [await self._customers.customer(customer_id) for customer_id, _ in found[:size]]
        now_ms = self._clock_ms()
        answer: dict[str, Any] = {
            "entities": [session(one, self._definitions, now_ms) for one in here if one.visit.is_open],
            "pageSize": size,
            "total": await self._customers.count_visiting(),
        }
        if len(found) > size:
            after = found[size - 1][0]
            answer |= {"after": after, "nextUri": f"{BASE}/sessions?open=true&pageSize={size}&after={after}"}
        return json(answer)

    async def session(self, request: Request, _caller: Caller) -> Response:
        """One visit as it is, or was when it ended."""
        customer = await self._visits.customer(_id(request))
        return json(session(customer, self._definitions, self._clock_ms()))

    async def events(self, request: Request, _caller: Caller) -> Response:
        """What happened in a visit, oldest first; `eventType` names what is wanted, by comma."""
        query, visit_id = request.query_params, _id(request)
        size = number_of(query, "pageSize", PAGE_SIZE, PAGE_SIZE_MAX)
        types = _types(query)
        page = await self._visits.events(visit_id, query.get("after", ""), size, types)
        answer: dict[str, Any] = {
            "entities": [event(told, self._definitions) for told in page.events],
            "pageSize": size,
        }
        if page.after:
            wanted = f"&eventType={','.join(types)}" if types else ""
            at = f"{BASE}/sessions/{visit_id}/events?pageSize={size}{wanted}&after={page.after}"
            answer |= {"after": page.after, "nextUri": at}
        return json(answer)

    async def scores(self, request: Request, _caller: Caller) -> Response:
        """How likely the scored outcomes are in a visit; with `explain=true`, why."""
        customer = await self._visits.customer(_id(request))
        is_explained = request.query_params.get("explain", "") == "true"
        by_outcome = {one.outcome_id: one for one in customer.visit.scores}
        answers = []
        for predictor in self._definitions.predictors.values():
            outcome_id = predictor.outcome.id
            found, is_achieved = by_outcome.get(outcome_id), outcome_id in customer.visit.achieved
            if found is None:
                answer = unscored(outcome_id, self._definitions, is_achieved=is_achieved)
            else:
                answer = score(found, self._definitions, is_achieved=is_achieved)
            if is_explained or found is None:
                explained = self._explain(customer, outcome_id)
                answer |= explained if is_explained else {"state": explained["state"]}
            answers.append(answer)
        return json({"sessionId": customer.visit.id, "outcomeScores": answers})


def _types(query: QueryParams) -> Sequence[EventType]:
    try:
        return [EventType(word) for word in words_of(query, "eventType")]
    except ValueError:
        raise invalid("eventType", f"some of {', '.join(EventType)}") from None


def _id(request: Request) -> str:
    """The id asked for, as it is kept. Errors: `NotFound`."""
    text: str = request.path_params["id"].lower()
    if len(text) > 64 or not text.isascii() or not text.isprintable():
        raise NotFound("there is no such session")
    return text

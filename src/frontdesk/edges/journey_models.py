"""What is known of how likely outcomes are, over HTTP.

Source:  journey.md §7.6.
"""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.journeys.book import Book
from frontdesk.desk.journeys.models import Models
from frontdesk.desk.journeys.reading import stamp
from frontdesk.domain.journey.defining import Kind
from frontdesk.domain.journey.scoring.judging import ACHIEVED_MIN, SESSIONS_MIN, Judgement
from frontdesk.domain.journey.scoring.knowing import Knowledge
from frontdesk.domain.journey.scoring.model import Weight, strongest
from frontdesk.edges.journey_admin import JourneyAdmin
from frontdesk.edges.journey_callers import Caller
from frontdesk.edges.json_answers import json


class JourneyModels:
    """The route of an outcome's model."""

    def __init__(self, admin: JourneyAdmin, book: Book, models: Models) -> None:
        self._admin = admin
        self._book = book
        self._models = models

    def routes(self) -> list[Route]:
        return [self._admin.route("/outcomes/{id}/model", "GET", "journey:outcome:view", self.model)]

    async def model(self, request: Request, _caller: Caller) -> Response:
        """Whether the outcome is estimated, from what, how well, and by what."""
        outcome = self._book.find(Kind.OUTCOME, request.path_params["id"])
        predictors = self._book.definitions.predictors.values()
        is_scored = any(predictor.outcome.id == outcome.id for predictor in predictors)
        return json(told(self._models.knowledge(outcome.id), is_scored=is_scored))


def told(known: Knowledge, *, is_scored: bool) -> dict[str, Any]:
    """What is known, as it is answered: judged on visits that were held out; null is not known."""
    newest, model = known.newest, known.model
    return {
        "state": known.state.value,
        "isScored": is_scored,
        "trainedAt": stamp(known.trained_ms) if known.trained_ms else None,
        "lastTriedAt": stamp(newest.at_ms) if newest is not None else None,
        "sessions": newest.sessions if newest is not None else 0,
        "achievements": newest.achieved if newest is not None else 0,
        "sessionsNeeded": SESSIONS_MIN,
        "achievementsNeeded": ACHIEVED_MIN,
        "baseRate": model.base_rate if model is not None else None,
        "holdOut": _held_out(known.judgement),
        "lastTrial": _held_out(newest.judgement) if newest is not None else None,
        "coefficients": [in_words(weight) for weight in strongest(model)] if model is not None else [],
    }


def _held_out(judgement: Judgement | None) -> dict[str, Any] | None:
    return msgspec.to_builtins(judgement) if judgement is not None else None


def in_words(weight: Weight) -> dict[str, Any]:
    """A coefficient and what it means."""
    verb = "raises" if weight.coefficient > 0 else "lowers"
    return {
        "feature": weight.feature,
        "coefficient": weight.coefficient,
        "text": f"More of “{weight.feature}” {verb} the estimate.",
    }

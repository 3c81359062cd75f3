"""The models of the scored outcomes: learnt at night, known on every node, asked at each event."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import structlog

from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.teacher import DAY_MS, NotInstalled, Teacher
from frontdesk.desk.journeys.trails import Trails
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.entries import ScoreEntry
from frontdesk.domain.journey.facts import Fact, Scored
from frontdesk.domain.journey.scoring.knowing import Knowledge, Tried, learnt
from frontdesk.domain.journey.scoring.model import contributions, probability, row_of
from frontdesk.domain.journey.scoring.quantiles import REFERENCE_DAYS, References
from frontdesk.domain.journey.web_events import WebEvent
from frontdesk.errors import Conflict, DeskError
from frontdesk.store.log import Store

ROOT = "model/"
LEASE = "journey models"
LEASE_MS = 600_000
LOOK_EVERY_S = 60.0
LEARN_EVERY_MS = DAY_MS
COMPARE_EVERY_MS = 3_600_000
PAGE = 500

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Tried).decode
_score = msgspec.json.Decoder(ScoreEntry).decode
_log = structlog.get_logger("models")


class Models:
    """What is known of each scored outcome. `store` is that of journeys."""

    def __init__(
        self,
        store: Store,
        customers: Customers,
        definitions: Callable[[], Definitions],
        clock_ms: Callable[[], int],
        node_id: str,
    ) -> None:
        self._store = store
        self._definitions = definitions
        self._clock_ms = clock_ms
        self._node_id = node_id
        self._teacher = Teacher(store, customers)
        self._trails = Trails(customers)
        self._known: dict[str, Knowledge] = {}
        self._references: dict[str, References] = {}
        self._compared_ms = 0
        self.is_installed = True

    def knowledge(self, outcome_id: str) -> Knowledge:
        """What is known of an outcome."""
        return self._known.get(outcome_id, Knowledge())

    @property
    def _outcomes(self) -> Sequence[str]:
        found = self._definitions()
        outcomes = (one.outcome.id for one in found.predictors.values())
        return [one for one in outcomes if one in found.outcomes and found.outcomes[one].is_active]

    @property
    def _active(self) -> Sequence[str]:
        return [one for one in self._outcomes if self.knowledge(one).model is not None]

    # --- asked at each event -------------------------------------------------------------------

    async def prepare(self, customer: Customer) -> None:
        """Have at hand what the scores of this customer's next event need. Errors: `Unavailable`."""
        if self._active:
            await self._trails.read(customer)

    def scores(self, customer: Customer, event: WebEvent, _now_ms: int) -> Sequence[Fact]:
        """The scores after an event that has just been added; of outcomes achieved there are none."""
        active = self._active
        trail = self._trails.with_event(customer, event) if active else None
        if trail is None:
            return ()
        row, achieved = row_of(trail), customer.visit.achieved
        found: list[Fact] = []
        for outcome_id in active:
            model = self.knowledge(outcome_id).model
            if model is not None and outcome_id not in achieved:
                share = probability(model, row)
                references = self._references.get(outcome_id, References())
                found.append(Scored(outcome_id, model.number, share, references.quantile(share)))
        return found

    def explain(self, customer: Customer, outcome_id: str) -> dict[str, Any]:
        """What the newest score of a visit is made of, as it is answered."""
        known = self.knowledge(outcome_id)
        trail = self._trails.newest(customer.visit.id)
        if known.model is None:
            return {"state": known.state.value, "contributions": []}
        parts = contributions(known.model, row_of(trail)) if trail is not None else []
        return {
            "state": known.state.value,
            "baseRate": known.model.base_rate,
            "contributions": [
                {
                    "feature": part.feature,
                    "contribution": part.contribution,
                    "sign": "raises" if part.contribution > 0 else "lowers",
                }
                for part in parts
            ],
        }

    # --- learning ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Learn what others have learnt, and learn at night, until cancelled."""
        while True:
            try:
                await self.refresh()
                await self.learn_what_is_due()
            except DeskError as error:
                _log.warning("models_paused", reason=str(error))
            await asyncio.sleep(LOOK_EVERY_S)

    async def refresh(self) -> None:
        """Read what is known now, and with what scores are compared. Errors: `Unavailable`."""
        for outcome_id in self._outcomes:
            known = self.knowledge(outcome_id)
            for record in await self._store.read(ROOT + outcome_id, known.version):
                known = learnt(known, _decode(record.body))
            self._known[outcome_id] = known
        now_ms = self._clock_ms()
        if self._active and now_ms - self._compared_ms >= COMPARE_EVERY_MS:
            self._compared_ms = now_ms
            await self._compare(now_ms)

    async def _compare(self, now_ms: int) -> None:
        highest: dict[str, list[float]] = {}
        after: tuple[int, int] | None = None
        from_ms = now_ms - REFERENCE_DAYS * DAY_MS
        while page := await self._store.entries(
            ScoreEntry.KIND, from_ms, now_ms + 1, after=after, limit=PAGE
        ):
            for one in page:
                score = _score(one.entry.body)
                model = self.knowledge(score.outcome_id).model
                if model is not None and model.number == score.model:
                    highest.setdefault(score.outcome_id, []).append(score.highest)
            after = (page[-1].entry.at_ms, page[-1].number)
            await asyncio.sleep(0)
        self._references = {outcome_id: References(scores) for outcome_id, scores in highest.items()}

    async def learn_what_is_due(self) -> None:
        """Learn of the outcomes of which that was long ago, if no other node does. Errors: `Unavailable`."""
        for outcome_id in self._outcomes:
            newest = self.knowledge(outcome_id).newest
            if newest is not None and self._clock_ms() - newest.at_ms < LEARN_EVERY_MS:
                continue
            if not self.is_installed:
                return
            if await self._store.take_lease(LEASE, self._node_id, self._clock_ms(), LEASE_MS) is None:
                return
            await self.learn(outcome_id)

    async def learn(self, outcome_id: str) -> Knowledge:
        """Learn of one outcome now; what is known then. Errors: `Unavailable`."""
        known = self.knowledge(outcome_id)
        now_ms, number = self._clock_ms(), known.version + 1
        try:
            found = await self._teacher.fit(outcome_id, self._tied(outcome_id), number, now_ms)
        except NotInstalled as error:
            self.is_installed = False
            _log.warning("models_off", reason=str(error))
            return known
        tried = Tried(now_ms, found.sessions, found.achieved, found.judgement, found.model)
        try:
            await self._store.append(ROOT + outcome_id, known.version, [_encode(tried)], now_ms)
        except Conflict:  # Another node has learnt meanwhile.
            await self.refresh()
            return self.knowledge(outcome_id)
        after = self._known[outcome_id] = learnt(known, tried)
        if found.model is not None:
            self._references.pop(outcome_id, None)  # Those of another model say nothing of this one.
        _log.info("learnt", outcome_id=outcome_id, state=after.state.value, sessions=found.sessions)
        return after

    def _tied(self, outcome_id: str) -> frozenset[str]:
        """The action maps that this outcome is a trigger of."""
        return frozenset(
            one.id
            for one in self._definitions().action_maps.values()
            if outcome_id
            in {
                *(c.outcome_id for c in one.trigger_with_outcome_probability_conditions),
                *(c.outcome_id for c in one.trigger_with_outcome_quantile_conditions),
            }
        )

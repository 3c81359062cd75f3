"""What is known of how an outcome may be estimated: one trial after the other.

A model that fails never takes the place of one that passed.

Source:  journey.md §7.5, §7.6.
"""

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.scoring.judging import FAILURES_STALE, Judgement, ModelState
from frontdesk.domain.journey.scoring.model import Model


class Tried(Struct, frozen=True, tag=True, omit_defaults=True):
    """Visits were learnt from, or were too few: then there is no judgement. `model` is one that passed."""

    at_ms: int
    sessions: int
    achieved: int
    judgement: Judgement | None = None
    model: Model | None = None


class Knowledge(Struct, frozen=True):
    """What follows from the trials of one outcome.

    Shape:   `model` is the newest that passed, `judgement` its own; `newest` the last trial; `failures` how
             many have failed in a row since that model.
    """

    version: int = 0
    newest: Tried | None = None
    model: Model | None = None
    judgement: Judgement | None = None
    trained_ms: int = 0
    failures: int = 0

    @property
    def state(self) -> ModelState:
        """Whether there are estimates, and if not, why."""
        if self.model is not None:
            return ModelState.STALE if self.failures >= FAILURES_STALE else ModelState.ACTIVE
        if self.newest is None or self.newest.judgement is None:
            return ModelState.COLLECTING
        return ModelState.NOT_PREDICTIVE


def learnt(knowledge: Knowledge, tried: Tried) -> Knowledge:
    """What is known after a trial."""
    after = replace(knowledge, version=knowledge.version + 1, newest=tried)
    if tried.model is None:
        return replace(after, failures=knowledge.failures + 1)
    return replace(after, model=tried.model, judgement=tried.judgement, trained_ms=tried.at_ms, failures=0)

"""Why a map performs as it does: shares of the steps in between, times, and what the offers changed.

Never mixed into the table of `performance.py`. It is by cohort: what became of those that were offered.

Source:  journey.md §11.3.
"""

from collections.abc import Set as AbstractSet
from math import sqrt
from statistics import median

from msgspec import Struct

from frontdesk.domain.journey.entries import ActionEntry, AnyEntry, BlockEntry, OutcomeEntry
from frontdesk.domain.journey.facts import Reason, Stage, State
from frontdesk.domain.journey.reporting.performance import percent

CONTROL_MIN = 100  # Sessions: below that a lift is a guess.
CONFIDENCE_95 = 1.959964

DEFINITIONS = {
    "rejectedInvitationPercent": "Declined at the invitation ÷ Offered.",
    "formDropPercent": "Form cancelled, left, or failed ÷ Accepted.",
    "startedPercent": "Started ÷ Accepted.",
    "abandonedPercent": "Abandoned ÷ Started.",
    "agentConnectPercent": "Engaged ÷ Started.",
    "ignoredPercent": "Ignored ÷ Offered.",
    "timedOutPercent": "Timed out ÷ Offered.",
    "erroredPercent": "Offers that failed at the invitation for good ÷ Offered.",
    "medianDispositionMs": "Half of the visitors answered the invitation within this time.",
    "medianWaitMs": "Half of the chats were answered within this time of their start.",
    "lift": "Share of offered visits with a positive outcome, minus that of the control group.",
}


class Lift(Struct, frozen=True, rename="camel"):
    """What the offers changed, in percentage points, and between which bounds with 95 % confidence."""

    points: float
    low: float
    high: float
    offered_sessions: int
    control_sessions: int


class Diagnostics(Struct, frozen=True, rename="camel"):
    """One map's row. `None` where there is nothing to say it of."""

    map_id: str
    rejected_invitation_percent: float | None
    form_drop_percent: float | None
    started_percent: float | None
    abandoned_percent: float | None
    agent_connect_percent: float | None
    ignored_percent: float | None
    timed_out_percent: float | None
    errored_percent: float | None
    median_disposition_ms: float | None
    median_wait_ms: float | None
    lift: Lift | None


class _Life:
    """What is known of one action."""

    __slots__ = ("ends", "form_failed", "is_offered", "states")

    def __init__(self) -> None:
        self.states: set[str] = set()
        self.ends: set[tuple[str, str]] = set()
        self.is_offered = False
        self.form_failed = False


class DiagnosticsCount:
    """The fold that makes the row of one map.

    Shape:   `positive` are the outcomes that are good to reach.
    """

    def __init__(self, map_id: str, positive: AbstractSet[str]) -> None:
        self._map_id = map_id
        self._positive = positive
        self._lives: dict[str, _Life] = {}
        self._dispositions: list[int] = []
        self._waits: list[int] = []
        self._offered: set[tuple[str, int]] = set()
        self._control: set[tuple[str, int]] = set()
        self._successful: set[tuple[str, int]] = set()

    def add(self, stream: str, entry: AnyEntry) -> None:
        """Count an entry of a stream."""
        visit = (stream, entry.visit)
        match entry:
            case ActionEntry() if entry.map_id == self._map_id:
                self._action(visit, entry)
            case BlockEntry() if entry.map_id == self._map_id and entry.reason == Reason.CONTROL_GROUP:
                self._control.add(visit)
            case OutcomeEntry() if entry.outcome_id in self._positive:
                self._successful.add(visit)
            case _:
                pass

    def _action(self, visit: tuple[str, int], entry: ActionEntry) -> None:
        life = self._lives.setdefault(entry.action_id, _Life())
        life.states.add(entry.what)
        life.ends.add((entry.what, entry.stage))
        if entry.what == State.OFFERED:
            life.is_offered = True
            self._offered.add(visit)
        if entry.disposition_ms is not None:
            self._dispositions.append(entry.disposition_ms)
        if entry.waited_ms is not None:
            self._waits.append(entry.waited_ms)
        has_failed = entry.what in (State.LAPSED, State.ERRORED) and entry.was == State.ACCEPTED
        if has_failed or (entry.what, entry.stage) == (State.REJECTED, Stage.FORM):
            life.form_failed = True

    def row(self) -> Diagnostics:
        """The row."""
        offered = [life for life in self._lives.values() if life.is_offered]
        accepted = [life for life in offered if State.ACCEPTED in life.states]
        started = [life for life in accepted if State.STARTED in life.states]
        invitation = (State.REJECTED, Stage.INVITATION)
        return Diagnostics(
            map_id=self._map_id,
            rejected_invitation_percent=percent(sum(invitation in one.ends for one in offered), len(offered)),
            form_drop_percent=percent(sum(one.form_failed for one in accepted), len(accepted)),
            started_percent=percent(len(started), len(accepted)),
            abandoned_percent=percent(_having(State.ABANDONED, started), len(started)),
            agent_connect_percent=percent(_having(State.ENGAGED, started), len(started)),
            ignored_percent=percent(_having(State.IGNORED, offered), len(offered)),
            timed_out_percent=percent(_having(State.TIMEDOUT, offered), len(offered)),
            errored_percent=percent(self.failed(), len(offered)),
            median_disposition_ms=median(self._dispositions) if self._dispositions else None,
            median_wait_ms=median(self._waits) if self._waits else None,
            lift=self._lift(),
        )

    def failed(self) -> int:
        """How many offers ended with an error of the invitation: nothing else became of them."""
        disposed = {State.ACCEPTED, State.REJECTED, State.IGNORED, State.TIMEDOUT}
        return sum(
            life.is_offered and State.ERRORED in life.states and not life.states & disposed
            for life in self._lives.values()
        )

    def _lift(self) -> Lift | None:
        offered, control = self._offered, self._control - self._offered
        if len(control) < CONTROL_MIN or not offered:
            return None
        with_offer = len(offered & self._successful) / len(offered)
        without = len(control & self._successful) / len(control)
        error = sqrt(with_offer * (1 - with_offer) / len(offered) + without * (1 - without) / len(control))
        points, margin = 100 * (with_offer - without), 100 * CONFIDENCE_95 * error
        return Lift(points, points - margin, points + margin, len(offered), len(control))


def _having(state: State, lives: list[_Life]) -> int:
    return sum(state in life.states for life in lives)

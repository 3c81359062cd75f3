"""Action Map Performance: what became of what each map has qualified.

The table has what everybody expects in it and no more; what helps to find out why is in `diagnostics.py`.

Source:  journey.md §11.1, §11.2.
"""

from collections import Counter, defaultdict

from msgspec import Struct

from frontdesk.domain.journey.entries import ActionEntry, AnyEntry, BlockEntry, OutcomeEntry
from frontdesk.domain.journey.facts import State
from frontdesk.domain.journey.reporting.blocked import BlockedFor
from frontdesk.domain.journey.reporting.buckets import Buckets
from frontdesk.domain.journey.reporting.metrics import Attribution, Basis, after, when

DEFINITIONS = {
    "qualified": "How often the map qualified: its trigger was met.",
    "blocked": "How often a qualified action was looked at and not offered. One visit may count many times.",
    "offered": "How often an offer was shown, each at its first time.",
    "offeredPercent": "Offered ÷ Qualified.",
    "accepted": "How often the visitor pressed accept.",
    "acceptedPercent": "Accepted ÷ Offered.",
    "started": "How often a chat began.",
    "engaged": "How often an agent joined the chat.",
    "engagedPercent": "Engaged ÷ Accepted.",
    "rejected": "How often the visitor declined the invitation or cancelled the form.",
    "abandoned": "How often the visitor closed the chat before an agent came.",
    "outcomes": "How many different outcomes were achieved after this map acted.",
    "outcomesAchieved": "How many achievements came after this map acted. After does not mean because.",
}
"""What each column of the table counts, in words that stand beside the numbers."""


class Performance(Struct, frozen=True, rename="camel"):
    """One map's row. A share is `None` where there is nothing to divide by; it is not rounded."""

    map_id: str
    qualified: int
    blocked: int
    blocked_sessions: int
    blocked_by: tuple[BlockedFor, ...]
    offered: int
    offered_percent: float | None
    accepted: int
    accepted_percent: float | None
    started: int
    engaged: int
    engaged_percent: float | None
    rejected: int
    abandoned: int
    outcomes: int
    outcomes_achieved: int


def percent(part: int, whole: int) -> float | None:
    """A share in percent."""
    return 100 * part / whole if whole else None


class PerformanceCount:
    """The fold that makes the table. Each action counts once for each state."""

    def __init__(self, attribution: Attribution = Attribution.ENGAGED) -> None:
        self._attribution = attribution
        self._states: dict[str, Counter[str]] = defaultdict(Counter)
        self._blocks: dict[str, Counter[str]] = defaultdict(Counter)
        self._blocked_visits: dict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
        self._outcomes: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, stream: str, entry: AnyEntry) -> None:
        """Count an entry of a stream."""
        match entry:
            case ActionEntry():
                self._states[entry.map_id][entry.what] += 1
            case BlockEntry():
                self._blocks[entry.map_id][entry.reason] += 1
                self._blocked_visits[entry.map_id, entry.reason].add((stream, entry.visit))
            case OutcomeEntry():
                for map_id in after(entry, self._attribution):
                    self._outcomes[map_id][entry.outcome_id] += 1
            case _:
                pass

    def maps(self) -> set[str]:
        """The maps of which there is something to say."""
        return self._states.keys() | self._blocks.keys() | self._outcomes.keys()

    def of(self, map_id: str) -> Performance:
        """The row of a map; all zeros where nothing happened."""
        states = self._states.get(map_id, Counter())
        qualified, offered = states[State.QUALIFIED], states[State.OFFERED]
        accepted, engaged = states[State.ACCEPTED], states[State.ENGAGED]
        reasons = self._blocks.get(map_id, Counter())
        visits = [self._blocked_visits[map_id, reason] for reason in reasons]
        outcomes = self._outcomes.get(map_id, Counter())
        return Performance(
            map_id=map_id,
            qualified=qualified,
            blocked=reasons.total(),
            blocked_sessions=len(set().union(*visits)),
            blocked_by=tuple(
                BlockedFor(reason, count, len(self._blocked_visits[map_id, reason]))
                for reason, count in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
            ),
            offered=offered,
            offered_percent=percent(offered, qualified),
            accepted=accepted,
            accepted_percent=percent(accepted, offered),
            started=states[State.STARTED],
            engaged=engaged,
            engaged_percent=percent(engaged, accepted),
            rejected=states[State.REJECTED],
            abandoned=states[State.ABANDONED],
            outcomes=len(outcomes),
            outcomes_achieved=outcomes.total(),
        )


class PerformanceTable:
    """The table over an interval, as a whole and for each of its buckets."""

    def __init__(self, buckets: Buckets, basis: Basis, attribution: Attribution) -> None:
        self.buckets = buckets
        self.basis = basis
        self.whole = PerformanceCount(attribution)
        self.parts = [PerformanceCount(attribution) for _ in range(len(buckets))]

    def add(self, stream: str, at_ms: int, entry: AnyEntry) -> None:
        """Count an entry of a stream, if it is in the interval."""
        bucket = self.buckets.at(when(at_ms, entry, self.basis))
        if bucket is not None:
            self.whole.add(stream, entry)
            self.parts[bucket].add(stream, entry)

"""The metrics of journeys, and what each entry counts for.

Source:  journey.md §11.1, §11.4.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from frontdesk.domain.journey.entries import (
    ActionEntry,
    AnyEntry,
    BlockEntry,
    OutcomeEntry,
    SegmentEntry,
    VisitEntry,
    Where,
)
from frontdesk.domain.journey.facts import Note, State

ACTIONS = "nWebActions"
BLOCKED = "nJourneyActionsBlocked"
DISTINCT_ACTIONS = "nDistinctJourneyActions"
DISTINCT_SESSIONS = "nDistinctJourneySessions"
ACHIEVED = "nJourneyOutcomesAchieved"
ATTRIBUTED = "nJourneyOutcomesAttributed"
ASSIGNED = "nJourneySegmentsAssigned"
SESSIONS = "nJourneySessions"

_COUNTED_STATES = (
    State.QUALIFIED,
    State.OFFERED,
    State.ACCEPTED,
    State.REJECTED,
    State.STARTED,
    State.ABANDONED,
    State.ENGAGED,
    State.ERRORED,
    State.IGNORED,
    State.TIMEDOUT,
    State.QUALIFIED_OUTSIDE_SCHEDULE,
    Note.FREQUENCY_CAP_REACHED,
    Note.OFFERED_OUTSIDE_SCHEDULE,
)


def _name(what: str) -> str:
    return f"{ACTIONS}{what[0].upper()}{what[1:]}"


ACTION_METRICS: Mapping[str, str] = {state.value: _name(state.value) for state in _COUNTED_STATES}
"""What is counted of actions, by the word of the wire for it."""
METRICS = frozenset(
    (
        *ACTION_METRICS.values(),
        BLOCKED,
        DISTINCT_ACTIONS,
        DISTINCT_SESSIONS,
        ACHIEVED,
        ATTRIBUTED,
        ASSIGNED,
        SESSIONS,
    )
)


class Dimension(StrEnum):
    """What may be grouped and filtered by."""

    MAP = "journeyActionMapId"
    MAP_VERSION = "journeyActionMapVersion"
    MEDIA_TYPE = "journeyActionMediaType"
    TARGET = "journeyActionTargetId"
    TEMPLATE = "journeyActionTemplateId"
    BLOCKING_REASON = "journeyBlockingReason"
    BLOCKING_MAP = "journeyBlockingActionMapId"
    BLOCKING_SCHEDULE = "journeyBlockingScheduleGroupId"
    CAP = "journeyFrequencyCapReason"
    SEGMENT = "journeySegmentId"
    OUTCOME = "journeyOutcomeId"
    DEVICE_CATEGORY = "journeyDeviceCategory"
    DEVICE_TYPE = "journeyDeviceType"
    COUNTRY = "journeyIpGeolocationCountry"
    SESSION_TYPE = "journeySessionType"


class Attribution(StrEnum):
    """How far an action map must have come for a goal to be one that was reached after it (§11.5)."""

    ENGAGED = "engaged"
    OFFERED = "offered"


class Basis(StrEnum):
    """Whose time says which bucket something is in: its own, or that of the offer it came of."""

    EVENT = "event"
    COHORT = "cohort"


def when(at_ms: int, entry: AnyEntry, basis: Basis) -> int:
    """The time that an entry is counted at."""
    if basis is Basis.COHORT and isinstance(entry, ActionEntry) and entry.offered_ms:
        return entry.offered_ms
    return at_ms


Values = Mapping[Dimension, str]


class Counted(Struct, frozen=True):
    """One thing that an entry counts for.

    Shape:   `once` is given for what is counted once however often it comes; `values` has no dimension that
             does not apply.
    """

    metric: str
    values: Values
    once: tuple[object, ...] | None = None


def counted(stream: str, entry: AnyEntry, attribution: Attribution) -> Iterator[Counted]:
    """What an entry of a stream counts for."""
    visit = (stream, entry.visit)
    values = _values(entry)
    yield Counted(DISTINCT_SESSIONS, values, visit)
    match entry:
        case VisitEntry():
            yield Counted(SESSIONS, values)
        case SegmentEntry():
            yield Counted(ASSIGNED, values)
        case OutcomeEntry():
            yield Counted(ACHIEVED, values)
            for map_id in after(entry, attribution):
                yield Counted(ATTRIBUTED, {**values, Dimension.MAP: map_id})
        case ActionEntry():
            yield Counted(DISTINCT_ACTIONS, values, (entry.action_id,))
            metric = ACTION_METRICS.get(entry.what)
            if metric is not None:
                yield Counted(metric, values)
        case BlockEntry():
            yield Counted(DISTINCT_ACTIONS, values, (entry.action_id,))
            yield Counted(BLOCKED, values)


def after(entry: OutcomeEntry, attribution: Attribution) -> tuple[str, ...]:
    """The action maps that an achievement counts for."""
    return entry.after_offered if attribution is Attribution.OFFERED else entry.after_engaged


def _values(entry: AnyEntry) -> Values:
    values = _values_of_place(entry.where)
    match entry:
        case SegmentEntry():
            values[Dimension.SEGMENT] = entry.segment_id
        case OutcomeEntry():
            values[Dimension.OUTCOME] = entry.outcome_id
        case ActionEntry() | BlockEntry():
            values[Dimension.MAP] = entry.map_id
            values[Dimension.MAP_VERSION] = str(entry.map_version)
            values[Dimension.MEDIA_TYPE] = entry.media_type
            values[Dimension.TARGET] = entry.target_id
        case _:
            pass
    if isinstance(entry, ActionEntry):
        values[Dimension.TEMPLATE] = entry.template_id
    if isinstance(entry, BlockEntry):
        values[Dimension.BLOCKING_REASON] = entry.reason
        values[Dimension.BLOCKING_MAP] = entry.by_map
        values[Dimension.BLOCKING_SCHEDULE] = entry.schedule_group
        values[Dimension.CAP] = entry.cap
    return {dimension: value for dimension, value in values.items() if value}


def _values_of_place(where: Where) -> dict[Dimension, str]:
    return {
        Dimension.DEVICE_CATEGORY: where.device_category,
        Dimension.DEVICE_TYPE: where.device_type,
        Dimension.COUNTRY: where.country,
        Dimension.SESSION_TYPE: "web",
    }

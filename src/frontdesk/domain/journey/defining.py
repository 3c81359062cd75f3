"""How definitions come about: the facts of the stream `journeys/definitions`, and what follows from them.

What may be saved at all is said in `checks/`; here nothing is refused, for history is not up for debate.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.action_targets import ActionTarget, ScheduleGroup, TargetState
from frontdesk.domain.journey.defined import Defined
from frontdesk.domain.journey.definitions import Definitions, Deployment
from frontdesk.domain.journey.segments import Outcome, Predictor, Segment
from frontdesk.domain.journey.site_settings import JourneySettings
from frontdesk.domain.journey.templates import ActionTemplate, TemplateState

STREAM = "journeys/definitions"


class Kind(StrEnum):
    """What can be defined. There is one of the last."""

    DEPLOYMENT = "deployment"
    SEGMENT = "segment"
    OUTCOME = "outcome"
    PREDICTOR = "predictor"
    ACTION_MAP = "action_map"
    TEMPLATE = "template"
    TARGET = "target"
    SCHEDULE_GROUP = "schedule_group"
    SETTINGS = "settings"


class Saved(Struct, frozen=True, tag=True, omit_defaults=True):
    """Something is defined so from now on: `body` is the whole of it, as JSON, with its version and dates.

    Shape:   `by` is who did it, for the record; `id` is empty for the settings.
    """

    kind: Kind
    id: str
    body: Raw
    by: str = ""


class Removed(Struct, frozen=True, tag=True, omit_defaults=True):
    """It is not defined any more."""

    kind: Kind
    id: str
    by: str = ""


Fact = Saved | Removed
Definition = Defined | JourneySettings

TYPES: Mapping[Kind, type[Defined]] = {
    Kind.DEPLOYMENT: Deployment,
    Kind.SEGMENT: Segment,
    Kind.OUTCOME: Outcome,
    Kind.PREDICTOR: Predictor,
    Kind.ACTION_MAP: ActionMap,
    Kind.TEMPLATE: ActionTemplate,
    Kind.TARGET: ActionTarget,
    Kind.SCHEDULE_GROUP: ScheduleGroup,
}
"""The type of each kind; that of the settings is `JourneySettings`."""
_PLACES: Mapping[Kind, str] = {
    Kind.DEPLOYMENT: "deployments",
    Kind.SEGMENT: "segments",
    Kind.OUTCOME: "outcomes",
    Kind.PREDICTOR: "predictors",
    Kind.ACTION_MAP: "action_maps",
    Kind.TEMPLATE: "templates",
    Kind.TARGET: "targets",
    Kind.SCHEDULE_GROUP: "schedule_groups",
}


def evolve(definitions: Definitions, fact: Fact) -> Definitions:
    """The definitions after `fact`. Errors: `msgspec.DecodeError` for a body that a newer version wrote."""
    number = definitions.number + 1
    if fact.kind is Kind.SETTINGS:
        settings = JourneySettings()
        if isinstance(fact, Saved):
            settings = msgspec.json.decode(fact.body, type=JourneySettings)
        return replace(definitions, number=number, settings=settings)
    held = dict(all_of(definitions, fact.kind))
    if isinstance(fact, Saved):
        held[fact.id] = msgspec.json.decode(fact.body, type=TYPES[fact.kind])
    else:
        held.pop(fact.id, None)
    changes = {_PLACES[fact.kind]: held}
    return replace(definitions, number=number, **changes)


def all_of(definitions: Definitions, kind: Kind) -> Mapping[str, Defined]:
    """Everything of one kind, by id, oldest first."""
    found: Mapping[str, Defined] = getattr(definitions, _PLACES[kind])
    return found


def is_deleted(thing: Definition) -> bool:
    """Whether it is there for the record alone: a template or a target that says so."""
    if isinstance(thing, ActionTemplate):
        return thing.state is TemplateState.DELETED
    return isinstance(thing, ActionTarget) and thing.state is TargetState.DELETED


def users_of(definitions: Definitions, kind: Kind, thing_id: str) -> tuple[Defined, ...]:
    """What names the thing, so that it cannot go: action maps, and the predictor of an outcome."""
    maps = definitions.action_maps.values()
    match kind:
        case Kind.SEGMENT:
            return tuple(one for one in maps if thing_id in one.trigger_with_segments)
        case Kind.OUTCOME:
            scored = (one for one in definitions.predictors.values() if one.outcome.id == thing_id)
            return (*(one for one in maps if thing_id in outcomes_of(one)), *scored)
        case Kind.TEMPLATE:
            return tuple(one for one in maps if _is(one.action.action_template, thing_id))
        case Kind.TARGET:
            return tuple(one for one in maps if one.action.action_target_id == thing_id)
        case Kind.SCHEDULE_GROUP:
            return tuple(one for one in maps if thing_id in _groups_of(one))
        case _:
            return ()


def outcomes_of(action_map: ActionMap) -> tuple[str, ...]:
    """The outcomes whose scores a map looks at."""
    probable = action_map.trigger_with_outcome_probability_conditions
    beside = action_map.trigger_with_outcome_quantile_conditions
    return (*(one.outcome_id for one in probable), *(one.outcome_id for one in beside))


def _groups_of(action_map: ActionMap) -> tuple[str, ...]:
    named = action_map.action_map_schedule_groups
    if named is None:
        return ()
    emergency = named.emergency_action_map_schedule_group
    return (named.action_map_schedule_group.id, *([emergency.id] if emergency is not None else ()))


def _is(reference: object, thing_id: str) -> bool:
    return getattr(reference, "id", None) == thing_id

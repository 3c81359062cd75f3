"""Whether something may be saved, or go.

check(definitions, Kind.SEGMENT, segment, around)
check_removal(definitions, Kind.SEGMENT, segment_id)
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from frontdesk.domain.hours import hours_of
from frontdesk.domain.journey.action_maps import ActionMap, MediaType
from frontdesk.domain.journey.action_targets import ActionTarget, Schedule, ScheduleGroup
from frontdesk.domain.journey.checks.action_maps import BUILT, WEB, check_action_map
from frontdesk.domain.journey.checks.criteria import IsKey, check_patterns, has_patterns
from frontdesk.domain.journey.checks.sites import check_deployment, check_settings, check_zone
from frontdesk.domain.journey.checks.wrong import Wrong, invalid, not_active, unknown, unknown_name
from frontdesk.domain.journey.defining import Definition, Kind, all_of, users_of
from frontdesk.domain.journey.definitions import (
    ACTION_MAPS_MAX,
    DEPLOYMENTS_MAX,
    OTHERS_MAX,
    OUTCOMES_MAX,
    PREDICTORS_MAX,
    SEGMENTS_MAX,
    Definitions,
    Deployment,
)
from frontdesk.domain.journey.segments import Outcome, Predictor, Scope, Segment
from frontdesk.domain.journey.site_settings import JourneySettings
from frontdesk.domain.journey.templates import ActionTemplate, LayoutMode
from frontdesk.errors import Refused

LIMITS: Mapping[Kind, int] = {
    Kind.DEPLOYMENT: DEPLOYMENTS_MAX,
    Kind.SEGMENT: SEGMENTS_MAX,
    Kind.OUTCOME: OUTCOMES_MAX,
    Kind.PREDICTOR: PREDICTORS_MAX,
    Kind.ACTION_MAP: ACTION_MAPS_MAX,
    Kind.TEMPLATE: OTHERS_MAX,
    Kind.TARGET: OTHERS_MAX,
    Kind.SCHEDULE_GROUP: OTHERS_MAX,
}
SCHEDULES_MAX = 100  # Of each sort, in one group.
USERS_SHOWN = 3


class Around(Struct, frozen=True):
    """What definitions may name that is defined elsewhere: queues, chat services, keys of criteria."""

    queues: Collection[str]
    services: Collection[str]
    is_key: IsKey


def check(definitions: Definitions, thing: Definition, around: Around) -> None:
    """Errors: `Wrong`: it cannot be saved beside these."""
    match thing:
        case Segment():
            if thing.scope is Scope.SESSION and not has_patterns(thing.context, thing.journey):
                raise _nothing("every visit would be in it")
            check_patterns(thing.context, thing.journey, around.is_key)
        case Outcome():
            if not has_patterns(thing.context, thing.journey):
                raise _nothing("every visit would reach it")
            check_patterns(thing.context, thing.journey, around.is_key)
        case Predictor():
            _check_predictor(definitions, thing)
        case ActionMap():
            check_action_map(definitions, thing, around.is_key)
        case ActionTemplate():
            _check_template(thing)
        case ActionTarget():
            _check_target(thing, around.queues)
        case ScheduleGroup():
            _check_schedule_group(thing)
        case Deployment():
            check_deployment(thing, around.services)
        case JourneySettings():
            check_settings(thing)


def check_room(definitions: Definitions, kind: Kind) -> None:
    """Errors: `Wrong`: there are as many as there may be."""
    limit = LIMITS[kind]
    if len(all_of(definitions, kind)) >= limit:
        text = f"there are {limit}, which is as many as there may be: remove one first"
        raise Wrong("limit_reached", "", text, limit=limit)


def check_removal(definitions: Definitions, kind: Kind, thing_id: str) -> None:
    """Errors: `Wrong("in_use")`: something names it."""
    users = users_of(definitions, kind, thing_id)
    if users:
        names = ", ".join(_name(user) for user in users[:USERS_SHOWN])
        more = f" and {len(users) - USERS_SHOWN} more" if len(users) > USERS_SHOWN else ""
        raise Wrong("in_use", "", f"it is used by {names}{more}: change that first")


def _name(user: object) -> str:
    return repr(user.display_name) if isinstance(user, ActionMap) else "its predictor"


def _nothing(consequence: str) -> Wrong:
    text = f"without a condition {consequence}: say who they are (context) or what they do (journey)"
    return Wrong("no_condition", "journey.patterns", text)


def _check_predictor(definitions: Definitions, predictor: Predictor) -> None:
    outcome = definitions.outcomes.get(predictor.outcome.id)
    if outcome is None:
        raise unknown("outcome.id", "outcome", predictor.outcome.id)
    if not outcome.is_active:
        raise not_active("outcome.id", "outcome", outcome.display_name)
    if any(
        one.outcome.id == outcome.id and one.id != predictor.id for one in definitions.predictors.values()
    ):
        raise Wrong("already_scored", "outcome.id", f"{outcome.display_name!r} has a predictor")


def _check_template(template: ActionTemplate) -> None:
    if template.media_type not in WEB:
        text = f"templates are for {' and '.join(known.value for known in WEB)}"
        raise invalid("mediaType", text)
    offer = template.content_offer
    if template.media_type is not MediaType.CONTENT_OFFER:
        if offer is not None:
            raise invalid("contentOffer", "only templates of the media type contentOffer have one")
        return
    if offer is None:
        raise invalid("contentOffer", "say what to show: displayMode, layoutMode and texts")
    if offer.layout_mode is not LayoutMode.TEXT_ONLY and not offer.image_url:
        raise invalid("contentOffer.imageUrl", f"{offer.layout_mode.value} shows an image: write its address")
    if offer.image_url and not offer.image_url.startswith(("https://", "http://", "/")):
        raise invalid("contentOffer.imageUrl", "an address such as https://shop.example/fern.webp")
    if offer.layout_mode is not LayoutMode.IMAGE_ONLY and not (offer.title or offer.headline or offer.body):
        raise invalid("contentOffer.title", "say something: a title, a headline or a body")


def _check_target(target: ActionTarget, queues: Collection[str]) -> None:
    if target.queue_id and target.queue_id not in queues:
        raise unknown_name("queueId", "queue", target.queue_id, queues)
    for number, name in enumerate(target.supported_media_types):
        if name not in BUILT:
            built = ", ".join(known.value for known in BUILT)
            raise invalid(f"supportedMediaTypes[{number}]", f"take one of {built}")


def _check_schedule_group(group: ScheduleGroup) -> None:
    check_zone(group.time_zone)
    _check_schedules(group.open_schedules, "openSchedules")
    _check_schedules(group.closed_schedules, "closedSchedules")
    _check_schedules(group.holiday_schedules, "holidaySchedules")


def _check_schedules(schedules: Sequence[Schedule], field: str) -> None:
    if len(schedules) > SCHEDULES_MAX:
        raise invalid(field, f"at most {SCHEDULES_MAX} schedules")
    for number, schedule in enumerate(schedules):
        here = f"{field}[{number}]"
        if not schedule.week and not schedule.days:
            raise invalid(f"{here}.week", "say when, such as mon-fri 09:00-17:00, or name days")
        for name, lines in (("week", schedule.week), ("days", schedule.days)):
            for place, line in enumerate(lines):
                try:
                    hours_of("UTC", *((line,), ()) if name == "week" else ((), (line,)))
                except Refused as refused:
                    raise invalid(f"{here}.{name}[{place}]", refused.text) from None

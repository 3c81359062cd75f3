"""Checks of action maps. Source: journey.md §6.6, §8.1, §8.2, §10, §13.3."""

import datetime as dt

from frontdesk.domain.journey.action_maps import ActionMap, ActivationType, MediaType, QuestionType
from frontdesk.domain.journey.action_targets import TargetState
from frontdesk.domain.journey.checks.criteria import (
    IsKey,
    check_event_conditions,
    check_size,
    check_url_conditions,
)
from frontdesk.domain.journey.checks.wrong import Wrong, invalid, not_active, unknown
from frontdesk.domain.journey.defined import Ref
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.templates import TemplateState

BUILT = (MediaType.WEBCHAT, MediaType.CONTENT_OFFER, MediaType.WEBHOOK)
WEB = (MediaType.WEBCHAT, MediaType.CONTENT_OFFER)
TIMEOUT_S_MIN = 5


def check_action_map(definitions: Definitions, action_map: ActionMap, is_key: IsKey) -> None:
    """Errors: `Wrong`.

    Shape:   what a map names must exist; it must be active too where the map itself is.
    """
    _check_trigger(definitions, action_map, is_key)
    _check_scores(definitions, action_map)
    check_url_conditions(action_map.page_url_conditions, "pageUrlConditions")
    activation = action_map.activation
    if activation.type is ActivationType.DELAY and activation.delay_in_seconds is None:
        raise invalid("activation.delayInSeconds", "say after how many seconds, such as 10")
    _check_action(definitions, action_map)
    _check_groups(definitions, action_map)
    check_timeout(action_map.offer_timeout_seconds)
    _check_dates(action_map)


def check_timeout(seconds: int | None) -> None:
    """Errors: `Wrong`."""
    if seconds is not None and 0 < seconds < TIMEOUT_S_MIN:
        raise invalid("offerTimeoutSeconds", "0 for no end, or 5 to 3600 seconds")


def _check_trigger(definitions: Definitions, action_map: ActionMap, is_key: IsKey) -> None:
    segments, conditions = action_map.trigger_with_segments, action_map.trigger_with_event_conditions
    if segments and conditions:
        text = "segments and event conditions do not go together: put the events into the segment"
        raise Wrong("mixed_triggers", "triggerWithEventConditions", text)
    if not (
        segments
        or conditions
        or action_map.trigger_with_outcome_probability_conditions
        or action_map.trigger_with_outcome_quantile_conditions
    ):
        text = "nothing would make it act: name a segment, an event condition or an outcome condition"
        raise Wrong("no_trigger", "triggerWithSegments", text)
    for number, segment_id in enumerate(segments):
        field = f"triggerWithSegments[{number}]"
        segment = definitions.segments.get(segment_id)
        if segment is None:
            raise unknown(field, "segment", segment_id)
        if action_map.is_active and not segment.is_active:
            raise not_active(field, "segment", segment.display_name)
    check_event_conditions(conditions, "triggerWithEventConditions", is_key)


def _check_scores(definitions: Definitions, action_map: ActionMap) -> None:
    field = "triggerWithOutcomeProbabilityConditions"
    check_size(action_map.trigger_with_outcome_probability_conditions, field)
    for number, condition in enumerate(action_map.trigger_with_outcome_probability_conditions):
        _check_outcome(definitions, action_map, condition.outcome_id, f"{field}[{number}]")
        if condition.probability is not None and condition.probability >= condition.maximum_probability:
            text = "probability is what it fell back to: write less than maximumProbability"
            raise invalid(f"{field}[{number}].probability", text)
    field = "triggerWithOutcomeQuantileConditions"
    check_size(action_map.trigger_with_outcome_quantile_conditions, field)
    for number, beside in enumerate(action_map.trigger_with_outcome_quantile_conditions):
        _check_outcome(definitions, action_map, beside.outcome_id, f"{field}[{number}]")


def _check_outcome(definitions: Definitions, action_map: ActionMap, outcome_id: str, field: str) -> None:
    outcome = definitions.outcomes.get(outcome_id)
    if outcome is None:
        raise unknown(f"{field}.outcomeId", "outcome", outcome_id)
    if action_map.is_active and not outcome.is_active:
        raise not_active(f"{field}.outcomeId", "outcome", outcome.display_name)


def _check_action(definitions: Definitions, action_map: ActionMap) -> None:
    action = action_map.action
    media_type = action.media_type
    if media_type not in BUILT:
        built = ", ".join(known.value for known in BUILT)
        text = f"{media_type.value} is not there in this version: take one of {built}"
        raise Wrong("not_supported", "action.mediaType", text)
    if media_type is MediaType.WEBHOOK:
        if action.webhook_fields is None:
            raise invalid("action.webhookFields", "say what to call: webhookFields.url")
        if action_map.page_url_conditions:
            text = "a webhook acts where no page is shown: only offers have conditions on pages"
            raise Wrong("not_supported", "pageUrlConditions", text)
        if action_map.activation.type not in (ActivationType.IMMEDIATE, ActivationType.DELAY):
            text = "a webhook calls when its map qualifies, or a while later: only offers wait for a visit"
            raise Wrong("not_supported", "activation.type", text)
    elif action.webhook_fields is not None:
        raise invalid("action.webhookFields", "only actions of the media type webhook call something")
    _check_template(definitions, action_map)
    _check_target(definitions, action_map)
    survey = action.props.webchat_survey
    for number, question in enumerate(survey.questions if survey is not None else ()):
        if question.type is QuestionType.SELECT and not question.choices:
            field = f"action.props.webchatSurvey.questions[{number}].choices"
            raise invalid(field, "say between what visitors choose")


def _check_template(definitions: Definitions, action_map: ActionMap) -> None:
    field = "action.actionTemplate"
    named, media_type = action_map.action.action_template, action_map.action.media_type
    if named is None:
        if media_type is MediaType.CONTENT_OFFER:
            raise invalid(field, "say what to show: the id of an action template")
        return
    template = definitions.templates.get(named.id)
    if template is None:
        raise unknown(f"{field}.id", "action template", named.id)
    if template.media_type is not media_type:
        text = f"{template.name!r} is for {template.media_type.value}, and the action is {media_type.value}"
        raise invalid(f"{field}.id", text)
    if action_map.is_active and template.state is not TemplateState.ACTIVE:
        raise not_active(f"{field}.id", "action template", template.name)


def _check_target(definitions: Definitions, action_map: ActionMap) -> None:
    field, target_id = "action.actionTargetId", action_map.action.action_target_id
    if target_id is None:
        return
    target = definitions.targets.get(target_id)
    if target is None:
        raise unknown(field, "action target", target_id)
    if action_map.action.media_type not in target.supported_media_types:
        supported = ", ".join(target.supported_media_types) or "nothing"
        raise invalid(field, f"{target.name!r} takes {supported}")
    if action_map.is_active and target.state is not TargetState.ACTIVE:
        raise not_active(field, "action target", target.name)


def _check_groups(definitions: Definitions, action_map: ActionMap) -> None:
    groups = action_map.action_map_schedule_groups
    if groups is None:
        return
    field = "actionMapScheduleGroups"
    _check_group(definitions, groups.action_map_schedule_group, f"{field}.actionMapScheduleGroup", False)
    emergency = groups.emergency_action_map_schedule_group
    if emergency is not None:
        _check_group(definitions, emergency, f"{field}.emergencyActionMapScheduleGroup", True)


def _check_group(definitions: Definitions, named: Ref, field: str, is_emergency: bool) -> None:
    group = definitions.schedule_groups.get(named.id)
    if group is None:
        raise unknown(f"{field}.id", "schedule group", named.id)
    if group.is_emergency is not is_emergency:
        wanted = "an emergency group" if is_emergency else "no emergency group"
        raise invalid(f"{field}.id", f"{group.name!r} would have to be {wanted}")


def _check_dates(action_map: ActionMap) -> None:
    begins = _moment("startDate", action_map.start_date)
    ends = _moment("endDate", action_map.end_date)
    if begins is not None and ends is not None and ends <= begins:
        raise invalid("endDate", "it ends after it has begun: write a time after startDate")


def _moment(field: str, text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid(field, "write a time with its zone, such as 2026-11-21T09:00:00Z")
    return moment

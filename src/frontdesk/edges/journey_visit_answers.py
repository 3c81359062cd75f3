"""Visits and their events as the journey API answers them.

Source:  journey.md §3.2, §5.2, §7.2, §8.3, §9.2.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.desk.journeys.reading import stamp
from frontdesk.domain.journey.customer import Action, Customer, Score
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import (
    Block,
    Called,
    Happened,
    Moved,
    OutcomeAchieved,
    SegmentAssigned,
    State,
)
from frontdesk.domain.journey.matching import lasting
from frontdesk.domain.journey.told import Told
from frontdesk.domain.journey.visiting import away_ms, duration_s, ends_ms, idle_ms
from frontdesk.domain.journey.web_events import Browser, Device, Origin, Scalar
from frontdesk.edges.journey_action_answers import chat_summary, webhook_call
from frontdesk.edges.journey_answers import BASE, shown

DISPOSITIONS = (State.ACCEPTED, State.REJECTED, State.IGNORED, State.TIMEDOUT, State.ERRORED)


def session(customer: Customer, definitions: Definitions, now_ms: int) -> dict[str, Any]:
    """A visit: the newest of the customer as they are given."""
    visit = customer.visit
    over_ms = ends_ms(visit, definitions.settings.session_timeout_minutes * 60_000)
    assigned = (*lasting(customer, min(now_ms, visit.ended_ms or now_ms)), *visit.assignments)
    return {
        "id": visit.id,
        "type": "web",
        **who(customer),
        "deployment": {"id": visit.deployment_id},
        "createdDate": stamp(visit.began_ms),
        **({"endedDate": stamp(over_ms)} if over_ms is not None and now_ms >= over_ms else {}),
        "idleDate": stamp(idle_ms(visit)),
        "awayDate": stamp(away_ms(visit)),
        "durationInSeconds": duration_s(visit),
        "eventCount": visit.events,
        "pageviewCount": visit.pageviews,
        "visitCount": customer.visits,
        "lastPage": shown(visit.page),
        **origin(visit.origin),
        "referrer": shown(visit.origin.referrer),
        "segments": [
            {**named("segments", one.segment_id, definitions), "assignedDate": stamp(one.at_ms)}
            for one in assigned
        ],
        "outcomesAchieved": [named("outcomes", outcome_id, definitions) for outcome_id in visit.achieved],
        "actions": [action(one, definitions) for one in customer.actions if one.visit_id == visit.id],
        "selfUri": f"{BASE}/sessions/{visit.id}",
    }


def who(customer: Customer) -> dict[str, Any]:
    """Whom something is about."""
    found: dict[str, Any] = {"customerId": customer.id, "customerIdType": "cookie"}
    if customer.external_id:
        found["externalId"] = customer.external_id
    if customer.contact_id:
        found["externalContact"] = {"id": customer.contact_id}
    return found


def origin(of: Origin) -> dict[str, Any]:
    """From where and with what somebody came; what is not known is left out."""
    every = {
        "browser": _measured(of.browser),
        "device": _measured(of.device),
        "geolocation": shown(of.geolocation),
        "mktCampaign": shown(of.campaign),
        "userAgentString": of.user_agent,
        "ipAddress": of.ip_address,
        "ipOrganization": of.ip_organization,
    }
    return {name: value for name, value in every.items() if value}


def _measured(of: Browser | Device) -> dict[str, Any]:
    """What is known of a browser or a device; nothing of either measures 0."""
    return {name: value for name, value in shown(of).items() if isinstance(value, bool) or value != 0}


def action(of: Action, definitions: Definitions) -> dict[str, Any]:
    """Where an action stands."""
    found = {
        "id": of.id,
        "actionMap": {**named("actionmaps", of.map_id, definitions), "version": of.map_version},
        "mediaType": of.media_type,
        "state": of.state.value,
        "stage": of.stage.value,
        "blockingReason": of.reason,
        "createdDate": stamp(of.qualified_ms),
        "offeredDate": stamp(of.offered_ms) if of.offered_ms else "",
    }
    return {name: value for name, value in found.items() if value}


def named(resource: str, thing_id: str, definitions: Definitions) -> dict[str, Any]:
    """A definition by its id, with its name as long as there is one."""
    of: Mapping[str, Mapping[str, Any]] = {
        "segments": definitions.segments,
        "outcomes": definitions.outcomes,
        "actionmaps": definitions.action_maps,
    }
    thing = of[resource].get(thing_id)
    name = {"displayName": thing.display_name} if thing is not None else {}
    return {"id": thing_id, **name, "selfUri": f"{BASE}/{resource}/{thing_id}"}


# --- events -----------------------------------------------------------------------------------------


def event(told: Told, definitions: Definitions) -> dict[str, Any]:
    """One event of a visit."""
    found = {
        "id": told.id,
        "eventType": told.type.value,
        **who(told.customer),
        "session": {"id": told.visit_id, "type": "web"},
        "createdDate": stamp(told.time_ms),
    }
    match told.fact:
        case Happened():
            return {**found, **_web_event(told.fact, told.customer)}
        case SegmentAssigned():
            scope = "Customer" if told.fact.of_customer else "Session"
            about = {**named("segments", told.fact.segment_id, definitions), "version": told.fact.version}
            return {**found, "segment": {**about, "scope": scope}}
        case OutcomeAchieved():
            value = {} if told.fact.value is None else {"associatedValue": told.fact.value}
            about = {**named("outcomes", told.fact.outcome_id, definitions), "version": told.fact.version}
            return {**found, "outcome": about, **value}
        case Called():
            return {**found, **webhook_call(told.fact, definitions)}
        case _ if told.block is not None:
            return {**found, **_blocked(told.block, told, definitions)}
        case _:
            return {**found, **_web_action(told, definitions)}


def _web_event(fact: Happened, customer: Customer) -> dict[str, Any]:
    of = fact.event
    found: dict[str, Any] = {
        "correlationId": of.event_id or of.id,
        "eventName": of.name,
        "createdDate": stamp(of.created_ms),
        "totalEventCount": of.number,
        "totalPageviewCount": of.pageview_number,
        "authenticated": of.is_authenticated,
        "page": shown(of.page),
        **origin(customer.visit.origin),
        "attributes": {name: attribute(value) for name, value in of.attributes.items()},
    }
    if of.search_query:
        found["searchQuery"] = of.search_query
    if referrer := shown(of.referrer):
        found["referrer"] = referrer
    return found


def attribute(value: Scalar) -> dict[str, str]:
    """The value of an attribute with its type."""
    if isinstance(value, bool):
        return {"dataType": "boolean", "value": str(value).lower()}
    kind = "string" if isinstance(value, str) else "integer" if isinstance(value, int) else "number"
    return {"dataType": kind, "value": str(value)}


def _web_action(told: Told, definitions: Definitions) -> dict[str, Any]:
    fact = told.fact
    of = told.customer.action(getattr(fact, "action_id", ""))
    found: dict[str, Any] = _about(of, told.state, told.prompt, definitions)
    found |= origin(told.customer.visit.origin)
    if referrer := shown(told.customer.visit.origin.referrer):
        found["visitReferrer"] = referrer
    if isinstance(fact, Moved):
        if fact.disposition_ms is not None and fact.state in DISPOSITIONS:
            found["timeToDisposition"] = fact.disposition_ms
        texts = {
            "errorCode": fact.error_code,
            "errorMessage": fact.error_message,
            "stage": fact.stage.value,
            "pageUrl": fact.page_url,
            "emitter": fact.emitter.value,
        }
        found |= {name: text for name, text in texts.items() if text}
        if fact.chat is not None:
            found["chatSummary"] = chat_summary(fact.chat, fact.interaction_id)
    return found


def _about(of: Action | None, state: str, prompt: str, definitions: Definitions) -> dict[str, Any]:
    """Which action of which map an event is about."""
    if of is None:  # Of a visit that is long over.
        return {"action": {"state": state}}
    found: dict[str, Any] = {
        "action": {
            "id": of.id,
            "state": state,
            "mediaType": of.media_type,
            "createdDate": stamp(of.qualified_ms),
            **({"prompt": prompt} if prompt else {}),
        },
        "actionMap": {**named("actionmaps", of.map_id, definitions), "version": of.map_version},
        "attempt": max(of.attempt, 1),
    }
    if of.target_id:
        found["actionTarget"] = {"id": of.target_id}
    return found


def _blocked(block: Block, told: Told, definitions: Definitions) -> dict[str, Any]:
    of = told.customer.action(block.action_id)
    found = {**_about(of, of.state.value if of is not None else "", told.prompt, definitions)}
    found["blockingReason"] = block.reason.value
    if block.by_action:
        found["blockingAction"] = {"id": block.by_action}
    if block.by_map:
        found["blockingActionMap"] = named("actionmaps", block.by_map, definitions)
    if block.cap:
        found["blockingFrequencyCapBehaviour"] = block.cap
    if block.url_condition >= 0:
        found["blockingPageUrlConditions"] = _condition(of, block, definitions)
    if block.schedule_group:
        found["blockingScheduleGroup"] = {"id": block.schedule_group}
    if block.emergency_group:
        found["blockingEmergencyScheduleGroup"] = {"id": block.emergency_group}
    return found


def _condition(of: Action | None, block: Block, definitions: Definitions) -> Sequence[Any]:
    """The condition that failed, as the map has it now."""
    action_map = definitions.action_maps.get(of.map_id) if of is not None else None
    conditions = action_map.page_url_conditions if action_map is not None else ()
    return [shown(one) for one in conditions[block.url_condition : block.url_condition + 1]]


# --- scores -----------------------------------------------------------------------------------------


def score(of: Score, definitions: Definitions, *, is_achieved: bool) -> dict[str, Any]:
    """How likely an outcome is; null is not known yet. The percentiles are the quantiles in words of old."""
    probability = 1.0 if is_achieved else of.probability
    return {
        "outcome": named("outcomes", of.outcome_id, definitions),
        "probability": probability,
        "sessionMaxProbability": max(probability, of.max_probability),
        "quantile": of.quantile,
        "sessionMaxQuantile": of.max_quantile,
        "percentile": _percent(of.quantile),
        "sessionMaxPercentile": _percent(of.max_quantile),
        "achieved": is_achieved,
    }


def unscored(outcome_id: str, definitions: Definitions, *, is_achieved: bool) -> dict[str, Any]:
    """The same of an outcome that no model can judge yet."""
    probability = 1.0 if is_achieved else None
    return {
        "outcome": named("outcomes", outcome_id, definitions),
        "probability": probability,
        "sessionMaxProbability": probability,
        **dict.fromkeys(("quantile", "sessionMaxQuantile", "percentile", "sessionMaxPercentile")),
        "achieved": is_achieved,
    }


def _percent(quantile: float | None) -> int | None:
    return None if quantile is None else int(100 * quantile)

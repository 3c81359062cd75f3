"""The journey collector's answers: values to JSON, in camel case, with dates in ISO 8601.

Source:  journey.md §§3.6, 4.1, 4.2 and 13.1.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus

import msgspec
from msgspec import Struct

from frontdesk.domain.journey.action_maps import MediaType, Survey
from frontdesk.domain.journey.criteria import UrlCondition
from frontdesk.domain.journey.definitions import Definitions, Deployment
from frontdesk.domain.journey.facts import Happened, Purpose
from frontdesk.domain.journey.gate import Offer
from frontdesk.domain.journey.templates import ActionTemplate, ContentOffer
from frontdesk.errors import Refused

SECONDS_KEPT_MAX = 4096

# What is answered to a refusal; what is not here is a bad request.
STATUS: Mapping[str, HTTPStatus] = {
    "no_such_deployment": HTTPStatus.FORBIDDEN,
    "origin_refused": HTTPStatus.FORBIDDEN,
    "token_refused": HTTPStatus.FORBIDDEN,
    "state_not_allowed": HTTPStatus.FORBIDDEN,
    "action_unknown": HTTPStatus.NOT_FOUND,
    "no_such_address": HTTPStatus.NOT_FOUND,
    "method": HTTPStatus.METHOD_NOT_ALLOWED,
    "too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "transition_not_allowed": HTTPStatus.CONFLICT,
    "body_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_many_requests": HTTPStatus.TOO_MANY_REQUESTS,
    "failed": HTTPStatus.INTERNAL_SERVER_ERROR,
    "try_later": HTTPStatus.SERVICE_UNAVAILABLE,
}


class Session(Struct, frozen=True, rename="camel"):
    id: str
    created_date: str
    duration_in_seconds: int
    event_count: int
    pageview_count: int
    type: str = "web"


class EventAnswer(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What the sender of an event is told. `erase_token` comes once, with a customer's first event."""

    id: str
    customer_id: str
    event_name: str
    session: Session
    created_date: str
    customer_id_type: str
    ping_now: bool
    erase_token: str = ""


class NotAccepted(Struct, frozen=True, rename="camel"):
    """Nothing was kept, and nobody is to blame."""

    reason: str
    accepted: bool = False


class ConsentAnswer(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is granted now."""

    purposes: tuple[Purpose, ...]
    erase_token: str = ""


class WebchatProperties(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What an invitation says, and for how long; 0 is as long as the visitor likes."""

    title_text: str
    prompt: str
    accept_text: str
    decline_text: str
    timeout_seconds: int
    target_id: str = ""
    survey: Survey | None = None


class ContentProperties(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is shown that is no chat, and for how long."""

    timeout_seconds: int
    template_id: str = ""
    content_offer: ContentOffer | None = None


class ActionAnswer(Struct, frozen=True, rename="camel", omit_defaults=True):
    """An action that a page is to show, for as long as its address meets the conditions."""

    id: str
    media_type: str
    customer_id: str
    customer_id_type: str
    action_map_id: str
    action_map_version: int
    session_id: str
    priority: int
    attempt: int
    webchat_properties: WebchatProperties | None = None
    content_offer_properties: ContentProperties | None = None
    page_url_conditions: tuple[UrlCondition, ...] = ()


class PingAnswer(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a page is to show, and when it may ask again. Units: -1 ms is not before the next event."""

    actions: Sequence[ActionAnswer]
    poll_interval_milliseconds: int
    session_ended: bool = False


NO_PINGS = msgspec.json.encode(PingAnswer((), -1))


class Told(Struct, frozen=True):
    """What one event of a batch would have been answered."""

    status: int
    body: msgspec.Raw


class Problem(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is wrong with a request. `state` is that of the action, where one could not move."""

    code: str
    message: str
    state: str = ""


def iso(time_ms: int) -> str:
    """A time as it is written on the wire."""
    return f"{_second(time_ms // 1000)}.{time_ms % 1000:03}Z"


@lru_cache(SECONDS_KEPT_MAX)  # Nearly all that is told has happened a moment ago.
def _second(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).isoformat()[:-6]


def event_answer(customer_id: str, happened: Happened, erase_token: str) -> bytes:
    """What the sender of an event is told, the first time and each time after."""
    event = happened.event
    return msgspec.json.encode(
        EventAnswer(
            id=event.id,
            customer_id=customer_id,
            customer_id_type="cookie",
            event_name=event.name,
            session=Session(
                id=event.visit_id,
                created_date=iso(happened.visit_began_ms),
                duration_in_seconds=(happened.visit_active_ms - happened.visit_began_ms) // 1000,
                event_count=happened.visit_events,
                pageview_count=happened.visit_pageviews,
            ),
            created_date=iso(event.created_ms),
            ping_now=happened.has_qualified,
            erase_token=erase_token if event.number == 1 else "",
        )
    )


def ping_answer(
    customer_id: str,
    offers: Sequence[Offer],
    templates: Mapping[str, ActionTemplate],
    poll_ms: int,
    *,
    session_ended: bool,
) -> bytes:
    """What a page is to show. Shape: `templates` by id say what content that is offered is."""
    actions = [_action_answer(customer_id, offer, templates) for offer in offers]
    return msgspec.json.encode(PingAnswer(actions, poll_ms, session_ended))


def _action_answer(customer_id: str, offer: Offer, templates: Mapping[str, ActionTemplate]) -> ActionAnswer:
    action, kind = offer.action, offer.action_map.action
    is_chat = kind.media_type is MediaType.WEBCHAT
    return ActionAnswer(
        id=action.id,
        media_type=action.media_type,
        customer_id=customer_id,
        customer_id_type="cookie",
        action_map_id=action.map_id,
        action_map_version=action.map_version,
        session_id=action.visit_id,
        priority=offer.action_map.weight,
        attempt=offer.attempt,
        webchat_properties=_chat_properties(offer) if is_chat else None,
        content_offer_properties=None if is_chat else _content_properties(offer, templates),
        page_url_conditions=offer.action_map.page_url_conditions,
    )


def _chat_properties(offer: Offer) -> WebchatProperties:
    props = offer.action_map.action.props
    return WebchatProperties(
        title_text=props.webchat_title_text,
        prompt=props.webchat_prompt,
        accept_text=props.webchat_accept_text,
        decline_text=props.webchat_decline_text,
        timeout_seconds=offer.timeout_s,
        target_id=offer.action_map.action.action_target_id or "",
        survey=props.webchat_survey,
    )


def _content_properties(offer: Offer, templates: Mapping[str, ActionTemplate]) -> ContentProperties:
    ref = offer.action_map.action.action_template
    template = templates.get(ref.id) if ref is not None else None
    if template is None:
        return ContentProperties(offer.timeout_s)
    return ContentProperties(offer.timeout_s, template.id, template.content_offer)


def not_accepted(reason: str) -> bytes:
    return msgspec.json.encode(NotAccepted(reason))


def consent_answer(purposes: tuple[Purpose, ...], erase_token: str) -> bytes:
    return msgspec.json.encode(ConsentAnswer(purposes, erase_token))


def batch_answer(answers: Iterable[tuple[int, bytes]]) -> bytes:
    """An answer for each event, in their order."""
    return msgspec.json.encode([Told(status, msgspec.Raw(body)) for status, body in answers])


def refused(refusal: Refused, state: str = "") -> tuple[int, bytes]:
    """Status and body of a refusal."""
    status = STATUS.get(refusal.code, HTTPStatus.BAD_REQUEST)
    return status, msgspec.json.encode(Problem(refusal.code, refusal.text, state))


def config_answer(deployment: Deployment, definitions: Definitions) -> bytes:
    """What a tracker has to know of its site. Which addresses are left out is nobody's business."""
    settings, tracking = definitions.settings, deployment.tracking
    privacy = settings.privacy
    timeout_s = deployment.offer_timeout_seconds
    rules = msgspec.to_builtins(msgspec.structs.replace(tracking, ip_filters=()))
    return msgspec.json.encode(
        {
            "enabled": tracking.enabled,
            "pageviewConfig": tracking.pageview_config,
            **rules,
            "deploymentId": deployment.id,
            "service": deployment.service,
            "trustClientChatStates": deployment.trust_client_chat_states,
            "consent": privacy.consent_mode,
            "honorSignals": privacy.honor_signals,
            "grantOverridesGpc": privacy.grant_overrides_gpc,
            "sessionTimeoutMinutes": settings.session_timeout_minutes,
            "offerTimeoutSeconds": settings.offer_timeout_seconds if timeout_s is None else timeout_s,
        }
    )

"""Checks of deployments and of the settings. Source: journey.md §8.6, §10, §12, §13.3."""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from frontdesk.domain.hours import hours_of
from frontdesk.domain.journey.checks.action_maps import WEB, check_timeout
from frontdesk.domain.journey.checks.wrong import invalid, unknown_name
from frontdesk.domain.journey.definitions import Deployment
from frontdesk.domain.journey.site_settings import JourneySettings
from frontdesk.domain.journey.tracking import Tracking
from frontdesk.errors import Refused

ANY = "*"
LIST_MAX = 200  # Rules, parameters, filters, of each.
PARAMETER_CHARS_MAX = 200
# Not a limit of the type: what is said of a type cannot name the entry of a mapping that it is about.
HOURS_AND_MINUTES = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def check_deployment(deployment: Deployment, services: Collection[str]) -> None:
    """Errors: `Wrong`."""
    if len(deployment.allowed_origins) > LIST_MAX:
        raise invalid("allowedOrigins", f"at most {LIST_MAX} origins")
    for number, origin in enumerate(deployment.allowed_origins):
        if origin != ANY and not is_origin(origin):
            text = "an origin is a scheme and a host, such as https://shop.example, or * for all"
            raise invalid(f"allowedOrigins[{number}]", text)
    if deployment.service and deployment.service not in services:
        raise unknown_name("service", "chat service", deployment.service, services)
    check_timeout(deployment.offer_timeout_seconds)
    _check_tracking(deployment.tracking)


def is_origin(text: str) -> bool:
    """Whether it is what browsers send as the origin of a page."""
    try:
        parts = urlsplit(text)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and has_port
        and text == f"{parts.scheme}://{parts.netloc}"
        and "@" not in parts.netloc
        and not any(character.isspace() for character in text)
    )


def _check_tracking(tracking: Tracking) -> None:
    parameters = {
        "excludedQueryParameters": tracking.excluded_query_parameters,
        "keepOnlyQueryParameters": tracking.keep_only_query_parameters,
        "searchQueryParameters": tracking.search_query_parameters,
    }
    rules = {
        "clickEvents": tracking.click_events,
        "inViewportEvents": tracking.in_viewport_events,
        "idleEvents": tracking.idle_events,
        "scrollDepthEvents": tracking.scroll_depth_events,
        "formsTrackEvents": tracking.forms_track_events,
        "ipFilters": tracking.ip_filters,
    }
    for name, listed in {**parameters, **rules}.items():
        if len(listed) > LIST_MAX:
            raise invalid(f"tracking.{name}", f"at most {LIST_MAX}")
    for name, names in parameters.items():
        for number, parameter in enumerate(names):
            if not parameter or len(parameter) > PARAMETER_CHARS_MAX:
                raise invalid(f"tracking.{name}[{number}]", "the name of a parameter of addresses, such as q")
    for name, found in rules.items():
        for number, rule in enumerate(found):
            if not getattr(rule, "selector", "-").strip():
                text = "say which elements, as in a style sheet: .buy, #cart"
                raise invalid(f"tracking.{name}[{number}].selector", text)
    for number, filtered in enumerate(tracking.ip_filters):
        try:
            ipaddress.ip_network(filtered.ip_address, strict=False)
        except ValueError:
            text = "an address such as 192.0.2.7, or a network such as 192.0.2.0/24"
            raise invalid(f"tracking.ipFilters[{number}].ipAddress", text) from None


def check_settings(settings: JourneySettings) -> None:
    """Errors: `Wrong`."""
    check_timeout(settings.offer_timeout_seconds)
    check_zone(settings.time_zone)
    capped = [media_type.value for media_type in WEB]
    for name in settings.frequency_caps:
        if name not in capped:
            raise invalid(f"frequencyCaps.{name}", f"caps are for offers: {', '.join(capped)}")
    for name, cap in settings.frequency_caps.items():
        if HOURS_AND_MINUTES.fullmatch(cap.cap_for_period) is None:
            text = "hours and minutes, such as 00:30, and 23:59 at most"
            raise invalid(f"frequencyCaps.{name}.capForPeriod", text)


def check_zone(name: str) -> None:
    """Errors: `Wrong`."""
    try:
        hours_of(name, (), ())
    except Refused as refused:
        raise invalid("timeZone", refused.text) from None

"""What criteria may ask for, and where it stands: in the event, in the visit, in the contact.

Source:  journey.md §6.2.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter

from frontdesk.domain.journey.comparing import Comparable
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.web_events import WebEvent
from frontdesk.errors import Refused

Contact = Mapping[str, Comparable]
"""The fields of the contact that a customer is linked to; empty when there is none."""

Read = Callable[[Customer, WebEvent, Contact], Comparable]
"""What stands under a key, None if nothing does. The customer is the one to whom the event has happened."""

ATTRIBUTE, CONTACT = "attributes.", "contact."
NAME_CHARS_MAX = 64


def is_key(key: str) -> bool:
    """Whether criteria may ask for it."""
    return _found(key, of_visit=False) is not None


def reader(key: str, *, of_visit: bool) -> Read:
    """How a key is read; the referrer is that of the event, or that of the visit.

    Errors:  `Refused("unknown_key")`.
    """
    read = _found(key, of_visit=of_visit)
    if read is None:
        text = f"{key!r} is nothing that can be compared: write a key such as page.url or attributes.NAME"
        raise Refused("unknown_key", text)
    return read


def _found(key: str, *, of_visit: bool) -> Read | None:
    for prefix, read_named in ((ATTRIBUTE, _attribute), (CONTACT, _of_contact)):
        if key.startswith(prefix):
            name = key.removeprefix(prefix)
            return read_named(name) if 0 < len(name) <= NAME_CHARS_MAX else None
    if of_visit and key in _REFERRER_OF_VISIT:
        return _REFERRER_OF_VISIT[key]
    return _KEYS.get(key)


def _attribute(name: str) -> Read:
    return lambda _customer, event, _contact: event.attributes.get(name)


def _of_contact(name: str) -> Read:
    return lambda _customer, _event, contact: contact.get(name)


def _of_event(path: str) -> Read:
    get = attrgetter(path)
    return lambda _customer, event, _contact: get(event) or None


def _of_visit(path: str) -> Read:
    get = attrgetter(f"visit.origin.{path}")
    return lambda customer, _event, _contact: get(customer) or None


def _is_mobile(customer: Customer, _event: WebEvent, _contact: Contact) -> Comparable:
    device = customer.visit.origin.device
    return device.is_mobile if device.is_mobile or device.category else None


_REFERRER = {
    "url": "url",
    "domain": "domain",
    "hostname": "hostname",
    "pathname": "pathname",
    "queryString": "query_string",
    "fragment": "fragment",
    "keywords": "keywords",
    "name": "name",
    "medium": "medium",
}
_PAGE = {
    "url": "url",
    "title": "title",
    "domain": "domain",
    "hostname": "hostname",
    "pathname": "pathname",
    "queryString": "query_string",
    "fragment": "fragment",
    "keywords": "keywords",
    "lang": "lang",
    "breadcrumb": "breadcrumb",
}
_ORIGIN = {
    "device.category": "device.category",
    "device.type": "device.type",
    "device.osFamily": "device.os_family",
    "browser.family": "browser.family",
    "browser.version": "browser.version",
    "browser.lang": "browser.lang",
    "geolocation.country": "geolocation.country",
    "geolocation.region": "geolocation.region",
    "geolocation.locality": "geolocation.locality",
    "geolocation.postalCode": "geolocation.postal_code",
    "geolocation.timezone": "geolocation.timezone",
    "mktCampaign.source": "campaign.source",
    "mktCampaign.medium": "campaign.medium",
    "mktCampaign.name": "campaign.name",
    "mktCampaign.term": "campaign.term",
    "mktCampaign.content": "campaign.content",
}
_REFERRER_OF_VISIT: Mapping[str, Read] = {
    f"referrer.{name}": _of_visit(f"referrer.{field}") for name, field in _REFERRER.items()
}
_KEYS: Mapping[str, Read] = {
    **{f"page.{name}": _of_event(f"page.{field}") for name, field in _PAGE.items()},
    **{f"referrer.{name}": _of_event(f"referrer.{field}") for name, field in _REFERRER.items()},
    **{name: _of_visit(path) for name, path in _ORIGIN.items()},
    "eventName": _of_event("name"),
    "searchQuery": _of_event("search_query"),
    "authenticated": lambda _customer, event, _contact: event.is_authenticated,
    "device.isMobile": _is_mobile,
    "session.pageviewCount": lambda customer, _event, _contact: customer.visit.pageviews,
    "session.eventCount": lambda customer, _event, _contact: customer.visit.events,
    "session.durationInSeconds": lambda customer, _event, _contact: (
        (customer.visit.active_ms - customer.visit.began_ms) // 1000
    ),
    "customer.visitCount": lambda customer, _event, _contact: customer.visits,
}
KEYS = tuple(_KEYS)
"""All keys but those under `attributes.` and `contact.`, whose names sites choose."""

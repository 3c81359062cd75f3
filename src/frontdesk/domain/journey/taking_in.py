"""One event as it arrived, made fit to be kept: cleaned of what is nobody's business.

Source:  journey.md §§3.2, 3.5, 3.6, 12.4 to 12.6.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from msgspec import Struct

from frontdesk.domain.journey import urls
from frontdesk.domain.journey.collecting import Taken, happened_ms
from frontdesk.domain.journey.defined import UUID
from frontdesk.domain.journey.definitions import Deployment
from frontdesk.domain.journey.deriving import Locate, is_bot, nowhere, origin_of
from frontdesk.domain.journey.redaction import redacted, redacted_url, redacted_value
from frontdesk.domain.journey.site_settings import Privacy
from frontdesk.domain.journey.urls import ADDRESSES_KEPT_MAX, UrlRules
from frontdesk.domain.journey.web_events import Browser, Device, Page, Scalar, WebEvent

TEXT_CHARS_MAX = 512
REMEMBERED_CHARS_MAX = 4096  # Of a page as it came: longer ones are few, and would fill the memory.
_ID = re.compile(UUID)
_LANG = re.compile(r"[A-Za-z0-9-]{1,35}")


class LeftOut(StrEnum):
    """Why an event is not even looked at; in the words of the wire."""

    DISABLED = "tracking_disabled"
    FILTERED = "ip_filter"
    BOT = "bot"


class Arrived(Struct, frozen=True):
    """One event as it came. Shape: `created_ms` None where its sender does not say when it happened."""

    customer_id: str
    name: str
    url: str
    title: str = ""
    lang: str = ""
    keywords: str = ""
    event_id: str = ""
    user_agent: str = ""
    browser: Browser | None = None
    device: Device | None = None
    search_query: str = ""
    ip_address: str = ""
    referrer_url: str = ""
    attributes: Mapping[str, Scalar] = {}
    traits: Mapping[str, Scalar] = {}
    external_id: str = ""
    created_ms: int | None = None
    is_authenticated: bool = False


class Site(Struct, frozen=True, eq=False):
    """One deployment, with what is made of its settings once."""

    deployment: Deployment
    origins: frozenset[str]
    rules: UrlRules
    privacy: Privacy
    filters: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, deployment: Deployment, privacy: Privacy) -> "Site":
        tracking = deployment.tracking
        return cls(
            deployment,
            frozenset(origin.lower().rstrip("/") for origin in deployment.allowed_origins),
            UrlRules.of(tracking),
            privacy,
            tuple(ip_network(one.ip_address, strict=False) for one in tracking.ip_filters),
        )

    def leaves_out(self, user_agent: str, address: str, *, takes_headless: bool = False) -> LeftOut | None:
        """Why nothing is kept of this sender, whoever they are; None when it may be."""
        if not self.deployment.tracking.enabled:
            return LeftOut.DISABLED
        if self.filters and self._is_filtered(address):
            return LeftOut.FILTERED
        return LeftOut.BOT if is_bot(user_agent, takes_headless=takes_headless) else None

    def _is_filtered(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self.filters)

    def page_of(self, url: str) -> str:
        """An address as it may be kept, and as conditions see it; empty if it is none."""
        return _kept_address(url, self.rules) if url else ""


def taken(arrived: Arrived, site: Site, now_ms: int, event_id: str, locate: Locate = nowhere) -> Taken | None:
    """The event as it may be kept; None when it happened too long ago. `event_id` is its own from now on."""
    at_ms = happened_ms(arrived.created_ms, now_ms)
    if at_ms is None:
        return None
    length = len(arrived.url) + len(arrived.title) + len(arrived.lang) + len(arrived.keywords)
    page_of = _remembered_page if length <= REMEMBERED_CHARS_MAX else _page
    page = page_of(arrived.url, site.rules, arrived.title, arrived.lang, arrived.keywords)
    search_query = arrived.search_query or urls.searched(arrived.url, site.rules)
    origin = origin_of(arrived, site, locate)
    event = WebEvent(
        id=event_id,
        name=arrived.name,
        visit_id="",
        created_ms=at_ms,
        page=page,
        event_id=arrived.event_id,
        search_query=plain(search_query),
        referrer=origin.referrer,
        attributes={
            name: redacted_value(value)
            for name, value in arrived.attributes.items()
            if redacted(name) == name
        },
        external_id=arrived.external_id.strip(),
        is_authenticated=arrived.is_authenticated,
    )
    return Taken(event, origin, site.deployment.id, _traits(arrived.traits, site.privacy.exempt_traits))


@lru_cache(ADDRESSES_KEPT_MAX)
def _kept_address(url: str, rules: UrlRules) -> str:
    return redacted_url(urls.cleaned(url, rules))


def _page(url: str, rules: UrlRules, title: str, lang: str, keywords: str) -> Page:
    """The page of an event as it may be kept, the same one for everybody who looks at it."""
    return urls.page(
        _kept_address(url, rules) if url else "",
        title=plain(title),
        lang=lang if _LANG.fullmatch(lang) else "",
        keywords=plain(keywords),
    )


_remembered_page = lru_cache(ADDRESSES_KEPT_MAX)(_page)


def plain(text: str) -> str:
    """A text as it may be kept."""
    return redacted(text)[:TEXT_CHARS_MAX] if text else ""


def own_id(text: str) -> str:
    """An id that a client gave to something of its own: a UUID as it is, anything else as a digest of it."""
    if not text or _ID.fullmatch(text):
        return text
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _traits(traits: Mapping[str, Scalar], exempt: tuple[str, ...]) -> dict[str, Scalar]:
    """What is said of the person: as it is where the site wants that, else like everything."""
    return {
        name: value if name in exempt else redacted_value(value)
        for name, value in traits.items()
        if redacted(name) == name
    }

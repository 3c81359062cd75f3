"""What follows from how an event arrived: who visits, from where, with what, and what brought them.

Source:  journey.md §3.5, §12.6.
"""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey import urls
from frontdesk.domain.journey.redaction import redacted, redacted_url
from frontdesk.domain.journey.referrers import INTERNAL, kind_of
from frontdesk.domain.journey.site_settings import Privacy, StoredIp
from frontdesk.domain.journey.urls import UrlRules, parameters
from frontdesk.domain.journey.user_agents import CATEGORIES, USER_AGENT_CHARS_MAX, is_bot, read
from frontdesk.domain.journey.web_events import Browser, Campaign, Device, Geolocation, Origin, Referrer

__all__ = ["Locate", "campaign_of", "is_bot", "merged", "nowhere", "origin_of", "referrer_of", "truncated"]

VALUE_CHARS_MAX = 256
WORD_CHARS_MAX = 64
NOWHERE, NO_CAMPAIGN = Geolocation(), Campaign()  # One for all who have none.
CLIENTS_KEPT_MAX = ADDRESSES_KEPT_MAX = 4096
IPV4_BITS, IPV6_BITS = 24, 48

Locate = Callable[[str], Geolocation | None]
"""Where a truncated IP address is said to be; None if nobody knows."""


def nowhere(_address: str) -> Geolocation | None:
    """Nobody knows: there is no database of places."""
    return None


class Arrived(Protocol):
    """What an event brings along."""

    @property
    def url(self) -> str: ...
    @property
    def referrer_url(self) -> str: ...
    @property
    def user_agent(self) -> str: ...
    @property
    def browser(self) -> Browser | None: ...
    @property
    def device(self) -> Device | None: ...
    @property
    def ip_address(self) -> str: ...


class Site(Protocol):
    """What a site keeps of it."""

    @property
    def rules(self) -> UrlRules: ...
    @property
    def privacy(self) -> Privacy: ...


def origin_of(arrived: Arrived, site: Site, locate: Locate = nowhere) -> Origin:
    """Who visits, by one event. What the client says of browser and device goes before the user agent."""
    browser, device, user_agent = _client(
        arrived.user_agent[:USER_AGENT_CHARS_MAX], arrived.browser, arrived.device
    )
    address = truncated(arrived.ip_address)
    return Origin(
        browser=browser,
        device=device,
        geolocation=(locate(address) if address else None) or NOWHERE,
        campaign=campaign_of(arrived.url),
        referrer=referrer_of(arrived.referrer_url, arrived.url, site.rules),
        user_agent=user_agent,
        ip_address=address if site.privacy.store_ip is StoredIp.TRUNCATED else "",
    )


def merged(known: Origin, seen: Origin) -> Origin:
    """What is known of a visit after one more event: the newest value of each that says something.

    Shape:   the campaign is that of the first page; pages of the site itself are no referrers of a visit that
             has one.
    """
    goes_on = not seen.referrer.url or (seen.referrer.medium == INTERNAL and known.referrer.url)
    return Origin(
        browser=_newest(known.browser, seen.browser),
        device=_newest(known.device, seen.device),
        geolocation=seen.geolocation if seen.geolocation != NOWHERE else known.geolocation,
        campaign=known.campaign,
        referrer=known.referrer if goes_on else seen.referrer,
        user_agent=seen.user_agent or known.user_agent,
        ip_address=seen.ip_address or known.ip_address,
        ip_organization=seen.ip_organization or known.ip_organization,
    )


# --- what brought them ------------------------------------------------------------------------------

# In the order in which they count.
_NETWORKS = (("gclid", "google"), ("msclkid", "microsoft"), ("fbclid", "facebook"))


@lru_cache(urls.ADDRESSES_KEPT_MAX)
def campaign_of(url: str) -> Campaign:
    """The campaign that the address of a page names, as it came: before anything was excluded from it."""
    if "?" not in url:
        return NO_CAMPAIGN
    found = parameters(url)

    def said(name: str) -> str:
        return redacted(found.get(name, "").strip())[:VALUE_CHARS_MAX]

    click, network = next(((said(name), network) for name, network in _NETWORKS if said(name)), ("", ""))
    return Campaign(
        source=said("utm_source"),
        medium=said("utm_medium"),
        name=said("utm_campaign"),
        term=said("utm_term"),
        content=said("utm_content"),
        click_id=click,
        network=network,
    )


def referrer_of(url: str, page_url: str, rules: UrlRules) -> Referrer:
    """The page that led there, without what is nobody's business, and of which kind it is."""
    return _referrer_of(url, urls.domain_of(page_url), rules) if url else Referrer()


@lru_cache(urls.ADDRESSES_KEPT_MAX)
def _referrer_of(url: str, page_domain: str, rules: UrlRules) -> Referrer:
    kept = urls.referrer(redacted_url(urls.cleaned(url, rules)))
    if not kept.url:
        return Referrer()
    medium, name, words = kind_of(kept.hostname, page_domain)
    searched = parameters(url) if words else {}
    keywords = next((searched[word].strip() for word in words if searched.get(word, "").strip()), "")
    return replace(kept, medium=medium, name=name, keywords=redacted(keywords)[:VALUE_CHARS_MAX])


# --- from where -------------------------------------------------------------------------------------


@lru_cache(ADDRESSES_KEPT_MAX)
def truncated(address: str) -> str:
    """The network that an IP address is in, which is all that is kept of it; empty if it is none."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    bits = IPV4_BITS if found.version == 4 else IPV6_BITS
    return str(ip_network((found, bits), strict=False).network_address)


# --- with what --------------------------------------------------------------------------------------


@lru_cache(CLIENTS_KEPT_MAX)
def _client(user_agent: str, browser: Browser | None, device: Device | None) -> tuple[Browser, Device, str]:
    """Browser, device and user agent, by what is said of them. Each page of a visit says the same."""
    found, own = read(user_agent)
    if browser is not None:
        found = _newest(found, _short(browser))
    if device is not None:
        own = _said(own, _short(device))
    return found, own, redacted(user_agent)


Part = TypeVar("Part", bound=Struct)


def _short(part: Part) -> Part:
    """The same with every text cut to what a browser would say."""
    changes = {
        name: redacted(value)[:WORD_CHARS_MAX]
        for name in part.__struct_fields__
        if isinstance(value := getattr(part, name), str) and value
    }
    return replace(part, **changes)


def _newest(known: Part, seen: Part) -> Part:
    """The values of `seen`, and where it says nothing, those of `known`."""
    if known == seen:
        return known
    changes = {name: value for name in known.__struct_fields__ if (value := getattr(seen, name))}
    return replace(known, **changes)


def _said(device: Device, said: Device) -> Device:
    """The device with what the client says of it; a category that we do not know is another one."""
    category = said.category.strip().lower()
    if category:
        said = replace(said, category=category if category in CATEGORIES else "other")
    found = _newest(device, said)
    return replace(found, is_mobile=said.is_mobile or found.category in ("mobile", "tablet"))

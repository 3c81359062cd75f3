"""One event on a tracked site as it is kept: what happened, on which page, in which visit.

Source:  journey.md §3.2, §3.5. Everything here has been redacted before (§12).
"""

from collections.abc import Mapping

from msgspec import Struct

Scalar = bool | int | float | str
"""The value of an attribute; its data type follows from its type."""

PAGE_VIEWED = "page_viewed"


class Page(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where it happened."""

    url: str = ""
    title: str = ""
    lang: str = ""
    keywords: str = ""
    domain: str = ""
    hostname: str = ""
    pathname: str = ""
    query_string: str = ""
    fragment: str = ""
    breadcrumb: str = ""


class Referrer(Struct, frozen=True, omit_defaults=True, gc=False):
    """The page that led there. `medium` is `internal`, `search`, `social`, `email`, `unknown` or empty."""

    url: str = ""
    domain: str = ""
    hostname: str = ""
    pathname: str = ""
    query_string: str = ""
    fragment: str = ""
    keywords: str = ""
    name: str = ""
    medium: str = ""


class Browser(Struct, frozen=True, omit_defaults=True, gc=False):
    family: str = ""
    version: str = ""
    lang: str = ""
    view_width: int = 0
    view_height: int = 0


class Device(Struct, frozen=True, omit_defaults=True, gc=False):
    """`category` is `desktop`, `mobile`, `tablet` or `other`."""

    category: str = ""
    type: str = ""
    is_mobile: bool = False
    screen_width: int = 0
    screen_height: int = 0
    screen_density: float = 0
    os_family: str = ""
    os_version: str = ""
    manufacturer: str = ""


class Geolocation(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the truncated IP address is said to be; no finer than a city."""

    country: str = ""
    country_name: str = ""
    region: str = ""
    region_name: str = ""
    locality: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    timezone: str = ""
    source: str = ""


class Campaign(Struct, frozen=True, omit_defaults=True, gc=False):
    """What brought somebody here, by the parameters of the first page."""

    source: str = ""
    medium: str = ""
    name: str = ""
    term: str = ""
    content: str = ""
    click_id: str = ""
    network: str = ""


class Origin(Struct, frozen=True, omit_defaults=True, gc=False):
    """Who visits, from where, with what: the last value of each that was not empty."""

    browser: Browser = Browser()
    device: Device = Device()
    geolocation: Geolocation = Geolocation()
    campaign: Campaign = Campaign()
    referrer: Referrer = Referrer()
    user_agent: str = ""
    ip_address: str = ""
    ip_organization: str = ""


class WebEvent(Struct, frozen=True, omit_defaults=True):
    """One event.

    Shape:   `id` is the server's, `event_id` the client's own where it sent one; `number` and
             `pageview_number` count the customer's events and page views up to and with this one.
             `is_late` when it is older than what came before it.
    Units:   `created_ms` is when it happened by the visitor's clock, within the bounds of §3.6.
    """

    id: str
    name: str
    visit_id: str
    created_ms: int
    page: Page = Page()
    stream_type: str = "Web"
    event_id: str = ""
    number: int = 0
    pageview_number: int = 0
    search_query: str = ""
    referrer: Referrer = Referrer()
    attributes: Mapping[str, Scalar] = {}
    external_id: str = ""
    is_authenticated: bool = False
    is_late: bool = False

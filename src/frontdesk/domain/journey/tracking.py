"""How a site is tracked.

Source:  the schemas of journey.md §13.3. On the wire the names are in camel case.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.domain.journey.criteria import EventName


class PageviewConfig(StrEnum):
    AUTO = "Auto"
    ONCE = "Once"
    OFF = "Off"


class IpFilter(Struct, frozen=True, rename="camel", omit_defaults=True):
    ip_address: str
    name: str = ""


class ClickEvent(Struct, frozen=True, rename="camel", omit_defaults=True):
    selector: str
    event_name: EventName


class InViewportEvent(Struct, frozen=True, rename="camel", omit_defaults=True):
    selector: str
    event_name: EventName


class IdleEvent(Struct, frozen=True, rename="camel", omit_defaults=True):
    event_name: EventName
    idle_after_seconds: Annotated[int, Meta(ge=5)] = 60


class ScrollDepthEvent(Struct, frozen=True, rename="camel", omit_defaults=True):
    percentage: Annotated[int, Meta(ge=1, le=100)]
    event_name: EventName


class FormsTrackEvent(Struct, frozen=True, rename="camel", omit_defaults=True):
    selector: str
    form_name: str
    capture_data_on_form_abandon: bool = False
    capture_data_on_form_submit: bool = False


class Tracking(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What the tracker of a deployment does without code on the page, and what it leaves out."""

    enabled: bool = True
    pageview_config: PageviewConfig = PageviewConfig.AUTO
    excluded_query_parameters: tuple[str, ...] = ()
    keep_only_query_parameters: tuple[str, ...] = ()
    should_keep_url_fragment: bool = False
    search_query_parameters: tuple[str, ...] = ()
    ip_filters: tuple[IpFilter, ...] = ()
    click_events: tuple[ClickEvent, ...] = ()
    in_viewport_events: tuple[InViewportEvent, ...] = ()
    idle_events: tuple[IdleEvent, ...] = ()
    scroll_depth_events: tuple[ScrollDepthEvent, ...] = ()
    forms_track_events: tuple[FormsTrackEvent, ...] = ()

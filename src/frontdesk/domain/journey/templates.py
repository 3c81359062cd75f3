"""Content that several action maps may show.

Source:  the schemas of journey.md §13.3. On the wire the names are in camel case.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct

from frontdesk.domain.journey.action_maps import MediaType
from frontdesk.domain.journey.defined import Defined, Name, Text


class TemplateState(StrEnum):
    ACTIVE = "Active"
    INACTIVE = "Inactive"
    DELETED = "Deleted"


class DisplayMode(StrEnum):
    MODAL = "Modal"
    OVERLAY = "Overlay"
    TOAST = "Toast"


class LayoutMode(StrEnum):
    TEXT_ONLY = "TextOnly"
    IMAGE_ONLY = "ImageOnly"
    LEFT_TEXT = "LeftText"
    RIGHT_TEXT = "RightText"
    TOP_TEXT = "TopText"
    BOTTOM_TEXT = "BottomText"


class LinkTarget(StrEnum):
    BLANK = "Blank"
    SELF = "Self"


class CallToAction(Struct, frozen=True, rename="camel", omit_defaults=True):
    url: Annotated[str, Meta(pattern=r"^(https?://|/)", max_length=2048)]
    text: str = ""
    target: LinkTarget = LinkTarget.SELF


class ContentOffer(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Something shown that is no chat."""

    display_mode: DisplayMode
    layout_mode: LayoutMode
    image_url: str = ""
    image_alt_text: str = ""
    title: Text = ""
    headline: Text = ""
    body: Text = ""
    call_to_action: CallToAction | None = None
    style: Mapping[str, Any] | None = None


class ActionTemplate(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """Content that several action maps may show."""

    name: Name
    media_type: MediaType
    state: TemplateState
    description: Text = ""
    content_offer: ContentOffer | None = None

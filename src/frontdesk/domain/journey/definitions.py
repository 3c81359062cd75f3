"""What a site has defined: segments, outcomes, action maps and what they name, deployments, settings.

Source:  the schemas of journey.md §13.3, whose limits and defaults these types carry. On the wire the names
         are in camel case. What a schema cannot say is checked in `defining.py`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct

from frontdesk.domain.journey.criteria import Context, EventCondition, EventName, Journey, UrlCondition

UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"

SEGMENTS_MAX = 500
OUTCOMES_MAX = 100
PREDICTORS_MAX = 10
ACTION_MAPS_MAX = 200
DEPLOYMENTS_MAX = 100
OTHERS_MAX = 500  # Templates, targets and schedule groups, of each.

Id = Annotated[str, Meta(pattern=UUID)]
Name = Annotated[str, Meta(min_length=1, max_length=256)]
Text = Annotated[str, Meta(max_length=4096)]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[int, Meta(ge=0, le=3600)]


class Ref(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Something else that is defined."""

    id: Id
    self_uri: str = ""


class Defined(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """What all definitions have; the server sets it, whatever a request says.

    Units:   the dates are ISO 8601 in UTC, to the millisecond.
    """

    id: str = ""
    version: int = 0
    created_date: str = ""
    modified_date: str = ""
    self_uri: str = ""


# --- who somebody is, and what is wanted of them ----------------------------------------------------


class Scope(StrEnum):
    """What a segment classifies."""

    SESSION = "Session"
    CUSTOMER = "Customer"


class ExternalSegment(Struct, frozen=True, rename="camel"):
    """Where a segment comes from that is kept elsewhere."""

    id: str
    name: str
    source: str


class Segment(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """A named condition that classifies visits, or customers."""

    display_name: Name
    description: Text = ""
    is_active: bool = True
    color: Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}$")] = "#2f6fb3"
    scope: Scope = Scope.SESSION
    should_display_to_agent: bool = True
    context: Context | None = None
    journey: Journey | None = None
    external_segment: ExternalSegment | None = None
    assignment_expiration_days: Annotated[int, Meta(ge=1, le=365)] | None = None


class ValueType(StrEnum):
    """What kind of number the value of an outcome is."""

    NUMBER = "Number"
    INTEGER = "Integer"


class ValueField(Struct, frozen=True, rename="camel"):
    """The attribute of an event that says what an outcome is worth."""

    name: str
    data_type: ValueType


class Outcome(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """A named goal, or with `is_positive` false something to be avoided."""

    display_name: Name
    description: Text = ""
    is_active: bool = True
    is_positive: bool = True
    context: Context | None = None
    journey: Journey | None = None
    associated_value_field: ValueField | None = None
    count_repeats: bool = False


class Predictor(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """The outcome is scored."""

    outcome: Ref


# --- action maps ------------------------------------------------------------------------------------


class ProbabilityCondition(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True
):
    """An outcome was likely; with `probability`, and is no longer."""

    outcome_id: Id
    maximum_probability: Share
    probability: Share | None = None


class QuantileCondition(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """The same, beside other visits."""

    outcome_id: Id
    max_quantile_threshold: Share
    fallback_quantile_threshold: Share | None = None


class ActivationType(StrEnum):
    """From when on a qualified action may be offered."""

    IMMEDIATE = "immediate"
    DELAY = "delay"
    ON_NEXT_VISIT = "on-next-visit"
    ON_NEXT_SESSION = "on-next-session"


class Activation(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    type: ActivationType
    delay_in_seconds: Annotated[int, Meta(ge=0, le=86_400)] | None = None


class MediaType(StrEnum):
    """What an action does. Those of the second line are known, and refused when a map is saved."""

    WEBCHAT = "webchat"
    CONTENT_OFFER = "contentOffer"
    WEBHOOK = "webhook"
    WEB_MESSAGING_OFFER = "webMessagingOffer"
    ARCHITECT_FLOW = "architectFlow"
    INTEGRATION_ACTION = "integrationAction"
    OPEN_ACTION = "openAction"


class QuestionType(StrEnum):
    TEXT = "text"
    HIDDEN = "hidden"
    SELECT = "select"
    CHECKBOX = "checkbox"
    TEXTAREA = "textarea"


class CustomerProperty(StrEnum):
    GIVEN_NAME = "givenName"
    FAMILY_NAME = "familyName"
    EMAIL = "email"
    PHONE = "phone"
    GENDER = "gender"
    COMPANY_NAME = "companyName"


class SurveyQuestion(Struct, frozen=True, rename="camel", omit_defaults=True):
    """One field of the form that comes before an offered chat."""

    label: str
    type: QuestionType = QuestionType.TEXT
    customer_property: CustomerProperty | None = None
    choices: tuple[str, ...] = ()
    is_mandatory: bool = False


class Survey(Struct, frozen=True, rename="camel"):
    questions: Annotated[tuple[SurveyQuestion, ...], Meta(max_length=50)]


class ActionProps(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What an invitation to a chat says."""

    webchat_title_text: Text = ""
    webchat_prompt: Text = ""
    webchat_accept_text: Text = ""
    webchat_decline_text: Text = ""
    webchat_survey: Survey | None = None


class WebhookFields(Struct, frozen=True, rename="camel", omit_defaults=True):
    url: Annotated[str, Meta(pattern=r"^https?://", max_length=2048)]
    secret_id: str = ""


class ActionKind(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What is done when a map acts."""

    media_type: MediaType
    action_template: Ref | None = None
    action_target_id: Id | None = None
    is_pacing_enabled: bool = True
    props: ActionProps = ActionProps()
    webhook_fields: WebhookFields | None = None


class ScheduleGroups(Struct, frozen=True, rename="camel", omit_defaults=True):
    action_map_schedule_group: Ref
    emergency_action_map_schedule_group: Ref | None = None


class ActionMap(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """When which visitors, at which moment, get which offer.

    Units:   `start_date` and `end_date` are ISO 8601.
    """

    display_name: Name
    action: ActionKind
    activation: Activation
    is_active: bool = True
    trigger_with_segments: tuple[Id, ...] = ()
    trigger_with_event_conditions: tuple[EventCondition, ...] = ()
    trigger_with_outcome_probability_conditions: tuple[ProbabilityCondition, ...] = ()
    trigger_with_outcome_quantile_conditions: tuple[QuantileCondition, ...] = ()
    page_url_conditions: tuple[UrlCondition, ...] = ()
    weight: Annotated[int, Meta(ge=1, le=3)] = 2
    action_map_schedule_groups: ScheduleGroups | None = None
    ignore_frequency_cap: bool = False
    control_group_percent: Annotated[int, Meta(ge=0, le=50)] = 0
    offer_timeout_seconds: Seconds | None = None
    start_date: str | None = None
    end_date: str | None = None


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


class TargetState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


class KeyValue(Struct, frozen=True, rename="camel"):
    key: str
    value: str


class ServiceLevel(Struct, frozen=True, rename="camel"):
    """How many of the chats are to be answered, and how soon."""

    percentage: Share = 0.8
    duration_ms: Annotated[int, Meta(ge=0)] = 20_000


class ActionTarget(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """Where an accepted chat goes.

    Shape:   `queue_id` is the name of a queue of the settings.
    Units:   `short_abandon_threshold` in milliseconds.
    """

    name: Name
    description: Text = ""
    state: TargetState = TargetState.ACTIVE
    queue_id: str = ""
    supported_media_types: tuple[str, ...] = ("webchat",)
    user_data: tuple[KeyValue, ...] = ()
    service_level: ServiceLevel = ServiceLevel()
    short_abandon_threshold: Annotated[int, Meta(ge=0)] = 5000


class Schedule(Struct, frozen=True, rename="camel", omit_defaults=True):
    """When it is so: lines as in opening hours, `mon-fri 09:00-17:00` and `2026-12-24 closed`."""

    name: Name
    week: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


class ScheduleGroup(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """Open in one of `open_schedules` and in none of the others. An emergency group stops its maps."""

    name: Name
    description: Text = ""
    time_zone: str = "UTC"
    open_schedules: tuple[Schedule, ...] = ()
    closed_schedules: tuple[Schedule, ...] = ()
    holiday_schedules: tuple[Schedule, ...] = ()
    is_emergency: bool = False
    is_active: bool = False


# --- the site, and how it is tracked ----------------------------------------------------------------


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


class Deployment(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """One tracked site.

    Shape:   `allowed_origins` as in `https://shop.example`, `*` for any; `service` is the chat service that
             its offers start chats with; `trusts_client_chat_states` is for sites whose chat is not ours.
    """

    name: Name
    allowed_origins: tuple[str, ...] = ()
    service: str = ""
    tracking: Tracking = Tracking()
    offer_timeout_seconds: Seconds | None = None
    trust_client_chat_states: bool = False
    attribution_offered: bool = False


class ConsentMode(StrEnum):
    REQUIRED = "required"
    IMPLIED = "implied"


class StoredIp(StrEnum):
    NONE = "none"
    TRUNCATED = "truncated"


class RetentionDays(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """After how many days what is forgotten."""

    web_events: Annotated[int, Meta(ge=1)] = 90
    sessions: Annotated[int, Meta(ge=1)] = 395
    action_events: Annotated[int, Meta(ge=1)] = 395
    customers: Annotated[int, Meta(ge=1)] = 395
    unlinked_traits: Annotated[int, Meta(ge=1)] = 60


class Privacy(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    consent_mode: ConsentMode = ConsentMode.REQUIRED
    honor_signals: bool = True
    grant_overrides_gpc: bool = False
    erase_on_withdraw: bool = True
    store_ip: StoredIp = StoredIp.TRUNCATED
    retention_days: RetentionDays = RetentionDays()
    exempt_traits: tuple[str, ...] = (
        "givenName",
        "familyName",
        "email",
        "cellPhone",
        "homePhone",
        "workPhone",
    )


class FrequencyCap(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """How often offers of one media type may be made within a visit. `cap_for_period` is `HH:MM`."""

    cap_once_finalized: bool = True
    cap_once_rejected: bool = True
    cap_for_period: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "00:00"


class OffersMax(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """How many offers one customer may get in how many days; 0 is any number."""

    count: Annotated[int, Meta(ge=0)] = 3
    days: Annotated[int, Meta(ge=1)] = 7


class JourneySettings(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What holds for all deployments. `frequency_caps` by media type; absent ones have the defaults."""

    version: int = 0
    session_timeout_minutes: Annotated[int, Meta(ge=1, le=1440)] = 30
    frequency_caps: Mapping[str, FrequencyCap] = {}
    max_offers_per_customer: OffersMax = OffersMax()
    offer_timeout_seconds: Seconds = 30
    time_zone: str = "UTC"
    privacy: Privacy = Privacy()


class Definitions(Struct, frozen=True):
    """All of it, by id. A value is replaced as a whole when anything changes, so it may be compiled once.

    Shape:   `number` grows with each change.
    """

    number: int = 0
    deployments: Mapping[str, Deployment] = {}
    segments: Mapping[str, Segment] = {}
    outcomes: Mapping[str, Outcome] = {}
    predictors: Mapping[str, Predictor] = {}
    action_maps: Mapping[str, ActionMap] = {}
    templates: Mapping[str, ActionTemplate] = {}
    targets: Mapping[str, ActionTarget] = {}
    schedule_groups: Mapping[str, ScheduleGroup] = {}
    settings: JourneySettings = JourneySettings()

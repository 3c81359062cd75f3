"""Action maps: when which visitors, at which moment, get which offer.

Source:  the schemas of journey.md §13.3. On the wire the names are in camel case.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.domain.journey.criteria import EventCondition, UrlCondition
from frontdesk.domain.journey.defined import Defined, Id, Name, Ref, Seconds, Share, Text


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

"""Everything that is defined for journeys, and how much of it there may be.

Source:  journey.md §1.5 and the schemas of §13.3. What a schema cannot say is checked in `checks/`.
"""

from collections.abc import Mapping

from msgspec import Struct

from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.action_targets import ActionTarget, ScheduleGroup
from frontdesk.domain.journey.defined import Defined, Name, Seconds
from frontdesk.domain.journey.segments import Outcome, Predictor, Segment
from frontdesk.domain.journey.site_settings import JourneySettings
from frontdesk.domain.journey.templates import ActionTemplate
from frontdesk.domain.journey.tracking import Tracking

SEGMENTS_MAX = 500
OUTCOMES_MAX = 100
PREDICTORS_MAX = 10
ACTION_MAPS_MAX = 200
DEPLOYMENTS_MAX = 100
OTHERS_MAX = 500  # Templates, targets and schedule groups, of each.


class Deployment(
    Defined, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """One tracked site.

    Shape:   `allowed_origins` as in `https://shop.example`, `*` for any; `service` is the chat service that
             its offers start chats with; `trust_client_chat_states` is for sites whose chat is not
             ours: its browsers say how chats go, and one that is said to go on holds its visit open, for two
             hours at most after the last that was said of it.
    """

    name: Name
    allowed_origins: tuple[str, ...] = ()
    service: str = ""
    tracking: Tracking = Tracking()
    offer_timeout_seconds: Seconds | None = None
    trust_client_chat_states: bool = False
    attribution_offered: bool = False


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

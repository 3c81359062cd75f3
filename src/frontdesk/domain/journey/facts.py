"""The facts of a customer's stream. Never rename or retype a field; each new one has a default.

What is decided with the definitions of the moment (progress towards a segment, a score, a block) is a fact as
well, so that a history says the same after the definitions have changed.
"""

from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from frontdesk.domain.journey.web_events import Origin, WebEvent

STEPS_SHARED_MAX = 4096

# --- the visit --------------------------------------------------------------------------------------


class VisitBegan(Struct, frozen=True, tag=True, omit_defaults=True):
    """There is a new visit. Units: `began_ms` is the time of its first event."""

    visit_id: str
    deployment_id: str
    began_ms: int
    origin: Origin = Origin()


class OriginSeen(Struct, frozen=True, tag=True):
    """More is known of the visit, or something else: this replaces what was known."""

    origin: Origin


class Happened(Struct, frozen=True, tag=True, omit_defaults=True):
    """An event of the visit.

    Shape:   the rest is what its sender is told, however often it is sent: how far the visit was with it, and
             whether an action qualified by it.
    """

    event: WebEvent
    visit_began_ms: int = 0
    visit_active_ms: int = 0
    visit_events: int = 0
    visit_pageviews: int = 0
    has_qualified: bool = False


class Held(Struct, frozen=True, tag=True):
    """A chat began that holds the visit open."""

    interaction_id: str


class Released(Struct, frozen=True, tag=True):
    """That chat is over; the visit's time runs from here."""

    interaction_id: str


class VisitEnded(Struct, frozen=True, tag=True):
    """It is over since `ended_ms`, which may be before this was written down."""

    visit_id: str
    ended_ms: int


# --- what it matches --------------------------------------------------------------------------------


class Step(Struct, frozen=True, gc=False):
    """How far one matcher has come.

    Shape:   `matcher` is the id of a segment, an outcome or an action map, at this `version` of it; `index`
             the pattern that is counted, `counts` how often each was met that is not complete.
    """

    matcher: str
    version: int
    index: int = 0
    counts: tuple[int, ...] = ()


@lru_cache(STEPS_SHARED_MAX)
def shared_step(matcher: str, version: int, index: int = 0, counts: tuple[int, ...] = ()) -> Step:
    """A step, the same one for everybody who has come so far: visits have dozens, and few that differ."""
    return Step(matcher, version, index, counts)


class Advanced(Struct, frozen=True, tag=True, omit_defaults=True):
    """Matchers came further: those of the visit, and those of the customer over all visits."""

    visit: tuple[Step, ...] = ()
    customer: tuple[Step, ...] = ()


class SegmentAssigned(Struct, frozen=True, tag=True, omit_defaults=True):
    """A segment fits, from now on; one of the customer until `expires_ms`, 0 for good."""

    segment_id: str
    assignment_id: str
    visit_id: str
    version: int = 0
    of_customer: bool = False
    expires_ms: int = 0


class SegmentShared(Struct, frozen=True, tag=True, omit_defaults=True):
    """A segment fits since `at_ms` because another browser of the same contact has earned that."""

    segment_id: str
    assignment_id: str
    at_ms: int
    expires_ms: int = 0


class SegmentRemoved(Struct, frozen=True, tag=True):
    """It does not any more: its time is up, or somebody took it away."""

    assignment_id: str


class OutcomeAchieved(Struct, frozen=True, tag=True, omit_defaults=True):
    """A goal was reached. `after` are the action maps that had acted before, by how far (§11.5)."""

    outcome_id: str
    visit_id: str
    version: int = 0
    value: float | None = None
    after_engaged: tuple[str, ...] = ()
    after_offered: tuple[str, ...] = ()


class Scored(Struct, frozen=True, tag=True, omit_defaults=True):
    """How likely an outcome is now, by the model of this number, and how that compares if it is known."""

    outcome_id: str
    model: int
    probability: float
    quantile: float | None = None


# --- actions ----------------------------------------------------------------------------------------


class State(StrEnum):
    """Where an action is in its life. Source: journey.md §9.3, and §4.3 for the words of the wire."""

    QUALIFIED = "qualified"
    QUALIFIED_OUTSIDE_SCHEDULE = "qualifiedOutsideSchedule"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ERRORED = "errored"
    IGNORED = "ignored"
    TIMEDOUT = "timedout"
    STARTED = "started"
    ABANDONED = "abandoned"
    ENGAGED = "engaged"
    COMPLETED = "completed"
    LAPSED = "lapsed"


class Emitter(StrEnum):
    """Who says so: the engine, the browser, the chat server, or the reaper."""

    ENGINE = "E"
    BROWSER = "B"
    CHAT = "C"
    REAPER = "R"


class Stage(StrEnum):
    """How far an offer had come."""

    NONE = ""
    INVITATION = "invitation"
    FORM = "form"
    CHAT = "chat"


class Note(StrEnum):
    """What is recorded of an action without a change of its state.

    Shape:   `STILL_THERE` is ours, and no event for anybody: a ping came after the time of its offer was up.
    """

    OFFERED_OUTSIDE_SCHEDULE = "offeredOutsideSchedule"
    FREQUENCY_CAP_REACHED = "frequencyCapReached"
    STILL_THERE = "stillThere"


class Reason(StrEnum):
    """Why an action was not offered. Source: journey.md §8.3; `ControlGroup` is ours."""

    CONTROL_GROUP = "ControlGroup"
    PAGE_URL = "PageUrlConditionsNotMatching"
    TRIGGER_DATE = "TriggerDateInFuture"
    OUTSIDE_SCHEDULE = "OfferedOutsideSchedule"
    EXISTING_OFFER = "AlreadyExistingOffer"
    FREQUENCY_CAP = "FrequencyCapping"
    NO_AGENTS = "NoAvailableAgents"
    SERVICE_LEVEL = "ServiceLevelThrottling"
    SIMULTANEOUS = "MultipleSimultaneousOffers"
    UNKNOWN = "Unknown"


class Qualified(Struct, frozen=True, tag=True, omit_defaults=True):
    """The trigger of an action map is satisfied: there is an action.

    Shape:   `assignment_id` is that of the customer's segment which did it, if one did; `is_for_later` when
             it is to be offered in a later visit only.
    """

    action_id: str
    map_id: str
    map_version: int
    visit_id: str
    media_type: str
    is_outside_schedule: bool = False
    target_id: str = ""
    template_id: str = ""
    prompt: str = ""
    assignment_id: str = ""
    is_for_later: bool = False


class HandedOut(Struct, frozen=True, tag=True, omit_defaults=True):
    """A tab was given the action to show, and has until `until_ms` to say that it does.

    Shape:   `paced_by` names those whose places it may take, as `pacing.py` does; empty where it takes none;
             `prompt` is the text to show.
    """

    action_id: str
    until_ms: int
    attempt: int = 1
    tab: str = ""
    paced_by: str = ""
    prompt: str = ""


class ChatSummary(Struct, frozen=True, omit_defaults=True, gc=False):
    """How the chat was that came of an action, when it was over: numbers and times, no words.

    Shape:   None is what has not happened.
    Units:   times are milliseconds since the Unix epoch; `elapsed_ms` is the whole chat, `waiting_ms` until
             the first agent.
    """

    num_agents: int = 0
    user_messages: int = 0
    agent_messages: int = 0
    system_messages: int = 0
    files_uploaded: int = 0
    started_ms: int = 0
    agent_reached_ms: int | None = None
    supervisor_reached_ms: int | None = None
    bot_reached_ms: int | None = None
    completed_ms: int | None = None
    cancelled_ms: int | None = None
    elapsed_ms: int | None = None
    waiting_ms: int | None = None


class Moved(Struct, frozen=True, tag=True, omit_defaults=True):
    """An action came into a state.

    Shape:   `event_id` is the client's own; `disposition_ms` how long after the offer, where this disposes of
             it; `interaction_id` the chat that came of it, and `chat` how that was, once it is over.
    """

    action_id: str
    state: State
    emitter: Emitter
    stage: Stage = Stage.NONE
    event_id: str = ""
    error_code: str = ""
    error_message: str = ""
    disposition_ms: int | None = None
    page_url: str = ""
    interaction_id: str = ""
    chat: ChatSummary | None = None


class HeardEarly(Struct, frozen=True, tag=True, omit_defaults=True):
    """What the chat server says of an action that is not accepted yet; a `Moved` is made of it when it is."""

    action_id: str
    state: State
    interaction_id: str
    error_message: str = ""
    chat: ChatSummary | None = None


class Noted(Struct, frozen=True, tag=True):
    """Something about an action that is counted, once."""

    action_id: str
    note: Note


class Block(Struct, frozen=True, omit_defaults=True, gc=False):
    """One action that was looked at and not offered, and what stood in its way."""

    action_id: str
    reason: Reason
    by_action: str = ""
    by_map: str = ""
    cap: str = ""
    url_condition: int = -1
    schedule_group: str = ""
    emergency_group: str = ""


class Blocked(Struct, frozen=True, tag=True):
    """One ping found these not to be offered."""

    blocks: tuple[Block, ...]


class Carried(Struct, frozen=True, tag=True):
    """An action that waited for the next visit belongs to it now."""

    action_id: str
    visit_id: str


class CallOutcome(StrEnum):
    """How a call of somebody's service went: taken, not taken and made again later, not taken at last."""

    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "givenUp"


class Called(Struct, frozen=True, tag=True, omit_defaults=True):
    """The service of a map of the kind `webhook` was called, for the `attempt`-th time."""

    action_id: str
    map_id: str
    visit_id: str
    outcome: CallOutcome
    attempt: int = 1
    reason: str = ""


# --- the person -------------------------------------------------------------------------------------


class Purpose(StrEnum):
    TRACKING = "tracking"
    OFFERS = "offers"


class Consented(Struct, frozen=True, tag=True, omit_defaults=True):
    """What the visitor has decided; no address is kept with it. `purposes` are those granted."""

    deployment_id: str
    purposes: tuple[Purpose, ...]
    text_version: str = ""


class Linked(Struct, frozen=True, tag=True):
    """This browser is one of a contact's."""

    contact_id: str


class Named(Struct, frozen=True, tag=True):
    """The site's own id of who this is."""

    external_id: str


Fact = (
    VisitBegan
    | OriginSeen
    | Happened
    | Held
    | Released
    | VisitEnded
    | Advanced
    | SegmentAssigned
    | SegmentShared
    | SegmentRemoved
    | OutcomeAchieved
    | Scored
    | Qualified
    | HandedOut
    | Moved
    | HeardEarly
    | Noted
    | Blocked
    | Carried
    | Called
    | Consented
    | Linked
    | Named
)

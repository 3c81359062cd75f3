"""What may stand between a qualified action and its offer, in the order in which it is asked.

Source:  journey.md §8.3, whose table is `CHECKS`; §8.4 activation, §8.6 caps.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from frontdesk.domain.journey.action_maps import ActionMap, ActivationType, MediaType
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.customer import WAITING, Action, Customer
from frontdesk.domain.journey.drawing import is_drawn
from frontdesk.domain.journey.facts import Block, Reason, State
from frontdesk.domain.journey.offer_table import is_live
from frontdesk.domain.journey.pacing import Availability, Room
from frontdesk.domain.journey.schedules import emergency_of, group_of, opening
from frontdesk.domain.journey.site_settings import FrequencyCap
from frontdesk.domain.journey.visiting import talks_elsewhere

CAP_ONCE_FINALIZED = "CapOnceFinalized"
CAP_ONCE_REJECTED = "CapOnceRejected"
CAP_FOR_PERIOD = "CapForPeriod"
CUSTOMER_CAP = "CustomerCap"  # Ours.

DAY_MS = 24 * 3600 * 1000


class Ask(Struct, frozen=True):
    """A ping: the page that somebody looks at, in which tab, and whether another media widget is open there.

    Shape:   `tab` may be empty where it is not known.
    """

    url: str
    tab: str = ""
    is_media_open: bool = False


class Candidate(Struct, frozen=True):
    """An action that is looked at, with all that decides. `acted` are those that its visit was given."""

    customer: Customer
    action: Action
    action_map: ActionMap
    ask: Ask
    compiled: Compiled
    desk: Availability
    now_ms: int
    acted: Sequence[Action] = ()

    @property
    def room(self) -> Room:
        """What the target of the action could take."""
        return self.desk.room(
            self.action_map.action.action_target_id or "", self.customer.visit.deployment_id
        )


def acted_in(customer: Customer) -> Sequence[Action]:
    """The actions of the visit that a page was given, or that came further without."""
    visit_id = customer.visit.id
    return [
        action
        for action in customer.actions
        if action.visit_id == visit_id and (action.attempt or action.state not in WAITING)
    ]


class Check(Struct, frozen=True):
    """One row: `find` gives the block where it stands in the way, with its details.

    Shape:   `only_chats` for those that are about people who answer; `only_paced` for those that a map may
             do without.
    """

    name: str
    reason: Reason
    find: Callable[[Candidate], Block | None]
    only_chats: bool = False
    only_paced: bool = False

    def applies(self, action_map: ActionMap) -> bool:
        """Whether it is asked at all."""
        if self.only_chats and action_map.action.media_type is not MediaType.WEBCHAT:
            return False
        return not self.only_paced or action_map.action.is_pacing_enabled


def is_control(action_map: ActionMap, visit_id: str) -> bool:
    """Whether a visit is of the control group of a map, which no edit of the map changes."""
    return is_drawn(action_map.control_group_percent, "control", visit_id, action_map.id)


def _control_group(one: Candidate) -> Block | None:
    if is_control(one.action_map, one.customer.visit.id):
        return Block(one.action.id, Reason.CONTROL_GROUP)
    return None


def _page(one: Candidate) -> Block | None:
    deployment_id = one.customer.visit.deployment_id
    failing = one.compiled.page_matches(one.action_map.id, one.ask.url, deployment_id)
    return None if failing is None else Block(one.action.id, Reason.PAGE_URL, url_condition=failing)


def activates_ms(action: Action, action_map: ActionMap) -> int | None:
    """From when on an action may be offered; None while it waits for a later visit."""
    if action.after_visit:
        return None if action.after_visit == action.visit_id else action.qualified_ms
    is_delayed = action_map.activation.type is ActivationType.DELAY
    delay_s = action_map.activation.delay_in_seconds if is_delayed else None
    return action.qualified_ms + (delay_s or 0) * 1000


def _activation(one: Candidate) -> Block | None:
    from_ms = activates_ms(one.action, one.action_map)
    return Block(one.action.id, Reason.TRIGGER_DATE) if from_ms is None or one.now_ms < from_ms else None


def _schedule(one: Candidate) -> Block | None:
    definitions = one.compiled.definitions
    group, emergency = group_of(one.action_map, definitions), emergency_of(one.action_map, definitions)
    is_closed = group is not None and not opening(group, one.now_ms).is_open
    if not is_closed and emergency is None:
        return None
    return Block(
        one.action.id,
        Reason.OUTSIDE_SCHEDULE,
        schedule_group=group.id if group is not None and is_closed else "",
        emergency_group=emergency.id if emergency is not None else "",
    )


def _existing_offer(one: Candidate) -> Block | None:
    """Another of its kind is before the visitor or on its way there, or a chat goes on."""
    visit = one.customer.visit
    for other in one.acted:
        if other.id == one.action.id:
            continue
        is_same = other.media_type == one.action.media_type
        is_leased = other.leased_until_ms > one.now_ms and other.state in (State.QUALIFIED, State.ERRORED)
        is_talking = other.interaction_id != "" and other.interaction_id in visit.holds
        # Of a chat that is not ours nothing is known but what its browser says.
        is_talking = is_talking or talks_elsewhere(other, one.now_ms)
        if is_talking or (is_same and (is_live(other) or is_leased)):
            return Block(one.action.id, Reason.EXISTING_OFFER, by_action=other.id, by_map=other.map_id)
    if visit.holds or one.ask.is_media_open:
        return Block(one.action.id, Reason.EXISTING_OFFER)
    return None


# --- caps -------------------------------------------------------------------------------------------


def cap_of(one: Candidate) -> FrequencyCap:
    """The caps of the action's kind."""
    return one.compiled.definitions.settings.frequency_caps.get(one.action.media_type, FrequencyCap())


def period_ms(cap: FrequencyCap) -> int:
    """How long two offers of a kind are apart at least; 0 where the other two caps leave it no effect."""
    if cap.cap_once_finalized and cap.cap_once_rejected:
        return 0
    hours, minutes = cap.cap_for_period.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000


def _caps(one: Candidate) -> Block | None:
    if one.action_map.ignore_frequency_cap:
        return None
    cap = cap_of(one)
    others = [
        other
        for other in one.acted
        if other.media_type == one.action.media_type and other.id != one.action.id
    ]
    for name, has_hit in (
        (CAP_ONCE_FINALIZED, _is_finalized if cap.cap_once_finalized else None),
        (CAP_ONCE_REJECTED, _is_rejected if cap.cap_once_rejected else None),
    ):
        hit = next((other for other in others if has_hit is not None and has_hit(other)), None)
        if hit is not None:
            return _capped(one, name, hit)
    last = max(others, key=lambda other: other.shown_ms, default=None)
    if last is not None and last.shown_ms and one.now_ms < last.shown_ms + period_ms(cap):
        return _capped(one, CAP_FOR_PERIOD, last)
    return _capped(one, CUSTOMER_CAP, None) if has_had_enough(one) else None


def has_had_enough(one: Candidate) -> bool:
    """Whether the customer got as many offers lately as one may; showing one again is no other offer."""
    most = one.compiled.definitions.settings.max_offers_per_customer
    if not most.count or one.action.offered_ms:
        return False
    return offers_lately(one.customer, most.days, one.now_ms) >= most.count


def offers_lately(customer: Customer, days: int, now_ms: int) -> int:
    """How many offers a customer got in the last days, in any visit and by any map."""
    return sum(offered_ms > now_ms - days * DAY_MS for offered_ms in customer.offers_ms)


def _is_finalized(action: Action) -> bool:
    """A person was reached; content that was accepted has nobody to reach."""
    if action.media_type == MediaType.WEBCHAT:
        return action.state in (State.ENGAGED, State.COMPLETED)
    return action.state is State.ACCEPTED


def _is_rejected(action: Action) -> bool:
    return action.state is State.REJECTED


def _capped(one: Candidate, name: str, by: Action | None) -> Block:
    by_action, by_map = (by.id, by.map_id) if by is not None else ("", "")
    return Block(one.action.id, Reason.FREQUENCY_CAP, cap=name, by_action=by_action, by_map=by_map)


# --- people who answer ------------------------------------------------------------------------------


def _people(one: Candidate) -> Block | None:
    return Block(one.action.id, Reason.NO_AGENTS) if one.room.free <= 0 else None


def _pacing(one: Candidate) -> Block | None:
    room = one.room
    if room.has_place and room.lets_pass(one.action.id):
        return None
    return Block(one.action.id, Reason.SERVICE_LEVEL)


CHECKS: Sequence[Check] = (
    Check("control group", Reason.CONTROL_GROUP, _control_group),
    Check("page", Reason.PAGE_URL, _page),
    Check("activation", Reason.TRIGGER_DATE, _activation),
    Check("schedule", Reason.OUTSIDE_SCHEDULE, _schedule, only_chats=True),
    Check("existing offer", Reason.EXISTING_OFFER, _existing_offer),
    Check("frequency caps", Reason.FREQUENCY_CAP, _caps),
    Check("agents", Reason.NO_AGENTS, _people, only_chats=True, only_paced=True),
    Check("pacing", Reason.SERVICE_LEVEL, _pacing, only_chats=True, only_paced=True),
)


def first_block(one: Candidate) -> Block | None:
    """The first check that stands in the way, if any does."""
    for check in CHECKS:
        if check.applies(one.action_map) and (block := check.find(one)) is not None:
            return block
    return None

"""What a check of the offer gate found, in words."""

import datetime as dt
from collections.abc import Callable, Mapping

from frontdesk.domain.journey.condition_words import condition_in_words
from frontdesk.domain.journey.facts import Block, Reason
from frontdesk.domain.journey.gate_checks import (
    CAP_FOR_PERIOD,
    CAP_ONCE_FINALIZED,
    CAP_ONCE_REJECTED,
    CUSTOMER_CAP,
    Candidate,
    Check,
    activates_ms,
    cap_of,
    offers_lately,
    period_ms,
)
from frontdesk.domain.journey.schedules import emergency_of, group_of, opening

Values = Mapping[str, str]
Told = tuple[str, Values]


def told_of_check(check: Check, one: Candidate, block: Block | None) -> Told:
    """What a check found, and the values that decided."""
    return _TELL[check.reason](one, block)


def _control(one: Candidate, block: Block | None) -> Told:
    share = one.action_map.control_group_percent
    values = {"controlGroupPercent": str(share)}
    if block is not None:
        return (
            f"The visit is one of the {share} % that are never offered the map, to measure its effect.",
            values,
        )
    return "The visit is not in the control group.", values


def _page(one: Candidate, block: Block | None) -> Told:
    values = {"url": one.ask.url}
    if block is None:
        return "The page is one of those of the map.", values
    failing = one.action_map.page_url_conditions[block.url_condition]
    text = condition_in_words("the address", failing.operator, failing.values)
    return f"Condition {block.url_condition + 1} on the page does not hold: {text}.", values


def _activation(one: Candidate, block: Block | None) -> Told:
    from_ms = activates_ms(one.action, one.action_map)
    if from_ms is None:
        return "It qualified in this visit, and is for a later one.", {}
    values = {"activates": _clock(from_ms)}
    if block is None:
        return "Its time has come.", values
    return f"Its delay has {(from_ms - one.now_ms) / 1000:.0f} s to go.", values


def _schedule(one: Candidate, _block: Block | None) -> Told:
    definitions = one.compiled.definitions
    emergency, group = emergency_of(one.action_map, definitions), group_of(one.action_map, definitions)
    values = {"scheduleGroup": group.id if group is not None else ""}
    if emergency is not None:
        return f"The emergency group “{emergency.name}” is active.", {**values, "emergency": emergency.id}
    if group is None:
        return "It has no schedule, and acts always.", {}
    if group.id not in definitions.schedule_groups:
        return "Its schedule group is not there any more.", values
    found = opening(group, one.now_ms)
    because = f", by “{found.because_of}”" if found.because_of else ""
    if not group.open_schedules:
        because = ": it has no open schedule"
    return f"The schedule group “{group.name}” is {'open' if found.is_open else 'closed'}{because}.", values


def _existing(one: Candidate, block: Block | None) -> Told:
    if block is None:
        return "No other offer of its kind is open, and no chat.", {}
    if block.by_map:
        other = one.compiled.definitions.action_maps.get(block.by_map)
        name = other.display_name if other is not None else block.by_map
        return f"An offer of the map “{name}” is open, or what came of it.", {"actionMap": block.by_map}
    return "A chat goes on, or another media widget is open.", {}


def _caps(one: Candidate, block: Block | None) -> Told:
    if block is None:
        ignores = one.action_map.ignore_frequency_cap
        return ("The map ignores frequency caps." if ignores else "No frequency cap is reached."), {}
    values = {"cap": block.cap, "actionMap": block.by_map}
    most = one.compiled.definitions.settings.max_offers_per_customer
    lately = f"{offers_lately(one.customer, most.days, one.now_ms)} offers in the last {most.days} days"
    texts = {
        CAP_ONCE_FINALIZED: "Another offer of its kind has come to its good end in this visit.",
        CAP_ONCE_REJECTED: "Another offer of its kind was declined in this visit.",
        CAP_FOR_PERIOD: f"Offers of its kind are {period_ms(cap_of(one)) // 60_000} minutes apart at least.",
        CUSTOMER_CAP: f"The customer got {lately}, and {most.count} are the most.",
    }
    return texts[block.cap], values


def _people(one: Candidate, block: Block | None) -> Told:
    values = {"free": str(one.room.free)}
    if block is not None:
        return "Nobody who answers its chats is ready and has a free place.", values
    places = "is one free place" if one.room.free == 1 else f"are {one.room.free} free places"
    return f"There {places}.", values


def _pacing(one: Candidate, block: Block | None) -> Told:
    room = one.room
    values = {
        "free": str(room.free),
        "waiting": str(room.waiting),
        "accepted": str(room.accepted),
        "outstanding": str(room.outstanding),
        "pAccept": f"{room.p_accept:.3f}",
        "pStart": f"{room.p_start:.3f}",
        "load": f"{room.load:.2f}",
        "keepable": f"{room.keepable:.2f}",
        "allowFraction": f"{room.allow_fraction:.2f}",
    }
    if block is None:
        return "People can take the chat of one more offer.", values
    if room.has_place:
        text = f"The service level is too low: only {room.allow_fraction:.0%} of offers are made."
        return text, values
    load = f"{room.load + room.p_accept:.2f}"
    return f"With it {load} chats are to be expected, and people can take {room.keepable:.2f}.", values


def _clock(at_ms: int) -> str:
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).isoformat(timespec="milliseconds")


_TELL: Mapping[Reason, Callable[[Candidate, Block | None], Told]] = {
    Reason.CONTROL_GROUP: _control,
    Reason.PAGE_URL: _page,
    Reason.TRIGGER_DATE: _activation,
    Reason.OUTSIDE_SCHEDULE: _schedule,
    Reason.EXISTING_OFFER: _existing,
    Reason.FREQUENCY_CAP: _caps,
    Reason.NO_AGENTS: _people,
    Reason.SERVICE_LEVEL: _pacing,
}

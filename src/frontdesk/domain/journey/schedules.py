"""When a schedule group is open: in one of its open schedules, and in none of the closed ones and holidays.

Source:  journey.md §8.8.
"""

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from frontdesk.domain.hours import Hours, hours_of, is_open
from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.action_targets import Schedule, ScheduleGroup
from frontdesk.domain.journey.definitions import Definitions

_NEVER = "mon closed"
"""A week of nothing: without any line of a week, hours are those of a place that is always open."""
_ALL_DAY = "00:00-24:00"


class Opening(Struct, frozen=True):
    """Whether something is open. Shape: `because_of` names the schedule that decided, if one did."""

    is_open: bool
    because_of: str = ""


def opening(group: ScheduleGroup, at_ms: int) -> Opening:
    """Whether a group is open at a moment. The beginning of a span is in it, its end is not."""
    for schedule in (*group.closed_schedules, *group.holiday_schedules):
        if is_open(_shut_hours(group.time_zone, schedule), at_ms):
            return Opening(False, schedule.name)
    for schedule in group.open_schedules:
        if is_open(_open_hours(group.time_zone, schedule), at_ms):
            return Opening(True, schedule.name)
    return Opening(False)


def check(group: ScheduleGroup) -> None:
    """Errors: `Refused("hours_invalid")` saying what to write instead."""
    for schedule in group.open_schedules:
        _open_hours(group.time_zone, schedule)
    for schedule in (*group.closed_schedules, *group.holiday_schedules):
        _shut_hours(group.time_zone, schedule)
    hours_of(group.time_zone, (), ())


def group_of(action_map: ActionMap, definitions: Definitions) -> ScheduleGroup | None:
    """The group that says when a map acts; None for one that always does.

    Shape:   where the group is gone it is one that never opens: better no offer than one at night.
    """
    groups = action_map.action_map_schedule_groups
    if groups is None:
        return None
    group_id = groups.action_map_schedule_group.id
    return definitions.schedule_groups.get(group_id) or ScheduleGroup(id=group_id, name=group_id)


def emergency_of(action_map: ActionMap, definitions: Definitions) -> ScheduleGroup | None:
    """The emergency group that stops a map now, if one does."""
    groups = action_map.action_map_schedule_groups
    ref = groups.emergency_action_map_schedule_group if groups is not None else None
    group = definitions.schedule_groups.get(ref.id) if ref is not None else None
    return group if group is not None and group.is_active else None


def is_map_open(action_map: ActionMap, definitions: Definitions, at_ms: int) -> bool:
    """Whether the schedule of a map is open; an emergency closes nothing, it stops offers."""
    group = group_of(action_map, definitions)
    return group is None or opening(group, at_ms).is_open


def _open_hours(time_zone: str, schedule: Schedule) -> Hours:
    return _hours(time_zone, schedule.week, schedule.days)


def _shut_hours(time_zone: str, schedule: Schedule) -> Hours:
    """The hours in which somebody is away: `12-25 closed` there is all of that day, as people mean it."""
    week, days = ([line.lower().replace("closed", _ALL_DAY) for line in of] for of in _lines(schedule))
    return _hours(time_zone, tuple(week) or (_NEVER,), tuple(days))


def _lines(schedule: Schedule) -> Sequence[Sequence[str]]:
    return schedule.week, schedule.days


@lru_cache(maxsize=2000)
def _hours(time_zone: str, week: tuple[str, ...], days: tuple[str, ...]) -> Hours:
    return hours_of(time_zone, week, days)

"""When a schedule group is open."""

import datetime as dt

import pytest

from frontdesk.domain.journey.action_maps import ScheduleGroups
from frontdesk.domain.journey.action_targets import Schedule, ScheduleGroup
from frontdesk.domain.journey.defined import Ref
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.moments import ms_of
from frontdesk.domain.journey.schedules import check, emergency_of, group_of, is_map_open, opening
from frontdesk.errors import Refused
from tests.domain.journey.acting import a_map

OFFICE = ScheduleGroup(
    id="g1",
    name="office",
    time_zone="Europe/Berlin",
    open_schedules=(
        Schedule(name="weekdays", week=("mon-fri 09:00-17:00",)),
        Schedule(name="saturdays", week=("sat 10:00-14:00",)),
    ),
    closed_schedules=(Schedule(name="lunch", week=("mon-fri 12:00-13:00",)),),
    holiday_schedules=(Schedule(name="holidays", days=("12-25 closed", "2026-12-24 12:00-24:00")),),
)


@pytest.mark.parametrize(
    ("moment", "is_open", "because_of"),
    [
        ("2026-11-20T08:59:59.999+01:00", False, ""),
        ("2026-11-20T09:00+01:00", True, "weekdays"),
        ("2026-11-20T12:00+01:00", False, "lunch"),
        ("2026-11-20T13:00+01:00", True, "weekdays"),
        ("2026-11-20T17:00+01:00", False, ""),
        ("2026-11-21T11:00+01:00", True, "saturdays"),
        ("2026-12-24T11:59+01:00", True, "weekdays"),
        ("2026-12-24T13:00+01:00", False, "holidays"),
        ("2026-12-25T13:00+01:00", False, "holidays"),
        ("2026-07-01T09:00+02:00", True, "weekdays"),
    ],
)
def test_it_is_open_in_one_that_is_open_and_in_none_of_the_others(
    moment: str, is_open: bool, because_of: str
) -> None:
    found = opening(OFFICE, ms_of(moment))
    assert (found.is_open, found.because_of) == (is_open, because_of)


def test_a_group_without_an_open_schedule_never_opens() -> None:
    assert not opening(ScheduleGroup(name="empty"), 0).is_open


def test_an_open_schedule_without_lines_is_always_open_and_a_closed_one_never_shut() -> None:
    group = ScheduleGroup(name="all", open_schedules=(Schedule("o"),), closed_schedules=(Schedule("c"),))
    assert opening(group, 0).is_open


def test_a_map_without_a_group_always_acts_and_one_whose_group_is_gone_never() -> None:
    assert is_map_open(a_map("m1"), Definitions(), 0)
    lost = a_map("m1", action_map_schedule_groups=ScheduleGroups(Ref(id="gone")))
    group = group_of(lost, Definitions())
    assert group is not None
    assert group.id == "gone"
    assert not is_map_open(lost, Definitions(), 0)


@pytest.mark.parametrize("is_active", [True, False])
def test_an_emergency_is_one_while_it_is_active(is_active: bool) -> None:
    alarm = ScheduleGroup(id="e1", name="alarm", is_emergency=True, is_active=is_active)
    groups = ScheduleGroups(Ref(id="g1"), emergency_action_map_schedule_group=Ref(id="e1"))
    found = emergency_of(
        a_map("m1", action_map_schedule_groups=groups), Definitions(schedule_groups={"e1": alarm})
    )
    assert (found is not None) is is_active


@pytest.mark.parametrize(
    "group",
    [
        ScheduleGroup(name="g", time_zone="Nowhere"),
        ScheduleGroup(name="g", open_schedules=(Schedule("o", week=("someday 09:00-10:00",)),)),
        ScheduleGroup(name="g", closed_schedules=(Schedule("c", days=("02-30 closed",)),)),
        ScheduleGroup(name="g", holiday_schedules=(Schedule("h", days=("whenever",)),)),
    ],
    ids=["zone", "open", "closed", "holiday"],
)
def test_what_cannot_be_read_is_refused_when_it_is_checked(group: ScheduleGroup) -> None:
    with pytest.raises(Refused) as refused:
        check(group)
    assert refused.value.code == "hours_invalid"


def test_a_group_that_can_be_read_passes() -> None:
    check(OFFICE)


def test_a_moment_without_a_zone_is_in_utc() -> None:
    expected = round(dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC).timestamp() * 1000)
    assert ms_of("2026-11-20T09:00:00") == ms_of("2026-11-20T09:00:00Z") == expected

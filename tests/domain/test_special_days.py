"""Special days as operators write them down, and public holidays."""

import pytest

from frontdesk.domain.special_days import (
    SpecialDay,
    check_place,
    check_zone,
    public_holidays,
    special_days_of,
)
from frontdesk.errors import Refused


def test_days_may_be_of_one_year_of_every_year_or_of_every_week() -> None:
    assert special_days_of(["2026-12-24 12:00-24:00", " 12-25 ", "Sunday", "02-29"]) == (
        SpecialDay("2026-12-24", "12:00", "24:00"),
        SpecialDay("12-25"),
        SpecialDay("sunday"),
        SpecialDay("02-29"),
    )


@pytest.mark.parametrize(
    "line",
    ["", "2026-02-30", "13-01", "someday", "12-25 closed", "12-25 17:00-09:00", "12-25 25:00-26:00", "2026"],
)
def test_what_is_no_day_is_told(line: str) -> None:
    with pytest.raises(Refused) as caught:
        special_days_of([line])
    assert caught.value.code == "day_invalid"


def test_a_region_has_holidays_of_its_own() -> None:
    bavaria, germany = public_holidays("de", "by", 2026), public_holidays("DE", "", 2026)
    assert SpecialDay("2026-01-06") in bavaria
    assert SpecialDay("2026-01-06") not in germany
    assert SpecialDay("2026-10-03") in germany


def test_places_and_zones_that_nobody_knows_are_told() -> None:
    for country, region in (("XX", ""), ("DE", "XX")):
        with pytest.raises(Refused) as caught:
            check_place(country, region)
        assert caught.value.code == "place_unknown"
    check_zone("Europe/Berlin")
    for zone in ("Europe/Nowhere", "../etc/passwd", ""):
        with pytest.raises(Refused):
            check_zone(zone)

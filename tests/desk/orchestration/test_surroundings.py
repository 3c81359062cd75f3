"""What scripts may look at: lists, options, calendars and zones, of the installation and of applications."""

import datetime as dt

import pytest

from frontdesk.desk.orchestration.application_files import ApplicationSettings, Document
from frontdesk.desk.orchestration.surroundings import (
    Said,
    SessionWorlds,
    Told,
    said_by,
    surroundings,
    zones_in,
)
from frontdesk.domain.orchestration.facts import Began
from frontdesk.domain.orchestration.session import Session
from frontdesk.domain.special_days import Calendar, special_days_of
from frontdesk.errors import NotFound, Refused
from frontdesk.scxml.packed import unpack
from tests.desk.nodes import Clock
from tests.desk.orchestration.stage import Shelf, ors, stage

pytestmark = pytest.mark.anyio

TOLD = Told(
    lists={"vips": {"Mira": {"level": "gold"}}},
    options={"greeting": "Hello"},
    calendars={"closed": Calendar(special_days_of(["12-24 12:00-24:00"]), "DE", "BY")},
    zones=("Europe/Berlin",),
)


def ms(year: int, month: int, day: int) -> int:
    return round(dt.datetime(year, month, day, tzinfo=dt.UTC).timestamp() * 1000)


async def test_zones_are_as_far_from_utc_as_they_are_then() -> None:
    assert surroundings(TOLD, Said(), ms(2026, 1, 1)).zones == {"Europe/Berlin": 60}
    assert surroundings(TOLD, Said(), ms(2026, 7, 1)).zones == {"Europe/Berlin": 120}


async def test_public_holidays_are_special_days_of_this_year_and_those_around_it() -> None:
    days = surroundings(TOLD, Said(), ms(2026, 7, 1)).days["closed"]
    assert (days[0].day, days[0].since, days[0].until) == ("12-24", "12:00", "24:00")
    names = {day.day for day in days}
    assert {"2026-12-25", "2026-01-06", "2025-12-25", "2027-01-01"} <= names
    assert "2028-01-01" not in names


async def test_an_application_names_zones_by_using_them() -> None:
    files = [b"timeInZone('Asia/Tokyo') + 'Not/AZone'", b"dayInZone('America/Argentina/Ushuaia')"]
    assert zones_in(files) == ("America/Argentina/Ushuaia", "Asia/Tokyo")
    document = Document(
        "app",
        "1",
        ApplicationSettings(name="app", document="a.scxml", days={"off": ("sunday",)}),
        {"a.scxml": files[0]},
    )
    said = said_by(document)
    assert (said.zones, said.days) == (("Asia/Tokyo",), {"off": special_days_of(["sunday"])})


async def test_days_of_an_application_that_are_none_are_a_mistake_of_it() -> None:
    with pytest.raises(Refused, match="write a date"):
        ApplicationSettings(name="app", days={"off": ("someday",)})


async def test_what_an_application_says_comes_first() -> None:
    said = Said(
        lists={"vips": {"Otto": {}}}, options={"greeting": "Hi"}, days={"mine": special_days_of(["sunday"])}
    )
    seen = surroundings(TOLD, said, 0)
    assert (seen.lists, seen.options, set(seen.days)) == (
        {"vips": {"Otto": {}}},
        {"greeting": "Hi"},
        {"closed", "mine"},
    )


async def test_a_world_is_the_same_text_until_something_changes() -> None:
    clock = Clock()

    async def none(name: str, _version: str) -> Document:
        raise NotFound(name)

    session = Session(id="s1", began=Began("app", version="1"))
    worlds = SessionWorlds(TOLD, none, clock)
    first = await worlds.world(session, ())
    clock.after_s(60)
    assert await worlds.world(session, ()) == first
    clock.after_s(200 * 24 * 3600)
    assert await worlds.world(session, ()) != first
    worlds.value = lambda name, statistic: len(name) + len(statistic) / 100
    seen = unpack(await worlds.world(session, {"q|Stat", "?:a=1|b=1@.GA|Stat"}))
    assert seen["statistics"] == {"q|Stat": 1.04, "?:a=1|b=1@.GA|Stat": 13.04}


async def test_documents_see_all_of_it() -> None:
    document = ors("""
      <state id="looking"><onentry>
        <log expr="_genesys.session.getListItemValue('vips', 'Mira', 'level')"/>
        <log expr="_genesys.session.getListItemValue('vips', 'Nobody', 'level')"/>
        <log expr="_genesys.session.listLookupValue('vips', 'Mira').level"/>
        <log expr="_genesys.session.getConfigOption('greeting')"/>
        <log expr="_genesys.session.isSpecialDay('closed', '2025-12-25')"/>
        <log expr="_genesys.session.isSpecialDay('closed', '2025-12-29')"/>
        <log expr="_genesys.session.timeInZone('Asia/Tokyo')"/>
        <log expr="_genesys.session.dateInZone('Europe/Berlin')"/>
        <log expr="_genesys.session.dayInZone('Europe/Berlin')"/>
        <log expr="_genesys.session.tenant + ' ' + _genesys.session.tenantid"/>
      </onentry><transition target="done"/></state>
      <final id="done"/>""")
    shelf, clock = Shelf(looks=document), Clock()
    async with stage(shelf, clock=clock, worlds=SessionWorlds(TOLD, shelf.document, clock)) as node:
        said = await node.said(await node.start("looks"))
    now = dt.datetime.fromtimestamp(clock() / 1000, dt.UTC)
    assert said == [
        "gold",
        "undefined",
        "gold",
        "Hello",
        "true",
        "false",
        f"{now + dt.timedelta(hours=9):%H:%M:%S}",
        f"{now + dt.timedelta(hours=2):%Y-%m-%d}",
        f"{now + dt.timedelta(hours=2):%A}",
        "Environment 1",
    ]

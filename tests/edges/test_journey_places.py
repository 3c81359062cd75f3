"""Where visitors are: a database of places, what depends on it, and what is told when it cannot be read."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from structlog.testing import capture_logs

from frontdesk.cli.checks import Finding, findings
from frontdesk.desk.journeys.places import Places, locate_by
from frontdesk.desk.journeys.reading import stamp
from frontdesk.domain.journey.deriving import nowhere
from frontdesk.domain.journey.facts import SegmentAssigned
from frontdesk.domain.journey.web_events import Geolocation
from frontdesk.settings import DatabaseSettings, Settings
from frontdesk.settings_journeys import JourneysSettings
from tests.conformance.journey.tracked import SERVER_KEY, Tracked, Visitor, tracked, tracking_in

pytestmark = pytest.mark.anyio
BERLIN = "203.0.113.77"
LIMA = "2001:db8:7:1234::5"
ELSEWHERE = "198.51.100.7"


def written(folder: Path) -> Path:
    """A small database of cities, as those that operators bring."""
    path = folder / "cities.mmdb"
    writer = MMDBWriter(
        ip_version=6, ipv4_compatible=True, database_type="Cities", languages=["en"], float_type="f64"
    )
    berlin = {
        "country": {"iso_code": "DE", "names": {"en": "Germany", "de": "Deutschland"}},
        "subdivisions": [{"iso_code": "BE", "names": {"en": "Land Berlin"}}],
        "city": {"names": {"en": "Berlin"}},
        "postal": {"code": "10117"},
        "location": {"latitude": 52.5167, "longitude": 13.3833, "time_zone": "Europe/Berlin"},
    }
    writer.insert_network(IPSet(["203.0.113.0/24"]), berlin)
    writer.insert_network(IPSet(["2001:db8:7::/48"]), {"country": {"iso_code": "PE"}})
    writer.insert_network(IPSet(["192.0.2.0/24"]), {"country": "not as agreed"})
    writer.to_db_file(str(path))
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("places"))


@pytest.fixture(scope="module")
async def site(path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tracked]:
    own = JourneysSettings(places=str(path), server_keys=(SERVER_KEY,))
    async with tracked(tracking_in(tmp_path_factory.mktemp("tracked"), own)) as made:
        yield made


def server_of(site: Tracked) -> Visitor:
    """A visitor of whom the site's own server tells, with the address."""
    return site.visitor(authorization=f"Bearer {SERVER_KEY}")


async def fitting(site: Tracked, visitor: Visitor) -> list[str]:
    """The segments that were assigned to a visitor."""
    return [fact.segment_id for fact in await site.history(visitor) if isinstance(fact, SegmentAssigned)]


# --- the database -----------------------------------------------------------------------------------


def test_a_place_is_no_finer_than_a_city(path: Path) -> None:
    places = Places(path)
    assert places.locate("203.0.113.0") == Geolocation(
        country="DE",
        country_name="Germany",
        region="BE",
        region_name="Land Berlin",
        locality="Berlin",
        latitude=52.5,
        longitude=13.4,
        timezone="Europe/Berlin",
        source="Cities",
    )
    assert places.locate("2001:db8:7::") == Geolocation(country="PE", source="Cities")
    assert places.locate("198.51.100.0") is None
    assert places.locate("192.0.2.0") is None
    places.close()


@pytest.mark.parametrize("content", [None, b"", b"no database of anything"])
def test_a_file_that_cannot_be_read_is_told_and_nobody_is_anywhere(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "cities.mmdb"
    if content is not None:
        path.write_bytes(content)
    with capture_logs() as told:
        assert locate_by(str(path)) is nowhere
    (line,) = told
    assert (line["event"], line["log_level"]) == ("places_unreadable", "error")
    assert str(path) in line["reason"]
    assert "[journeys] places" in line["advice"]


async def test_the_doctor_opens_it(path: Path, tmp_path: Path) -> None:
    async def found(places: str) -> list[Finding]:
        settings = Settings(
            database=DatabaseSettings(url="memory:"), journeys=JourneysSettings(places=places)
        )
        return [finding async for finding in findings(settings, 1) if finding.subject == "places"]

    assert await found("") == []
    (good,) = await found(str(path))
    assert (good.level, good.text[:7]) == ("good", "Cities,")
    (bad,) = await found(str(tmp_path / "nothing.mmdb"))
    assert (bad.level, bool(bad.advice)) == ("bad", True)


# --- what depends on it -----------------------------------------------------------------------------


async def test_23_a_condition_on_the_country_holds_where_the_address_is(site: Tracked) -> None:
    germany = {
        "patterns": [{"criteria": [{"key": "geolocation.country", "operator": "equal", "values": ["DE"]}]}]
    }
    segment = await site.segment("/from-here", context=germany)
    fits = {}
    for address in (BERLIN, LIMA, ELSEWHERE):
        visitor = server_of(site)
        await visitor.does(path="/elsewhere", ipAddress=address)
        assert await fitting(site, visitor) == []
        await visitor.does(path="/from-here", ipAddress=address)
        fits[address] = await fitting(site, visitor)
    assert fits == {BERLIN: [segment], LIMA: [], ELSEWHERE: []}


async def test_the_place_is_kept_with_the_visit_and_the_whole_address_is_not(site: Tracked) -> None:
    visitor = server_of(site)
    answer = await visitor.does(ipAddress=BERLIN)
    shown = await site.manage("GET", f"/sessions/{answer['session']['id']}")
    assert (shown["geolocation"]["country"], shown["geolocation"]["locality"]) == ("DE", "Berlin")
    assert BERLIN not in str(await site.history(visitor))


async def test_reports_group_by_country(site: Tracked) -> None:
    mark = f"/{uuid.uuid4()}"
    map_id = await site.map([await site.segment(mark)])
    for address in (BERLIN, BERLIN, LIMA, ELSEWHERE):
        await server_of(site).does(path=mark, ipAddress=address)
    now_ms = site.clock_ms()
    query = {
        "interval": f"{stamp(now_ms - 3_600_000)}/{stamp(now_ms + 1000)}",
        "metrics": ["nWebActionsQualified"],
        "groupBy": ["journeyIpGeolocationCountry"],
        "filter": {"predicates": [{"dimension": "journeyActionMapId", "value": map_id}]},
    }
    answer = await site.manage("POST", "/../../v2/analytics/journeys/aggregates/query", query)
    found = {
        one["group"]["journeyIpGeolocationCountry"]: one["data"][0]["metrics"][0]["stats"]["count"]
        for one in answer["results"]
    }
    assert found == {"DE": 2, "PE": 1, None: 1}

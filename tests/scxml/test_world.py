"""What functions of scripts answer at once: the world that a step is given."""

from frontdesk.scxml.enums import CALL_STATES, CC_CAUSES, CC_EVENTS, TABLES
from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Logged
from frontdesk.scxml.packed import pack, unpack
from frontdesk.scxml.session import Session
from frontdesk.scxml.world import Server, SpecialDay, Surroundings, World
from tests.scxml.staging import ors

CHRISTMAS_EVE_MS = 1_798_138_800_000  # 2026-12-24 19:00 UTC, a Thursday.
WORLD = World(
    Surroundings(
        tenant="Environment",
        tenantid="1",
        server=Server("http://127.0.0.1:8080", "node-1", "shop"),
        lists={"vip": {"amy": {"level": "gold", "since": "2020"}, "bob": "plain"}},
        options={"greeting": "hello", "mail": {"from": "shop@example.org"}},
        days={
            "holidays": (
                SpecialDay("12-25"),
                SpecialDay("2026-12-24", since="12:00"),
                SpecialDay("sunday"),
            )
        },
        zones={"Europe/Berlin": 60, "Asia/Kolkata": 330},
    ),
    {"sales@.GA|StatAgentsAvailable": 3},
)


def session() -> Session:
    found = Session(
        ors(
            """<state id="a">
            <transition event="see"><log expr="JSON.stringify(eval(_event.data))"/></transition>
            <transition event="error"><log expr="_event.name"/></transition></state>"""
        ),
        "s",
    )
    found.start(CHRISTMAS_EVE_MS, 1, world=WORLD.packed())
    return found


def seen(expr: str, found: Session | None = None, world: str = "") -> object:
    """What a script gets, as JSON has it."""
    found = found or session()
    found.receive(Event("see", data=pack(expr)))
    (told,) = found.step(CHRISTMAS_EVE_MS, 1, world=world)
    assert isinstance(told, Logged)
    return unpack(told.text) if told.text.startswith(("[", "{", '"')) else told.text


def test_the_tenant_and_the_node() -> None:
    assert seen("(function (s) { return [s.tenant, s.tenantid, s.server] })(_genesys.session)") == [
        "Environment",
        "1",
        {"url": "http://127.0.0.1:8080", "name": "node-1", "cluster": "shop"},
    ]
    assert seen("_genesys.session.setTenant('Environment')") == "undefined"
    assert seen("_genesys.session.setTenant('Other')") == "error.illegalvalue.rangeerror"
    assert seen("_genesys.session.server.name = 'x'") == "error.illegalvalue.typeerror"


def test_lists_by_item_and_by_key() -> None:
    get = "_genesys.session.getListItemValue"
    assert seen(f"{get}('vip', 'amy')") == {"level": "gold", "since": "2020"}
    assert seen(f"[{get}('vip', 'amy', 'level'), {get}('vip', 'amy', 'none')]") == ["gold", ""]
    assert seen(f"[{get}('vip', 'bob'), typeof {get}('vip', 'eve'), typeof {get}('none', 'x')]") == [
        "plain",
        "undefined",
        "undefined",
    ]
    assert seen("_genesys.session.listLookupValue('vip', 'bob')") == "plain"
    assert seen(
        f"(function () {{ {get}('vip', 'amy').level = 'x'; return {get}('vip', 'amy', 'level') }})()"
    ) == ("gold")


def test_options_by_name_and_section() -> None:
    get, order = "_genesys.session.getConfigOption", "_genesys.session.lookupseq.StartFromStrategy"
    assert seen(f"[{get}('greeting', {order}), {get}('from', {order}, 'mail'), {get}('none', {order})]") == [
        "hello",
        "shop@example.org",
        "",
    ]
    assert seen(order) == "-1"


def test_the_time_in_a_zone() -> None:
    told = "[s.timeInZone(z), s.dateInZone(z), s.dayInZone(z)]"
    for zone, time in [
        ("UTC", ["19:00:00", "2026-12-24", "Thursday"]),
        ("Europe/Berlin", ["20:00:00", "2026-12-24", "Thursday"]),
        ("Asia/Kolkata", ["00:30:00", "2026-12-25", "Friday"]),
        ("UTC-02:30", ["16:30:00", "2026-12-24", "Thursday"]),
    ]:
        assert seen(f"(function (s, z) {{ return {told} }})(_genesys.session, '{zone}')") == time
    assert seen("_genesys.session.timeInZone('Atlantis')") == "error.illegalvalue.rangeerror"


def test_special_days() -> None:
    def is_special(arguments: str) -> object:
        return seen(f"_genesys.session.isSpecialDay({arguments})")

    assert is_special("'holidays', '2031-12-25'") == "true"
    assert is_special("'holidays', '2026-12-27'") == "true"  # A Sunday.
    assert is_special("'holidays', new Date(2026, 11, 23)") == "false"
    assert is_special("'holidays'") == "true"
    assert is_special("'holidays', '', 'UTC', true") == "true"
    assert is_special("'holidays', '', '-08:00', true") == "false"  # There it is eleven in the morning.
    assert is_special("'none', '2031-12-25'") == "false"
    assert is_special("'holidays', 'someday'") == "error.illegalvalue.rangeerror"


def test_a_statistic_that_is_not_known_is_wanted() -> None:
    found = session()
    get = "_genesys.statistic.sData"
    assert seen(f"{get}('sales@.GA', 'StatAgentsAvailable')", found) == "3"
    assert list(found.wanted) == []
    assert seen(f"[{get}('b', 'Stat'), {get}('a', 'Stat'), {get}('a', 'Stat')]", found) == [None, None, None]
    assert list(found.wanted) == ["a|Stat", "b|Stat"]
    assert seen(f"{get}({{}}, 'Stat')", found) == "error.illegalvalue.typeerror"
    assert list(found.wanted) == []


def test_a_step_may_be_taken_again_with_what_was_wanted() -> None:
    found = session()
    stored, _ = found.snapshot()
    get = "_genesys.statistic.sData('a', 'Stat')"
    assert seen(get, found) == "null"
    again = Session.restore(found.machine, stored, world=World(statistics={"a|Stat": 7}).packed())
    assert seen(get, again) == "7"


def test_a_world_lasts_until_there_is_another() -> None:
    found = session()
    assert seen("_genesys.session.tenant", found) == "Environment"
    assert seen("_genesys.session.tenant", found, World(Surroundings(tenant="Other")).packed()) == "Other"
    assert seen("_genesys.session.tenant", found) == "Other"


def test_without_a_world_there_is_nothing_to_tell() -> None:
    chart = ors("""<state id="a"><onentry><log expr="uneval(_genesys.session.server)"/>
        <log expr="typeof _genesys.session.tenant + _genesys.session.isSpecialDay('a')"/></onentry>
        </state>""")
    assert Session(chart, "s").start(0, 1) == [Logged("", "({})"), Logged("", "undefinedfalse")]


def test_every_enumeration_is_there_for_scripts() -> None:
    for part, tables in TABLES.items():
        for name, table in tables.items():
            assert seen(f"_genesys.{part}.{name}") == dict(table)
    assert [len(CC_EVENTS), len(CC_CAUSES), len(CALL_STATES)] == [14, 11, 35]

"""Orchestration, check 97: limits as an installation has them that sets none, by a clock that tests move."""

import pytest

from frontdesk.desk.orchestration.resting import Bounds
from frontdesk.domain.orchestration.session import Life
from frontdesk.domain.orchestration.stepping import Times
from frontdesk.errors import Refused, Unavailable
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack
from frontdesk.settings_orchestration import OrchestrationSettings
from tests.desk.orchestration.stage import Ear, Shelf, ors, stage

pytestmark = pytest.mark.anyio

HOUR_S, DAY_S = 3_600, 86_400
OWN = OrchestrationSettings()
TIMES = Times(
    age_ms=OWN.session_age_s * 1000, idle_ms=OWN.session_idle_s * 1000, requests_ms=OWN.requests_ms()
)
WAITS = ors('<state id="on"><transition event="*"><log expr="_event.name"/></transition></state>')
LONG = ors("""<state id="on"><onentry><send event="'no'" delay="'4000000s'"/></onentry></state>""")
ASKS = ors(
    """<state id="on">
      <onentry><ixn:terminate interactionid="'i1'"/><ixn:gettranscript interactionid="'i1'"/></onentry>
      <transition event="error"><log expr="_event.name + ' ' + _event.data.error"/></transition>
    </state>"""
)
TREATS = ors(
    """<state id="on"><onentry><dialog:collect interactionid="'i1'"/></onentry>
      <transition event="error"><log expr="_event.name + ' ' + _event.data.error"/></transition>
    </state>""",
    'xmlns:dialog="www.genesyslab.com/modules/dialog"',
)
KEEPS_A_FUNCTION = ors(
    '<datamodel><data id="f"/></datamodel>'
    '<state id="on"><onentry><script>_data.f = function () {}</script></onentry></state>'
)


async def test_97_a_session_that_waits_for_nothing_is_ended_after_an_hour() -> None:
    async with stage(Shelf(waits=WAITS), times=TIMES) as node:
        session_id = await node.start("waits")
        await node.after_s(HOUR_S - 1)
        assert (await node.session(session_id)).life is Life.RUNNING
        await node.after_s(1)
        assert (await node.session(session_id)).life is Life.TERMINATED


async def test_97_a_session_is_ended_after_thirty_days_whatever_it_waits_for() -> None:
    async with stage(Shelf(long=LONG), times=TIMES) as node:
        session_id = await node.start("long")
        await node.after_s(30 * DAY_S - 1)
        assert (await node.session(session_id)).life is Life.RUNNING
        await node.after_s(1)
        assert (await node.session(session_id)).life is Life.TERMINATED


async def test_97_what_is_not_answered_within_ten_seconds_has_failed() -> None:
    async with stage(Shelf(asks=ASKS), times=TIMES) as node:
        for module in ("interaction", "chat"):
            node.orchestration.modules[module] = Ear(node.sessions, answers=False)
        session_id = await node.start("asks")
        await node.after_s(9.999)
        assert await node.said(session_id) == []
        await node.after_s(0.001)
        assert await node.said(session_id) == [
            "error.interaction.terminate timeout",
            "error.chat.gettranscript timeout",
        ]


async def test_97_a_treatment_that_is_not_over_within_a_minute_has_failed() -> None:
    async with stage(Shelf(treats=TREATS), times=TIMES) as node:
        node.orchestration.modules["dialog"] = Ear(node.sessions, answers=False)
        session_id = await node.start("treats")
        await node.after_s(59.999)
        assert await node.said(session_id) == []
        await node.after_s(0.001)
        assert await node.said(session_id) == ["error.dialog.collect timeout"]


async def test_97_of_a_thousand_waiting_events_those_that_say_no_more_than_later_ones_make_room() -> None:
    async with stage(Shelf(waits=WAITS), times=TIMES) as node:
        session_id = await node.start("waits", ideal_ms=node.clock() + 60_000)
        old = Event("statistic.update", data=pack({"object": "o", "statistic": "s", "value": 1}))
        new = Event("statistic.update", data=pack({"object": "o", "statistic": "s", "value": 2}))
        await node.sessions.deliver(session_id, [old, *[Event("x")] * 999], key="many")
        await node.sessions.deliver(session_id, [new], key="one more")
        session = await node.session(session_id)
        assert (len(session.waiting), session.waiting[-1]) == (1000, new)
        assert old not in session.waiting
        with pytest.raises(Refused) as refused:
            await node.sessions.deliver(session_id, [Event("x")], key="too many")
        assert refused.value.code == "queue_full"


async def test_97_a_node_whose_sessions_cannot_rest_takes_only_so_many() -> None:
    shelf = Shelf(keeps=KEEPS_A_FUNCTION, waits=WAITS)
    async with stage(shelf, times=TIMES, bounds=Bounds(open_max=2)) as node:
        for _ in range(5):  # These can rest, so there may be more of them than fit.
            await node.start("waits")
        for _ in range(2):
            await node.start("keeps")

        async def more_begin() -> None:
            for _ in range(3):  # That one cannot rest is known once it has been tried.
                await node.after_s(120)
                await node.orchestration.runner.lives.rest()
                await node.start("waits")

        with pytest.raises(Unavailable):
            await more_begin()

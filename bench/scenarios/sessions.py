"""Chats that sessions of applications have: how soon one asks for somebody, what it costs and holds."""

import asyncio
import math
import time
from collections.abc import Sequence

from msgspec import Struct

from bench.applications import BASE as ORCHESTRATED
from bench.applications import KEY, Library, running, waiting, with_library
from bench.driver.crowd import Crowd, crowd
from bench.driver.records import watched
from bench.house import BASE, folder, frontdesk
from bench.measure import MICRO, MILLI, Tell
from bench.processes import Server
from bench.rows import Budget, Row
from bench.scale import Scale

DATABASE = "frontdesk.db"
WAIT_S = 120.0
LOOK_EVERY_S = 0.05
PASSIVE_AFTER_S = 1
WARM_SHARE = 5  # One for so many that are measured comes before them.
EVENTS_EACH = 10
IN_MEMORY = "frontdesk_sessions_in_memory"
EVENTS = "frontdesk_session_events_total"
STEPS_S = "frontdesk_session_step_seconds_total"
MIB, KIB = 2**20, 2**10


async def sessions(scale: Scale, tell: Tell) -> Sequence[Row]:
    """Chats that begin at a steady pace; many that wait while nothing happens; many with a large script."""
    return [
        *await _beginning(scale, tell),
        *await _resting(scale, tell),
        *[row for library in Library for row in await _with_library(library, scale, tell)],
    ]


async def _beginning(scale: Scale, tell: Tell) -> Sequence[Row]:
    """At a steady pace, first without the application and then with it."""
    pace, count = scale.begun_per_s, math.ceil(scale.begun_per_s * scale.measure_s)
    with folder() as place:
        set_up = running(place, waiting())
        async with frontdesk(place, set_up=set_up) as server, crowd(server.url) as visitors:
            for base in (BASE, ORCHESTRATED):
                tell("the first chats")
                await visitors.begin(base, math.ceil(count / WARM_SHARE), pace)
            tell(f"{count:,} chats without an application")
            before_s = server.cpu_s()
            await visitors.begin(BASE, count, pace)
            without_s = server.cpu_s() - before_s
            tell(f"{count:,} chats with an application")
            async with watched(place / DATABASE) as submits:
                before_s = server.cpu_s()
                begun = await visitors.begin(ORCHESTRATED, count, pace)
                await submits.all(count, WAIT_S)
                with_s = server.cpu_s() - before_s
    asked_ms = sorted((submits.asked[chat] - due_s) * MILLI for chat, due_s in begun.items())
    waits_ms = sorted((submits.waits[chat] - due_s) * MILLI for chat, due_s in begun.items())
    at_pace = f"{pace:.0f} chats/s"
    return (
        Row(
            scenario="sessions",
            what=f"start to queue:submit p50, {at_pace}",
            value=_percentile(asked_ms, 50),
            unit="ms",
        ),
        Row(
            scenario="sessions",
            what=f"start to queue:submit p99, {at_pace}",
            value=_percentile(asked_ms, 99),
            unit="ms",
            budget=Budget(must=20, aim=10, of="value"),
        ),
        Row(
            scenario="sessions",
            what=f"start until somebody is looked for p99, {at_pace}",
            value=_percentile(waits_ms, 99),
            unit="ms",
        ),
        Row(
            scenario="sessions",
            what="CPU a chat: start, session, submit",
            value=with_s / count * MICRO,
            unit="µs",
            against="without a session",
            baseline=without_s / count * MICRO,
        ),
    )


def _percentile(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


async def _resting(scale: Scale, tell: Tell) -> Sequence[Row]:
    """Memory of sessions that rest and of their chats, in the server and its script workers together.

    Shape:   some come and rest before them, so that what is made once, and what those that have just begun
             need for a moment, is there to be used.
    """
    count = scale.waiting_sessions
    with folder() as place:
        set_up = running(place, waiting(), PASSIVE_AFTER_S)
        async with frontdesk(place, set_up=set_up) as server, crowd(server.url) as visitors:
            tell("the first sessions")
            await _come_to_rest(visitors, math.ceil(count / WARM_SHARE), scale.begun_per_s)
            before = server.memory_bytes()
            tell(f"{count:,} sessions that rest")
            await _come_to_rest(visitors, count, scale.begun_per_s)
            after = server.memory_bytes()
    return (
        Row(
            scenario="sessions",
            what=f"a session at rest in a queue, with its chat ({count:,} of them)",
            value=(after - before) / count / KIB,
            unit="KiB",
            budget=Budget(must=10, aim=5, of="value"),
        ),
    )


async def _come_to_rest(visitors: Crowd, count: int, per_s: float) -> None:
    await visitors.begin(ORCHESTRATED, count, per_s)
    async with asyncio.timeout(WAIT_S):
        while await visitors.metric(IN_MEMORY):
            await asyncio.sleep(LOOK_EVERY_S)


async def _with_library(library: Library, scale: Scale, tell: Tell) -> Sequence[Row]:
    """Sessions of a generated application, a chat each: all begin at once, then all hear of events.

    Source:  orchestration, check 98.
    """
    count = scale.library_sessions
    with folder() as place:
        set_up = running(place, with_library(library))
        async with (
            frontdesk(place, set_up=set_up) as server,
            crowd(server.url) as visitors,
            watched(place / DATABASE) as submits,
        ):
            tell(f"{count:,} sessions with a library, {library}")
            began_s = time.perf_counter()
            await visitors.begin(ORCHESTRATED, count)
            await submits.all(count, WAIT_S)
            begun_s = time.perf_counter() - began_s
            held = server.memory_bytes()
            tell("events")
            told = await _tell(server, visitors, submits.sessions)
    named = f"{count:,} sessions with 70 KB of script, {library}"
    return (
        Row(
            scenario="sessions",
            what=f"{named}: begin",
            value=begun_s,
            unit="s",
            budget=Budget(must=5, aim=4, of="value"),
        ),
        Row(
            scenario="sessions",
            what=f"{named}: memory of everything",
            value=held / MIB,
            unit="MiB",
            budget=Budget(must=600, aim=500, of="value"),
        ),
        Row(
            scenario="sessions",
            what=f"{named}: events by HTTP, of one core",
            value=told.count / told.cpu_s if told.cpu_s else 0,
            unit="/s",
            budget=Budget(must=3000, aim=4000, of="value", at_least=True),
        ),
        Row(
            scenario="sessions",
            what=f"{named}: their scripts alone, of one core",
            value=told.count / told.scripts_s,
            unit="/s",
        ),
    )


class _Told(Struct, frozen=True):
    """Events that sessions were told of and took. Units: of CPU time, of everything and of steps alone."""

    count: int
    cpu_s: float
    scripts_s: float


async def _tell(server: Server, programs: Crowd, sessions: Sequence[str]) -> _Told:
    """Tell each of them of events, on disk one after the other, until all have been taken."""
    count = len(sessions) * EVENTS_EACH
    taken = await programs.metric(EVENTS) + count
    steps_s, before_s = await programs.metric(STEPS_S), server.cpu_s()
    for _ in range(EVENTS_EACH):
        await programs.tell(sessions, "counted", KEY)
    async with asyncio.timeout(WAIT_S):
        while await programs.metric(EVENTS) < taken:
            await asyncio.sleep(LOOK_EVERY_S)
    return _Told(count, server.cpu_s() - before_s, await programs.metric(STEPS_S) - steps_s)

"""`frontdesk orchestration sessions` and `trace`: what sessions there are, and how one of them went."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.table import Column, Table
from rich.text import Text

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import harmless, output
from frontdesk.cli.orchestration import opened, time_of
from frontdesk.desk.orchestration.applications import Applications
from frontdesk.desk.orchestration.streams import KIND, ROOT, SessionCard, Streams
from frontdesk.desk.orchestration.tracing import Step, Trace, began_with, trace
from frontdesk.domain.application import SHOWN_CHARS
from frontdesk.errors import NotFound
from frontdesk.main import wall_clock_ms
from frontdesk.scxml.limits import Limits

PAGE = 1000
ID_CHARS = 20
ARROW = " → "


async def sessions(
    *,
    application: Annotated[str, Parameter(help="Only those of this application.")] = "",
    ended: Annotated[bool, Parameter(negative=(), help="Those that are over too.")] = False,
    config: Config = None,
) -> None:
    """List the sessions of applications."""
    session = Column("session", min_width=ID_CHARS, no_wrap=True)  # Whoever copies it needs all of it.
    table = Table(
        session, "application", "version", "state", "since", "owns", "", box=None, padding=(0, 2, 0, 0)
    )
    count = 0
    async with opened(settings_of(config)) as store:
        after = ""
        while page := await store.cards(KIND, after=after, limit=PAGE):
            for filed in page:
                card = msgspec.json.decode(filed.card.body, type=SessionCard)
                if application not in ("", card.application) or (card.ended_ms and not ended):
                    continue
                count += 1
                table.add_row(
                    filed.stream.removeprefix(ROOT),
                    harmless(card.application),
                    card.version[:SHOWN_CHARS],
                    card.life,
                    time_of(card.ended_ms or card.created_ms),
                    " ".join(card.interactions),
                    harmless(card.reason),
                )
            after = page[-1].stream
    over = "" if ended else " --ended lists those that are over."
    output.print(table if count else f"There are no such sessions.{over}")


async def trace_session(
    session: str,
    /,
    *,
    as_json: Annotated[
        bool, Parameter(name="--json", negative=(), help="One JSON object, for programs.")
    ] = False,
    config: Config = None,
) -> None:
    """Say how a session went: each event, what it led to, what was asked for, and what data changed.

    Its steps are taken again here, as they were taken then; nobody is asked for anything. The data may be
    about people: treat what you see as you treat their chats.
    """
    settings = settings_of(config)
    own = settings.orchestration
    limits = Limits(
        evaluation_cpu_ms=own.evaluation_cpu_ms,
        macrostep_cpu_ms=own.macrostep_cpu_ms,
        memory_bytes=own.script_memory_bytes,
    )
    async with opened(settings) as store:
        facts = [
            (fact, record.time_ms) for fact, record in await Streams(store, wall_clock_ms).history(session)
        ]
        if not facts:
            raise NotFound(f"there is no session {session}")
        began = began_with(facts)
        document = await Applications(store, wall_clock_ms).document(began.application, began.version)
    found = trace(session, facts, document, limits)
    if as_json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    for line in _told(found):
        output.print(line)


def _told(found: Trace) -> Iterator[Text]:
    head = f"{found.session_id}  {found.application} {found.version[:SHOWN_CHARS]}"
    yield Text(harmless(head), "bold")
    for step in found.steps:
        yield from _step(step)
    if found.waiting:
        yield Text(harmless(f"waiting: {', '.join(found.waiting)}"), "dim")
    yield Text(harmless(f"ended: {found.end}" if found.end else "goes on"), "bold")


def _step(step: Step) -> Iterator[Text]:
    at = datetime.fromtimestamp(step.at_ms / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
    yield Text.assemble(
        (f"{step.number:>4}  {at}  ", "dim"), (harmless(step.event), "bold cyan"), f" {harmless(step.data)}"
    )
    for passed in step.passed:
        taken = ", ".join(passed.transitions) or "nothing answers"
        yield _line("on " + (passed.event or "no event"), taken)
    if step.before != step.after:
        yield _line("states", ARROW.join((" ".join(step.before) or "–", " ".join(step.after) or "–")))
    for request in step.requests:
        yield _line("asks", request, "yellow")
    for kind, lines in (("logs", step.told), ("sends", step.others)):
        for line in lines:
            yield _line(kind, line)
    for change in step.changes:
        before, after = (value or "undefined" for value in (change.before, change.after))
        yield _line("data", f"{change.item}: {before}{ARROW}{after}", "green")
    if not step.is_same:
        yield _line("note", "this version of the program goes another way here than was gone then", "red")


def _line(kind: str, text: str, style: str = "") -> Text:
    return Text.assemble((f"      {harmless(kind)}: ", style or "dim"), harmless(text))

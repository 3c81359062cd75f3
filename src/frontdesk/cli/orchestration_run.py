"""`frontdesk orchestration run`: an application tried out at the terminal."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.text import Text

from frontdesk.cli.console import aside, harmless, output
from frontdesk.cli.typed import typed_lines
from frontdesk.desk.orchestration.application_files import document_of, read_folder
from frontdesk.desk.orchestration.trial import Line, Trial
from frontdesk.errors import Refused

STYLES = {
    "states": "bold cyan",
    "request": "yellow",
    "error": "red",
    "end": "bold",
    "timer": "dim",
    "help": "dim",
}


async def run(
    folder: Path,
    /,
    *,
    real: Annotated[
        bool, Parameter(negative=(), help="Let time go by as it does, instead of by /pass.")
    ] = False,
    data: Annotated[str, Parameter(help="Values for data items of the document, as a JSON object.")] = "",
) -> None:
    """Run an application's document here, with nothing behind it: you send events and answer requests.

    `/help` says what can be typed. Time stands still until `/pass 5s`, unless it is `--real`.
    """
    trial = Trial(document_of(read_folder(folder)), now_ms=time.time_ns() // 1_000_000)
    output.print(aside("Type an event, or /help."))
    _show(trial.begin(_values(data)))
    async for lines in _happening(trial, is_real=real):
        _show(lines)
        if trial.is_over:
            return


async def _happening(trial: Trial, *, is_real: bool) -> AsyncIterator[Iterator[Line]]:
    """What happens on each line that is typed and, by the real clock, in between."""
    typed = typed_lines()
    typing: asyncio.Task[str] | None = None
    last_s = time.monotonic()
    try:
        while not trial.is_over:
            if typing is None:
                typing = asyncio.create_task(_next(typed))
            due_ms = trial.next_due_ms if is_real else None
            await asyncio.wait({typing}, timeout=None if due_ms is None else due_ms / 1000)
            if is_real:
                now_s = time.monotonic()
                yield trial.pass_time(round((now_s - last_s) * 1000))
                last_s = now_s
            if typing.done():
                line, typing = typing.result(), None
                if line == "/quit":
                    return
                yield trial.take(line)
    finally:
        if typing is not None:
            typing.cancel()


async def _next(lines: AsyncIterator[str]) -> str:
    return await anext(lines, "/quit")


def _show(lines: Iterator[Line]) -> None:
    for line in lines:
        style = STYLES.get(line.kind, "")
        name = "" if line.kind == "help" else f"{line.kind:<8}"
        output.print(Text.assemble((name, style), harmless(line.text)))


def _values(data: str) -> dict[str, object]:
    try:
        return msgspec.json.decode(data, type=dict[str, object]) if data else {}
    except msgspec.DecodeError as error:
        raise Refused("not_json", f"--data must be a JSON object: {error}") from None

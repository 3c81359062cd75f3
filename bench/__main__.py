"""The command `python -m bench`."""

import asyncio
import datetime as dt
import functools
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.rows import HEADINGS, Report, Row, cells, markdown, this_machine
from bench.scale import FULL, QUICK, Scale
from bench.scenarios import SCENARIOS

RESULTS = Path(__file__).parent / "results"
COLORS = {"aim": "green", "ok": "green", "over": "red", "": "default"}

app = cyclopts.App(name="bench", help="Measure Frontdesk against its budgets (docs/performance.md).")
console = Console(width=None if sys.stdout.isatty() else 160)


@app.default
def bench(
    *scenarios: str,
    quick: bool = False,
    many_chats: Annotated[int, cyclopts.Parameter(help="Open chats in `size` and `restart`.")] = 0,
    json: Path | None = None,
    table: Annotated[Path | None, cyclopts.Parameter(help="Write the table as Markdown.")] = None,
) -> int:
    """Run scenarios, all when none is named.

    Parameters
    ----------
    scenarios
        Which ones.
    quick
        Seconds instead of minutes: shows that everything works, measures nothing.
    json
        Where the results go; `bench/results/<date>.json` by itself, nowhere with `--quick`.
    """
    unknown = set(scenarios) - set(SCENARIOS)
    if unknown:
        console.print(
            f"No scenario is called {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}."
        )
        return 2
    scale = QUICK if quick else FULL
    if many_chats:
        scale = msgspec.structs.replace(scale, many_chats=many_chats)
    _allow_many_files()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run(_run(scenarios or tuple(SCENARIOS), scale))
    now = dt.datetime.now(dt.UTC)
    report = Report(
        command=" ".join(["python -m bench", *sys.argv[1:]]),
        date=f"{now:%Y-%m-%d %H:%M} UTC",
        machine=this_machine(),
        rows=rows,
    )
    if json is None and not quick:
        json = RESULTS / f"{now:%Y-%m-%d-%H%M}.json"
    if json is not None:
        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    if table is not None:
        table.write_text(markdown(report))
    _show(report)
    return 1 if any(row.verdict == "over" for row in rows) and not quick else 0


async def _run(names: Sequence[str], scale: Scale) -> list[Row]:
    rows: list[Row] = []
    columns = (TextColumn("{task.description:<60}"), BarColumn(), TimeElapsedColumn())
    # It draws only when told to: a thread that draws while a load runs would show in the latencies.
    with Progress(*columns, console=console, auto_refresh=False) as progress:
        task = progress.add_task("", total=len(names))

        def tell(text: str, name: str) -> None:
            progress.update(task, description=f"{name}: {text}", refresh=True)

        for name in names:
            tell("begins", name)
            rows += await SCENARIOS[name](scale, functools.partial(tell, name=name))
            progress.advance(task)
            progress.refresh()
    return rows


def _show(report: Report) -> None:
    table = Table(*HEADINGS, title=f"{report.machine.cpu}, {report.machine.cores} cores, {report.date}")
    for row in report.rows:
        table.add_row(*cells(row), style=COLORS[row.verdict])
    console.print(table)


def _allow_many_files() -> None:
    """Thousands of connections need as many open files, here and in the servers started from here."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(app())

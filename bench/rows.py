"""Results: a row for each thing measured, with its baseline and its budget."""

import os
import platform
from pathlib import Path
from typing import Literal

from msgspec import Struct

Unit = Literal["µs", "ms", "s", "/s", "MiB", "KiB", "×", ""]


class Budget(Struct, frozen=True):
    """What a number must keep and what we aim at.

    Shape:   `of` says whether the ratio to the baseline or the value itself is meant; `at_least` turns the
             comparison round.
    """

    must: float
    aim: float
    of: Literal["ratio", "value"] = "ratio"
    at_least: bool = False


class Row(Struct, frozen=True, kw_only=True):
    """One number. `against` names the baseline, measured in the same run."""

    scenario: str
    what: str
    value: float
    unit: Unit
    against: str = ""
    baseline: float | None = None
    budget: Budget | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    @property
    def verdict(self) -> Literal["", "aim", "ok", "over"]:
        """How the number stands to its budget; empty when it has none."""
        if self.budget is None:
            return ""
        number = self.value if self.budget.of == "value" else self.ratio
        if number is None:
            return ""
        sign = -1 if self.budget.at_least else 1
        if sign * number <= sign * self.budget.aim:
            return "aim"
        return "ok" if sign * number <= sign * self.budget.must else "over"


class Machine(Struct, frozen=True, kw_only=True):
    """Where a run took place."""

    cpu: str
    cores: int
    memory_gib: float
    python: str
    kernel: str


class Report(Struct, frozen=True, kw_only=True):
    """A whole run."""

    command: str
    date: str
    machine: Machine
    rows: list[Row]


def this_machine() -> Machine:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return Machine(
        cpu=names[0].partition(":")[2].strip() if names else platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        python=platform.python_version(),
        kernel=platform.release(),
    )


def number(value: float) -> str:
    """Three significant digits, thousands apart."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def cells(row: Row) -> tuple[str, ...]:
    """A row as the tables show it."""
    budget = row.budget
    limit = ""
    if budget is not None:
        sign = "≥" if budget.at_least else "≤"
        unit = " ×" if budget.of == "ratio" else f" {row.unit}"
        limit = f"{sign} {number(budget.must)}{unit} (aim {number(budget.aim)})"
    return (
        row.scenario,
        row.what,
        f"{number(row.value)} {row.unit}".rstrip(),
        f"{row.against} {number(row.baseline)} {row.unit}" if row.baseline else "",
        f"{row.ratio:.2f} ×" if row.ratio is not None else "",
        limit,
        row.verdict,
    )


HEADINGS = ("scenario", "what", "value", "baseline", "ratio", "budget", "verdict")


def markdown(report: Report) -> str:
    """The report as docs/performance.md shows it."""
    machine = report.machine
    place = f"{machine.cpu}, {machine.cores} cores, {machine.memory_gib} GiB"
    lines = [
        f"`{report.command}`, {report.date}: {place}, Python {machine.python}, Linux {machine.kernel}.",
        "",
        "| " + " | ".join(HEADINGS) + " |",
        "|" + "---|" * len(HEADINGS),
        *("| " + " | ".join(cells(row)) + " |" for row in report.rows),
    ]
    return "\n".join(lines) + "\n"

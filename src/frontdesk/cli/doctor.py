"""`frontdesk doctor`: whether the settings work on this machine."""

from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from frontdesk.cli.checks import Finding, findings
from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import output
from frontdesk.errors import Refused

MARKS = {"good": ("✓", "green"), "warn": ("!", "yellow"), "bad": ("✗", "red")}


async def doctor(
    *,
    nodes: Annotated[
        int,
        Parameter(help="How many servers are to share database and files; those at work are seen."),
    ] = 1,
    config: Config = None,
) -> int:
    """See whether the settings work here: settings, database, disk, files, clock, port, accounts.

    Nothing is changed. The exit code is 1 when something has to be done first.
    """
    try:
        settings = settings_of(config)
    except Refused as refused:
        _tell(Finding("bad", "settings", refused.text, "correct them; docs/reference/settings.md lists all"))
        return 1
    _tell(Finding("good", "settings", "every key is known and every value fits"))
    is_well = True
    async for finding in findings(settings, nodes):
        _tell(finding)
        is_well = is_well and finding.level != "bad"
    return 0 if is_well else 1


def _tell(finding: Finding) -> None:
    mark, style = MARKS[finding.level]
    output.print(Text.assemble((mark, style), " ", (finding.subject, "bold"), f": {finding.text}"))
    if finding.advice:
        output.print(Text(f"  → {finding.advice}"))

"""Reports as files for spreadsheets.

Source:  journey.md §11.4.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from frontdesk.domain.journey.reporting.buckets import Interval
from frontdesk.domain.journey.reporting.performance import Performance
from frontdesk.edges.json_answers import NO_STORE

COLUMNS = (
    "From",
    "To",
    "Name",
    "Type",
    "Active",
    "Updated",
    "Qualified",
    "Blocked",
    "Offered",
    "Offered %",
    "Accepted",
    "Accepted %",
    "Started",
    "Engaged",
    "Engaged %",
    "Rejected",
    "Abandoned",
    "Outcomes",
    "Outcomes achieved",
)
MARK = "\ufeff"  # By which some spreadsheets know UTF-8.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Line = tuple[Interval, Mapping[str, Any], Performance]


def csv_of(lines: Iterable[Line], name: str, zone: ZoneInfo, *, has_mark: bool) -> Response:
    """The table as a file. What somebody called a map is no formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for interval, about, row in lines:
        writer.writerow(
            [
                _moment(interval.from_ms, zone),
                _moment(interval.until_ms, zone),
                _harmless(about["displayName"]),
                about.get("mediaType", ""),
                about.get("isActive", ""),
                about.get("modifiedDate", ""),
                row.qualified,
                row.blocked,
                row.offered,
                _rounded(row.offered_percent),
                row.accepted,
                _rounded(row.accepted_percent),
                row.started,
                row.engaged,
                _rounded(row.engaged_percent),
                row.rejected,
                row.abandoned,
                row.outcomes,
                row.outcomes_achieved,
            ]
        )
    body = (MARK if has_mark else "") + text.getvalue()
    headers = {**NO_STORE, "content-disposition": f'attachment; filename="{name}"'}
    return Response(body.encode(), headers=headers, media_type="text/csv; charset=utf-8")


def file_name(subject: str, from_ms: int, until_ms: int) -> str:
    """What a file is called: from when until when it is about."""
    first, last = (
        dt.datetime.fromtimestamp(ms / 1000, dt.UTC).strftime("%Y%m%dT%H%M%SZ") for ms in (from_ms, until_ms)
    )
    return f"{subject}-{first}-{last}.csv"


def _moment(moment_ms: int, zone: ZoneInfo) -> str:
    return dt.datetime.fromtimestamp(moment_ms / 1000, zone).isoformat(timespec="seconds")


def _rounded(share: float | None) -> str:
    """A share to one decimal, half up; nothing where there is none."""
    if share is None:
        return ""
    return str(Decimal(repr(share)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text

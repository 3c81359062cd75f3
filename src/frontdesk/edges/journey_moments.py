"""Times in what is asked about journeys."""

import datetime as dt

from frontdesk.domain.journey.checks.wrong import invalid


def moment(value: object, name: str) -> int | None:
    """A time in milliseconds since the Unix epoch. Errors: `Wrong`."""
    if not value:
        return None
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise invalid(name, "write a time with its zone, such as 2026-11-21T09:00:00Z")
    return round(found.timestamp() * 1000)

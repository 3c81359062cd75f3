"""Moments as definitions write them down."""

import datetime as dt
from functools import lru_cache


@lru_cache(maxsize=1000)
def ms_of(text: str) -> int:
    """An ISO 8601 time in milliseconds since the Unix epoch; one that names no zone is in UTC.

    Errors:  ValueError.
    """
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return round(moment.timestamp() * 1000)

"""What a model may know of a visit: how it went, up to and with its newest event.

Never who somebody is, what they wrote, their address or where exactly they were.

Source:  journey.md §7.4.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from math import log1p

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.web_events import PAGE_VIEWED, Origin, Scalar, WebEvent

TOKENS_HELD_MAX = 200
"""Of one visit: what a robot looks at must not fill the memory."""

_VARIES = re.compile(r"\d|^[0-9a-f-]{16,}$|^(?=.*[A-Z])(?=.*[a-z])\S{16,}$|^\S{40,}$")
_SCROLL = "percentage"
_IDLE = re.compile(r"idle|inactiv", re.IGNORECASE)
_PARTS_OF_DAY = ("night", "morning", "afternoon", "evening")


class Trail(Struct, frozen=True):
    """One visit up to an event.

    Shape:   `tokens` are how often each page group and event name has come; `scrolled` is how far the page
             was scrolled, in percent, by what its events say; `idle` how many events told of nobody moving.
    Units:   `began_ms`, `newest_ms`, `before_ms` (the event before the newest) in milliseconds since 1970.
    """

    began_ms: int
    newest_ms: int
    visits: int
    origin: Origin = Origin()
    before_ms: int = 0
    events: int = 0
    tokens: Mapping[str, int] = {}
    last: str = ""
    scrolled: float = 0
    idle: int = 0


def after(trail: Trail, event: WebEvent, origin: Origin) -> Trail:
    """The visit with one more event."""
    token = token_of(event)
    tokens = trail.tokens
    if token in tokens or len(tokens) < TOKENS_HELD_MAX:
        tokens = {**tokens, token: tokens.get(token, 0) + 1}
    newest_ms = max(trail.newest_ms, event.created_ms)
    return replace(
        trail,
        origin=origin,
        before_ms=trail.newest_ms if trail.events else newest_ms,
        newest_ms=newest_ms,
        events=trail.events + 1,
        tokens=tokens,
        last=token,
        scrolled=0 if event.name == PAGE_VIEWED else max(trail.scrolled, _scrolled(event.attributes)),
        idle=trail.idle + bool(_IDLE.search(event.name)),
    )


def token_of(event: WebEvent) -> str:
    """What an event is to a model: the group of the page that was viewed, or the name of what happened."""
    return page_group(event.page.pathname) if event.name == PAGE_VIEWED else event.name


def page_group(path: str) -> str:
    """A path with `*` in the place of what differs from one such page to the next."""
    return "/".join("*" if _VARIES.search(part) else part for part in path.split("/")) or "/"


def _scrolled(attributes: Mapping[str, Scalar]) -> float:
    value = attributes.get(_SCROLL, 0)
    return float(value) if isinstance(value, int | float) and 0 <= value <= 100 else 0


def numbers(trail: Trail) -> Iterator[tuple[str, float]]:
    """The features that are numbers, by name."""
    yield "events so far", log1p(trail.events)
    yield "seconds since the start", log1p(max(0, trail.newest_ms - trail.began_ms) / 1000)
    yield "seconds since the event before", log1p(max(0, trail.newest_ms - trail.before_ms) / 1000)
    yield "scrolled on this page", trail.scrolled
    yield "times idle", trail.idle
    yield "has visited before", float(trail.visits > 1)
    yield "visits so far", log1p(trail.visits)
    for token, count in trail.tokens.items():
        yield f"count of {token}", log1p(count)


def kinds(trail: Trail) -> Iterator[tuple[str, str]]:
    """The features that are one of several kinds, by name."""
    origin = trail.origin
    yield "last", trail.last
    yield "device", origin.device.category
    yield "came from", origin.referrer.medium
    yield "campaign", origin.campaign.medium
    yield "country", origin.geolocation.country
    yield "time", part_of_week(trail.newest_ms)


def part_of_week(moment_ms: int) -> str:
    """Weekday or weekend, and which quarter of the day, by UTC."""
    moment = dt.datetime.fromtimestamp(moment_ms / 1000, dt.UTC)
    week = "weekend" if moment.weekday() >= 5 else "weekday"
    return f"{week} {_PARTS_OF_DAY[moment.hour // 6]}"

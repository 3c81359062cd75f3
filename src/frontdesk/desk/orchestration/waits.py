"""Why a session waits, in words.

waits for queue.submit.done of support since 2 min; times out in 3 min
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from frontdesk.desk.orchestration.contexts import Delayed
from frontdesk.domain.orchestration.session import Errand, Life, Session
from frontdesk.scxml.outputs import Requested
from frontdesk.scxml.packed import unpack

EVENTS_MAX = 12
TIMERS_MAX = 8
NAME_CHARS_MAX = 200
_LIVES = {Life.FINISHED: "has finished", Life.TERMINATED: "was ended", Life.FAILED: "has failed"}


class Asked(Struct, frozen=True):
    """A request that has no answer yet.

    Shape:   `about` says in a word what it is for, where that can be said.
    Units:   `asked_ms` and `until_ms` (0 for none) are milliseconds since the Unix epoch.
    """

    id: str
    name: str
    about: str
    asked_ms: int
    until_ms: int
    attributes: str


def why(
    session: Session, awaited: Sequence[str], now_ms: int, timers: Sequence[Delayed] = ()
) -> Iterator[str]:
    """What a session waits for, one sentence each; `awaited` are the events it has transitions for.

    Shape:   `timers` are its delayed events, the next one first, where they are known.
    """
    if session.is_over:
        reason = f": {session.reason}" if session.reason else ""
        yield f"{_LIVES[session.life]} {span(now_ms - session.ended_ms)} ago{reason}"
        return
    if session.life is Life.STARTING:
        later_ms = session.began.ideal_ms - now_ms
        yield f"begins in {span(later_ms)}" if later_ms > 0 else "is about to begin"
        return
    if session.cancelling:
        yield f"is about to end, as it was told by {session.cancelling}"
    if session.waiting:
        others = f" and {len(session.waiting) - 1} more" if len(session.waiting) > 1 else ""
        yield f"is about to take {session.waiting[0].name}{others}"
    for asked in asked_of(session):
        yield _request(asked, now_ms)
    for name, child in session.children.items():
        yield f"waits for done.invoke.{name} of the session {child}"
    if timers:
        yield from _timers(timers, now_ms)
    elif session.due_ms:
        yield f"has a timer that goes off {_in(session.due_ms - now_ms)}"
    if awaited:
        more = f" and {len(awaited) - EVENTS_MAX} more" if len(awaited) > EVENTS_MAX else ""
        yield f"would go on with {', '.join(awaited[:EVENTS_MAX])}{more}"
    else:
        yield "has no transition for any event here: it stays until it is ended"


def asked_of(session: Session) -> list[Asked]:
    """The requests that have no answer yet, oldest first."""
    return [
        _asked(errand.output, errand)
        for errand in session.errands.values()
        if isinstance(errand.output, Requested)
    ]


def _asked(output: Requested, errand: Errand) -> Asked:
    given = unpack(output.attributes)
    attributes: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    until_ms = errand.until_ms
    timeout = attributes.get("timeout")
    if not until_ms and isinstance(timeout, int | float) and not isinstance(timeout, bool) and timeout > 0:
        until_ms = errand.asked_ms + round(timeout * 1000)
    name = f"{output.module}.{output.action}"
    return Asked(output.id, name, _about(attributes), errand.asked_ms, until_ms, output.attributes)


def _about(given: Mapping[str, Any]) -> str:
    """Whom or what a request is about: a queue, an agent, a web service, an interaction."""
    for name in ("queue", "to", "sessionid", "srcexpr", "src", "object", "interactionid"):
        value = given.get(name)
        if name == "queue" and value == "none":
            continue
        if isinstance(value, Mapping):
            value = next((value[key] for key in ("agent", "id", "place", "dn") if value.get(key)), "")
        if isinstance(value, list):
            value = ", ".join(str(one) for one in value)
        if name == "srcexpr" and isinstance(value, str):
            value = _host(value)
        if isinstance(value, str | int | float) and value != "":
            return str(value)[:NAME_CHARS_MAX]
    return ""


def _host(address: str) -> str:
    """The host alone: what follows it may hold what only the service is to know."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _timers(timers: Sequence[Delayed], now_ms: int) -> Iterator[str]:
    for timer in timers[:TIMERS_MAX]:
        named = f" ({timer.sendid[:NAME_CHARS_MAX]})" if timer.sendid else ""
        to = f" to {timer.target[:NAME_CHARS_MAX]}" if timer.target else ""
        left_ms = timer.due_ms - now_ms
        at = f"in {remaining(left_ms)}" if left_ms > 0 else "now"
        yield f"has a timer: {timer.event[:NAME_CHARS_MAX]}{named} is sent{to} {at}"
    if len(timers) > TIMERS_MAX:
        yield f"has {len(timers) - TIMERS_MAX} more timers"


def _request(asked: Asked, now_ms: int) -> str:
    about = f" of {asked.about}" if asked.about else ""
    text = f"waits for {asked.name}.done{about} since {span(now_ms - asked.asked_ms)}"
    return f"{text}; times out {_in(asked.until_ms - now_ms)}" if asked.until_ms else text


def _in(left_ms: int) -> str:
    return f"in {span(left_ms)}" if left_ms > 0 else "now"


def span(ms: int) -> str:
    """A span as one unit: `12 s`, `3 min`, `2 h`, `4 d`."""
    seconds = max(0, ms // 1000)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 86_400 else f"{seconds // 86_400} d"


def remaining(ms: int) -> str:
    """A time that runs out, as two units: `12 s`, `9 min 58 s`, `2 h 5 min`, `4 d 3 h`. It never says 0."""
    seconds = max(1, -(-ms // 1000))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"

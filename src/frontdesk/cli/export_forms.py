"""An interaction as JSON, as text and as HTML: what people with the right to see it may take away.

What grants something (the visitor's key and id) is never part of it. Everything that was written is data:
it is escaped in HTML and cannot steer a terminal.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import msgspec
from msgspec import Struct

from frontdesk.cli.console import harmless
from frontdesk.domain import events
from frontdesk.domain.events import Event, Visibility
from frontdesk.domain.mail_facts import MailFailed, MailPosted, MailReceived

SECRETS = ("key_hash", "user_id")

_encode = msgspec.json.Encoder(order="sorted").encode

PAGE_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Interactions</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
time, .hidden, dt { color: #555; font-size: .875rem }
li { list-style: none; margin: .5rem 0; overflow-wrap: anywhere } p { margin: 0; white-space: pre-wrap }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem } dd { margin: 0 }
section { border-top: 1px solid #bbb; margin-top: 2rem } ol { padding: 0 }
</style></head><body>
"""
PAGE_END = "</body></html>\n"


class Line(Struct, frozen=True):
    """One event of an interaction. Units: `at_ms` is milliseconds since the Unix epoch."""

    version: int
    at_ms: int
    event: Event


class Form(Struct, frozen=True):
    """A way to write interactions: what comes first, each interaction, what comes last."""

    head: str
    one: Callable[[str, Sequence[Line]], str]
    end: str


def as_json(interaction_id: str, lines: Sequence[Line]) -> str:
    """One line of JSON: the id and the events, as the workspace protocol has them."""
    told = [
        {"version": line.version, "at_ms": line.at_ms, "event": _without_secrets(line.event)}
        for line in lines
    ]
    return _encode({"interaction_id": interaction_id, "events": told}).decode() + "\n"


def _without_secrets(event: Event) -> Mapping[str, Any]:
    members: dict[str, Any] = msgspec.to_builtins(event)
    return {name: value for name, value in members.items() if name not in SECRETS}


def as_text(interaction_id: str, lines: Sequence[Line]) -> str:
    """Plain text, to be read."""
    rows = [f"Interaction {interaction_id}"]
    rows += [f"{name}: {harmless(value)}" for name, value in about(lines)]
    for at_ms, who, what, is_hidden in told(lines):
        hidden = " (agents only)" if is_hidden else ""
        rows.append(f"{_time(at_ms)}  {harmless(who)}{hidden}: {harmless(what)}")
    return "\n".join(rows) + "\n\n"


def as_html(interaction_id: str, lines: Sequence[Line]) -> str:
    """A section of a page."""
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd><bdi>{escape(value)}</bdi></dd>" for name, value in about(lines)
    )
    rows = "".join(_row(*line) for line in told(lines))
    heading = f"<h2>Interaction {escape(interaction_id)}</h2>"
    return f"<section>{heading}<dl>{facts}</dl>\n<ol>\n{rows}</ol></section>\n"


def _row(at_ms: int, who: str, what: str, is_hidden: bool) -> str:
    when = _time(at_ms)
    mark = " <span class=hidden>agents only</span>" if is_hidden else ""
    author = f'<time datetime="{when}">{when}</time> <strong><bdi>{escape(who)}</bdi></strong>{mark}'
    return f'<li>{author}<p dir="auto">{escape(what)}</p></li>\n'


FORMS: Mapping[str, Form] = {
    "json": Form("", as_json, ""),
    "text": Form("", as_text, ""),
    "html": Form(PAGE_HEAD, as_html, PAGE_END),
}


def about(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    """What stands above the words: who, where, and the data that came along."""
    started = next((line for line in lines if isinstance(line.event, events.Started)), None)
    if started is None or not isinstance(started.event, events.Started):
        return
    visitor = started.event
    yield "Service", visitor.service
    yield "Begun", _time(started.at_ms)
    fields = {
        "Visitor": visitor.nickname,
        "Name": f"{visitor.first_name} {visitor.last_name}".strip(),
        "Email": visitor.email,
        "Subject": visitor.subject,
    }
    yield from ((name, value) for name, value in fields.items() if value)
    data = dict(visitor.user_data)
    for line in lines:
        if isinstance(line.event, events.DataChanged):
            data |= line.event.changes
            data = {k: v for k, v in data.items() if k not in line.event.removed}
    yield from data.items()


def told(lines: Sequence[Line]) -> Iterator[tuple[int, str, str, bool]]:
    """What a reader wants to see of each event: when, who, what, and whether visitors did not see it."""
    names: dict[int, str] = {}
    for line in lines:
        event = line.event
        match event:
            case events.Started():
                names[1] = event.nickname
                yield line.at_ms, event.nickname, "is here", False
            case events.Joined() | events.Appeared():
                names[event.party_id] = event.nickname
                yield (
                    line.at_ms,
                    event.nickname,
                    f"is here ({event.kind})",
                    event.visibility is not Visibility.ALL,
                )
            case events.NicknameChanged():
                names[event.party_id] = event.nickname
            case _:
                what = _what(event)
                if what:
                    who = names.get(getattr(event, "party_id", 0), "system")
                    hidden = getattr(event, "visibility", Visibility.ALL) is not Visibility.ALL
                    yield line.at_ms, who, what, hidden or isinstance(event, events.Queued)


def _what(event: Event) -> str:
    """An event in words; empty for those that say nothing to a reader."""
    match event:
        case (
            events.Said(text=text)
            | events.IdleWarned(text=text)
            | events.IdleClosed(text=text)
            | events.Informed(text=text)
        ):
            return text
        case events.UrlPushed(url=url):
            return url
        case events.NoticeGiven(text=text):
            return f"notice: {text}"
        case events.FileUploaded(name=name, size_bytes=size):
            return f"file {name} ({size} bytes)"
        case events.FileDeleted(name=name):
            return f"took back the file {name}"
        case MailReceived(subject=subject, text=text):
            return f"mail “{subject}”: {text}"
        case MailPosted(to=to, subject=subject, text=text):
            return f"mail to {', '.join(to)} “{subject}”: {text}"
        case MailFailed(code=code, reason=reason):
            return f"a mail could not be sent: {reason or code}"
        case events.Left():
            return "has left"
        case events.Queued(queue=queue, summary=summary):
            return f"waits{f' in {queue}' if queue else ''}{f': {summary}' if summary else ''}"
        case events.Ended(reason=reason):
            return f"ended ({reason})"
        case _:
            return ""


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

"""The Basic HTTP event processor without HTTP: messages → bodies of requests, requests → events.

Source:  SCXML 1.0, appendix C.2.
"""

from urllib.parse import parse_qsl, quote, unquote, urlencode

from frontdesk.scxml.events import HTTP_PROCESSOR, Event
from frontdesk.scxml.outputs import Sent
from frontdesk.scxml.packed import pack, unpack

EVENT_NAME = "_scxmleventname"
FORM = "application/x-www-form-urlencoded"


def request_of(sent: Sent) -> tuple[str, str]:
    """The content type and the body that a message has as a POST request."""
    value = unpack(sent.event.data)
    if sent.is_content:
        # A content has no name; it is encoded as the form's other values are.
        return FORM, quote(value if isinstance(value, str) else sent.event.data)
    named = [(EVENT_NAME, sent.event.name)] if sent.event.name else []
    if isinstance(value, dict):
        for name, inner in value.items():
            several = inner if isinstance(inner, list) else [inner]
            named += [(name, one if isinstance(one, str) else pack(one)) for one in several]
    return FORM, urlencode(named)


def event_of(method: str, address: str, content_type: str, body: str) -> Event:
    """The event that a request to a session's address is."""
    raw = f"{method} {address}\r\nContent-Type: {content_type}\r\n\r\n{body}"
    if not content_type.startswith(FORM):
        return Event(f"HTTP.{method}", "external", pack(body), origintype=HTTP_PROCESSOR, raw=raw)
    fields = dict(parse_qsl(body, keep_blank_values=True)) if "=" in body else {}
    name = fields.pop(EVENT_NAME, "") or f"HTTP.{method}"
    data = pack(fields) if fields else pack(unquote(body)) if body and "=" not in body else ""
    return Event(name, "external", data, origintype=HTTP_PROCESSOR, raw=raw)

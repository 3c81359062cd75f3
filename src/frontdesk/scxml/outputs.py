"""What a session wants to be done. Whoever runs it does it, and answers with events."""

from msgspec import Struct

from frontdesk.scxml.events import Event


class Sent(Struct, frozen=True, tag=True, tag_field="output"):
    """An event for somebody else.

    Shape:   `type` is an event processor; `target` as that processor names targets; `is_content` when the
             event's data is a content rather than named values.
    """

    event: Event
    type: str
    target: str
    sendid: str = ""
    is_content: bool = False


class TimerSet(Struct, frozen=True, tag=True, tag_field="output"):
    """An event will be sent at a time, unless it is cancelled before."""

    sendid: str
    event: str
    due_ms: int


class TimerCancelled(Struct, frozen=True, tag=True, tag_field="output"):
    """An event that was to be sent will not be."""

    sendid: str
    event: str


class Invoke(Struct, frozen=True, tag=True, tag_field="output"):
    """Start a session that belongs to this one.

    Shape:   either `src` (relative to the document) or `content` (a document's text); `data` is packed.
    """

    id: str
    src: str
    content: str
    data: str


class Uninvoke(Struct, frozen=True, tag=True, tag_field="output"):
    """End a session that was invoked: cancel it when it still runs."""

    id: str


class Forwarded(Struct, frozen=True, tag=True, tag_field="output"):
    """An event that an invoked session is to have too."""

    id: str
    event: Event


class Requested(Struct, frozen=True, tag=True, tag_field="output"):
    """A module is asked to do something.

    Shape:   `id` is unique in the installation; `module` and `action` as `actions.py` names them;
             `attributes` is a packed object without graphs: plain JSON.
    """

    id: str
    module: str
    action: str
    attributes: str


class Logged(Struct, frozen=True, tag=True, tag_field="output"):
    """What the document logs. `level` is the ORS dialect's, or empty."""

    label: str
    text: str
    level: str = ""


class Finished(Struct, frozen=True, tag=True, tag_field="output"):
    """The session reached its end by itself (or was cancelled): its done data, packed."""

    data: str
    is_cancelled: bool = False


class Failed(Struct, frozen=True, tag=True, tag_field="output"):
    """The session reached a limit and is over."""

    reason: str


Output = (
    Sent | TimerSet | TimerCancelled | Invoke | Uninvoke | Forwarded | Requested | Logged | Finished | Failed
)

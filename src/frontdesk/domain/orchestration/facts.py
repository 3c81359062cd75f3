"""The facts of a session's stream. Never rename or retype a field; each new one has a default."""

from enum import StrEnum

from msgspec import Struct

from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Output


class Began(Struct, frozen=True, tag=True, omit_defaults=True):
    """There is this session; its document is entered when `ideal_ms` has come.

    Shape:   `version` of the application, and `file` in it; or `content`, the document itself, where another
             session had it written in its own; `data` is packed: values for data items. `starter` hears
             of its end, or `invoker`, whose invocation `invoke_id` it is, at this `depth`.
    """

    application: str
    version: str = ""
    file: str = ""
    content: str = ""
    data: str = ""
    starter: str = ""
    invoker: str = ""
    invoke_id: str = ""
    depth: int = 0
    ideal_ms: int = 0


class Scheduled(Struct, frozen=True, tag=True):
    """It is to begin at another time."""

    ideal_ms: int


class Received(Struct, frozen=True, tag=True, omit_defaults=True):
    """Events came in under a key, which ends the request of that id, where there is one.

    Shape:   `merged` are the places in the queue of events that the new ones stand for.
    """

    events: tuple[Event, ...]
    key: str
    merged: tuple[int, ...] = ()


class Cancelled(Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody wants the session to end: it hears of that by this event, after which it takes nothing.

    Shape:   `by` is the request of another session that asked for it.
    """

    event: str
    by: str = ""


class EraseAtEnd(Struct, frozen=True, tag=True):
    """What it was told of somebody is to be erased: nothing of it is kept once it is over."""


class Woken(Struct, frozen=True, tag=True):
    """Its time has come, as a node found out that does not run it."""


class Stepped(Struct, frozen=True, tag=True, omit_defaults=True):
    """Macrosteps were taken, with what is needed to take the same again.

    Shape:   `kind` is `start`, `step` or `cancel`; `consumed` events of the queue in `macrosteps`; `world`
             where it changed; `outputs` are those that something has to be done about, and log lines;
             `untils` is by when each is to be done, 0 for none; `has_left` events of its own to take;
             `check` is a sum over all outputs; `is_kept` says whether the session is to outlive its node,
             `is_ors` which dialect its document is in.
    Units:   `now_ms`, `due_ms` (0 for none) and `untils` in milliseconds since the Unix epoch.
    """

    now_ms: int
    seed: int
    kind: str = "step"
    consumed: int = 0
    macrosteps: int = 1
    world: str | None = None
    outputs: tuple[Output, ...] = ()
    untils: tuple[int, ...] = ()
    due_ms: int = 0
    has_left: bool = False
    active: tuple[str, ...] = ()
    check: int = 0
    is_kept: bool = True
    is_ors: bool = False


class Settled(Struct, frozen=True, tag=True):
    """What came out of steps and needed doing is done, by the ids of it."""

    errands: tuple[str, ...]


class End(StrEnum):
    """How a session came to its end."""

    FINISHED = "finished"
    TERMINATED = "terminated"
    FAILED = "failed"


class Ended(Struct, frozen=True, tag=True, omit_defaults=True):
    """It is over. `outputs` are what others are to hear of that; `data` is its done data, packed."""

    how: End
    reason: str = ""
    data: str = ""
    outputs: tuple[Output, ...] = ()


Fact = Began | Scheduled | Received | Cancelled | EraseAtEnd | Woken | Stepped | Settled | Ended

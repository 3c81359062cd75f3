"""What a session remembers between two steps, all of which a snapshot holds."""

from enum import StrEnum

import msgspec
from msgspec import Struct, field

from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Sent


class Status(StrEnum):
    """Where a session is in its life."""

    NEW = "new"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Timer(Struct, frozen=True):
    """A message that waits for its time; `sent.target` is empty when it is for the session itself."""

    due_ms: int
    number: int
    sent: Sent


class Invocation(Struct, frozen=True):
    """A session that was invoked: by which state, and by which of its `<invoke>` elements."""

    state: int
    at: int


class Start(Struct, frozen=True):
    """With what a session began; its document's scripts see the same again when it is restored."""

    now_ms: int
    seed: int
    data: str


class Memory(Struct):
    """The state of a session but for its data."""

    session_id: str
    status: Status = Status.NEW
    start: Start | None = None
    configuration: set[int] = field(default_factory=set)
    ended_in: list[int] = field(default_factory=list)
    """What was active when the session came to its end."""
    history: dict[int, list[int]] = field(default_factory=dict)
    entered: set[int] = field(default_factory=set)
    """States whose data items have had their first value, where that happens late."""
    internal: list[Event] = field(default_factory=list)
    external: list[Event] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    invoked: dict[str, Invocation] = field(default_factory=dict)
    numbers: int = 0
    """How many ids and timers were made."""
    mirrors: dict[str, str] = field(default_factory=dict)
    """What scripts see of the interactions that the session owns, packed, the oldest first."""
    first_interaction: str = ""
    """The first one that the session ever owned."""


class Snapshot(Struct, frozen=True):
    """A session as bytes keep it."""

    memory: Memory
    data: str
    version: int = 1


def encode(snapshot: Snapshot) -> bytes:
    """A snapshot as bytes; equal ones are equal bytes."""
    plain = msgspec.to_builtins(snapshot)
    for field_of_numbers in ("configuration", "entered"):
        plain["memory"][field_of_numbers].sort()
    return msgspec.json.encode(plain)


def decode(stored: bytes) -> Snapshot:
    """The snapshot that these bytes keep.

    Errors:  `msgspec.ValidationError`: they are none.
    """
    return msgspec.json.decode(stored, type=Snapshot)

"""What a node and its process of journeys say to each other.

Either may ask: each `Question` is answered by one `Answer` or `Failure` with its number. Requests over HTTP
are many, and have messages of their own.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Raw, Struct

from frontdesk.desk.journeys.chat_context import Context
from frontdesk.desk.journeys.queue_answers import Waited
from frontdesk.domain.reception import Outlook
from frontdesk.edges.asgi import WHOLE_BODY, Headers, Scope
from frontdesk.errors import Conflict, Denied, DeskError, NotFound, TooNew, Unavailable
from frontdesk.store.log import Also

# --- what the node asks -------------------------------------------------------------------------------


class Begin(Struct, frozen=True, tag=True):
    """Open the database and be ready.

    Shape:   `settings` are in JSON; `waited` is what became of chats that waited in queues lately.
    """

    settings: bytes
    secret: str
    node_id: str
    waited: Sequence[tuple[str, Waited]]


class Beside(Struct, frozen=True, tag=True):
    """The journey that a chat came from, for who knows it up to this version; in JSON."""

    context: Context
    known: str


class Measure(Struct, frozen=True, tag=True):
    """What is counted, in the form of `/metrics`."""


class End(Struct, frozen=True, tag=True):
    """Answer what is under way, write what was promised, and end."""


# --- what the process asks ----------------------------------------------------------------------------


class Append(Struct, frozen=True, tag=True):
    """Write to the main log."""

    stream: str
    after_version: int
    bodies: Sequence[bytes]
    time_ms: int
    also: tuple[Also, ...]


class Read(Struct, frozen=True, tag=True):
    """The events of one of its streams."""

    stream: str
    after_version: int
    limit: int | None


class ReadCard(Struct, frozen=True, tag=True):
    """The card of one of its streams."""

    stream: str


class Head(Struct, frozen=True, tag=True):
    """Where it ends."""


class TakeLease(Struct, frozen=True, tag=True):
    """Take or prolong one of its leases."""

    name: str
    holder: str
    now_ms: int
    for_ms: int


class DropLease(Struct, frozen=True, tag=True):
    """Give one up."""

    name: str
    holder: str


class NewsAfter(Struct, frozen=True, tag=True):
    """What it says of how chats stand after a position, as soon as it says anything."""

    position: int


class WhoIs(Struct, frozen=True, tag=True):
    """Whose sign-in a token is."""

    token: str


Wish = (
    Begin
    | Beside
    | Measure
    | End
    | Append
    | Read
    | ReadCard
    | Head
    | TakeLease
    | DropLease
    | NewsAfter
    | WhoIs
)


class Question(Struct, frozen=True, tag=True, array_like=True):
    number: int
    wish: Wish


class Answer(Struct, frozen=True, tag=True, array_like=True):
    number: int
    value: Raw


class Failure(Struct, frozen=True, tag=True, array_like=True):
    """An error, which is raised where it was asked."""

    number: int
    kind: str
    text: str
    code: str = ""
    retry_after_s: int = 0

    @classmethod
    def of(cls, number: int, error: DeskError) -> "Failure":
        """The message for an error; what does not travel arrives as `Unavailable`."""
        name = type(error).__name__
        kind = name if name in _ERRORS else Unavailable.__name__
        code = error.code if isinstance(error, Denied) else ""
        retry_after_s = error.retry_after_s if isinstance(error, Unavailable) else 0
        return cls(number, kind, str(error), code, retry_after_s)

    def error(self) -> DeskError:
        """The error again."""
        match self.kind:
            case "Conflict":
                return Conflict(self.text)
            case "NotFound":
                return NotFound(self.text)
            case "Denied":
                return Denied(self.text, self.code)
            case "TooNew":
                return TooNew()
            case "DeskError":
                return DeskError(self.text)
            case _:
                return Unavailable(self.text, self.retry_after_s or 1)


_ERRORS: Final = ("Conflict", "NotFound", "Denied", "TooNew", "DeskError", "Unavailable")

# --- requests -----------------------------------------------------------------------------------------


class Ask(Struct, frozen=True, tag=True, array_like=True, gc=False):
    """A request that came whole, and from which address."""

    number: int
    method: str
    scheme: str
    path: str
    query: bytes
    headers: Headers
    body: bytes
    address: str

    @classmethod
    def of(cls, number: int, scope: Scope, headers: Headers, body: bytes) -> "Ask":
        """Shape: `headers` are those of the request that somebody may want to read there."""
        client = scope.get("client")
        return cls(
            number,
            scope["method"],
            scope["scheme"],
            scope["path"],
            scope["query_string"],
            headers,
            body,
            client[0] if client else "",
        )

    def scope(self) -> Scope:
        """The same as an application is told of it."""
        return {
            "type": "http",
            "http_version": "1.1",
            "method": self.method,
            "scheme": self.scheme,
            "server": None,
            "client": (self.address, 0),
            "root_path": "",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "headers": self.headers,
            "extensions": {WHOLE_BODY: self.body},
        }


class Begun(Ask, frozen=True, tag=True, array_like=True, gc=False):
    """A request whose body is still to come: it is `Wanted`, and brought in a `Rest`, or answered without."""

    def scope(self) -> Scope:
        """The same as an application is told of it."""
        return {**super().scope(), "extensions": {}}


class Wanted(Struct, frozen=True, tag=True, array_like=True, gc=False):
    """The body of the request of this number."""

    number: int


class Trouble(StrEnum):
    """Why a body is not there."""

    NONE = ""
    TOO_MUCH = "too_much"
    TOO_SLOW = "too_slow"
    LEFT = "left"


class Rest(Struct, frozen=True, tag=True, array_like=True, gc=False):
    """The body that was wanted, or why there is none; nobody waits for an answer any more who `LEFT`."""

    number: int
    body: bytes = b""
    trouble: Trouble = Trouble.NONE


class Reply(Struct, frozen=True, tag=True, array_like=True, gc=False):
    """What it is answered."""

    number: int
    status: int
    headers: Headers
    body: bytes


# --- what is told without being asked -----------------------------------------------------------------


class Queues(Struct, frozen=True, tag=True):
    """How queues stand, as far as that has changed, and what became of chats that waited in them."""

    now: Sequence[tuple[str, Outlook]] = ()
    waited: Sequence[tuple[str, Waited]] = ()


class Watch(Struct, frozen=True, tag=True):
    """The queues that the process has to be told of."""

    queues: tuple[str, ...]


class DefinitionsChanged(Struct, frozen=True, tag=True):
    """Something was defined, by this node or another."""


class LimitReached(Struct, frozen=True, tag=True):
    """Somebody was refused at a limit of this name."""

    name: str


class RefusedHere(Struct, frozen=True, tag=True):
    """So many requests of pages were refused before the process heard of them, by the code of the answer."""

    times: dict[str, int]


Told = Queues | Watch | DefinitionsChanged | LimitReached | RefusedHere


class Tell(Struct, frozen=True, tag=True, array_like=True):
    told: Told


Requests = Ask | Reply | Wanted | Rest
"""All that is said of requests."""

Message = Question | Answer | Failure | Ask | Begun | Reply | Wanted | Rest | Tell

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(list[Message]).decode

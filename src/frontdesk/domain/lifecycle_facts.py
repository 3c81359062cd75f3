"""What can happen in the life of a visitor's interaction, as the chat window's side learns it.

Every fact says when it happened: `at_ms` is milliseconds since the Unix epoch, by the clock of that side."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from frontdesk.domain.lifecycle_metadata import Line, Metadata


class Initialised(Struct, frozen=True):
    """The window's plugin is ready for commands."""

    at_ms: int


class Opened(Struct, frozen=True, kw_only=True):
    """The window is on screen.

    Shape:   all but `at_ms` matter only when this begins an interaction.
    """

    at_ms: int
    id: str
    proactive: bool = False
    proactive_data: Mapping[str, object] | None = None
    prefilled: bool = False


class FormSubmitted(Struct, frozen=True, kw_only=True):
    """The visitor, or the page in the visitor's place, sent the form off; the request comes next."""

    at_ms: int
    form: Mapping[str, object]
    automatic: bool = False


class ServiceStarted(Struct, frozen=True):
    """The server confirmed a session.

    Shape:   `id` is used when no window had begun the interaction.
    """

    at_ms: int
    id: str


class StartRefused(Struct, frozen=True):
    """The session could not be started, for the reasons `codes` (at least one)."""

    at_ms: int
    codes: Sequence[str]


class AgentJoined(Struct, frozen=True):
    """An agent is in the session."""

    at_ms: int
    party_id: str


class SupervisorJoined(Struct, frozen=True):
    """A supervisor is in the session."""

    at_ms: int
    party_id: str


class BotJoined(Struct, frozen=True):
    """A bot is in the session."""

    at_ms: int


class MessagesShown(Struct, frozen=True):
    """Lines came from the server.

    Shape:   `replayed` lines are the whole transcript, told again after a reload.
    """

    at_ms: int
    lines: Sequence[Line]
    replayed: bool = False


class CoBrowseStarted(Struct, frozen=True):
    """The visitor began to share the page."""

    at_ms: int


class ErrorsReported(Struct, frozen=True):
    """The server reported errors while the session ran."""

    at_ms: int
    codes: Sequence[str]


class SessionEnded(Struct, frozen=True):
    """The session is over, whoever ended it."""

    at_ms: int


class Closed(Struct, frozen=True):
    """The window is gone from the screen; a session may go on behind it."""

    at_ms: int


class Restored(Struct, frozen=True):
    """A session of the page before was found again. Its window comes back with `Opened`.

    Shape:   `saved` is the block kept by that page, or `None`; then `id` names the interaction anew.
    """

    at_ms: int
    saved: Metadata | None
    id: str


class RestoreFailed(Struct, frozen=True):
    """The session of the page before is lost."""

    at_ms: int
    saved: Metadata | None
    id: str


Fact = (
    Initialised
    | Opened
    | FormSubmitted
    | ServiceStarted
    | StartRefused
    | AgentJoined
    | SupervisorJoined
    | BotJoined
    | MessagesShown
    | CoBrowseStarted
    | ErrorsReported
    | SessionEnded
    | Closed
    | Restored
    | RestoreFailed
)

"""What a workspace server says, as types; read leniently, so that a newer server may say more.

Source:  docs/reference/workspace-protocol.md.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from frontdesk.domain.events import Event, Kind, Medium, Visibility


class AgentCard(Struct, frozen=True, kw_only=True):
    """Who signed in. `skills` are levels by name.

    Shape:   `capacity` is how many at once of those media that `capacities` does not name.
    """

    agent_id: str
    login: str
    name: str
    role: str
    capacity: int
    skills: Mapping[str, int] = msgspec.field(default_factory=dict)
    capacities: Mapping[str, int] = msgspec.field(default_factory=dict)


class SignedIn(Struct, frozen=True):
    token: str
    agent: AgentCard


class Page(Struct, frozen=True):
    """Where the visitor was when the chat began."""

    url: str = ""
    title: str = ""
    referrer: str = ""


class PartyCard(Struct, frozen=True, kw_only=True):
    """One participant's presence; party 1 is the visitor. `is_held` while this one has put the chat aside."""

    party_id: int
    kind: Kind
    nickname: str
    participant_id: str = ""
    visibility: Visibility = Visibility.ALL
    is_present: bool = True
    is_held: bool = False


class FileCard(Struct, frozen=True, kw_only=True):
    """One file of a chat."""

    file_id: str
    name: str
    size_bytes: int = 0
    media_type: str = "application/octet-stream"
    party_id: int = 0
    is_deleted: bool = False


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody who is ready, with `slots` more chats to take."""

    agent_id: str
    name: str
    role: str = "agent"
    slots: int = 0


class OpenChat(Struct, frozen=True, kw_only=True):
    """One of all the chats that are open; `agents` are those who take part, by id."""

    interaction_id: str
    service: str = ""
    phase: str = ""
    nickname: str = ""
    subject: str = ""
    queue: str = ""
    started_ms: int = 0
    queued_ms: int = 0
    agents: tuple[str, ...] = ()


class Colleagues(Struct, frozen=True):
    """An answer."""

    colleagues: tuple[Colleague, ...]


class OpenChats(Struct, frozen=True):
    """An answer."""

    chats: tuple[OpenChat, ...]


class _Message(Struct, frozen=True, tag_field="is"):
    """What every message of the server has: the member `is`."""


class Done(_Message, frozen=True, tag="done"):
    id: str


class Refusal(_Message, frozen=True, tag="refused", kw_only=True):
    id: str
    code: str
    text: str = ""


class Welcome(_Message, frozen=True, tag="welcome", kw_only=True):
    """The connection is up (again). `interactions` are yours now, `invites` ring for you."""

    agent: AgentCard
    is_ready: bool = False
    time_ms: int = 0
    interactions: tuple[str, ...] = ()
    invites: tuple[str, ...] = ()


class FloorChanged(_Message, frozen=True, tag="floor"):
    """How many people are ready with a free slot; told again when it changes between none and some."""

    ready: int


class Readiness(_Message, frozen=True, tag="readiness", kw_only=True):
    """Whether chats may come to you has changed."""

    is_ready: bool
    reason: str = ""


class Invitation(_Message, frozen=True, tag="invited", kw_only=True):
    """A chat rings for you until `until_ms` by the server's clock, which showed `time_ms`.

    Shape:   `called_by` is the colleague who calls, for a `purpose` and with a `note`; empty when the chat is
             given to you.
    """

    interaction_id: str
    until_ms: int = 0
    time_ms: int = 0
    service: str = ""
    queue: str = ""
    nickname: str = ""
    subject: str = ""
    summary: str = ""
    started_ms: int = 0
    user_data: dict[str, str] = {}
    medium: Medium = Medium.CHAT
    called_by: str = ""
    purpose: str = ""
    note: str = ""


class InviteGone(_Message, frozen=True, tag="invite_gone", kw_only=True):
    """It no longer rings: `accepted`, `declined`, `expired`, `cancelled` or `agent_away`."""

    interaction_id: str
    reason: str = ""


class InteractionCard(_Message, frozen=True, tag="interaction", kw_only=True):
    """An interaction that is yours, as it is after `version` events. `party_id` is you in it.

    Shape:   `email` of a message interaction is the correspondent's; `related` what it follows.
    """

    interaction_id: str
    party_id: int
    phase: str = ""
    service: str = ""
    queue: str = ""
    summary: str = ""
    subject: str = ""
    started_ms: int = 0
    nickname: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    user_data: dict[str, str] = {}
    page: Page = Page()
    parties: tuple[PartyCard, ...] = ()
    files: tuple[FileCard, ...] = ()
    version: int = 0
    medium: Medium = Medium.CHAT
    related: str = ""


class Happened(_Message, frozen=True, tag="event", kw_only=True):
    """Something happened in one of your interactions."""

    interaction_id: str
    version: int
    at_ms: int
    event: Event


class Preview(_Message, frozen=True, tag="preview"):
    """What the visitor has in the input box now."""

    interaction_id: str
    text: str = ""


class Readers(_Message, frozen=True, tag="readers", kw_only=True):
    """A party has read everything up to a version."""

    interaction_id: str
    party_id: int
    up_to: int


class NoLongerYours(_Message, frozen=True, tag="left"):
    """No more events of this interaction will come."""

    interaction_id: str


class Closing(_Message, frozen=True, tag="closing"):
    reason: str = ""
    retry_after_ms: int = 0


Message = (
    Done
    | Refusal
    | Welcome
    | FloorChanged
    | Readiness
    | Invitation
    | InviteGone
    | InteractionCard
    | Happened
    | Preview
    | Readers
    | NoLongerYours
    | Closing
)

_decode_frame = msgspec.json.Decoder(list[Message]).decode
_decode_parts = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_message: Callable[[msgspec.Raw], Message] = msgspec.json.Decoder(Message).decode
_encode = msgspec.json.Encoder().encode


def read_frame(frame: bytes) -> Sequence[Message]:
    """The messages of one frame, in order.

    Shape:   a message or an event of a kind this client does not know is left out.
    Errors:  `msgspec.DecodeError` when the frame is no JSON array.
    """
    try:
        return _decode_frame(frame)
    except msgspec.ValidationError:
        return [message for part in _decode_parts(frame) if (message := _known(part)) is not None]


def _known(part: msgspec.Raw) -> Message | None:
    try:
        return _decode_message(part)
    except msgspec.ValidationError:
        return None


def write_frame(verb: str, write_id: str, members: dict[str, Any]) -> bytes:
    """One client message."""
    return _encode({"do": verb, "id": write_id, **members})

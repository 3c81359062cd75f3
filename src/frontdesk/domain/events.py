"""The facts of an interaction, as they are stored for ever.

Never rename or retype a field; a new field has a default; a new meaning gets a new name. The JSON of
each is also what agents' clients read (wire/workspace.py), so it is a public form.
"""

from enum import StrEnum
from typing import Any

from msgspec import Struct

from frontdesk.domain.mail_facts import MailEvent
from frontdesk.domain.owning_events import (
    Answered as Answered,
)
from frontdesk.domain.owning_events import (
    Asked as Asked,
)
from frontdesk.domain.owning_events import (
    ClosingBegan as ClosingBegan,
)
from frontdesk.domain.owning_events import (
    Merged as Merged,
)
from frontdesk.domain.owning_events import (
    MergedInto as MergedInto,
)
from frontdesk.domain.owning_events import (
    Moved as Moved,
)
from frontdesk.domain.owning_events import (
    Owned as Owned,
)
from frontdesk.domain.owning_events import (
    Parked as Parked,
)
from frontdesk.domain.owning_events import (
    Released as Released,
)
from frontdesk.domain.owning_events import (
    Resumed as Resumed,
)
from frontdesk.domain.owning_events import (
    StepTaken as StepTaken,
)
from frontdesk.domain.submit_facts import SubmitFact


class Kind(StrEnum):
    """What sort of party takes part."""

    CLIENT = "client"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    BOT = "bot"
    EXTERNAL = "external"
    SYSTEM = "system"


class Visibility(StrEnum):
    """Who may see an event or a party: everybody, those on our side, or only supervisors."""

    ALL = "all"
    AGENTS = "agents"
    SUPERVISORS = "supervisors"


class Medium(StrEnum):
    """How both sides speak: a chat, or messages that go back and forth over days."""

    CHAT = "chat"
    MESSAGE = "message"


class Purpose(StrEnum):
    """What a colleague is called for: to answer together, to advise unseen, or to take over."""

    CONFERENCE = "conference"
    CONSULT = "consult"
    TRANSFER = "transfer"


class Started(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A visitor arrived. Party 1 is the visitor; `key_hash` is the SHA-256 of the secret key, in hex.

    An `asynchronous` interaction stays open over days: it rests while nobody attends to it. One that
    `closes_when_idle` is over all the same when nobody has written for long enough. One whose `medium` is
    messages has a correspondent for a visitor, who holds no key; `related` is the one that it follows.
    """

    service: str
    user_id: str
    key_hash: str
    nickname: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    subject: str = ""
    endpoint: str = ""
    user_data: dict[str, str] = {}
    address: str = ""
    asynchronous: bool = False
    closes_when_idle: bool = False
    medium: Medium = Medium.CHAT
    related: str = ""


class Joined(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A party came in. `answers_invite` when it took the invite that was ringing."""

    party_id: int
    kind: Kind
    participant_id: str
    nickname: str
    visibility: Visibility = Visibility.ALL
    answers_invite: bool = False


class Left(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A party went; `reason` says why when it was not by itself. `visibility` is who knew of it."""

    party_id: int
    reason: str = ""
    visibility: Visibility = Visibility.ALL


class Appeared(Struct, frozen=True, tag=True, kw_only=True):
    """A party that fewer could see shows itself to more: who it is, for those who hear of it only now."""

    party_id: int
    kind: Kind
    participant_id: str
    nickname: str
    visibility: Visibility


class Said(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A message. `client_id` is the writer's own id of it: the same again is the same message."""

    party_id: int
    text: str
    message_type: str = ""
    attributes: dict[str, Any] | None = None
    visibility: Visibility = Visibility.ALL
    client_id: str = ""


class TypingStarted(Struct, frozen=True, tag=True):
    """Transient: forgotten when the interaction is archived; its number stays used."""

    party_id: int


class TypingStopped(Struct, frozen=True, tag=True):
    """Transient, as `TypingStarted`."""

    party_id: int


class UrlPushed(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A party wants the other side to open an address."""

    party_id: int
    url: str
    client_id: str = ""


class NicknameChanged(Struct, frozen=True, tag=True):
    """A party has a new name, from this event on."""

    party_id: int
    nickname: str


class NoticeGiven(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A custom notice: something programs at the other end understand."""

    party_id: int
    text: str = ""
    attributes: dict[str, Any] | None = None
    visibility: Visibility = Visibility.ALL
    client_id: str = ""


class DataChanged(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """User data, merged key by key, then `removed` keys taken away.

    What stands at the `nested` keys was a number or an object of a script, and is its JSON.
    """

    party_id: int
    changes: dict[str, str] = {}
    removed: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()


class FileUploaded(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A party sent a file; its bytes are in the file store."""

    party_id: int
    file_id: str
    name: str
    size_bytes: int
    media_type: str = "application/octet-stream"
    description: str = ""
    client_id: str = ""


class FileDeleted(Struct, frozen=True, tag=True, omit_defaults=True):
    """A party took its own file back; its bytes are gone. `visibility` is who had heard of the file."""

    party_id: int
    file_id: str
    name: str
    visibility: Visibility = Visibility.ALL


class FileFetched(Struct, frozen=True, tag=True):
    """A visitor downloaded a file; counted against the download limit."""

    party_id: int
    file_id: str


class ReceiptGiven(Struct, frozen=True, tag=True):
    """A party has read everything up to and including a version."""

    party_id: int
    up_to: int


class IdleWarned(Struct, frozen=True, tag=True):
    """Nobody wrote for a while; `closes_next` when the next expiry ends the interaction."""

    party_id: int
    text: str
    closes_next: bool
    next_s: int


class IdleClosed(Struct, frozen=True, tag=True):
    """Nobody wrote for so long that the interaction ends; `text` is what is told."""

    party_id: int
    text: str


class Queued(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """It waits for a person. `summary` is what the one who handed it over wants that person to know, `demand`
    the skills that it asks for, as an expression. `since_ms` is since when, where it has waited before.
    `wanted` is the agent whom its user data names.
    """

    queue: str
    priority: int = 0
    summary: str = ""
    demand: str = ""
    since_ms: int = 0
    wanted: str = ""


class Informed(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """The system told the visitor how the waiting is; `about` says why: `closed`, `full`, `nobody` or
    `position`. With the last comes where the chat stands, 1 being next, and for how long yet; 0 is unknown.
    """

    party_id: int
    text: str
    about: str
    position: int = 0
    wait_s: int = 0


class Invited(Struct, frozen=True, tag=True, omit_defaults=True):
    """It rings for an agent, who has until `until_ms` to take it.

    A colleague who called says with what `purpose` and `note`; `by_party` is 0 when routing rings.
    """

    agent_id: str
    until_ms: int
    by_party: int = 0
    purpose: Purpose = Purpose.CONFERENCE
    note: str = ""


class InviteEnded(Struct, frozen=True, tag=True):
    """It no longer rings: `declined`, `expired`, `cancelled` or `agent_away`."""

    agent_id: str
    reason: str


class Rested(Struct, frozen=True, tag=True, omit_defaults=True):
    """Nobody attends to it any more, and it stays open: `client_left`, `last_agent_left` or `quiet`."""

    reason: str = ""


class Woke(Struct, frozen=True, tag=True):
    """A party wrote while it rested, so that somebody has to be found again."""

    party_id: int


class CameBack(Struct, frozen=True, tag=True):
    """A visitor who had left is here again."""

    party_id: int


class Ended(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """Nothing more is said. `party_id` is 0 when nobody in particular ended it."""

    reason: str
    party_id: int = 0


class Archived(Struct, frozen=True, tag=True):
    """The visitor's session is over for good; the transcript stays for those on our side."""


Event = (
    Started
    | Joined
    | Left
    | Appeared
    | Said
    | TypingStarted
    | TypingStopped
    | UrlPushed
    | NicknameChanged
    | NoticeGiven
    | DataChanged
    | FileUploaded
    | FileDeleted
    | FileFetched
    | ReceiptGiven
    | IdleWarned
    | IdleClosed
    | Queued
    | Informed
    | Invited
    | InviteEnded
    | Rested
    | Woke
    | CameBack
    | Ended
    | Archived
    | Owned
    | Released
    | Moved
    | Asked
    | Answered
    | StepTaken
    | ClosingBegan
    | Parked
    | Resumed
    | Merged
    | MergedInto
    | SubmitFact
    | MailEvent
)

# What the transcript of an interaction is made of; the rest is its bookkeeping.
TRANSCRIPT = (
    Started,
    Joined,
    Left,
    Appeared,
    CameBack,
    Said,
    TypingStarted,
    TypingStopped,
    UrlPushed,
    NicknameChanged,
    NoticeGiven,
    FileUploaded,
    FileDeleted,
    IdleWarned,
    IdleClosed,
    Informed,
)
TRANSIENT = (TypingStarted, TypingStopped)

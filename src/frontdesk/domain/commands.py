"""What can be asked of an interaction: wishes, which `decide` may refuse."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from frontdesk.domain.events import FileUploaded, Kind, Purpose, Visibility
from frontdesk.domain.mail_facts import (
    MailDelayed,
    MailDrafted,
    MailFailed,
    MailPosted,
    MailReceived,
    MailSent,
)
from frontdesk.domain.owning_commands import OwningCommand
from frontdesk.domain.submit_commands import SubmitCommand


class Start(Struct, frozen=True, kw_only=True):
    """Begin. `queue` is where it waits at once, or None when a bot takes it first; `text` a first message.

    Where the service has an `application`, the session `session_id` of that has it from the beginning.
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
    text: str = ""
    user_data: dict[str, str] = {}
    address: str = ""
    queue: str | None = None
    asynchronous: bool = False
    closes_when_idle: bool = False
    application: str = ""
    session_id: str = ""


class Join(Struct, frozen=True, kw_only=True):
    kind: Kind
    participant_id: str
    nickname: str
    visibility: Visibility = Visibility.ALL


class ComeBack(Struct, frozen=True):
    """The visitor of an asynchronous interaction is here again."""


class TakeUp(Struct, frozen=True, kw_only=True):
    """Attend to a conversation that rests; a supervisor may also take up one that was another's."""

    agent_id: str
    nickname: str
    is_supervisor: bool = False


class Leave(Struct, frozen=True, kw_only=True):
    """Go. A visitor who `ends` an asynchronous interaction does not mean to come back to it."""

    party_id: int
    reason: str = ""
    ends: bool = False


class Say(Struct, frozen=True, kw_only=True):
    party_id: int
    text: str
    message_type: str = ""
    attributes: dict[str, Any] | None = None
    visibility: Visibility = Visibility.ALL
    client_id: str = ""


class SetTyping(Struct, frozen=True):
    party_id: int
    is_typing: bool


class PushUrl(Struct, frozen=True, kw_only=True):
    party_id: int
    url: str
    client_id: str = ""


class ChangeNickname(Struct, frozen=True):
    party_id: int
    nickname: str


class GiveNotice(Struct, frozen=True, kw_only=True):
    """A custom notice; the purpose `cancel-idle-timer` among its attributes resets the idle timers."""

    party_id: int
    text: str = ""
    attributes: dict[str, Any] | None = None
    visibility: Visibility = Visibility.ALL
    client_id: str = ""


class ChangeData(Struct, frozen=True, kw_only=True):
    party_id: int
    changes: dict[str, str] = {}
    removed: tuple[str, ...] = ()


class AddFile(Struct, frozen=True, kw_only=True):
    party_id: int
    file_id: str
    name: str
    size_bytes: int
    media_type: str
    description: str = ""
    client_id: str = ""


class DeleteFile(Struct, frozen=True):
    party_id: int
    file_id: str


class FetchFile(Struct, frozen=True):
    party_id: int
    file_id: str


class GiveReceipt(Struct, frozen=True):
    party_id: int
    up_to: int


class Queue(Struct, frozen=True, kw_only=True):
    """Let it wait for a person; an empty `queue` is the one it was in, else its service's."""

    queue: str = ""
    priority: int = 0
    summary: str = ""


class Receive(Struct, frozen=True, kw_only=True):
    """Say how the waiting is, with `text`, and `about` what; nothing is said where the text is empty."""

    about: str
    text: str
    ends: bool = False
    position: int = 0
    wait_s: int = 0


class HandOver(Struct, frozen=True, kw_only=True):
    """Leave, and let it wait for somebody else; `queue` as in `Queue`."""

    party_id: int
    queue: str = ""
    summary: str = ""
    reason: str = ""


class Invite(Struct, frozen=True):
    """Ring for an agent for `answer_s` seconds."""

    agent_id: str
    answer_s: int


class Accept(Struct, frozen=True):
    agent_id: str
    nickname: str


class Decline(Struct, frozen=True):
    """The agent will not, or cannot: `reason` is `declined` or `agent_away`."""

    agent_id: str
    reason: str = "declined"


class Call(Struct, frozen=True, kw_only=True):
    """Ring for a colleague for `answer_s` seconds; `note` is for that colleague alone."""

    party_id: int
    agent_id: str
    purpose: Purpose
    answer_s: int
    note: str = ""


class CallOff(Struct, frozen=True):
    """Stop ringing for a colleague."""

    party_id: int


class Show(Struct, frozen=True, kw_only=True):
    """Let more of those who are here know of a party: `other`, or who asks when that is 0."""

    party_id: int
    visibility: Visibility
    other: int = 0


class PassOn(Struct, frozen=True):
    """Leave it to `other`, a colleague who is here."""

    party_id: int
    other: int


class TakeOver(Struct, frozen=True):
    """A supervisor answers from now on, and who answered leaves."""

    party_id: int


class End(Struct, frozen=True, kw_only=True):
    reason: str
    party_id: int = 0


class BeginMessage(Struct, frozen=True, kw_only=True):
    """Begin a message interaction, with a mail that came in or one that is to be sent. `address` is the
    correspondent's; an empty `queue` is the service's; `files` came with the mail. The session `session_id`
    of an `application` has it from the beginning; as its `request_id` where it is the session's own draft,
    which `post` sends at once."""

    service: str
    user_id: str
    address: str
    first: MailReceived | MailDrafted
    name: str = ""
    subject: str = ""
    endpoint: str = ""
    user_data: dict[str, str] = {}
    queue: str | None = ""
    related: str = ""
    files: tuple[FileUploaded, ...] = ()
    application: str = ""
    session_id: str = ""
    request_id: str = ""
    post: MailPosted | None = None


class ReceiveMail(Struct, frozen=True):
    """A mail came in that belongs to the interaction; `files` came with it."""

    mail: MailReceived
    files: tuple[FileUploaded, ...] = ()


class DraftMail(Struct, frozen=True):
    mail: MailDrafted


class PostMail(Struct, frozen=True):
    """Send the mail."""

    mail: MailPosted

    @property
    def party_id(self) -> int:
        return self.mail.party_id

    @property
    def client_id(self) -> str:
        return self.mail.client_id


class NoteMail(Struct, frozen=True):
    """What came of the trial that `ticket` names."""

    ticket: str
    outcome: MailSent | MailDelayed | MailFailed


class Tick(Struct, frozen=True, kw_only=True):
    """Time went by.

    Shape:   `client_seen_ms` is when the visitor's client was last heard of; `typing_seen_ms` when each
             party last said that it is typing. Neither is a fact, so both come with the command. Whoever
             gives a `ticket` sends the mails that are due under it.
    """

    client_seen_ms: int
    ticket: str = ""
    typing_seen_ms: Mapping[int, int] = {}


Command = (
    Start
    | Join
    | ComeBack
    | TakeUp
    | Leave
    | Say
    | SetTyping
    | PushUrl
    | ChangeNickname
    | GiveNotice
    | ChangeData
    | AddFile
    | DeleteFile
    | FetchFile
    | GiveReceipt
    | Queue
    | Receive
    | HandOver
    | Invite
    | Accept
    | Decline
    | Call
    | CallOff
    | Show
    | PassOn
    | TakeOver
    | End
    | BeginMessage
    | ReceiveMail
    | DraftMail
    | PostMail
    | NoteMail
    | Tick
    | OwningCommand
    | SubmitCommand
)

"""The workspace socket: what agents and bots ask, one JSON object each.

Source:  docs/reference/workspace-protocol.md, "The socket".
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from frontdesk.domain import commands, owning_commands
from frontdesk.domain.commands import Command
from frontdesk.domain.events import Purpose, Visibility
from frontdesk.domain.mailing import FILES_MAX, RECIPIENTS_MAX
from frontdesk.errors import Refused
from frontdesk.wire.form import without_controls

WishId = Annotated[str, Meta(min_length=1, max_length=64)]
InteractionId = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9]+$")]
HAVE_MAX = 1000
Recipients = Annotated[tuple[str, ...], Meta(max_length=RECIPIENTS_MAX)]


class Wish(Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """Something asked; `id` names it for ever, so that asking again is asking once."""

    id: WishId


class Hello(Wish, frozen=True, kw_only=True, tag="hello"):
    have: Annotated[dict[InteractionId, int], Meta(max_length=HAVE_MAX)] = {}


class Ready(Wish, frozen=True, kw_only=True, tag="ready"):
    pass


class NotReady(Wish, frozen=True, kw_only=True, tag="not_ready"):
    reason: str = ""


class Ping(Wish, frozen=True, kw_only=True, tag="ping"):
    pass


class Accept(Wish, frozen=True, kw_only=True, tag="accept"):
    interaction_id: InteractionId


class Decline(Wish, frozen=True, kw_only=True, tag="decline"):
    interaction_id: InteractionId


class TakeUp(Wish, frozen=True, kw_only=True, tag="take_up"):
    interaction_id: InteractionId


class Monitor(Wish, frozen=True, kw_only=True, tag="monitor"):
    interaction_id: InteractionId


class Call(Wish, frozen=True, kw_only=True, tag="call"):
    interaction_id: InteractionId
    agent_id: Annotated[str, Meta(min_length=1, max_length=64)]
    purpose: Purpose
    note: str = ""


class Merge(Wish, frozen=True, kw_only=True, tag="merge"):
    """`other` is the interaction that ends; `leaves` to leave what goes on to those who stay."""

    interaction_id: InteractionId
    other: InteractionId
    leaves: bool = False


class InChat(Wish, frozen=True, kw_only=True):
    """A wish of somebody who takes part in an interaction."""

    interaction_id: InteractionId

    def command(self, party_id: int) -> Command:
        raise AssertionError(f"{type(self).__name__} is no command")


class Say(InChat, frozen=True, kw_only=True, tag="say"):
    text: str
    message_type: str = "text"
    attributes: dict[str, Any] | None = None
    visibility: Visibility = Visibility.ALL

    def command(self, party_id: int) -> Command:
        return commands.Say(
            party_id=party_id,
            text=without_controls(self.text),
            message_type=without_controls(self.message_type),
            attributes=self.attributes,
            visibility=self.visibility,
            client_id=self.id,
        )


class SendMail(InChat, frozen=True, kw_only=True, tag="send_mail"):
    text: str
    subject: str = ""
    to: Recipients = ()
    cc: Recipients = ()
    bcc: Recipients = ()
    files: Annotated[tuple[str, ...], Meta(max_length=FILES_MAX)] = ()


class Type(InChat, frozen=True, kw_only=True, tag="type"):
    is_typing: bool

    def command(self, party_id: int) -> Command:
        return commands.SetTyping(party_id, self.is_typing)


class PushUrl(InChat, frozen=True, kw_only=True, tag="push_url"):
    url: str

    def command(self, party_id: int) -> Command:
        return commands.PushUrl(party_id=party_id, url=self.url, client_id=self.id)


class Notice(InChat, frozen=True, kw_only=True, tag="notice"):
    text: str = ""
    attributes: dict[str, Any] | None = None
    visibility: Visibility = Visibility.ALL

    def command(self, party_id: int) -> Command:
        return commands.GiveNotice(
            party_id=party_id,
            text=without_controls(self.text),
            attributes=self.attributes,
            visibility=self.visibility,
            client_id=self.id,
        )


class SetData(InChat, frozen=True, kw_only=True, tag="set_data"):
    user_data: dict[str, str]

    def command(self, party_id: int) -> Command:
        return commands.ChangeData(
            party_id=party_id,
            changes={without_controls(key): without_controls(value) for key, value in self.user_data.items()},
        )


class Receipt(InChat, frozen=True, kw_only=True, tag="receipt"):
    up_to: Annotated[int, Meta(ge=0)]

    def command(self, party_id: int) -> Command:
        return commands.GiveReceipt(party_id, self.up_to)


class DeleteFile(InChat, frozen=True, kw_only=True, tag="delete_file"):
    file_id: str

    def command(self, party_id: int) -> Command:
        return commands.DeleteFile(party_id, self.file_id)


class CallOff(InChat, frozen=True, kw_only=True, tag="call_off"):
    def command(self, party_id: int) -> Command:
        return commands.CallOff(party_id)


class Show(InChat, frozen=True, kw_only=True, tag="show"):
    visibility: Visibility = Visibility.ALL
    party_id: Annotated[int, Meta(ge=0)] = 0

    def command(self, party_id: int) -> Command:
        return commands.Show(party_id=party_id, visibility=self.visibility, other=self.party_id)


class PassOn(InChat, frozen=True, kw_only=True, tag="pass_on"):
    party_id: Annotated[int, Meta(ge=1)]

    def command(self, party_id: int) -> Command:
        return commands.PassOn(party_id, self.party_id)


class TakeOver(InChat, frozen=True, kw_only=True, tag="take_over"):
    def command(self, party_id: int) -> Command:
        return commands.TakeOver(party_id)


class Park(InChat, frozen=True, kw_only=True, tag="park"):
    def command(self, party_id: int) -> Command:
        return owning_commands.Park(party_id)


class Resume(InChat, frozen=True, kw_only=True, tag="resume"):
    def command(self, party_id: int) -> Command:
        return owning_commands.Resume(party_id)


class HandOver(InChat, frozen=True, kw_only=True, tag="hand_over"):
    queue: Annotated[str, Meta(max_length=200)] = ""
    summary: str = ""

    def command(self, party_id: int) -> Command:
        return commands.HandOver(party_id=party_id, queue=self.queue, summary=without_controls(self.summary))


class Leave(InChat, frozen=True, kw_only=True, tag="leave"):
    def command(self, party_id: int) -> Command:
        return commands.Leave(party_id=party_id)


class End(InChat, frozen=True, kw_only=True, tag="end"):
    reason: Annotated[str, Meta(max_length=200)] = ""

    def command(self, party_id: int) -> Command:
        return commands.End(reason=self.reason or "agent_ended", party_id=party_id)


AnyWish = (
    Hello
    | Ready
    | NotReady
    | Ping
    | Accept
    | Decline
    | TakeUp
    | Monitor
    | Call
    | CallOff
    | Show
    | PassOn
    | TakeOver
    | Park
    | Resume
    | Merge
    | Say
    | SendMail
    | Type
    | PushUrl
    | Notice
    | SetData
    | Receipt
    | DeleteFile
    | HandOver
    | Leave
    | End
)

_decoder: msgspec.json.Decoder[AnyWish] = msgspec.json.Decoder(AnyWish)


def parse(frame: str | bytes) -> AnyWish:
    """What a frame asks.

    Errors:  `Refused("bad_message")` with the fault's place and what was expected.
    """
    try:
        return _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad_message", str(error)) from error


def id_of(frame: str | bytes) -> str:
    """The id of a wish that cannot be carried out, so that its sender knows which; empty without one."""
    try:
        found = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    wish_id = found.get("id") if isinstance(found, dict) else None
    return wish_id if isinstance(wish_id, str) and len(wish_id) <= 64 else ""

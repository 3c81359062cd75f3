"""Chat API version 2: what visitors say, show and leave, as wishes.

What else they ask needs more than the fields of the request.

Source:  chat-api-v2 §§7.3–7.9.
"""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.domain import commands
from frontdesk.domain.commands import Command
from frontdesk.wire.chat_v2 import parse_attributes, parse_message_id
from frontdesk.wire.chat_v2_fields import NoticeFields, SendFields

VISITOR = 1
SEND, START_TYPING = "send", "startTyping"


def _say(fields: SendFields) -> Command:
    return commands.Say(
        party_id=VISITOR,
        text=fields.message,
        message_type=fields.message_type,
        attributes=parse_attributes(fields.event_attributes),
        client_id=parse_message_id(fields.message_id),
    )


def _give_notice(fields: NoticeFields) -> Command:
    attributes = parse_attributes(fields.event_attributes)
    return commands.GiveNotice(party_id=VISITOR, text=fields.message, attributes=attributes)


WISHES: Mapping[str, Callable[[Any], Command]] = {
    SEND: _say,
    START_TYPING: lambda _: commands.SetTyping(VISITOR, True),
    "stopTyping": lambda _: commands.SetTyping(VISITOR, False),
    "disconnect": lambda _: commands.Leave(party_id=VISITOR, reason="client_left", ends=True),
    "customNotice": _give_notice,
    "updateNickname": lambda fields: commands.ChangeNickname(VISITOR, fields.nickname),
    "pushUrl": lambda fields: commands.PushUrl(party_id=VISITOR, url=fields.push_url),
}

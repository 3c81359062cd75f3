"""Chat API version 3: the shapes of the answers; the API's description is made from here.

Source:  chat-api-v3 §§4.2, 5 and 10.
"""

from typing import Literal

from msgspec import Struct, field

from frontdesk.wire.chat_v3 import ChatMessage


class Status(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code for programs; a text that clients may show."""

    code: str
    message: str = ""


class Succeeded(Struct, frozen=True, forbid_unknown_fields=True):
    """It is done."""

    code: Literal["SUCCESS"]


class Entity(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A session, and where it is."""

    id: str
    self_uri: str


class StartedData(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The session with the token that proves the right to it, for the header `x-nexus-client-key`."""

    entity: Entity
    client_token: str


class StartedAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """A chat has begun, or goes on."""

    status: Succeeded
    data: StartedData


class EntityData(Struct, frozen=True, forbid_unknown_fields=True):
    """What a session says of itself."""

    entity: Entity


class EntityAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """There is such a session."""

    status: Succeeded
    data: EntityData


class MessagesData(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Messages, oldest first; `chatEnded` comes with the last ones."""

    chat_ended: bool
    messages: list[ChatMessage]


class MessagesAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """What is new, what was missed, or a page of the history."""

    status: Succeeded
    data: MessagesData


class SentData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a message has become; nothing for one without a word, and for typing."""

    id: str = ""
    index: str = ""


class SentAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """The message is kept."""

    status: Succeeded
    data: SentData


class NotReceivedAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """The message was not taken in, said so that clients show it."""

    status: Status
    status_code: Literal[1] = field(name="statusCode")


class KeptData(Struct, frozen=True, forbid_unknown_fields=True):
    """The id of an image."""

    id: str


class KeptAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """The image is kept, and shown to everybody who takes part."""

    status: Succeeded
    data: KeptData


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing more to say."""


class DoneAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """It is done."""

    status: Succeeded
    data: Nothing


class RefusedAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """It is not done; the code says why."""

    status: Status

"""Chat API version 2: the shapes of the answers; the API's description is made from here.

Source:  chat-api-v2 §§4, 6 and 8.
"""

from typing import Any, Literal

from msgspec import Struct


class Author(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Who an event is from; a bot is an `External` whose events say so in `eventAttributes`."""

    nickname: str
    participant_id: int
    type: Literal["Client", "Agent", "Supervisor", "External"]


class TranscriptEvent(
    Struct,
    frozen=True,
    kw_only=True,
    rename={
        "sender": "from",
        "utc_time": "utcTime",
        "message_type": "messageType",
        "user_data": "userData",
        "event_attributes": "eventAttributes",
    },
    forbid_unknown_fields=True,
):
    """One event as visitors see it. Only the notice with the file limits has no `index`."""

    index: int | None = None
    type: Literal[
        "ParticipantJoined",
        "ParticipantLeft",
        "Message",
        "TypingStarted",
        "TypingStopped",
        "PushUrl",
        "NicknameUpdated",
        "FileUploaded",
        "FileDeleted",
        "CustomNotice",
        "Notice",
        "IdleAlert",
        "IdleClose",
    ]
    utc_time: int
    sender: Author
    text: str | None = None
    message_type: str = ""
    user_data: dict[str, str] | None = None
    event_attributes: dict[str, Any] | None = None


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """What is wrong: a code for programs, a text for people (the bare limit for codes 201 and 202)."""

    code: int
    advice: str


class Envelope(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The one form of every answer.

    Shape:   `statusCode` 0 is done, 1 try again later, 2 failed: look at `chatEnded`. The identity and
             `nextPosition` are there for whoever has shown the key. `idleTimerExpire` counts seconds while an
             idle chat is about to be closed.
    """

    status_code: Literal[0, 1, 2]
    chat_ended: bool
    messages: list[TranscriptEvent]
    chat_id: str = ""
    user_id: str = ""
    secure_key: str = ""
    alias: str = ""
    next_position: int = 0
    monitored: bool = False
    idle_timer_expire: int | None = None
    user_data: dict[str, str] | None = None
    timestamp: int | None = None
    errors: list[Fault] = []

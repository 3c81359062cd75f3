"""Chat API version 2: the fields of each operation; the API's description is made from here.

A field that is absent and one that is empty are the same to this protocol, so every default is empty.

Source:  chat-api-v2 §7 and §2.2.
"""

from collections.abc import Mapping

from msgspec import Struct

ASYNC_MODE = "GCTI_Chat_AsyncMode"


class SessionFields(Struct, frozen=True, kw_only=True, rename="camel"):
    """What every operation on a session has.

    Shape:   `secure_key` proves the right to act; `user_id` must match when it is given; `alias` is ignored;
             with `transcript_position` the answer brings the events from there on.
    """

    secure_key: str = ""
    user_id: str = ""
    alias: str = ""
    transcript_position: str = ""


class StartFields(Struct, frozen=True, kw_only=True, rename="camel"):
    """Request a chat. A nickname, or both names; `userData[key]` besides.

    Shape:   `text` is a first message; `endpoint` is kept with the chat for those who answer it.
    """

    nickname: str = ""
    first_name: str = ""
    last_name: str = ""
    email_address: str = ""
    subject: str = ""
    text: str = ""
    endpoint: str = ""


class RefreshFields(SessionFields, frozen=True, kw_only=True, rename="camel"):
    """Read the transcript. `message` is what stands in the visitor's input box now; it is never posted."""

    message: str = ""


class SendFields(SessionFields, frozen=True, kw_only=True, rename="camel"):
    """Say something. `event_attributes` is the JSON text of an object.

    Shape:   `message_id` is the client's own, at most 64 characters: sent again with the same one, a message
             is one message.
    """

    message: str = ""
    message_type: str = ""
    event_attributes: str = ""
    message_id: str = ""


class TypingFields(SessionFields, frozen=True, kw_only=True, rename="camel"):
    """Typing began or stopped. `message` is a preview for those who answer."""

    message: str = ""


class NoticeFields(SessionFields, frozen=True, kw_only=True, rename="camel"):
    """A custom notice. `event_attributes` is the JSON text of an object."""

    message: str = ""
    event_attributes: str = ""


class NicknameFields(SessionFields, frozen=True, kw_only=True, rename="camel"):
    """The visitor's new name."""

    nickname: str = ""


class PushUrlFields(SessionFields, frozen=True, kw_only=True, rename="camel"):
    """An http or https address for the other side to open."""

    push_url: str = ""


class KeysFields(SessionFields, frozen=True, kw_only=True, rename="camel"):
    """Keys of user data: separated by commas, as the JSON text of an array, or one by one as `keys[]`."""

    keys: str = ""


def asks_to_stay_open(user_data: Mapping[str, str]) -> bool:
    """Whether whoever starts a chat with this user data means to come back to it over days (§17.9)."""
    return user_data.get(ASYNC_MODE, "").lower() == "true"

"""The rules a service gives its interactions: times, limits, words of the system."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.domain.queues import DEFAULT, QueueRules

DEFAULT_QUEUE = "default"
Seconds = Annotated[int, Meta(ge=0, le=31_536_000)]


class FileRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What visitors may upload; the numbers are told to them by `file/limits`.

    Source:  chat-api-v2 §11.1; three files of 2 MiB and 5 MiB in all are the protocol's own defaults.
    """

    upload_max_files: Annotated[int, Meta(ge=0, le=1000)] = 3
    """Files that a visitor may upload to one chat."""
    upload_max_file_bytes: Annotated[int, Meta(ge=0, le=1_073_741_824)] = 2_097_152
    """Size of one file."""
    upload_max_total_bytes: Annotated[int, Meta(ge=0, le=10_737_418_240)] = 5_242_880
    """Size of all files of a visitor in one chat."""
    upload_file_types: tuple[str, ...] = (
        "jpg",
        "jpeg",
        "png",
        "gif",
        "webp",
        "pdf",
        "txt",
        "docx",
        "xlsx",
        "csv",
    )
    """Allowed endings of file names; the content must agree with its name."""
    upload_needs_agent: bool = False
    """Let visitors upload only once somebody has joined."""
    download_attempts_max: Annotated[int, Meta(ge=0, le=100_000)] = 10
    """How often a visitor may download files in one chat."""


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the interactions of one service behave. A time of 0 switches its timer off.

    Source:  chat-api-v2 §9.2 for the defaults.
    """

    idle_alert_s: Seconds = 255
    """After how long without a message the visitor is told that the chat will be closed."""
    second_idle_alert_s: Seconds = 0
    """After how long it is told a second time."""
    idle_close_s: Seconds = 45
    """How long after the last such telling the chat is closed."""
    idle_alert_text: str = "The chat will be closed soon because nobody is writing."
    """What the system says when nobody has written for a while."""
    idle_close_text: str = "The chat was closed because nobody was writing."
    """What the system says when it closes such a chat."""
    idle_while_waiting: bool = True
    """Whether these times also run while nobody has joined yet."""
    client_silence_s: Seconds = 120  # Browsers throttle the timers of hidden tabs to one a minute.
    """After how long without any request a visitor is taken to have left."""
    typing_s: Annotated[int, Meta(ge=1, le=600)] = 10
    """After how long without being said again typing is taken to have stopped."""
    retention_s: Seconds = 600
    """How long after its end a chat can still be read by its visitor."""
    answer_s: Annotated[int, Meta(ge=1, le=3600)] = 30
    """How long a chat rings for an agent before it goes to the next."""
    ends_with_last_agent: bool = True
    """Whether the chat ends when the last person who answers leaves; an asynchronous one rests instead."""
    asynchronous: bool = True
    """Whether conversations stay open over days, resting while nobody attends to them, where the visitor's
    client can come back to one: always over version 3, over version 2 when it asks for that. Then the times
    of idleness and silence above do not count."""
    asynchronous_idle_close_s: Seconds = 3600
    """After how long without a message an asynchronous chat over version 2 is closed."""
    rest_after_s: Seconds = 14_400  # Longer than most pauses, and no slot is taken by yesterday's chats.
    """After how long without a message those who answer an asynchronous chat are taken out of it."""
    resting_s: Seconds = 2_592_000  # 30 days.
    """How long an asynchronous chat may rest, or wait for somebody, without a word until it is over."""
    needs_both_names: bool = True
    """Whether a visitor without a nickname needs a first and a last name; else either will do."""
    message_chars_max: Annotated[int, Meta(ge=1, le=1_000_000)] = 4000
    """Length of one message."""
    nickname_chars_max: Annotated[int, Meta(ge=1, le=10_000)] = 200
    """Length of a name."""
    user_data_keys_max: Annotated[int, Meta(ge=1, le=10_000)] = 200
    """Keys of user data in one chat."""
    user_data_bytes_max: Annotated[int, Meta(ge=1, le=1_048_576)] = 16_384
    """Size of all user data of one chat."""
    events_max: Annotated[int, Meta(ge=100, le=1_000_000)] = 50_000
    """Events of one chat; one that has this many can only be left and ended."""
    files: FileRules = FileRules()


class ServiceRules(Rules, frozen=True, kw_only=True):
    """The rules of one service together with what is set beside them."""

    queue: str = DEFAULT_QUEUE
    """Where its interactions wait for a person when nobody names another queue."""
    queues: Mapping[str, QueueRules] = {}
    """The rules of all queues that have some of their own, by name."""

    def queue_rules(self, name: str) -> QueueRules:
        return self.queues.get(name, DEFAULT)


def of_service(rules: Rules, queue: str, queues: Mapping[str, QueueRules] | None = None) -> ServiceRules:
    """The rules of a service whose interactions wait in `queue`, where `queues` go by rules of their own."""
    own = {name: getattr(rules, name) for name in Rules.__struct_fields__}
    return ServiceRules(queue=queue, queues=queues or {}, **own)

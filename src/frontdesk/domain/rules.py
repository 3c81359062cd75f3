"""The rules a service gives its interactions: times, limits, words of the system."""

from typing import Annotated

from msgspec import Meta, Struct

Seconds = Annotated[int, Meta(ge=0, le=31_536_000)]


class FileRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What visitors may upload; the numbers are told to them by `file/limits`.

    Source:  chat-api-v2 §11.1; three files of 2 MiB and 5 MiB in all are the protocol's own defaults.
    """

    upload_max_files: Annotated[int, Meta(ge=0, le=1000)] = 3
    upload_max_file_bytes: Annotated[int, Meta(ge=0, le=1_073_741_824)] = 2_097_152
    upload_max_total_bytes: Annotated[int, Meta(ge=0, le=10_737_418_240)] = 5_242_880
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
    upload_needs_agent: bool = False
    download_attempts_max: Annotated[int, Meta(ge=0, le=100_000)] = 10


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the interactions of one service behave. A time of 0 switches its timer off.

    Source:  chat-api-v2 §9.2 for the defaults.
    """

    idle_alert_s: Seconds = 255
    second_idle_alert_s: Seconds = 0
    idle_close_s: Seconds = 45
    idle_alert_text: str = "The chat will be closed soon because nobody is writing."
    idle_close_text: str = "The chat was closed because nobody was writing."
    idle_while_waiting: bool = True
    client_silence_s: Seconds = 120  # Browsers throttle the timers of hidden tabs to one a minute.
    typing_s: Annotated[int, Meta(ge=1, le=600)] = 10
    retention_s: Seconds = 600
    answer_s: Annotated[int, Meta(ge=1, le=3600)] = 30
    ends_with_last_agent: bool = True
    needs_both_names: bool = True
    message_chars_max: Annotated[int, Meta(ge=1, le=1_000_000)] = 4000
    nickname_chars_max: Annotated[int, Meta(ge=1, le=10_000)] = 200
    user_data_keys_max: Annotated[int, Meta(ge=1, le=10_000)] = 200
    user_data_bytes_max: Annotated[int, Meta(ge=1, le=1_048_576)] = 16_384
    events_max: Annotated[int, Meta(ge=100, le=1_000_000)] = 50_000
    files: FileRules = FileRules()

"""What an operator can set about orchestration."""

from typing import Annotated

from msgspec import Meta, Struct

from frontdesk.settings_modules import (
    CalendarSettings,
    CategorySettings,
    DialogSettings,
    FetchSettings,
    check_zones,
)

Seconds = Annotated[int, Meta(ge=0, le=31_536_000)]


class OrchestrationHttpSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sessions over HTTP, for programs that have a key; never for browsers."""

    keys: tuple[str, ...] = ()
    """Keys of programs that may start, tell, ask and end sessions; without any nobody may."""
    debug_keys: tuple[str, ...] = ()
    """Keys that may do the same, and look at the data of sessions too."""
    manage_keys: tuple[str, ...] = ()
    """Keys that may upload applications, and say which version new sessions run; nothing else."""
    sources: tuple[str, ...] = ("*",)
    """Applications that may be started from outside; `*` for every one that is uploaded."""
    node_url: str = ""
    """Address of this very node, behind what shares the load among several; with it the others send those who
    ask for a session here to where it runs. Without it, of several nodes only the one that runs a session
    gets the answers to requests, and shows its data."""
    answer_s: Annotated[int, Meta(ge=1, le=300)] = 10
    """How long a request waits for a session's answer."""


class OrchestrationSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sessions of SCXML applications: how long they last, and how many there may be."""

    folder: str = ""
    """Folder with applications, a folder each: what is new in them is taken in when a node starts."""
    http: OrchestrationHttpSettings = OrchestrationHttpSettings()
    script_workers: Annotated[int, Meta(ge=0, le=64)] = 0
    """Processes that run scripts; each takes a core at most, and its share of the sessions. 0: two where
    there are as many cores, else one."""
    sessions_in_memory_max: Annotated[int, Meta(ge=1, le=1_000_000)] = 5_000
    """Sessions that one node has in memory; of further ones those that were quiet longest rest on disk."""
    sessions_memory_bytes: Annotated[int, Meta(ge=1_048_576)] = 536_870_912
    """Memory, about, that the scripts and data of one node's sessions take up; when it is more, those that
    were quiet longest rest on disk, if for a second at least. Waking one takes some milliseconds."""
    passive_after_s: Seconds = 60
    """How long a session may be quiet before it rests on disk, until something happens."""
    session_age_s: Seconds = 2_592_000
    """How long a session may last before it is ended; 0 for ever."""
    session_idle_s: Seconds = 3_600
    """How long one may last that owns nothing and waits for nothing but events; 0 for ever."""
    session_keep_s: Seconds = 2_592_000
    """How long what a session did can still be looked at after its end, before it is deleted; 0 for ever."""
    interaction_s: Seconds = 10
    """How long what is done with interactions may take before the session is told that it did not work."""
    chat_s: Seconds = 10
    """The same of what is done in chats."""
    message_s: Seconds = 60
    """The same of messages, which go by mail servers."""
    dialog_s: Seconds = 60
    """The same of treatments that name no time of their own."""
    fetch_s: Seconds = 40
    """The same of requests to other servers that name no time of their own, and of sessions that begin."""
    other_s: Seconds = 10
    """The same of everything else but queues, where sessions wait as long as they say."""
    evaluation_cpu_ms: Annotated[int, Meta(ge=1, le=60_000)] = 50
    """CPU time of one script or expression."""
    macrostep_cpu_ms: Annotated[int, Meta(ge=1, le=60_000)] = 500
    """CPU time of all that follows from one event; a session that needs more has failed. What cannot be
    interrupted ends at four times as much, together with the script worker, which another one replaces."""
    script_memory_bytes: Annotated[int, Meta(ge=1_048_576, le=1_073_741_824)] = 16_777_216
    """Memory of one session's scripts."""

    fetch: FetchSettings = FetchSettings()
    dialog: DialogSettings = DialogSettings()
    categories: dict[str, CategorySettings] = {}
    """Categories of what visitors write about, by name."""
    lists: dict[str, dict[str, dict[str, str]]] = {}
    """Lists for `getListItemValue`, by name: items, and in each its values by key."""
    options: dict[str, str] = {}
    """Values for `getConfigOption`."""
    calendars: dict[str, CalendarSettings] = {}
    """Tables for `isSpecialDay`, by name."""
    zones: tuple[str, ...] = ()
    """Time zones whose time documents may ask for, beside those that their files name: `Europe/Berlin`."""

    def __post_init__(self) -> None:
        check_zones(self.zones)

    def requests_ms(self) -> dict[str, int]:
        """How long requests may take, by module."""
        seconds = {
            "interaction": self.interaction_s,
            "chat": self.chat_s,
            "msgbased": self.message_s,
            "dialog": self.dialog_s,
            "session": self.fetch_s,
            "voice": self.other_s,
            "statistic": self.other_s,
            "classification": self.other_s,
            "resource": self.other_s,
            "ws": self.other_s,
        }
        return {module: given * 1000 for module, given in seconds.items()}

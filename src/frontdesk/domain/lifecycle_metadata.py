"""What is known about one interaction of a visitor: the metadata block that every lifecycle event carries.

Durations are not kept: they follow from the timestamps, so no event can leave them behind."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

RESERVED_FORM_KEYS = frozenset({"autoSubmit"})


class Metadata(Struct, frozen=True, rename="camel", kw_only=True):
    """One interaction so far.

    Shape:   a timestamp is `None` until it is known; `published` turns it into the documented `false`.
    Units:   timestamps are milliseconds since the Unix epoch, by the clock of the visitor's side.
    Source:  webchat-service, section 8.1.
    """

    proactive: bool = False
    prefilled: bool = False
    auto_submitted: bool = False
    co_browse_initiated: bool = False
    files_uploaded: int = 0
    num_agents: int = 0
    user_messages: int = 0
    agent_messages: int = 0
    system_messages: int = 0
    errors: tuple[str, ...] = ()
    form: Mapping[str, object] | None = None
    opened: int | None = None
    started: int | None = None
    cancelled: int | None = None
    rejected: int | None = None
    completed: int | None = None
    closed: int | None = None
    agent_reached: int | None = None
    supervisor_reached: int | None = None
    bot_reached: int | None = None
    proactive_data: Mapping[str, object] | None = None
    id: str | None = None

    def elapsed_ms(self, now_ms: int) -> int | None:
        """How long the session has lasted: up to its end, or up to `now_ms` while it runs."""
        if self.started is None:
            return None
        until_ms = next((t for t in (self.completed, self.cancelled) if t is not None), now_ms)
        return max(0, until_ms - self.started)

    def waiting_for_agent_ms(self) -> int | None:
        """How long the visitor waited for the first agent; `None` while nobody has come."""
        if self.started is None or self.agent_reached is None:
            return None
        return max(0, self.agent_reached - self.started)

    def published(self, now_ms: int) -> dict[str, object]:
        """The block as programs see it: documented names, `False` for what has not happened."""
        known: dict[str, object] = msgspec.structs.asdict(self)
        known["elapsed"] = self.elapsed_ms(now_ms)
        known["waiting_for_agent"] = self.waiting_for_agent_ms()
        known["errors"] = list(self.errors) or None
        known["form"] = None if self.form is None else dict(self.form)
        known["proactive_data"] = None if self.proactive_data is None else dict(self.proactive_data)
        return {_camel(name): False if value is None else value for name, value in known.items()}

    def saved(self, now_ms: int) -> dict[str, object]:
        """What may be kept for the next page: everything but the words of the form."""
        return {name: value for name, value in self.published(now_ms).items() if name != "form"}


def load(saved: object) -> Metadata | None:
    """The block that `saved` describes; `None` when it describes none, whatever it holds."""
    if not isinstance(saved, Mapping):
        return None
    known = {name: value for name, value in saved.items() if value is not False and name != "form"}
    try:
        return msgspec.convert(known, type=Metadata)
    except msgspec.ValidationError:
        return None


def is_prefilled(form: object) -> bool:
    """Whether `WebChat.open` was given at least one value for the form."""
    return isinstance(form, Mapping) and any(name not in RESERVED_FORM_KEYS for name in form)


def is_proactive(options: Mapping[str, object]) -> bool:
    """Whether the options of `WebChat.open` say that the visitor was invited."""
    user_data = options.get("userData")
    engaged = isinstance(user_data, Mapping) and bool(user_data.get("webengagement"))
    return options.get("proactive") is True or bool(options.get("proactiveData")) or engaged


class Line(Struct, frozen=True):
    """One message that was put before the visitor.

    Shape:   `kind` is the type of the normalised message, `author` the type of the party it is from.
    """

    kind: str
    author: str


_JOINED, _LEFT, _FILE = "ParticipantJoined", "ParticipantLeft", "FileUploaded"

# Which counters a line adds to. Whatever is not here (typing, notices, idle alerts) is no line.
_COUNTERS: Mapping[Line, Sequence[str]] = {
    **{
        Line(kind, author): (counter,)
        for kind in ("Message", "PushUrl")
        for author, counter in (
            ("Client", "user_messages"),
            ("Agent", "agent_messages"),
            ("Supervisor", "agent_messages"),
            ("Bot", "system_messages"),
            ("External", "system_messages"),
        )
    },
    Line(_FILE, "Client"): ("files_uploaded", "user_messages"),
    Line(_FILE, "Agent"): ("files_uploaded", "agent_messages"),
    Line(_FILE, "Supervisor"): ("files_uploaded", "agent_messages"),
    Line(_FILE, "Bot"): ("files_uploaded", "system_messages"),
    Line(_FILE, "External"): ("files_uploaded",),
    **{
        Line(kind, author): ("system_messages",)
        for kind in (_JOINED, _LEFT)
        for author in ("Agent", "Supervisor", "Bot")
    },
    Line(_JOINED, "Client"): ("system_messages",),
}
CHAT_STARTED = Line(_JOINED, "Client")


def counted(block: Metadata, lines: Sequence[Line]) -> Metadata:
    """`block` after `lines` were shown."""
    totals: dict[str, int] = {}
    for counter in (counter for line in lines for counter in _COUNTERS.get(line, ())):
        totals[counter] = totals.get(counter, getattr(block, counter)) + 1
    return msgspec.structs.replace(block, **totals)


def uncounted(block: Metadata) -> Metadata:
    """`block` with the counters of lines at zero, for a transcript that is told again from its start."""
    zero = {counter: 0 for counters in _COUNTERS.values() for counter in counters}
    return msgspec.structs.replace(block, **zero)


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)

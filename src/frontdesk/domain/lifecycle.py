"""The life of one visitor's interaction, as the chat window tells it: opened, submitted, started … closed.

Facts go in, lifecycle events with their metadata come out. One table says which events each fact causes."""

from enum import StrEnum
from typing import Literal, assert_never

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.lifecycle_facts import (
    AgentJoined,
    BotJoined,
    Closed,
    CoBrowseStarted,
    ErrorsReported,
    Fact,
    FormSubmitted,
    Initialised,
    MessagesShown,
    Opened,
    Restored,
    RestoreFailed,
    ServiceStarted,
    SessionEnded,
    StartRefused,
    SupervisorJoined,
)
from frontdesk.domain.lifecycle_metadata import CHAT_STARTED, Line, Metadata, counted, uncounted

Name = Literal["ready", "opened", "submitted", "started", "rejected", "cancelled", "completed", "closed"]

RESTORE_FAILED = "restoreFailed"


class Phase(StrEnum):
    """Where an interaction stands."""

    NEW = "new"
    """Nothing has been announced on this page yet."""
    IDLE = "idle"
    FORM = "form"
    SUBMITTING = "submitting"
    WAITING = "waiting"
    ENGAGED = "engaged"
    ENDED = "ended"


class Lifecycle(Struct, frozen=True):
    """The interaction of one page.

    Shape:   `is_hidden`: there is an interaction but no window; `party_ids`: agents and supervisors seen.
    """

    phase: Phase = Phase.NEW
    is_hidden: bool = False
    block: Metadata = Metadata()
    party_ids: frozenset[str] = frozenset()
    has_begun_transcript: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a window is on screen."""
        return self.phase not in (Phase.NEW, Phase.IDLE) and not self.is_hidden

    @property
    def is_running(self) -> bool:
        """Whether a session is active."""
        return self.phase in (Phase.WAITING, Phase.ENGAGED)

    @property
    def is_worth_saving(self) -> bool:
        """Whether the next page could go on with this interaction."""
        return self.is_running or self.phase in (Phase.FORM, Phase.SUBMITTING)


class Published(Struct, frozen=True):
    """A lifecycle event to publish, with the block at that moment; only `ready` has none."""

    name: Name
    at_ms: int
    block: Metadata | None

    @property
    def data(self) -> dict[str, object]:
        """The event's data."""
        return {} if self.block is None else self.block.published(self.at_ms)


class After(StrEnum):
    """What becomes of the state once a row's events are out."""

    KEEP = "keep"
    HIDE = "hide"
    """The window is gone, the interaction is not: it has not been closed for good."""
    SHOW = "show"
    RESET = "reset"


class Row(Struct, frozen=True):
    """One line of the table: in `sources`, `trigger` leads to `target` and publishes `events` in order.

    Shape:   `target` `None` stays; `hidden` `None` holds with a window and without.
    """

    numbers: tuple[int, ...]
    sources: tuple[Phase, ...]
    trigger: type
    target: Phase | None = None
    events: tuple[Name, ...] = ()
    after: After = After.KEEP
    hidden: bool | None = None


_RUNNING = (Phase.WAITING, Phase.ENGAGED)
_BEHIND = (Phase.SUBMITTING, *_RUNNING)

# Source: webchat-service, section 8; `numbers` are the rows there. A window that closes during the request is
# rows 14 and 6 together. A fact without a row is no news.
ROWS: tuple[Row, ...] = (
    Row((1,), (Phase.NEW,), Initialised, Phase.IDLE, ("ready",)),
    Row((2,), (Phase.IDLE,), Opened, Phase.FORM, ("opened",)),
    Row((3, 13), (Phase.FORM,), Closed, Phase.IDLE, ("cancelled", "closed"), After.RESET),
    Row((4, 7), (Phase.FORM,), FormSubmitted, Phase.SUBMITTING, ("submitted",)),
    Row((5,), (Phase.SUBMITTING, Phase.FORM), ServiceStarted, Phase.WAITING, ("started",)),
    Row((6,), (Phase.SUBMITTING,), StartRefused, Phase.FORM, ("rejected",), hidden=False),
    Row(
        (6,),
        (Phase.SUBMITTING,),
        StartRefused,
        Phase.IDLE,
        ("rejected", "cancelled"),
        After.RESET,
        hidden=True,
    ),
    Row((8, 9), _RUNNING, AgentJoined, Phase.ENGAGED),
    Row((8, 9), _RUNNING, BotJoined, Phase.ENGAGED),
    Row((9,), _RUNNING, SupervisorJoined),
    Row((9,), _RUNNING, MessagesShown),
    Row((9,), _RUNNING, CoBrowseStarted),
    Row((9,), _RUNNING, ErrorsReported),
    Row((10,), (Phase.WAITING,), SessionEnded, Phase.ENDED, ("cancelled",), hidden=False),
    Row((10,), (Phase.WAITING,), SessionEnded, Phase.IDLE, ("cancelled",), After.RESET, hidden=True),
    Row((11,), (Phase.ENGAGED,), SessionEnded, Phase.ENDED, ("completed",), hidden=False),
    Row((11,), (Phase.ENGAGED,), SessionEnded, Phase.IDLE, ("completed",), After.RESET, hidden=True),
    Row((12,), (Phase.ENDED,), Closed, Phase.IDLE, ("closed",), After.RESET),
    Row((14,), _BEHIND, Closed, None, ("closed",), After.HIDE, hidden=False),
    Row((15, 16), _BEHIND, Opened, None, ("opened",), After.SHOW, hidden=True),
    Row((16,), (Phase.IDLE,), Restored, Phase.WAITING, (), After.HIDE),
    Row((17,), (Phase.IDLE,), RestoreFailed, Phase.IDLE, ("closed",), After.RESET),
    Row((18,), (Phase.IDLE,), ServiceStarted, Phase.WAITING, ("started",), After.HIDE),
)


def step(lifecycle: Lifecycle, fact: Fact) -> tuple[Lifecycle, tuple[Published, ...]]:
    """The interaction after `fact`, and what it publishes, in order.

    Shape:   each event carries the block at its own moment; a fact that means nothing here changes nothing.
    """
    row = next((row for row in ROWS if _applies(row, lifecycle, fact)), None)
    if row is None:
        return lifecycle, ()
    now = _learn(lifecycle, fact)
    now = replace(now, phase=_phase(row.target or lifecycle.phase, now.block))
    published: list[Published] = []
    for name in row.events:
        now = replace(now, block=_stamped(now.block, name, fact.at_ms))
        published.append(Published(name, fact.at_ms, None if name == "ready" else now.block))
    return _settled(now, row.after), tuple(published)


def _applies(row: Row, lifecycle: Lifecycle, fact: Fact) -> bool:
    in_view = row.hidden is None or row.hidden == lifecycle.is_hidden
    return in_view and lifecycle.phase in row.sources and type(fact) is row.trigger


def _phase(phase: Phase, block: Metadata) -> Phase:
    """A restored session in which somebody answered before the reload waits no longer."""
    is_answered = block.agent_reached is not None or block.bot_reached is not None
    return Phase.ENGAGED if phase is Phase.WAITING and is_answered else phase


def _stamped(block: Metadata, name: Name, at_ms: int) -> Metadata:
    match name:
        case "opened":
            return block if block.opened is not None else replace(block, opened=at_ms)
        case "started" | "cancelled" | "rejected" | "completed" | "closed":
            return replace(block, **{name: at_ms})
        case "ready" | "submitted":
            return block
        case _:
            assert_never(name)


def _settled(lifecycle: Lifecycle, after: After) -> Lifecycle:
    match after:
        case After.KEEP:
            return lifecycle
        case After.HIDE:
            return replace(lifecycle, is_hidden=True, block=replace(lifecycle.block, closed=None))
        case After.SHOW:
            return replace(lifecycle, is_hidden=False)
        case After.RESET:
            return Lifecycle(Phase.IDLE)
        case _:
            assert_never(after)


def _learn(lifecycle: Lifecycle, fact: Fact) -> Lifecycle:
    """What `fact` adds to the block, before any event is published."""
    match fact:
        case AgentJoined() | SupervisorJoined() | BotJoined():
            return _joined(lifecycle, fact)
        case MessagesShown():
            return _shown(lifecycle, fact)
        case _:
            return replace(lifecycle, block=_noted(lifecycle, fact))


def _noted(
    lifecycle: Lifecycle,
    fact: Initialised
    | Opened
    | FormSubmitted
    | ServiceStarted
    | StartRefused
    | CoBrowseStarted
    | ErrorsReported
    | SessionEnded
    | Closed
    | Restored
    | RestoreFailed,
) -> Metadata:
    block = lifecycle.block
    match fact:
        case Opened() if lifecycle.phase is Phase.IDLE:
            return Metadata(
                id=fact.id,
                proactive=fact.proactive,
                proactive_data=fact.proactive_data,
                prefilled=fact.prefilled,
            )
        case ServiceStarted() if lifecycle.phase is Phase.IDLE:
            return Metadata(id=fact.id)
        case FormSubmitted():
            return replace(block, form=dict(fact.form), auto_submitted=fact.automatic)
        case StartRefused() | ErrorsReported():
            return replace(block, errors=(*block.errors, *fact.codes))
        case CoBrowseStarted():
            return replace(block, co_browse_initiated=True)
        case SessionEnded():  # The line that says so is shown to the visitor like any other.
            return replace(block, system_messages=block.system_messages + 1)
        case Restored():
            saved = fact.saved or Metadata()
            # A page that lost the block knows the session from now on.
            started = saved.started if saved.started is not None else fact.at_ms
            return replace(saved, id=saved.id or fact.id, started=started)
        case RestoreFailed():
            saved = fact.saved or Metadata()
            return replace(saved, id=saved.id or fact.id, errors=(*saved.errors, RESTORE_FAILED))
        case Initialised() | Opened() | ServiceStarted() | Closed():
            return block
        case _:
            assert_never(fact)


def _joined(lifecycle: Lifecycle, fact: AgentJoined | SupervisorJoined | BotJoined) -> Lifecycle:
    block, party_ids = lifecycle.block, lifecycle.party_ids
    match fact:
        case AgentJoined():
            party_ids |= {fact.party_id}
            block = block if block.agent_reached is not None else replace(block, agent_reached=fact.at_ms)
        case SupervisorJoined():
            party_ids |= {fact.party_id}
            if block.supervisor_reached is None:
                block = replace(block, supervisor_reached=fact.at_ms)
        case BotJoined():
            block = block if block.bot_reached is not None else replace(block, bot_reached=fact.at_ms)
        case _:
            assert_never(fact)
    # After a reload the parties are met again one by one, while the saved number already counts them.
    block = replace(block, num_agents=max(block.num_agents, len(party_ids)))
    return replace(lifecycle, block=block, party_ids=party_ids)


def _shown(lifecycle: Lifecycle, fact: MessagesShown) -> Lifecycle:
    block = uncounted(lifecycle.block) if fact.replayed else lifecycle.block
    has_begun = lifecycle.has_begun_transcript and not fact.replayed
    lines: list[Line] = []
    for line in fact.lines:
        if line == CHAT_STARTED:
            if has_begun:  # Only the visitor's first arrival is told.
                continue
            has_begun = True
        lines.append(line)
    return replace(lifecycle, block=counted(block, lines), has_begun_transcript=has_begun)

"""One interaction as its history says it is: the state.

How each event changes it is in `evolving.py`, what may happen is decided in `deciding.py`, and what is due
in `deadlines.py`. The transcript itself is not part of the state, so that a long chat costs what a short one
does.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from frontdesk.domain.events import Kind, Medium, Purpose, Visibility
from frontdesk.domain.mail_facts import Mailbox
from frontdesk.domain.ownership import Ownership
from frontdesk.domain.submit import Reserved, Selection, Submit, Tuning

RECENT_IDS_MAX = 64  # Enough for every write a client may have in flight when its connection breaks.
PEOPLE = (Kind.AGENT, Kind.SUPERVISOR)
ANSWERING = (Kind.AGENT, Kind.SUPERVISOR, Kind.BOT)


class Phase(StrEnum):
    NEW = "new"
    WAITING = "waiting"
    ACTIVE = "active"
    DORMANT = "dormant"
    ENDED = "ended"
    ARCHIVED = "archived"


class Party(Struct, frozen=True):
    """One participant's presence. `typing_ms` is when typing began, 0 when not typing; `is_held` while this
    party has put the interaction aside."""

    party_id: int
    kind: Kind
    participant_id: str
    nickname: str
    visibility: Visibility = Visibility.ALL
    is_present: bool = True
    typing_ms: int = 0
    read_up_to: int = 0
    is_held: bool = False

    @property
    def answers(self) -> bool:
        """Whether the visitor has somebody here: one who only listens is no answer."""
        return self.is_present and self.kind in ANSWERING and self.visibility is Visibility.ALL

    @property
    def listens(self) -> bool:
        """Whether it looks on without a part in the work: a supervisor whom the visitor does not see."""
        return self.kind is Kind.SUPERVISOR and self.visibility is not Visibility.ALL

    @property
    def is_silent(self) -> bool:
        """Whether only supervisors know that it is here."""
        return self.visibility is Visibility.SUPERVISORS


class File(Struct, frozen=True):
    """A file that was sent; `visibility` is who could see it then."""

    file_id: str
    party_id: int
    name: str
    size_bytes: int
    media_type: str
    is_deleted: bool = False
    visibility: Visibility = Visibility.ALL


class Ringing(Struct, frozen=True, omit_defaults=True):
    """The invite that rings now; `by_party` is the colleague who called, 0 when routing rings."""

    agent_id: str
    until_ms: int
    by_party: int = 0
    purpose: Purpose = Purpose.CONFERENCE
    note: str = ""


class Interaction(Struct, frozen=True):
    """What is true of one interaction after `version` events.

    Shape:   `parties[n - 1]` is the party with id n; party 1 is the visitor. `last_line` is the version of
             the newest transcript event, hidden ones included. `prefers` is who answered before it rested.
             `merged` are interactions that were brought into this one, by id.
             `submits` are an application's wishes for somebody, `selected` for which of them it rings, and
             `reserved` who is held for it.
    Units:   times are milliseconds since the Unix epoch.
    """

    version: int = 0
    last_line: int = 0
    last_ms: int = 0
    phase: Phase = Phase.NEW
    service: str = ""
    user_id: str = ""
    key_hash: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    subject: str = ""
    endpoint: str = ""
    started_ms: int = 0
    parties: tuple[Party, ...] = ()
    user_data: dict[str, str] = {}
    visitor_keys: frozenset[str] = frozenset()
    nested_keys: frozenset[str] = frozenset()
    files: tuple[File, ...] = ()
    fetches: int = 0
    active_ms: int = 0
    alerts: int = 0
    alerted_ms: int = 0
    queue: str = ""
    priority: int = 0
    queued_ms: int = 0
    summary: str = ""
    demand: str = ""
    wanted: str = ""
    informed: str = ""
    ringing: Ringing | None = None
    ended_ms: int = 0
    end_reason: str = ""
    recent_ids: tuple[str, ...] = ()
    asynchronous: bool = False
    closes_when_idle: bool = False
    rested_ms: int = 0
    prefers: str = ""
    ownership: Ownership = Ownership()
    merged: tuple[str, ...] = ()
    merged_into: str = ""
    submits: tuple[Submit, ...] = ()
    selected: Selection | None = None
    reserved: Reserved | None = None
    tuning: Tuning = Tuning()

    @property
    def owner(self) -> str:
        """The session that has it; empty while none has."""
        return self.ownership.session_id

    @property
    def is_attended(self) -> bool:
        """Whether people answer the visitor."""
        return any(p.answers and p.kind in PEOPLE for p in self.parties)

    @property
    def is_controlled(self) -> bool:
        """Whether the session that has it may act: not while it waits or rings for people or they have it."""
        is_free = self.ringing is None and not self.queued_ms and not self.is_attended
        return bool(self.owner) and self.phase in (Phase.WAITING, Phase.ACTIVE) and is_free

    medium: Medium = Medium.CHAT
    related: str = ""
    mailbox: Mailbox = Mailbox()

    @property
    def is_open(self) -> bool:
        return self.phase is Phase.WAITING or self.phase is Phase.ACTIVE or self.phase is Phase.DORMANT

    @property
    def client(self) -> Party:
        return self.parties[0]

    def party(self, party_id: int) -> Party | None:
        return self.parties[party_id - 1] if 0 < party_id <= len(self.parties) else None

    def present(self, kinds: Iterable[Kind]) -> tuple[Party, ...]:
        """The parties of these kinds that are here now."""
        return tuple(p for p in self.parties if p.is_present and p.kind in kinds)

    def party_of(self, participant_id: str) -> Party | None:
        """The newest present party of a participant on our side."""
        for party in reversed(self.parties):
            if party.is_present and party.participant_id == participant_id and party.kind is not Kind.CLIENT:
                return party
        return None

    def newest_party_of(self, participant_id: str) -> int:
        """The id of the newest party of a participant on our side, present or not; 0 when there is none."""
        for party in reversed(self.parties):
            if party.participant_id == participant_id and party.kind is not Kind.CLIENT:
                return party.party_id
        return 0

    def file(self, file_id: str) -> File | None:
        return next((f for f in self.files if f.file_id == file_id), None)


def write_id(party_id: int, client_id: str) -> str:
    """A writer's own id of a write, told apart from other writers'."""
    return f"{party_id}:{client_id}"

"""A customer: one browser profile, with its visit, as its history says it is.

It is held in memory while somebody is there, so it is small: what only reports and lists need is in the log
alone.
"""

from msgspec import Struct

from frontdesk.domain.journey.facts import Fact, HeardEarly, Note, Purpose, Stage, State, Step
from frontdesk.domain.journey.web_events import Origin, Page

TERMINAL = frozenset((State.ENGAGED, State.REJECTED, State.TIMEDOUT, State.IGNORED, State.ABANDONED))
WAITING = frozenset((State.QUALIFIED, State.QUALIFIED_OUTSIDE_SCHEDULE))
LIVE = frozenset((State.OFFERED, State.ACCEPTED, State.STARTED))


class Assignment(Struct, frozen=True, omit_defaults=True, gc=False):
    """A segment that fits.

    Shape:   `id` is empty in a visit: nobody asks for one of those by it, and the log knows it. `is_shared`
             where another browser of the contact has earned it.
    Units:   `expires_ms` 0 is never.
    """

    id: str
    segment_id: str
    at_ms: int
    expires_ms: int = 0
    is_shared: bool = False


class Score(Struct, frozen=True, omit_defaults=True, gc=False):
    """How likely an outcome is in this visit: now, and at most so far. Source: journey.md §7.2."""

    outcome_id: str
    probability: float
    max_probability: float
    quantile: float | None = None
    max_quantile: float | None = None
    model: int = 0


class Action(Struct, frozen=True, omit_defaults=True, gc=False):
    """One action map acting, or about to, in one visit.

    Shape:   `stage` is that of its last move; `was_terminal` stays when an engaged one is completed; `reason`
             is why it was last not offered; `after_visit` is the visit after which it may be offered, where
             it is for a later one; `early` is what was heard of its chat before it was accepted; `error_code`
             what its browser called the error that it is in.
    Units:   `qualified_ms`, `offered_ms` (of the first offer, 0 for none), `shown_ms` (of the last),
             `moved_ms` and `leased_until_ms` in milliseconds since the Unix epoch.
    """

    id: str
    map_id: str
    map_version: int
    media_type: str
    state: State
    qualified_ms: int
    visit_id: str
    moved_ms: int = 0
    offered_ms: int = 0
    shown_ms: int = 0
    attempt: int = 0
    leased_until_ms: int = 0
    tab: str = ""
    stage: Stage = Stage.NONE
    target_id: str = ""
    template_id: str = ""
    assignment_id: str = ""
    interaction_id: str = ""
    reason: str = ""
    notes: tuple[Note, ...] = ()
    was_terminal: bool = False
    after_visit: str = ""
    early: tuple[HeardEarly, ...] = ()
    error_code: str = ""


class Visit(Struct, frozen=True, omit_defaults=True, gc=False):
    """One run of events without a long gap, the newest of its customer; over when `ended_ms` is not 0.

    Shape:   `page` is where the newest event happened; `holds` are the chats that keep it open; `released_ms`
             when the last of them ended; `elsewhere_ms` when its browser last said that a chat which is not
             ours goes on, 0 where none does.
    Units:   `began_ms`, `active_ms` (the newest activity by event time) in milliseconds since the Unix epoch.
    """

    id: str = ""
    deployment_id: str = ""
    began_ms: int = 0
    active_ms: int = 0
    ended_ms: int = 0
    released_ms: int = 0
    events: int = 0
    pageviews: int = 0
    origin: Origin = Origin()
    page: Page = Page()
    holds: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    achieved: tuple[str, ...] = ()
    scores: tuple[Score, ...] = ()
    elsewhere_ms: int = 0

    @property
    def is_open(self) -> bool:
        return bool(self.id) and not self.ended_ms


class Oldest(Struct, frozen=True, omit_defaults=True, gc=False):
    """When the oldest facts were written that are kept for some time only; 0 where there are none.

    Shape:   `forgotten` is the version of the newest `Forgotten`.
    """

    web_events_ms: int = 0
    visits_ms: int = 0
    actions_ms: int = 0
    forgotten: int = 0


class Customer(Struct, frozen=True, omit_defaults=True, gc=False):
    """All that is true of one customer. As it is stored in `Forgotten`, no field is ever renamed or retyped.

    Shape:   `actions` are those of the newest visit, and those that wait for the next one; `offers_ms` when
             offers were made in the last days, newest last; `used` pairs of action map and assignment that
             have qualified (§8.2 rule 4); `seen` the digests of the newest event ids with the versions that
             hold them, packed by `seen_events.py`; `purposes` None while nothing was decided.
    """

    id: str = ""
    version: int = 0
    last_ms: int = 0
    visits: int = 0
    events: int = 0
    pageviews: int = 0
    contact_id: str = ""
    external_id: str = ""
    purposes: tuple[Purpose, ...] | None = None
    consented_ms: int = 0
    consent_version: str = ""
    visit: Visit = Visit()
    steps: tuple[Step, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    actions: tuple[Action, ...] = ()
    offers_ms: tuple[int, ...] = ()
    used: tuple[tuple[str, str], ...] = ()
    seen: bytes = b""
    oldest: Oldest = Oldest()

    def action(self, action_id: str) -> Action | None:
        """The action of that id, if it is of this visit or waits for the next."""
        return next((action for action in self.actions if action.id == action_id), None)


class Forgotten(Struct, frozen=True, tag=True):
    """Old facts are gone, and this is what stays true without them; a history begins with it."""

    customer: Customer


AnyFact = Fact | Forgotten
"""What a customer's stream holds."""

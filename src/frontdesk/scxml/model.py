"""A document as it was read: states in document order, their transitions, and what to do on the way.

States are numbers: the position in `Machine.states`, 0 for the document itself. As they count up in document
order, the descendants of a state are the numbers after its own up to `last`.
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct, field

from frontdesk.scxml.content import Block, Content, DoneData, Inline, InvokeElement
from frontdesk.scxml.events import matches
from frontdesk.scxml.faults import Place


class Dialect(StrEnum):
    """Which rules a document follows."""

    W3C = "w3c"
    ORS = "ors"


class Kind(StrEnum):
    """What a state is."""

    STATE = "state"
    PARALLEL = "parallel"
    FINAL = "final"
    HISTORY = "history"


class Persistence(StrEnum):
    """What a state asks for while it is active.

    Source:  orchestration, section 17.
    """

    MAY = "may"
    MUST = "must"
    NO = "no"


class Transition(Struct, frozen=True):
    """One transition.

    Shape:   `events` are descriptors, empty for one that waits for none; `targets` are states, empty for one
             that leaves nothing.
    """

    source: int
    events: tuple[str, ...] = ()
    cond: str | None = None
    targets: tuple[int, ...] = ()
    is_internal: bool = False
    content: Block = ()
    place: Place = Place()


class Data(Struct, frozen=True):
    """A data item: the value of `expr`, or what was written inside."""

    id: str
    expr: str | None
    inline: Inline | None
    place: Place
    fault: str = ""
    """Why there is no value, when its file could not be read."""


class State(Struct, frozen=True):
    """One state.

    Shape:   `ancestors` go from the parent up to 0; `children` leave out histories, which stand in
             `histories`; `initial` is there for every state with children that is not parallel, and for
             histories (where it is what counts before there is any history).
    """

    number: int
    id: str
    kind: Kind
    parent: int
    last: int
    line: int
    ancestors: tuple[int, ...]
    children: tuple[int, ...]
    histories: tuple[int, ...]
    transitions: tuple[Transition, ...]
    initial: Transition | None = None
    is_deep: bool = False
    on_entry: tuple[Block, ...] = ()
    on_exit: tuple[Block, ...] = ()
    data: tuple[Data, ...] = ()
    invokes: tuple[InvokeElement, ...] = ()
    done: DoneData | None = None
    persistence: Persistence = Persistence.MAY

    @property
    def is_atomic(self) -> bool:
        return not self.children

    @property
    def is_compound(self) -> bool:
        return bool(self.children) and self.kind is not Kind.PARALLEL

    def holds(self, other: int) -> bool:
        """Whether `other` is a descendant."""
        return self.number < other <= self.last


class Machine(Struct, eq=False):
    """A document that can be run. It is never changed, and shared by all its sessions."""

    file: str
    name: str
    dialect: Dialect
    is_late: bool
    states: tuple[State, ...]
    scripts: tuple[Content, ...]
    with_data: tuple[int, ...] = ()
    """The states that hold data items."""
    is_kept: bool = True
    """Whether a session is to outlive its process: put into snapshots, and taken up after a crash."""
    is_asking: bool = False
    """Whether scripts find the platform's functions, and what they ask for has to be looked for."""
    _answers: dict[tuple[int, str], tuple[Transition, ...]] = field(default_factory=dict)

    def answering(self, state: int, event: str) -> tuple[Transition, ...]:
        """The state's transitions for events of this name, in document order.

        Shape:   for "", those that wait for no event.
        """
        key = (state, event)
        found = self._answers.get(key)
        if found is None:
            found = tuple(
                transition
                for transition in self.states[state].transitions
                if (matches(transition.events, event) if event else not transition.events)
            )
            if len(self._answers) < ANSWERS_MAX:  # Names may come from strangers.
                self._answers[key] = found
        return found

    def named(self, state_id: str) -> int:
        """The number of the state with this id.

        Errors:  `KeyError`.
        """
        return next(state.number for state in self.states if state.id == state_id)

    def ids(self, states: Iterator[int] | tuple[int, ...] | list[int]) -> tuple[str, ...]:
        """The ids of the states that have one."""
        return tuple(self.states[state].id for state in states if self.states[state].id)


ANSWERS_MAX = 10_000

"""A document as people look at it: its states, one in the other, and what leads from one to the next."""

from collections.abc import Iterable

from msgspec import Struct

from frontdesk.scxml.model import Machine, State, Transition

EXPRESSION_CHARS_MAX = 500
DOCUMENT = 0


class ChartTransition(Struct, frozen=True):
    """Shape: no `events` for one that waits for none; no `targets`, which are numbers, where it stays."""

    events: tuple[str, ...]
    cond: str
    targets: tuple[int, ...]
    line: int


class ChartState(Struct, frozen=True):
    """One state. Shape: `parent` is 0 for those of the document itself; `initial` are numbers of states."""

    number: int
    id: str
    kind: str
    parent: int
    line: int
    initial: tuple[int, ...]
    transitions: tuple[ChartTransition, ...]


class Chart(Struct, frozen=True):
    """A document. Shape: `states` in document order, so each stands after its parent."""

    file: str
    name: str
    initial: tuple[int, ...]
    states: tuple[ChartState, ...]


def chart_of(machine: Machine) -> Chart:
    """The chart of a document."""
    first, *others = machine.states
    return Chart(machine.file, machine.name, _initial(first), tuple(_state(state) for state in others))


def _state(state: State) -> ChartState:
    return ChartState(
        state.number,
        state.id,
        state.kind.value,
        state.parent,
        state.line,
        _initial(state),
        tuple(map(_transition, state.transitions)),
    )


def _initial(state: State) -> tuple[int, ...]:
    return state.initial.targets if state.initial is not None else ()


def _transition(transition: Transition) -> ChartTransition:
    cond = " ".join((transition.cond or "").split())
    return ChartTransition(
        transition.events, cond[:EXPRESSION_CHARS_MAX], transition.targets, transition.place.line
    )


def awaited(machine: Machine, active: Iterable[str]) -> tuple[str, ...]:
    """The events that transitions of these states and of those around them are for, inner ones first."""
    names = set(active)
    found: dict[str, None] = {}
    for state in reversed(machine.states):
        if state.id in names or state.number == DOCUMENT:
            for transition in state.transitions:
                found |= dict.fromkeys(transition.events)
    return tuple(found)

"""What a document must be beyond well formed, so that no step can lead into an impossible configuration."""

from collections.abc import Mapping

from frontdesk.scxml.faults import Fault
from frontdesk.scxml.model import Kind, Machine, Transition


def check(machine: Machine, files: Mapping[int, str]) -> list[Fault]:
    """Every fault of the structure; `files` are those that the states stand in."""
    faults = []
    if not machine.states[0].children:
        faults.append(Fault(files[0], machine.states[0].line, "the document has no state", "add a <state>"))
    for state in machine.states:
        file = files[state.number]
        if state.initial is not None:
            faults += _initial_faults(machine, state.number, state.initial, file)
        for transition in state.transitions:
            faults += _target_faults(machine, transition, file)
    return faults


def _initial_faults(machine: Machine, number: int, initial: Transition, file: str) -> list[Fault]:
    state = machine.states[number]
    what = "history" if state.kind is Kind.HISTORY else "initial"
    inside = machine.states[state.parent] if state.kind is Kind.HISTORY else state
    faults = []
    if not initial.targets or initial.events or initial.cond is not None:
        faults.append(
            Fault(
                file,
                initial.place.line,
                f"the {what} transition of {state.id!r} must only have a target",
                "remove the rest",
            )
        )
    if not all(map(inside.holds, initial.targets)):
        faults.append(
            Fault(
                file,
                initial.place.line,
                f"the {what} transition of {state.id!r} leads out of {inside.id!r}",
                "name a state inside",
            )
        )
    return [*faults, *_target_faults(machine, initial, file)]


def _target_faults(machine: Machine, transition: Transition, file: str) -> list[Fault]:
    """Several targets are fine in different regions of a parallel, and nowhere else."""
    targets = transition.targets
    for at, first in enumerate(targets):
        for second in targets[at + 1 :]:
            if not _are_apart(machine, first, second):
                names = " and ".join(repr(machine.states[number].id) for number in (first, second))
                return [
                    Fault(
                        file, transition.place.line, f"{names} cannot be active together", "name one of them"
                    )
                ]
    return []


def _are_apart(machine: Machine, first: int, second: int) -> bool:
    one, other = machine.states[first], machine.states[second]
    if first == second or one.holds(second) or other.holds(first):
        return False
    common = next(number for number in one.ancestors if machine.states[number].holds(second))
    return machine.states[common].kind is Kind.PARALLEL

"""Which transitions an event enables, and which states each would leave.

Source:  SCXML 1.0, section 3.13 and appendix D (selectTransitions, removeConflictingTransitions).
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from frontdesk.scxml.model import Kind, Machine, Transition

Holds = Callable[[Transition], bool]
History = Mapping[int, Sequence[int]]


def select(
    machine: Machine, configuration: Collection[int], history: History, event: str, holds: Holds
) -> list[Transition]:
    """The transitions that are taken together, in document order of what enabled them.

    Shape:   `event` is a name, or "" for those that wait for none; `holds` tells whether a transition's
             condition does, and is asked at most once for each.
    """
    enabled: list[Transition] = []
    asked: dict[int, Transition | None] = {}
    for number in sorted(configuration):
        state = machine.states[number]
        if not state.is_atomic:
            continue
        for at in (number, *state.ancestors):
            if at not in asked:
                asked[at] = next(
                    (t for t in machine.answering(at, event) if t.cond is None or holds(t)), None
                )
            found = asked[at]
            if found is not None:
                if found not in enabled:
                    enabled.append(found)
                break
    return enabled if len(enabled) < 2 else _without_conflicts(machine, configuration, history, enabled)


def _without_conflicts(
    machine: Machine, configuration: Collection[int], history: History, enabled: Sequence[Transition]
) -> list[Transition]:
    kept: list[tuple[Transition, set[int]]] = []
    for candidate in enabled:
        leaves = set(exit_set(machine, configuration, history, candidate))
        rivals = [pair for pair in kept if leaves & pair[1]]
        # Only one that stands deeper takes the place of others; else who is first stays.
        if all(machine.states[rival.source].holds(candidate.source) for rival, _ in rivals):
            kept = [*(pair for pair in kept if pair not in rivals), (candidate, leaves)]
    return [transition for transition, _ in kept]


def exit_set(
    machine: Machine, configuration: Collection[int], history: History, transition: Transition
) -> list[int]:
    """The active states that a transition leaves."""
    domain = domain_of(machine, history, transition)
    if domain is None:
        return []
    holds = machine.states[domain].holds
    return [number for number in configuration if holds(number)]


def domain_of(machine: Machine, history: History, transition: Transition) -> int | None:
    """The state inside which everything happens that a transition changes; None when that is nothing."""
    targets = effective_targets(machine, history, transition)
    if not targets:
        return None
    source = machine.states[transition.source]
    if transition.is_internal and source.is_compound and all(map(source.holds, targets)):
        return source.number
    for ancestor in source.ancestors:
        state = machine.states[ancestor]
        if state.is_compound and all(map(state.holds, targets)):
            return ancestor
    return 0


def effective_targets(machine: Machine, history: History, transition: Transition) -> list[int]:
    """The states that a transition goes to, with histories replaced by what they stand for now."""
    found: dict[int, None] = {}
    for target in transition.targets:
        state = machine.states[target]
        if state.kind is not Kind.HISTORY:
            found[target] = None
        elif target in history:
            found.update(dict.fromkeys(history[target]))
        elif state.initial is not None:
            found.update(dict.fromkeys(effective_targets(machine, history, state.initial)))
    return list(found)

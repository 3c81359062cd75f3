"""Which states are entered: parents with their children, every region of a parallel, what a history kept.

Source:  SCXML 1.0, appendix D (computeEntrySet and what it uses).
"""

from collections.abc import Sequence

from frontdesk.scxml.content import Block
from frontdesk.scxml.model import Kind, Machine, Transition
from frontdesk.scxml.selecting import History, domain_of, effective_targets


class Entry:
    """What transitions enter.

    Shape:   `states` are all; `by_default` those of them whose initial transition is taken too;
             `in_place_of_history` what runs in a state because its history has nothing to restore.
    """

    def __init__(self, machine: Machine, history: History, transitions: Sequence[Transition]) -> None:
        self._machine = machine
        self._history = history
        self.states: set[int] = set()
        self.by_default: set[int] = set()
        self.in_place_of_history: dict[int, Block] = {}
        for transition in transitions:
            for target in transition.targets:
                self._with_descendants(target)
            domain = domain_of(machine, history, transition)
            for target in effective_targets(machine, history, transition):
                self._with_ancestors(target, domain or 0)

    def _with_descendants(self, number: int) -> None:
        state = self._machine.states[number]
        if state.kind is Kind.HISTORY:
            self._restored(number, state.parent)
            return
        self.states.add(number)
        if state.is_compound and state.initial is not None:
            self.by_default.add(number)
            self._all(state.initial.targets, number)
        elif state.kind is Kind.PARALLEL:
            self._regions(number)

    def _restored(self, history: int, parent: int) -> None:
        kept = self._history.get(history)
        if kept is not None:
            self._all(kept, parent)
            return
        default = self._machine.states[history].initial
        if default is not None:
            self.in_place_of_history[parent] = default.content
            self._all(default.targets, parent)

    def _all(self, targets: Sequence[int], below: int) -> None:
        for target in targets:
            self._with_descendants(target)
        for target in targets:
            self._with_ancestors(target, below)

    def _with_ancestors(self, number: int, below: int) -> None:
        for ancestor in self._machine.states[number].ancestors:
            if ancestor == below:
                return
            self.states.add(ancestor)
            if self._machine.states[ancestor].kind is Kind.PARALLEL:
                self._regions(ancestor)

    def _regions(self, parallel: int) -> None:
        for child in self._machine.states[parallel].children:
            holds = self._machine.states[child].holds
            if not any(map(holds, self.states)):
                self._with_descendants(child)

"""Microsteps and macrosteps: the algorithm of the recommendation.

Source:  SCXML 1.0, appendix D.
"""

from collections.abc import Sequence

from frontdesk.scxml.content import DoneData
from frontdesk.scxml.entering import Entry
from frontdesk.scxml.events import Event
from frontdesk.scxml.executing import execute, message_data
from frontdesk.scxml.faults import ContentFault, ScriptFault
from frontdesk.scxml.invoking import end_invoked, invoke_entered
from frontdesk.scxml.model import Data, Kind, State, Transition
from frontdesk.scxml.outputs import Finished
from frontdesk.scxml.packed import joined
from frontdesk.scxml.selecting import exit_set, select
from frontdesk.scxml.turn import Turn


def macrostep(turn: Turn, event: Event | None = None) -> None:
    """Take what the event enables, then everything that follows from that, until all is quiet."""
    if event is not None:
        microstep(turn, _selected(turn, event.name), event.name)
    while turn.is_running:
        _until_quiet(turn)
        if turn.is_running:
            invoke_entered(turn)
        if not turn.memory.internal:
            break
    if not turn.is_running:
        finish(turn)


def _until_quiet(turn: Turn) -> None:
    internal = turn.memory.internal
    while turn.is_running:
        enabled, name = _selected(turn, ""), ""
        if not enabled:
            if not internal:
                return
            event = internal.pop(0)
            turn.data.see_event(event)
            enabled, name = _selected(turn, event.name), event.name
        turn.count()
        microstep(turn, enabled, name)


def microstep(turn: Turn, enabled: Sequence[Transition], event: str = "") -> None:
    """Leave, pass, enter. `event` is what enabled these transitions, empty for nothing."""
    if turn.watch is not None:
        turn.watch(event, enabled)
    if not enabled:
        return
    leave(turn, enabled)
    for transition in enabled:
        execute(turn, transition.content)
    enter(turn, enabled)


def _selected(turn: Turn, event: str) -> list[Transition]:
    def holds(transition: Transition) -> bool:
        turn.show_states()
        found = turn.holds(transition.cond or "", "transition", transition.place)
        turn.take()
        return found

    return select(turn.machine, turn.memory.configuration, turn.memory.history, event, holds)


def leave(turn: Turn, enabled: Sequence[Transition]) -> None:
    """Leave what the transitions leave, the last in document order first."""
    memory, states = turn.memory, turn.machine.states
    left: set[int] = set()
    for transition in enabled:
        if transition.targets:
            left.update(exit_set(turn.machine, memory.configuration, memory.history, transition))
    if not left:
        return
    downwards = sorted(left, reverse=True)
    turn.to_invoke -= left
    for number in downwards:
        for history in states[number].histories:
            memory.history[history] = _kept(turn, states[number], states[history])
    for number in downwards:
        _leave_one(turn, states[number])


def _kept(turn: Turn, parent: State, history: State) -> list[int]:
    active = sorted(turn.memory.configuration)
    if history.is_deep:
        return [number for number in active if parent.holds(number) and turn.machine.states[number].is_atomic]
    return [number for number in active if turn.machine.states[number].parent == parent.number]


def _leave_one(turn: Turn, state: State) -> None:
    for block in state.on_exit:
        execute(turn, block)
    if state.invokes:
        end_invoked(turn, state.number)
    turn.memory.configuration.discard(state.number)


def enter(turn: Turn, enabled: Sequence[Transition]) -> None:
    """Enter what the transitions enter, the first in document order first."""
    machine, memory = turn.machine, turn.memory
    entry = Entry(machine, memory.history, enabled)
    for number in sorted(entry.states):
        state = machine.states[number]
        memory.configuration.add(number)
        if state.invokes:
            turn.to_invoke.add(number)
        if state.data and machine.is_late and number not in memory.entered:
            memory.entered.add(number)
            initialise(turn, state.data, {})
        for block in state.on_entry:
            execute(turn, block)
        if number in entry.by_default and state.initial is not None:
            execute(turn, state.initial.content)
        if number in entry.in_place_of_history:
            execute(turn, entry.in_place_of_history[number])
        if state.kind is Kind.FINAL:
            _arrived(turn, state)


def _arrived(turn: Turn, final: State) -> None:
    if final.parent == 0:
        turn.is_running = False
        return
    states = turn.machine.states
    parent = states[final.parent]
    turn.raise_event(Event(f"done.state.{parent.id}", "internal", done_data(turn, final.done)))
    above = states[parent.parent]
    if above.kind is Kind.PARALLEL and all(_is_done(turn, child) for child in above.children):
        turn.raise_event(Event(f"done.state.{above.id}", "internal"))


def _is_done(turn: Turn, number: int) -> bool:
    state = turn.machine.states[number]
    if state.kind is Kind.PARALLEL:
        return all(_is_done(turn, child) for child in state.children)
    return any(
        turn.machine.states[child].kind is Kind.FINAL and child in turn.memory.configuration
        for child in state.children
    )


def done_data(turn: Turn, done: DoneData | None) -> str:
    """The data of a final state, packed. What of it fails is an error event, and left out."""
    if done is None:
        return ""
    message = done.message
    try:
        if message.content is not None or message.content_expr is not None:
            return message_data(turn, message)
    except ContentFault as fault:
        turn.error(fault, "donedata", done.place)
        return ""
    fields: list[tuple[str, str]] = []
    for param in message.params:
        try:
            fields.append((param.name, turn.data.value(param.expr)))
        except ScriptFault as fault:
            turn.error(ContentFault.of("illegalvalue", fault), "param", param.place)
    return joined(fields) if fields else ""


def initialise(turn: Turn, items: Sequence[Data], given: dict[str, str]) -> None:
    """Give data items their first values: those that were handed over, or the document's own."""
    for item in items:
        try:
            if item.id in given:
                turn.data.set_item(item.id, given[item.id])
            elif item.fault:
                turn.error(ContentFault("illegaldata", item.fault), "data", item.place)
            elif item.expr is not None:
                turn.data.compute_item(item.id, item.expr)
            elif item.inline is not None:
                turn.data.set_item(item.id, turn.data.inline(item.inline))
        except ScriptFault as fault:
            turn.error(ContentFault.of("illegaldata", fault), "data", item.place)


def finish(turn: Turn, *, is_cancelled: bool = False) -> None:
    """Leave everything, and be done."""
    done = leave_all(turn)
    turn.take()
    turn.put(Finished(done, is_cancelled))


def leave_all(turn: Turn) -> str:
    """Leave every state, the last first; the done data of the final state that it ended in, packed."""
    states = turn.machine.states
    turn.memory.ended_in = sorted(turn.memory.configuration)
    done = ""
    for number in sorted(turn.memory.configuration, reverse=True):
        state = states[number]
        _leave_one(turn, state)
        if state.kind is Kind.FINAL and state.parent == 0:
            done = done_data(turn, state.done)
    turn.memory.timers.clear()
    turn.memory.internal.clear()
    turn.memory.external.clear()
    return done

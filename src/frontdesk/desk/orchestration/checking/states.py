"""Which states nothing leads to, and which events nothing answers."""

from collections.abc import Iterator

from frontdesk.scxml.content import Content, Foreach, If, Raise, Send
from frontdesk.scxml.events import matches
from frontdesk.scxml.faults import Place
from frontdesk.scxml.model import Data, Dialect, Kind, Machine, State, Transition

SELF_TARGETS = ("", "#_internal", "_internal")


def unreachable(machine: Machine) -> list[State]:
    """States that no path of transitions leads to, whatever the conditions say; of those that stand inside
    each other, the outermost.
    """
    states = machine.states
    reached: set[int] = set()
    waiting = [0]
    while waiting:
        state = states[waiting.pop()]
        if state.number in reached:
            continue
        reached.add(state.number)
        waiting += [state.parent] if state.parent >= 0 else []
        if state.kind is Kind.PARALLEL:
            waiting += state.children
        elif state.initial is not None:
            # Of a state that is only reached because something inside is, this may be too much. It is never
            # too little, so what is named is really out of reach.
            waiting += state.initial.targets
        for transition in state.transitions:
            waiting += transition.targets
    lost = [state for state in states if state.number not in reached and state.kind is not Kind.HISTORY]
    return [state for state in lost if state.parent in reached]


def never_taken(machine: Machine) -> Iterator[Transition]:
    """Transitions behind one that is always taken before them."""
    for state in machine.states:
        before: list[Transition] = []
        for transition in state.transitions:
            if any(_goes_before(earlier, transition) for earlier in before):
                yield transition
            elif transition.cond is None:
                before.append(transition)


def _goes_before(earlier: Transition, later: Transition) -> bool:
    if not later.events:
        return not earlier.events
    return bool(earlier.events) and all(matches(earlier.events, event) for event in later.events)


def shared(machine: Machine) -> Iterator[tuple[Data, State]]:
    """Data items of which another region of a parallel state has one of the same id, and the state there."""
    declared: dict[str, list[State]] = {}
    for state in machine.states:
        for item in state.data:
            for other in declared.get(item.id, ()):
                if _is_beside(machine, other, state):
                    yield item, other
                    break
            declared.setdefault(item.id, []).append(state)


def _is_beside(machine: Machine, one: State, other: State) -> bool:
    """Whether they may be active together though neither stands in the other."""
    if one.number in (other.number, *other.ancestors):
        return False
    nearest = next(number for number in other.ancestors if number in one.ancestors)
    return machine.states[nearest].kind is Kind.PARALLEL


def unanswered(machine: Machine) -> Iterator[tuple[str, Place]]:
    """Events that the document gives to itself and that no transition answers, and where it does."""
    for content in every_content(machine):
        name = _own_event(content, machine.dialect)
        if name and not any(
            matches(transition.events, name) for state in machine.states for transition in state.transitions
        ):
            yield name, content.place


def never_done(machine: Machine) -> Iterator[tuple[str, Transition]]:
    """`done.state.…` of states that are not there or cannot be done, and the transitions waiting for them."""
    finals = {machine.states[state.parent].id for state in machine.states if state.kind is Kind.FINAL}
    finals |= {state.id for state in machine.states if state.kind is Kind.PARALLEL}
    for state in machine.states:
        for transition in state.transitions:
            for event in transition.events:
                waited = event.removeprefix("done.state.")
                if waited != event and not any(matches((waited,), done) for done in finals if done):
                    yield event, transition


def every_content(machine: Machine) -> Iterator[Content]:
    """All executable content, with what stands inside of other content."""
    for state in machine.states:
        blocks = [*state.on_entry, *state.on_exit, *(one.content for one in state.transitions)]
        if state.initial is not None:
            blocks.append(state.initial.content)
        blocks += [invoke.finalize for invoke in state.invokes if invoke.finalize]
        for block in blocks:
            for content in block:
                yield from _with_inside(content)


def _with_inside(content: Content) -> Iterator[Content]:
    yield content
    blocks = []
    if isinstance(content, If):
        blocks = [choice.block for choice in content.choices]
    elif isinstance(content, Foreach):
        blocks = [content.block]
    for block in blocks:
        for inner in block:
            yield from _with_inside(inner)


def _own_event(content: Content, dialect: Dialect) -> str:
    if isinstance(content, Raise):
        return content.event
    if not isinstance(content, Send) or not content.type.is_absent:
        return ""
    target = "" if content.target.is_absent else _written(content.target.literal, content.target.expr)
    if target not in SELF_TARGETS:
        return ""
    return _written(content.event.literal, content.event.expr) or ""


def _written(literal: str | None, expr: str | None) -> str | None:
    """A value that can be seen: a literal, or an expression that is nothing but a text."""
    if literal is not None:
        return literal
    bare = (expr or "").strip()
    inside = bare[1:-1]
    is_text = len(bare) >= 2 and bare[0] == bare[-1] and bare[0] in "'\"" and bare[0] not in inside
    return inside if is_text and "\\" not in inside else None

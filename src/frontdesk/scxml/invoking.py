"""`<invoke>`: sessions that live as long as a state is active.

Source:  SCXML 1.0, sections 6.4 and 6.5.
"""

from frontdesk.scxml.acting import failing
from frontdesk.scxml.content import InvokeElement
from frontdesk.scxml.events import SCXML_PROCESSOR, Event
from frontdesk.scxml.executing import execute, named_values
from frontdesk.scxml.faults import ContentFault, ScriptFault
from frontdesk.scxml.memory import Invocation
from frontdesk.scxml.outputs import Forwarded, Invoke, Uninvoke
from frontdesk.scxml.packed import joined
from frontdesk.scxml.sending import PROCESSORS, text_of
from frontdesk.scxml.turn import Turn


def invoke_entered(turn: Turn) -> None:
    """Begin what the states invoke that were entered and are still active."""
    for number in sorted(turn.to_invoke):
        for at, element in enumerate(turn.machine.states[number].invokes):
            try:
                _invoke(turn, number, at, element)
            except ContentFault as fault:
                turn.error(fault, "invoke", element.place)
    turn.to_invoke.clear()


def end_invoked(turn: Turn, number: int) -> None:
    """End what a state invoked, because it is left."""
    for invokeid, invocation in _in_document_order(turn):
        if invocation.state == number:
            del turn.memory.invoked[invokeid]
            turn.put(Uninvoke(invokeid))


def receive(turn: Turn, event: Event) -> None:
    """Finalize and forward an external event, before it is taken."""
    memory = turn.memory
    for invokeid, invocation in _in_document_order(turn):
        element = turn.machine.states[invocation.state].invokes[invocation.at]
        if invokeid == event.invokeid and element.finalize:
            execute(turn, element.finalize)
        if element.is_forwarding:
            turn.put(Forwarded(invokeid, event))
    if event.name == f"done.invoke.{event.invokeid}":
        memory.invoked.pop(event.invokeid, None)


def _in_document_order(turn: Turn) -> list[tuple[str, Invocation]]:
    return sorted(turn.memory.invoked.items(), key=lambda item: (item[1].state, item[1].at))


def _invoke(turn: Turn, number: int, at: int, element: InvokeElement) -> None:
    written = text_of(turn, element.type, "")
    if PROCESSORS.get(written) != SCXML_PROCESSOR:
        raise ContentFault("unsupported.invoke", f"sessions of type {written!r} cannot be invoked here")
    message = element.message
    src = text_of(turn, element.src, "")
    content = ""
    if message.content is not None:
        content = message.content.text
    elif message.content_expr is not None:
        with failing("illegalvalue"):
            content = turn.data.text(message.content_expr)
    fields = named_values(turn, message)
    if len(turn.memory.invoked) >= turn.limits.invoked:
        raise ContentFault("send.failed", f"more than {turn.limits.invoked} sessions are invoked")
    invokeid = element.id or f"{turn.machine.states[number].id}.{turn.number()}"
    if element.idlocation is not None:
        try:
            turn.data.assign(element.idlocation, f'"{invokeid}"')
        except ScriptFault as fault:
            raise ContentFault.of("illegalloc", fault) from None
    turn.memory.invoked[invokeid] = Invocation(number, at)
    turn.put(Invoke(invokeid, src, content, joined(fields)))

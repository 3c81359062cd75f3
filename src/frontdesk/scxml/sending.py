"""`<send>` and `<cancel>`: to oneself at once or later, to others, to event processors.

Source:  SCXML 1.0, sections 6.2, 6.3 and appendix C.
"""

from collections.abc import Callable

from frontdesk.scxml.acting import failing, named_plainly
from frontdesk.scxml.actions import namespace_of, shape_of
from frontdesk.scxml.basic_http import event_of, request_of
from frontdesk.scxml.content import Cancel, Given, Message, Send
from frontdesk.scxml.durations import milliseconds
from frontdesk.scxml.events import HTTP_PROCESSOR, SCXML_PROCESSOR, Event
from frontdesk.scxml.faults import ContentFault, Place, ScriptFault
from frontdesk.scxml.memory import Timer
from frontdesk.scxml.model import Dialect
from frontdesk.scxml.outputs import Requested, Sent, TimerCancelled, TimerSet
from frontdesk.scxml.turn import Turn

PROCESSORS = {
    "": SCXML_PROCESSOR,
    "scxml": SCXML_PROCESSOR,
    "http://www.w3.org/TR/scxml": SCXML_PROCESSOR,
    "http://www.w3.org/TR/scxml/": SCXML_PROCESSOR,
    SCXML_PROCESSOR: SCXML_PROCESSOR,
    "basichttp": HTTP_PROCESSOR,
    HTTP_PROCESSOR: HTTP_PROCESSOR,
}
MODULES = "fm"  # The ORS dialect's way to a module; the target names it.
UNKNOWN = "?"
SESSION = "#_scxml_"


def send(turn: Turn, content: Send, data_of: Callable[[Message], str]) -> None:
    """Do a `<send>`.

    Errors:  `ContentFault`, with the id of the message: nothing was sent.
    """
    memory = turn.memory
    kind = _kind(turn, content)
    # Who asks a module is told the id that the answer will have.
    request_id = turn.request_id() if kind == MODULES else ""
    sendid = text_of(turn, content.id, "")
    if content.idlocation is not None:
        sendid = request_id or f"send.{turn.number()}"
        try:
            turn.data.assign(content.idlocation, f'"{sendid}"')
        except ScriptFault as fault:
            raise ContentFault.of("illegalloc", fault) from None
    try:
        if kind == MODULES:
            sent = _request(turn, content, sendid, request_id)
        else:
            sent = _message(turn, content, sendid, kind, data_of)
        delay_ms = _delay(turn, text_of(turn, content.delay, ""), sent)
        if not delay_ms:
            deliver(turn, sent)
            return
    except ContentFault as fault:
        fault.sendid = fault.sendid or sendid
        if fault.target is not None and content.state:
            fault.kind = f"{fault.kind}.{content.state}"
        raise
    due_ms = turn.now_ms + delay_ms
    memory.timers.append(Timer(due_ms, turn.number(), sent))
    turn.put(TimerSet(sendid, sent.event.name, due_ms))


def deliver(turn: Turn, sent: Sent) -> None:
    """Bring a message to where it goes, now.

    Errors:  `ContentFault`: there is nobody there.
    """
    if sent.type == HTTP_PROCESSOR and sent.target == turn.addresses.get(HTTP_PROCESSOR):
        # To oneself there is no need of a network, and the order stays that of the document.
        content_type, body = request_of(sent)
        turn.queue_event(event_of("POST", sent.target, content_type, body))
        return
    if sent.type == MODULES:
        turn.put(Requested(sent.event.sendid, sent.target, sent.event.name, sent.event.data))
        return
    if sent.type != SCXML_PROCESSOR:
        turn.put(sent)
        return
    memory = turn.memory
    target = sent.target
    if target == "#_internal":
        event = sent.event
        turn.raise_event(Event(event.name, "internal", event.data, event.sendid))
    elif target in ("", SESSION + memory.session_id):
        turn.queue_event(sent.event)
    elif target.startswith("#_"):
        known = turn.has_parent if target == "#_parent" else target.removeprefix("#_") in memory.invoked
        if not known and not (target.startswith(SESSION) and target.removeprefix(SESSION) in turn.peers):
            raise ContentFault(
                "send.nosuchsession",
                f"there is no session {target}",
                sendid=sent.sendid,
                is_communication=True,
            )
        turn.put(sent)
    else:
        text = f"{target!r} is no target"
        raise ContentFault("send.targettypeinvalid", text, sendid=sent.sendid, target=target)


def due(turn: Turn) -> None:
    """Send what is due."""
    memory = turn.memory
    if not memory.timers:
        return
    ready = sorted(
        (timer for timer in memory.timers if timer.due_ms <= turn.now_ms), key=lambda t: (t.due_ms, t.number)
    )
    for timer in ready:
        memory.timers.remove(timer)
        try:
            deliver(turn, timer.sent)
        except ContentFault as fault:
            turn.error(fault, "send", Place())


def cancel(turn: Turn, content: Cancel) -> None:
    """Do a `<cancel>`."""
    sendid = text_of(turn, content.sendid, "")
    memory = turn.memory
    found = [timer for timer in memory.timers if timer.sent.sendid == sendid]
    for timer in found:
        memory.timers.remove(timer)
        turn.put(TimerCancelled(sendid, timer.sent.event.name))
    if turn.machine.dialect is Dialect.ORS:
        if not found:
            raise ContentFault(
                "notallowed", f"nothing with the id {sendid!r} waits to be sent", sendid=sendid
            )
        turn.raise_event(Event("cancel.successful", "platform", sendid=sendid))


def text_of(turn: Turn, given: Given, otherwise: str) -> str:
    """An attribute's text, whether written or computed.

    Errors:  `ContentFault`: its expression failed.
    """
    if given.literal is not None:
        return given.literal
    if given.expr is None:
        return otherwise
    try:
        return turn.data.text(given.expr)
    except ScriptFault as fault:
        raise ContentFault.of("illegalvalue", fault) from None


def _kind(turn: Turn, content: Send) -> str:
    """The event processor that a message goes by, or `MODULES`."""
    written = text_of(turn, content.type, "")
    if written == MODULES and turn.machine.dialect is Dialect.ORS:
        return MODULES
    return PROCESSORS.get(written) or UNKNOWN + written


def _request(turn: Turn, content: Send, sendid: str, request_id: str) -> Sent:
    """What a message to a module asks it for: its event names the action, its target the namespace."""
    target = text_of(turn, content.target, "")
    namespace = namespace_of(target)
    if namespace is None:
        raise ContentFault("send.targetunavailable", f"there is no module {target!r}", target=target)
    action = text_of(turn, content.event, "").rpartition(".")[2]
    known = shape_of(namespace, action)
    if known is None:
        raise ContentFault("send.noeventspecified", f"the module {namespace} can do no {action!r}")
    with failing("illegalvalue"):
        attributes = named_plainly(turn, content.message)
    return Sent(Event(action, data=attributes, sendid=request_id), MODULES, known[0], sendid)


def _message(turn: Turn, content: Send, sendid: str, kind: str, data_of: Callable[[Message], str]) -> Sent:
    if kind.startswith(UNKNOWN):
        written = kind.removeprefix(UNKNOWN)
        raise ContentFault("send.ioprocessorerror", f"{written!r} is no event processor that is known here")
    name = text_of(turn, content.event, "")
    target = text_of(turn, content.target, "")
    if turn.machine.dialect is Dialect.ORS and target == "_internal":
        target = "#_internal"
    if kind == HTTP_PROCESSOR and not target:
        text = "HTTP needs a target"
        raise ContentFault("send.targetunavailable", text, is_communication=True, target=target)
    if not name and kind == SCXML_PROCESSOR:
        raise ContentFault("send.noeventspecified", "an event needs a name")
    data = data_of(content.message)
    if len(data) > turn.limits.event_bytes:
        raise ContentFault("send.failed", f"the event's data is larger than {turn.limits.event_bytes} bytes")
    event = Event(
        name,
        "external",
        data,
        sendid="" if content.id.is_absent and content.idlocation is None else sendid,
        origin=turn.addresses.get("scxml", "") if kind == SCXML_PROCESSOR else "",
        origintype=SCXML_PROCESSOR if kind == SCXML_PROCESSOR else "",
    )
    is_content = content.message.content is not None or content.message.content_expr is not None
    return Sent(event, kind, target, sendid, is_content)


def _delay(turn: Turn, written: str, sent: Sent) -> int:
    delay_ms = milliseconds(written) if written else 0
    if delay_ms is None:
        raise ContentFault("illegalvalue", f"{written!r} is no delay; write it like 1s or 200ms")
    if delay_ms and sent.target == "#_internal":
        raise ContentFault("send.failed", "what is internal cannot be delayed")
    if delay_ms and len(turn.memory.timers) >= turn.limits.timers:
        raise ContentFault("send.failed", f"more than {turn.limits.timers} delayed events")
    return delay_ms

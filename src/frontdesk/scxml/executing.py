"""Doing what executable content says.

The first thing in a block that fails ends that block, and becomes an error event.
"""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.scxml.acting import act, failing
from frontdesk.scxml.content import (
    Action,
    Assign,
    Block,
    Cancel,
    Content,
    Foreach,
    If,
    Log,
    Message,
    Raise,
    Script,
    Send,
    Unknown,
)
from frontdesk.scxml.events import Event
from frontdesk.scxml.faults import ContentFault, ScriptFault
from frontdesk.scxml.outputs import Logged
from frontdesk.scxml.packed import joined
from frontdesk.scxml.sending import cancel, send
from frontdesk.scxml.turn import Turn


def execute(turn: Turn, block: Block) -> None:
    """Do one block."""
    if not block:
        return
    turn.show_states()
    for content in block:
        turn.look_at_time()
        try:
            _do(turn, content)
        except ContentFault as fault:
            turn.error(fault, *(fault.at or ("", content.place)))
            break
        finally:
            turn.take()


def message_data(turn: Turn, message: Message) -> str:
    """What a message carries, packed.

    Errors:  `ContentFault`: an expression of it failed.
    """
    data = turn.data
    if message.content is not None:
        with failing("illegalvalue"):
            return data.inline(message.content)
    if message.content_expr is not None:
        with failing("illegalvalue"):
            return data.value(message.content_expr)
    if not message.namelist and not message.params:
        return ""
    return joined(named_values(turn, message))


def named_values(turn: Turn, message: Message) -> list[tuple[str, str]]:
    """The named values that a message carries, each packed.

    Errors:  `ContentFault`: an expression of it failed.
    """
    with failing("illegalvalue"):
        return [
            *((name, turn.data.value(name)) for name in message.namelist),
            *((param.name, turn.data.value(param.expr)) for param in message.params),
        ]


def _do(turn: Turn, content: Content) -> None:
    try:
        DOES[type(content)](turn, content)
    except ContentFault as fault:
        if fault.at is None:  # Else it was something inside that failed.
            name = content.name if isinstance(content, Action | Unknown) else type(content).__name__.lower()
            fault.at = (name, content.place)
        raise


def _raise(turn: Turn, content: Raise) -> None:
    with failing("illegalvalue"):
        data = joined((param.name, turn.data.value(param.expr)) for param in content.params)
    turn.raise_event(Event(content.event, "internal", data if content.params else ""))


def _if(turn: Turn, content: If) -> None:
    for choice in content.choices:
        if choice.cond is None or turn.holds(choice.cond, "if", content.place):
            for inner in choice.block:
                _do(turn, inner)
            return


def _foreach(turn: Turn, content: Foreach) -> None:
    with failing("illegalvalue"):
        count = turn.data.open_array(content.array, content.item, content.index)
    try:
        for at in range(count):
            turn.look_at_time()
            with failing("illegalloc"):
                turn.data.next_item(content.item, content.index, at)
            for inner in content.block:
                _do(turn, inner)
    finally:
        turn.data.close_array()


def _log(turn: Turn, content: Log) -> None:
    with failing("illegalvalue"):
        text = turn.data.shown(content.expr) if content.expr is not None else ""
        level = turn.data.text(content.level) if content.level else ""
    turn.put(Logged(content.label, text, level))


def _assign(turn: Turn, content: Assign) -> None:
    try:
        if content.expr is not None:
            turn.data.compute(content.location, content.expr)
        else:
            value = turn.data.inline(content.inline) if content.inline is not None else ""
            turn.data.assign(content.location, value)
    except ScriptFault as fault:
        raise ContentFault.of("illegalassign", fault) from None


def _script(turn: Turn, content: Script) -> None:
    with failing("script"):
        turn.data.run(content.source, content.file)


def _send(turn: Turn, content: Send) -> None:
    send(turn, content, lambda message: message_data(turn, message))


def _unknown(_turn: Turn, content: Unknown) -> None:
    raise ContentFault(f"unsupported.{content.name}", f"nothing here knows <{content.name}>")


DOES: Mapping[type[Content], Callable[[Turn, Any], None]] = {
    Raise: _raise,
    If: _if,
    Foreach: _foreach,
    Log: _log,
    Assign: _assign,
    Script: _script,
    Send: _send,
    Cancel: cancel,
    Action: act,
    Unknown: _unknown,
}

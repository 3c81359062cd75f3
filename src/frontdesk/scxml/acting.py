"""Doing an action: everything that it has is evaluated, and a module is asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from frontdesk.scxml.actions import Kind
from frontdesk.scxml.content import Action, Argument, Inline, Message, Part
from frontdesk.scxml.faults import ContentFault, ScriptFault
from frontdesk.scxml.outputs import Requested
from frontdesk.scxml.packed import joined, pack, packed_fields, unpack
from frontdesk.scxml.turn import Turn


def started_by(request_id: str) -> str:
    """The id of the session that a request starts: known before it is there, and no other's."""
    return request_id.replace(".", "-s")


def act(turn: Turn, action: Action) -> None:
    """Do an action.

    Errors:  `ContentFault`: an expression or a location of it failed, and nobody was asked.
    """
    with failing("illegalvalue"):
        fields = [*_fields(turn, action.part), *_carried(turn, action.message)]
    request_id = turn.request_id()
    for name, location in action.locations:
        value = request_id
        if name == "sessionid":
            value = started_by(request_id)
            fields.append((name, pack(value)))
        with failing("illegalloc"):
            turn.data.assign(location, pack(value))
    if action.module in ("interaction", "queue") and _is_out_of_hand(turn, fields):
        fields.append(("controlled", "false"))
    attributes = joined(fields)
    if len(attributes) > turn.limits.event_bytes:
        raise ContentFault("illegalvalue", f"the request is larger than {turn.limits.event_bytes} bytes")
    turn.put(Requested(request_id, action.module, action.name, attributes))


def named_plainly(turn: Turn, message: Message) -> str:
    """The named values that a message carries, as one packed object without graphs."""
    return joined(
        [
            *((name, turn.data.plain(name)) for name in message.namelist),
            *((param.name, turn.data.plain(param.expr)) for param in message.params),
        ]
    )


@contextmanager
def failing(kind: str) -> Iterator[None]:
    """Where a script's fault is one of this kind of expression."""
    try:
        yield
    except ScriptFault as fault:
        raise ContentFault.of(kind, fault) from None


def _fields(turn: Turn, part: Part) -> Iterator[tuple[str, str]]:
    """What a part has, each packed."""
    for argument in part.arguments:
        yield argument.name, _value(turn, argument)
    for name, inside in part.objects:
        yield name, joined(_fields(turn, inside))
    for name, parts in part.lists:
        yield name, f"[{','.join(joined(_fields(turn, inside)) for inside in parts)}]"


def _value(turn: Turn, argument: Argument) -> str:
    match argument.kind:
        case Kind.LITERAL:
            return pack(argument.source)
        case Kind.BOOLEAN:
            if argument.source.strip() in ("true", "false"):
                return argument.source.strip()
            return "true" if turn.data.yes(argument.source) else "false"
        case Kind.EXPRESSION:
            return turn.data.plain(argument.source)


def _carried(turn: Turn, message: Message) -> Iterator[tuple[str, str]]:
    if message.namelist or message.params:
        yield "params", named_plainly(turn, message)
    if message.content is not None:
        yield "content", _written(message.content)
    elif message.content_expr is not None:
        yield "content", turn.data.plain(message.content_expr)


def _written(content: Inline) -> str:
    return content.text if content.kind == "json" else pack(content.text)


def _is_out_of_hand(turn: Turn, fields: Sequence[tuple[str, str]]) -> bool:
    """Whether the session has the interaction that is meant, but has not been told that it may act on it."""
    meant = unpack(dict(fields).get("interactionid", ""))
    seen = turn.memory.mirrors.get(meant, "") if isinstance(meant, str) else ""
    return packed_fields(seen).get("controlled") == "false"

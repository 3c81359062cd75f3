"""The reference of the events, from the code that has them."""

import inspect
import json
import typing
from collections.abc import Iterator
from enum import Enum

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec import inspect as types

from frontdesk.domain import events

HEAD = """# Events

<!-- Made from domain/events.py and mail_facts.py by `python -m scripts.reference`; change it there. -->

{about}

An event is an object whose `type` names it. A member with its default value is absent. The
[workspace protocol](workspace-protocol.md) says how events reach agents and bots.

| event | when | in the transcript |
|---|---|---|
{index}
"""
EXAMPLES: dict[type[types.Type], object] = {
    types.IntType: 2,
    types.StrType: "…",
    types.BoolType: True,
    types.VarTupleType: [],
}


def page() -> str:
    """The whole page, as it is committed."""
    kinds: tuple[type[Struct], ...] = typing.get_args(events.Event)
    index = "\n".join(_index_row(kind) for kind in kinds)
    head = HEAD.format(about=inspect.cleandoc(events.__doc__ or ""), index=index)
    inner = dict.fromkeys(found for kind in kinds for found in _inner(types.type_info(kind)))
    values = "\n".join(_object(cls) if issubclass(cls, Struct) else _values(cls) for cls in inner)
    return "\n".join((head, *map(_section, kinds), "## Values", "", values))


def _index_row(kind: type[Struct]) -> str:
    about = _first_sentence(kind)
    shown = "for a while" if kind in events.TRANSIENT else "yes" if kind in events.TRANSCRIPT else ""
    return f"| [`{kind.__name__}`](#{kind.__name__.lower()}) | {about} | {shown} |"


def _first_sentence(kind: type[Struct]) -> str:
    """What a row of a table can hold, without the full stop: it may go over lines where it is written."""
    words = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
    return words.split(". ")[0].rstrip(".")


def _section(kind: type[Struct]) -> str:
    lines = [f"## {kind.__name__}", ""]
    if kind.__doc__:
        lines += [inspect.cleandoc(kind.__doc__), ""]
    fields = types.type_info(kind).fields  # type: ignore[attr-defined]  # of a Struct it is a StructType
    if fields:
        lines += ["| member | type | default |", "|---|---|---|", *map(_member_row, fields), ""]
    return "\n".join((*lines, "```json", _example(kind, fields), "```", ""))


def _member_row(field: types.Field) -> str:
    return f"| `{field.encode_name}` | {_type_name(field.type)} | {_default(field)} |"


def _default(field: types.Field) -> str:
    if field.required:
        return "required"
    value = field.default if field.default is not NODEFAULT else field.default_factory()
    return f"`{msgspec.json.encode(value).decode()}`"


def _type_name(kind: types.Type) -> str:
    match kind:
        case types.StrType():
            return "string"
        case types.IntType():
            return "integer"
        case types.BoolType():
            return "boolean"
        case types.NoneType():
            return "null"
        case types.AnyType():
            return "anything"
        case types.FloatType():
            return "number"
        case types.EnumType() | types.StructType():
            return f"[{kind.cls.__name__}](#{kind.cls.__name__.lower()})"
        case types.DictType():
            return f"object of {_type_name(kind.value_type)}"
        case types.VarTupleType():
            return f"array of {_type_name(kind.item_type)}"
        case types.UnionType():
            return " or ".join(map(_type_name, kind.types))
    raise TypeError(f"the page has no word for {kind}")


def _example(kind: type[Struct], fields: tuple[types.Field, ...]) -> str:
    """The shortest one: what is required, as JSON."""
    members = {field.encode_name: _example_of(field.type) for field in fields if field.required}
    return json.dumps({"type": kind.__name__, **members}, ensure_ascii=False)


def _example_of(kind: types.Type) -> object:
    if isinstance(kind, types.EnumType):
        return next(iter(kind.cls)).value
    if isinstance(kind, types.StructType):
        return {field.encode_name: _example_of(field.type) for field in kind.fields if field.required}
    return EXAMPLES[type(kind)]


def _inner(kind: types.Type) -> Iterator[type[Enum] | type[Struct]]:
    """All that the members of an event are made of, in the order in which a reader meets it."""
    match kind:
        case types.EnumType():
            yield kind.cls
        case types.VarTupleType():
            yield from _inner_of(kind.item_type)
        case types.UnionType():
            for one in kind.types:
                yield from _inner_of(one)
        case types.StructType():
            for field in kind.fields:
                yield from _inner_of(field.type)


def _inner_of(kind: types.Type) -> Iterator[type[Enum] | type[Struct]]:
    """The same of what stands in an event, with that itself."""
    yield from _inner(kind)
    if isinstance(kind, types.StructType):
        yield kind.cls


def _object(kind: type[Struct]) -> str:
    fields = types.type_info(kind).fields  # type: ignore[attr-defined]  # of a Struct it is a StructType
    rows = ["| member | type | default |", "|---|---|---|", *map(_member_row, fields)]
    about = inspect.cleandoc(kind.__doc__ or "")
    return "\n".join((f"### {kind.__name__}", "", about, "", *rows, ""))


def _values(enum: type[Enum]) -> str:
    members = ", ".join(f"`{member.value}`" if member.value else '`""`' for member in enum)
    return f"### {enum.__name__}\n\n{inspect.cleandoc(enum.__doc__ or '')}\n\n{members}\n"

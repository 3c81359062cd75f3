"""Where scripts stand in a document: conditions, expressions, locations, whole scripts."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from frontdesk.scxml.actions import Kind, Shape, namespace_of, shape_of
from frontdesk.scxml.dialects import given
from frontdesk.scxml.model import Dialect
from frontdesk.scxml.reading import Files
from frontdesk.scxml.reading_content import SCXML
from frontdesk.scxml.tree import Element


class Use(StrEnum):
    """What a piece of script is."""

    EXPRESSION = "expression"
    LOCATION = "location"
    NEW = "new location"
    """A location that need not be there before."""
    SCRIPT = "script"


class Piece(Struct, frozen=True):
    """A piece of script, and where it stands. Lines count from 1."""

    use: Use
    text: str
    file: str
    line: int
    where: str
    """As people say it: `cond of <transition>`."""


_E, _L = Use.EXPRESSION, Use.LOCATION
ATTRIBUTES: Mapping[str, Mapping[str, Use]] = {
    "transition": {"cond": _E},
    "if": {"cond": _E},
    "elseif": {"cond": _E},
    "data": {"expr": _E},
    "assign": {"location": _L, "expr": _E},
    "foreach": {"array": _E, "item": Use.NEW, "index": Use.NEW},
    "log": {"expr": _E},
    "param": {"expr": _E, "location": _E},
    "content": {"expr": _E},
    "send": {"idlocation": _L},
    "invoke": {"idlocation": _L, "srcexpr": _E, "typeexpr": _E},
}
GIVEN = {
    "send": (("event",), ("target",), ("type", "targettype"), ("delay",), ("id", "sendid")),
    "cancel": (("sendid",),),
}
"""Attributes that are expressions in one dialect and have a twin for them in the other."""


def pieces_of(root: Element, dialect: Dialect, files: Files) -> Iterator[Piece]:
    """Every piece of script of a document whose includes have been followed, in its order."""
    of_actions: set[int] = set()
    for element in root.walk():
        if element.namespace not in (SCXML, ""):
            namespace = namespace_of(element.namespace)
            found_shape = shape_of(namespace, element.name) if namespace else None
            if found_shape is not None and id(element) not in of_actions:
                yield from _of_action(element, found_shape[1], dialect, of_actions)
            continue
        if element.name == "script":
            yield _script(element, files)
            continue
        for name, use in ATTRIBUTES.get(element.name, {}).items():
            text = element.attributes.get(name)
            if text is not None:
                # Where older documents put a value, there need be nothing yet.
                is_made = use is Use.LOCATION and dialect is Dialect.ORS
                yield _piece(Use.NEW if is_made else use, text, element, name)
        for names in GIVEN.get(element.name, ()):
            found = given(dialect, element, *names)
            if found.expr is not None:
                yield _piece(Use.EXPRESSION, found.expr, element, names[0])
        for name in element.attributes.get("namelist", "").split():
            yield _piece(Use.EXPRESSION, name, element, "namelist")


def _piece(use: Use, text: str, element: Element, name: str) -> Piece:
    return Piece(use, text, element.file, element.line, f"{name} of <{element.name}>")


def _of_action(element: Element, shape: Shape, dialect: Dialect, done: set[int]) -> Iterator[Piece]:
    """The pieces of an extension element and of what belongs to it, which goes to `done`."""
    done.add(id(element))
    for name, text in element.attributes.items():
        kind = shape.attributes.get(shape.aliases.get(name, name), shape.others)
        if name in shape.locations:
            yield _piece(Use.NEW if dialect is Dialect.ORS else Use.LOCATION, text, element, name)
        elif kind is Kind.EXPRESSION or (kind is Kind.BOOLEAN and text not in ("true", "false")):
            yield _piece(Use.EXPRESSION, text, element, name)
    for child in element.elements():
        inside = shape.inside.get(child.name)
        if inside is not None and child.namespace == element.namespace:
            yield from _of_action(child, inside.shape, dialect, done)


def _script(element: Element, files: Files) -> Piece:
    src = element.attributes.get("src")
    if src is None:
        return Piece(Use.SCRIPT, element.text(), element.file, element.line, "<script>")
    name, source = files.read(src, element.file)
    return Piece(Use.SCRIPT, source.decode("utf-8-sig"), name, 1, "the script")

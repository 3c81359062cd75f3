"""Where scripts stand in a document: conditions, expressions, locations, whole scripts."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

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
    for element in root.walk():
        if element.namespace not in (SCXML, ""):
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


def _script(element: Element, files: Files) -> Piece:
    src = element.attributes.get("src")
    if src is None:
        return Piece(Use.SCRIPT, element.text(), element.file, element.line, "<script>")
    name, source = files.read(src, element.file)
    return Piece(Use.SCRIPT, source.decode("utf-8-sig"), name, 1, "the script")

"""`<xi:include>`: parts of a document that are written in other files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from frontdesk.scxml.tree import (
    DOCUMENT_BYTES_MAX,
    ELEMENTS_MAX,
    Element,
    read_tree,
    refused,
    too_many_elements,
)

if TYPE_CHECKING:
    from frontdesk.scxml.reading import Files

XINCLUDE = "http://www.w3.org/2001/XInclude"
DEPTH_MAX = 16
INCLUDES_MAX = 256
PREFIX = "$$_MY_PREFIX_$$"
VARIABLE = re.compile(r"(?<![\w$.])_my_prefix(?![\w$])")
PREFIXED = ("state", "parallel", "final", "history")


def include(root: Element, files: Files) -> Element:
    """The document with every include replaced by what it names.

    Shape:   `parse="text"` becomes the file's text; `xpointer="ID"` the one element with that id;
             `resolveid="P"` puts `P.` before the ids of states, and `P` for `$$_MY_PREFIX_$$` everywhere.
    Errors:  `DocumentRefused`: a file or an element is not there, they include each other in a circle, or it
             is too much.
    """
    return _Including(files).expanded(root, (root.file,), "")


class _Including:
    def __init__(self, files: Files) -> None:
        self._files = files
        self._count = self._elements = self._bytes = 0

    def expanded(self, element: Element, open_files: tuple[str, ...], prefix: str) -> Element:
        self._elements += 1
        if self._elements > ELEMENTS_MAX:
            raise too_many_elements(element.file, element.line)
        if prefix:
            element.attributes = {k: _prefixed(v, prefix) for k, v in element.attributes.items()}
        children: list[Element | str] = []
        for child in element.children:
            if isinstance(child, str):
                children.append(_prefixed(child, prefix))
            elif child.namespace == XINCLUDE and child.name == "include":
                children.append(self._included(child, open_files, prefix))
            else:
                children.append(self.expanded(child, open_files, prefix))
        element.children = children
        return element

    def _included(self, element: Element, open_files: tuple[str, ...], outer: str) -> Element | str:
        self._count += 1
        attributes = {k: v.replace(PREFIX, outer) for k, v in element.attributes.items()}
        href = attributes.get("href", "")
        if self._count > INCLUDES_MAX or len(open_files) > DEPTH_MAX:
            raise refused(
                element.file,
                element.line,
                f"more than {INCLUDES_MAX} includes, or deeper than {DEPTH_MAX}",
                "join files",
            )
        try:
            name, source = self._files.read(href, element.file)
        except OSError as error:
            raise refused(element.file, element.line, str(error), f"add the file {href!r}") from None
        if name in open_files:
            circle = " → ".join((*open_files[open_files.index(name) :], name))
            raise refused(element.file, element.line, f"the files include each other: {circle}", "break it")
        self._bytes += len(source)
        if self._bytes > DOCUMENT_BYTES_MAX:
            text = f"all that is included is larger than {DOCUMENT_BYTES_MAX} bytes"
            raise refused(element.file, element.line, text, "include less")
        if attributes.get("parse", "xml") == "text":
            return _prefixed(source.decode("utf-8-sig"), outer)
        root = read_tree(source, name)
        pointed = attributes.get("xpointer")
        if pointed:
            found = next((inner for inner in root.walk() if inner.attributes.get("id") == pointed), None)
            if found is None:
                raise refused(
                    element.file,
                    element.line,
                    f"{name} has no element with the id {pointed!r}",
                    "name another",
                )
            root = found
        own = attributes.get("resolveid", "")
        part = self.expanded(root, (*open_files, name), own)
        if own:
            _rename(part, own)
        return part


def _prefixed(text: str, prefix: str) -> str:
    """A text of an included part: its marks, and the variable that scripts know its prefix by."""
    return VARIABLE.sub(f"'{prefix}'", text.replace(PREFIX, prefix)) if prefix else text


def _rename(part: Element, prefix: str) -> None:
    """Put the prefix before the ids of states, but for those that an inner include has given one."""
    for element in part.walk():
        own = element.attributes.get("id")
        if element.name in PREFIXED and own and not own.startswith(f"{prefix}."):
            element.attributes["id"] = f"{prefix}.{own}"

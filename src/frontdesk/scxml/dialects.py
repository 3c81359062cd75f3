"""Which dialect a document is written in, and what differs when it is read.

The ORS dialect is that of older orchestration servers: the working draft of May 2009 with extensions.
"""

from collections.abc import Iterable

from frontdesk.scxml.actions import NAMESPACE
from frontdesk.scxml.content import Given
from frontdesk.scxml.model import Dialect
from frontdesk.scxml.tree import Element

PLATFORM = "_genesys"


def is_extension(namespace: str) -> bool:
    """Whether a namespace is one of those that extend the language."""
    return namespace.removeprefix("http://").startswith(NAMESPACE)


def dialect_of(root: Element) -> Dialect:
    """The dialect that the document says, or shows, that it is written in."""
    attributes = root.attributes
    if attributes.get("datamodel") == "ecmascript":
        return Dialect.W3C
    if attributes.get("profile") == "ecmascript" or "_persist" in attributes or "_type" in attributes:
        return Dialect.ORS
    declared = {namespace for element in root.walk() for namespace in element.declared}
    if any(map(is_extension, declared)):
        return Dialect.ORS
    return Dialect.W3C


def uses_platform(dialect: Dialect, root: Element, scripts: Iterable[str]) -> bool:
    """Whether the scripts of a document find the platform: it is of the ORS dialect, or says so anywhere."""
    if dialect is Dialect.ORS or any(PLATFORM in script for script in scripts):
        return True
    return any(
        is_extension(element.namespace)
        or PLATFORM in element.text()
        or any(PLATFORM in value for value in element.attributes.values())
        for element in root.walk()
    )


def given(dialect: Dialect, element: Element, *names: str) -> Given:
    """An attribute with its `…expr` twin; further names are older ones for the same.

    Shape:   in the ORS dialect both hold expressions.
    """
    for name in names:
        expr = element.attributes.get(f"{name}expr")
        if expr is not None:
            return Given(expr=expr)
        written = element.attributes.get(name)
        if written is not None:
            return Given(expr=written) if dialect is Dialect.ORS else Given(literal=written)
    return Given()

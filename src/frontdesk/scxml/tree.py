"""XML as it is written: elements with the lines they stand on. Safe for what strangers upload."""

from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct

from frontdesk.scxml.faults import DocumentRefused, Fault, Place

DOCUMENT_BYTES_MAX = 2 * 1024 * 1024
ELEMENTS_MAX = 10_000  # Some 100 ms to read; whoever shares a script worker waits so long.
DEPTH_MAX = 200  # Deeper than any chart that people draw; the code that walks trees may recurse.

# The standard library's functions for this bring its HTTP along: ten megabytes in each script worker.
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_QUOTES = _IN_TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


class Element(Struct):
    """One element.

    Shape:   `attributes` without a namespace stand under their names, others under `{namespace}name`;
             `children` are elements and text, in order.
    """

    namespace: str
    name: str
    attributes: dict[str, str]
    children: list["Element | str"]
    file: str
    place: Place
    declared: frozenset[str] = frozenset()
    """The namespaces that are declared on this very element."""

    @property
    def line(self) -> int:
        return self.place.line

    def elements(self) -> Iterator["Element"]:
        """The children that are elements."""
        return (child for child in self.children if isinstance(child, Element))

    def text(self) -> str:
        """The text directly inside."""
        return "".join(child for child in self.children if isinstance(child, str))

    def walk(self) -> Iterator["Element"]:
        """This element and all inside it, in document order."""
        yield self
        for child in self.elements():
            yield from child.walk()


def read_tree(source: bytes, file: str) -> Element:
    """The root element of an XML document.

    Errors:  `DocumentRefused`: no XML, too large, too many elements, too deep, or with a document type (which
             could name other files and grow without end).
    """
    if len(source) > DOCUMENT_BYTES_MAX:
        raise refused(file, 1, f"the document is larger than {DOCUMENT_BYTES_MAX} bytes", "split it")
    reader = _Reader(file)
    try:
        reader.parser.Parse(source, True)
    except expat.ExpatError as error:
        raise refused(file, error.lineno, f"this is not XML: {expat.ErrorString(error.code)}") from None
    return reader.root


def refused(file: str, line: int, text: str, advice: str = "") -> DocumentRefused:
    """The refusal of a document for one fault."""
    return DocumentRefused((Fault(file, line, text, advice),))


def too_many_elements(file: str, line: int) -> DocumentRefused:
    """The refusal of a document that is too much to read while others wait."""
    return refused(
        file, line, f"more than {ELEMENTS_MAX} elements", "give parts of it to sessions that it invokes"
    )


def as_xml(element: Element, inherited: str = "") -> str:
    """The element as XML text that stands by itself."""
    attributes = []
    if element.namespace != inherited:
        attributes.append(f" xmlns={_quoted(element.namespace)}")
    for number, (name, value) in enumerate(element.attributes.items()):
        if name.startswith("{"):
            namespace, local = name[1:].split("}")
            attributes.append(f" xmlns:n{number}={_quoted(namespace)} n{number}:{local}={_quoted(value)}")
        else:
            attributes.append(f" {name}={_quoted(value)}")
    inside = "".join(
        child.translate(_IN_TEXT) if isinstance(child, str) else as_xml(child, element.namespace)
        for child in element.children
    )
    return f"<{element.name}{''.join(attributes)}>{inside}</{element.name}>"


def _quoted(value: str) -> str:
    return f'"{value.translate(_IN_QUOTES)}"'


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[Element] = []
        self._count = 0
        self._declared: set[str] = set()
        self.root: Element
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartNamespaceDeclHandler = self._declare
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise refused(
            self._file, self.parser.CurrentLineNumber, "a document type is not allowed", "remove <!DOCTYPE …>"
        )

    def _declare(self, _prefix: str | None, namespace: str | None) -> None:
        self._declared.add(namespace or "")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        place = Place(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber)
        self._count += 1
        if self._count > ELEMENTS_MAX:
            raise too_many_elements(self._file, place.line)
        if len(self._open) >= DEPTH_MAX:
            raise refused(self._file, place.line, f"elements nest deeper than {DEPTH_MAX}")
        namespace, local = _split(name)
        named = {
            f"{{{space}}}{short}" if space else short: value
            for (space, short), value in zip(map(_split, attributes), attributes.values(), strict=True)
        }
        element = Element(namespace, local, named, [], self._file, place, frozenset(self._declared))
        self._declared.clear()
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].children.append(text)


def _split(name: str) -> tuple[str, str]:
    namespace, _, local = name.rpartition(" ")
    return namespace, local

"""Executable content and data as elements → as the interpreter does them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from frontdesk.scxml.actions import namespace_of, shape_of
from frontdesk.scxml.content import (
    Assign,
    Block,
    Cancel,
    Choice,
    Content,
    DoneData,
    Foreach,
    Given,
    If,
    Inline,
    InvokeElement,
    Log,
    Message,
    Param,
    Raise,
    Script,
    Send,
    Unknown,
)
from frontdesk.scxml.dialects import given
from frontdesk.scxml.events import descriptors_of
from frontdesk.scxml.faults import Fault
from frontdesk.scxml.model import Data, Dialect
from frontdesk.scxml.packed import pack
from frontdesk.scxml.reading_actions import read_action
from frontdesk.scxml.tree import Element, as_xml

if TYPE_CHECKING:
    from frontdesk.scxml.reading import Files

SCXML = "http://www.w3.org/2005/07/scxml"


class ContentReader:
    """Reads what stands inside states; what is wrong goes to `faults`."""

    def __init__(self, dialect: Dialect, files: Files, faults: list[Fault], *, is_strict: bool) -> None:
        self._dialect = dialect
        self._files = files
        self._faults = faults
        self._is_strict = is_strict
        self.state = ""
        """The id of the state whose content is being read."""
        self._kinds = {
            "raise": self._raise,
            "event": self._raise,
            "if": self._if,
            "foreach": self._foreach,
            "log": self._log,
            "assign": self._assign,
            "script": self.script,
            "send": self._send,
            "cancel": self._cancel,
        }
        if dialect is Dialect.W3C:
            del self._kinds["event"]

    def block(self, element: Element) -> Block:
        """The executable content directly inside an element."""
        return tuple(self._contents(element.elements()))

    def descriptors(self, element: Element) -> tuple[str, ...]:
        """The events that a transition answers to."""
        return descriptors_of(element.attributes.get("event", ""))

    def script(self, element: Element) -> Content:
        """A `<script>`, with the text of its file when it names one."""
        src = element.attributes.get("src")
        if src is None:
            return Script(element.text(), element.place, element.file)
        try:
            name, source = self._files.read(src, element.file)
            return Script(source.decode("utf-8-sig"), element.place, name)
        except (OSError, UnicodeDecodeError) as error:
            self._fault(element, f"the script {src!r} cannot be read: {error}", "add the file")
            return Script("", element.place)

    def data(self, element: Element) -> Data:
        """A `<data>` item."""
        attributes = element.attributes
        data_id = attributes.get("id", "")
        if not data_id:
            self._fault(element, "a data item needs an id", 'write <data id="…"/>')
        src = attributes.get("src")
        if src is None:
            expr = attributes.get("expr")
            return Data(data_id, expr, inline_of(element) if expr is None else None, element.place)
        try:
            _, source = self._files.read(src.strip("'\""), element.file)
            return Data(
                data_id, None, _inline_text(source.decode("utf-8-sig"), may_be_xml=True), element.place
            )
        except (OSError, UnicodeDecodeError) as error:
            return Data(data_id, None, None, element.place, fault=str(error))

    def done(self, element: Element) -> DoneData:
        """`<donedata>`."""
        return DoneData(self._message(element), element.place)

    def invoke(self, element: Element) -> InvokeElement:
        """`<invoke>`."""
        attributes = element.attributes
        finalize = next((self.block(child) for child in element.elements() if child.name == "finalize"), None)
        return InvokeElement(
            # Unlike `<send>`, `<invoke>` is written the same way in both dialects.
            type=given(Dialect.W3C, element, "type", "targettype"),
            src=given(Dialect.W3C, element, "src"),
            id=attributes.get("id") or attributes.get("invokeid") or "",
            idlocation=attributes.get("idlocation"),
            message=self._message(element, is_whole=True),
            is_forwarding=attributes.get("autoforward") == "true",
            finalize=finalize,
            place=element.place,
        )

    def _contents(self, elements: Iterable[Element]) -> Iterator[Content]:
        """What is to be done, without what nobody here knows."""
        for element in elements:
            if element.namespace in (SCXML, "") or namespace_of(element.namespace):
                yield self._content(element)
            elif self._is_strict:
                self._fault(
                    element, f"nothing here knows <{element.name}> of {element.namespace}", "remove it"
                )

    def _content(self, element: Element) -> Content:
        module = namespace_of(element.namespace)
        if module is not None:
            return self._action(element, module)
        read = self._kinds.get(element.name)
        if read is None:
            self._fault(element, f"<{element.name}> cannot stand here", "move or remove it")
            return Unknown(element.name, element.place)
        return read(element)

    def _action(self, element: Element, module: str) -> Content:
        known = shape_of(module, element.name)
        if known is None:
            return Unknown(element.name, element.place)
        return read_action(element, *known, self._message(element, is_whole=True))

    def _raise(self, element: Element) -> Content:
        name = element.attributes.get("event") or element.attributes.get("name", "")
        if not name:
            self._fault(element, f"<{element.name}> names no event", 'write event="…"')
        params = self._params(element) if self._dialect is Dialect.ORS else ()
        return Raise(name, element.place, params)

    def _if(self, element: Element) -> Content:
        choices = []
        cond: str | None = self._needed(element, "cond")
        block: list[Content] = []
        for child in element.elements():
            if child.name in ("elseif", "else") and child.namespace == element.namespace:
                choices.append(Choice(cond, tuple(block)))
                cond = self._needed(child, "cond") if child.name == "elseif" else None
                block = []
            else:
                block.extend(self._contents([child]))
        return If((*choices, Choice(cond, tuple(block))), element.place)

    def _foreach(self, element: Element) -> Content:
        array, item = self._needed(element, "array"), self._needed(element, "item")
        return Foreach(array, item, element.attributes.get("index"), self.block(element), element.place)

    def _log(self, element: Element) -> Content:
        attributes = element.attributes
        return Log(
            attributes.get("label", ""), attributes.get("expr"), element.place, attributes.get("level", "")
        )

    def _assign(self, element: Element) -> Content:
        location = self._needed(element, "location")
        expr = element.attributes.get("expr")
        return Assign(location, expr, inline_of(element) if expr is None else None, element.place)

    def _send(self, element: Element) -> Content:
        dialect = self._dialect
        return Send(
            event=given(dialect, element, "event"),
            target=given(dialect, element, "target"),
            type=given(dialect, element, "type", "targettype"),
            delay=given(dialect, element, "delay"),
            id=given(dialect, element, "id", "sendid"),
            idlocation=element.attributes.get("idlocation"),
            message=self._message(element),
            place=element.place,
            state=self.state,
        )

    def _cancel(self, element: Element) -> Content:
        sendid = given(self._dialect, element, "sendid")
        if sendid == Given():
            self._fault(element, "<cancel> names nothing", 'write sendid="…"')
        return Cancel(sendid, element.place)

    def _message(self, element: Element, *, is_whole: bool = False) -> Message:
        namelist = tuple(element.attributes.get("namelist", "").split())
        content = next((child for child in element.elements() if child.name == "content"), None)
        if content is None:
            return Message(namelist, self._params(element))
        expr = content.attributes.get("expr")
        inline = None if expr is not None else inline_of(content)
        if inline is None and expr is None:
            inline = Inline("text", "")
        return Message(namelist, self._params(element) if is_whole else (), inline, expr)

    def _params(self, element: Element) -> tuple[Param, ...]:
        found = []
        for child in element.elements():
            if child.name != "param":
                continue
            name = self._needed(child, "name")
            expr = child.attributes.get("expr", child.attributes.get("location"))
            if expr is None:
                self._fault(child, f"the parameter {name!r} has no value", 'write expr="…" or location="…"')
            found.append(Param(name, expr or "", child.place))
        return tuple(found)

    def _needed(self, element: Element, name: str) -> str:
        value = element.attributes.get(name)
        if value is None:
            self._fault(element, f"<{element.name}> needs the attribute {name}", f'write {name}="…"')
        return value or ""

    def _fault(self, element: Element, text: str, advice: str = "") -> None:
        self._faults.append(Fault(element.file, element.line, text, advice))


def inline_of(element: Element) -> Inline | None:
    """What is written inside an element; None when that is nothing."""
    first = next(element.elements(), None)
    if first is not None:
        return Inline("xml", as_xml(first))
    text = element.text()
    return _inline_text(text, may_be_xml=False) if text.strip() else None


def _inline_text(text: str, *, may_be_xml: bool) -> Inline:
    bare = text.strip()
    if may_be_xml and bare.startswith("<"):
        return Inline("xml", bare)
    try:
        return Inline("json", pack(msgspec.json.decode(bare)))
    except msgspec.DecodeError:
        return Inline("text", " ".join(bare.split()))

"""A document as text → a machine that can be run, or every fault that was found in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from frontdesk.scxml.actions import namespace_of
from frontdesk.scxml.checking import check
from frontdesk.scxml.content import Script
from frontdesk.scxml.dialects import dialect_of, uses_platform
from frontdesk.scxml.faults import DocumentRefused, Fault
from frontdesk.scxml.including import include
from frontdesk.scxml.model import Data, Dialect, Kind, Machine, Persistence, State, Transition
from frontdesk.scxml.reading_content import SCXML, ContentReader
from frontdesk.scxml.tree import Element, read_tree

STATES = ("state", "parallel", "final", "history")
_AROUND = ("onentry", "onexit", "transition", "datamodel", "invoke")
MADE_OF: Mapping[str, tuple[str, ...]] = {
    "scxml": ("state", "parallel", "final", "initial", "transition", "datamodel", "script"),
    "state": (*STATES, *_AROUND, "initial"),
    "parallel": ("state", "parallel", "history", *_AROUND),
    "final": ("onentry", "onexit", "donedata"),
    "history": ("transition",),
    "initial": ("transition",),
}


class Files(Protocol):
    """Where a document finds what it names."""

    def read(self, href: str, base: str) -> tuple[str, bytes]:
        """The file that `href` means inside the file `base`: its name, and what it holds.

        Errors:  `OSError`: there is none.
        """


class NoFiles:
    """Nothing besides the document."""

    def read(self, href: str, base: str) -> tuple[str, bytes]:
        raise FileNotFoundError(f"{href}: {base} stands alone, no other files came with it")


NO_FILES = NoFiles()


def load(
    source: bytes,
    file: str,
    files: Files = NO_FILES,
    dialect: Dialect | None = None,
    *,
    is_strict: bool = False,
) -> Machine:
    """The machine that a document describes.

    Shape:   `dialect` overrides what the document says of itself; `is_strict` refuses elements of namespaces
             that nobody here knows, which are else passed over. It counts where the document itself says
             nothing of it (`exmode`).
    Errors:  `DocumentRefused`: with every fault that was found.
    """
    root = read_tree(source, file)
    is_of_ours = root.name == "scxml" and root.namespace in (SCXML, "")
    if not is_of_ours:
        raise DocumentRefused(
            (Fault(file, root.line, f"the document is <{root.name}>", f'it must be <scxml xmlns="{SCXML}">'),)
        )
    mode = root.attributes.get("exmode", "strict" if is_strict else "lax")
    reader = _Reader(file, files, dialect or dialect_of(root), root, is_strict=mode == "strict")
    machine = reader.machine()
    if reader.faults:
        raise DocumentRefused(reader.faults)
    return machine


class _Reader:
    def __init__(self, file: str, files: Files, dialect: Dialect, root: Element, *, is_strict: bool) -> None:
        self._file = file
        self._dialect = dialect
        self.faults: list[Fault] = []
        self._root = include(root, files)
        self._is_strict = is_strict
        self._content = ContentReader(dialect, files, self.faults, is_strict=is_strict)
        self._elements: list[Element] = []
        self._parents: list[int] = []
        self._lasts: list[int] = []
        self._inside: list[list[int]] = []
        self._made_of: list[list[Element]] = []
        self._numbers: dict[str, int] = {}
        self._number(self._root, -1)

    def machine(self) -> Machine:
        states = tuple(self._state(number) for number in range(len(self._elements)))
        read = (self._content.script(child) for child in self._made_of[0] if child.name == "script")
        scripts = [script for script in read if isinstance(script, Script)]
        datamodel = self._root.attributes.get("datamodel", "ecmascript")
        if datamodel not in ("ecmascript", "null", ""):
            self._fault(
                self._root, f"the data model {datamodel!r} is not known", 'use datamodel="ecmascript"'
            )
        machine = Machine(
            file=self._file,
            name=self._root.attributes.get("name", ""),
            dialect=self._dialect,
            is_late=self._root.attributes.get("binding") == "late",
            states=states,
            scripts=tuple(scripts),
            with_data=tuple(state.number for state in states if state.data),
            is_kept=self._root.attributes.get("_persist") != "false",
            is_asking=uses_platform(self._dialect, self._root, [script.source for script in scripts]),
        )
        if not self.faults:
            self.faults += check(machine, {n: element.file for n, element in enumerate(self._elements)})
        return machine

    def _number(self, element: Element, parent: int) -> None:
        number = len(self._elements)
        self._elements.append(element)
        self._parents.append(parent)
        self._lasts.append(number)
        self._inside.append([])
        self._made_of.append(self._parts(element))
        if parent >= 0:
            self._inside[parent].append(number)
        state_id = element.attributes.get("id", "")
        if state_id and parent >= 0:
            if state_id in self._numbers:
                first = self._elements[self._numbers[state_id]].line
                self._fault(
                    element, f"the id {state_id!r} is there twice", f"the first stands on line {first}"
                )
            self._numbers.setdefault(state_id, number)
        for child in self._made_of[number]:
            if child.name in STATES:
                self._number(child, number)
        self._lasts[number] = len(self._elements) - 1

    def _parts(self, element: Element) -> list[Element]:
        """The children that make up a state; what is of no namespace of ours is left out, or refused."""
        found = []
        for child in element.elements():
            if child.namespace in (SCXML, ""):
                if child.name not in MADE_OF[element.name]:
                    self._fault(
                        child, f"<{child.name}> cannot stand in <{element.name}>", "move or remove it"
                    )
                else:
                    found.append(child)
            elif self._is_strict and namespace_of(child.namespace) is None:
                self._fault(child, f"nothing here knows <{child.name}> of {child.namespace}", "remove it")
        return found

    def _state(self, number: int) -> State:
        element = self._elements[number]
        parent = self._parents[number]
        kind = Kind(element.name) if parent >= 0 else Kind.STATE
        inside = self._inside[number]
        children = tuple(n for n in inside if self._elements[n].name != "history")
        parts: dict[str, list[Element]] = {}
        for part in self._made_of[number]:
            parts.setdefault(part.name, []).append(part)
        transitions = parts.get("transition", [])
        read = self._content
        read.state = element.attributes.get("id", "")
        return State(
            number=number,
            id=element.attributes.get("id", "") if parent >= 0 else "",
            kind=kind,
            parent=parent,
            last=self._lasts[number],
            line=element.line,
            ancestors=tuple(self._ancestors(number)),
            children=children,
            histories=tuple(n for n in inside if self._elements[n].name == "history"),
            # A history's only transition is not one that events enable.
            transitions=()
            if kind is Kind.HISTORY
            else tuple(self._transition(transition, number) for transition in transitions),
            initial=self._initial(number, kind, children, transitions),
            is_deep=element.attributes.get("type") == "deep",
            on_entry=tuple(map(read.block, parts.get("onentry", ()))),
            on_exit=tuple(map(read.block, parts.get("onexit", ()))),
            data=self._data(parts.get("datamodel", ())),
            invokes=tuple(map(read.invoke, parts.get("invoke", ()))),
            done=next(map(read.done, parts.get("donedata", ())), None),
            persistence=self._persistence(element) if parent >= 0 else Persistence.MAY,
        )

    def _ancestors(self, number: int) -> list[int]:
        found = []
        at = self._parents[number]
        while at >= 0:
            found.append(at)
            at = self._parents[at]
        return found

    def _initial(
        self, number: int, kind: Kind, children: Sequence[int], transitions: Sequence[Element]
    ) -> Transition | None:
        element = self._elements[number]
        if kind is Kind.HISTORY:
            if len(transitions) != 1:
                self._fault(element, "a history needs one transition", "it says where to go without history")
                return None
            return self._transition(transitions[0], number)
        if kind is Kind.PARALLEL or not children:
            return None
        written = element.attributes.get("initial")
        if written is not None:
            return Transition(number, targets=self._targets(element, written), place=element.place)
        initial = next((child for child in self._made_of[number] if child.name == "initial"), None)
        if initial is None:
            return Transition(number, targets=(children[0],), place=element.place)
        inside = [child for child in self._parts(initial) if child.name == "transition"]
        if len(inside) != 1:
            self._fault(initial, "<initial> needs one transition", "it says where to begin")
            return None
        return self._transition(inside[0], number)

    def _transition(self, element: Element, source: int) -> Transition:
        attributes = element.attributes
        return Transition(
            source=source,
            events=self._content.descriptors(element),
            cond=attributes.get("cond"),
            targets=self._targets(element, attributes.get("target", "")),
            is_internal=attributes.get("type") == "internal",
            content=self._content.block(element),
            place=element.place,
        )

    def _targets(self, element: Element, written: str) -> tuple[int, ...]:
        found = []
        for name in written.split():
            number = self._numbers.get(name)
            if number is None:
                self._fault(element, f"there is no state {name!r}", self._near(name))
            else:
                found.append(number)
        return tuple(found)

    def _near(self, name: str) -> str:
        lower = {known.lower(): known for known in self._numbers}
        found = lower.get(name.lower())
        return f"did you mean {found!r}?" if found else "name a state's id, or add the state"

    def _persistence(self, element: Element) -> Persistence:
        written = element.attributes.get("_persist", "may")
        try:
            return Persistence(written)
        except ValueError:
            self._fault(element, f"_persist={written!r} is not known", "write may, must or no")
            return Persistence.MAY

    def _data(self, datamodels: Iterable[Element]) -> tuple[Data, ...]:
        return tuple(
            self._content.data(item)
            for datamodel in datamodels
            for item in datamodel.elements()
            if item.name == "data"
        )

    def _fault(self, element: Element, text: str, advice: str = "") -> None:
        self.faults.append(Fault(element.file, element.line, text, advice))


def files_of(texts: Mapping[str, bytes]) -> Files:
    """Files that are all in memory, by name; names are taken as relative to the folder of who asks."""
    return _Held(texts)


class _Held:
    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts
        self._lower = {name.lower(): name for name in texts}

    def read(self, href: str, base: str) -> tuple[str, bytes]:
        name = beside(base, href)
        # Documents that were made on Windows do not always name a file as it is written.
        found = name if name in self._texts else self._lower.get(name.lower())
        if found is None:
            raise FileNotFoundError(f"there is no file {name}")
        return found, self._texts[found]


def beside(base: str, href: str) -> str:
    """The name of the file that `href` means inside the file `base`: no machine is asked."""
    parts = base.replace("\\", "/").split("/")[:-1]
    for part in href.removeprefix("file:").replace("\\", "/").split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)

"""An application looked over: what refuses it, and what will surprise whoever runs it.

Nothing of the document is run; what it says is looked at. So what is named is worth a look, and not all that
can go wrong is named: conditions count as true, and names that `eval` or `with` bring in are not seen.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec
import quickjs
from msgspec import Struct

from frontdesk.desk.orchestration.application_files import Document, machine_of
from frontdesk.desk.orchestration.checking.expressions import Piece, Use, pieces_of
from frontdesk.desk.orchestration.checking.script_names import Names, Used, names_of
from frontdesk.desk.orchestration.checking.states import (
    never_done,
    never_taken,
    shared,
    unanswered,
    unreachable,
)
from frontdesk.scxml.ecmascript.model import EcmaScript
from frontdesk.scxml.faults import DocumentRefused, Fault
from frontdesk.scxml.including import include
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.model import Dialect, Machine
from frontdesk.scxml.reading import files_of
from frontdesk.scxml.tree import Element, read_tree

GIVEN = frozenset(("args_", "_data", "_genesys"))
"""Names that are there in some sessions only, beside those that every script finds."""
COMPILE_S = 1.0
COMPILE_BYTES = 64 * 1024 * 1024


class Kind(StrEnum):
    """What a finding is about."""

    REFUSED = "refused"
    SCRIPT = "script"
    UNDEFINED = "undefined"
    UNREACHABLE = "unreachable"
    UNANSWERED = "unanswered"
    SHARED = "shared"

    @property
    def is_refusal(self) -> bool:
        """Whether the application cannot be run at all."""
        return self is Kind.REFUSED


class Finding(Struct, frozen=True):
    """One thing that was found."""

    kind: Kind
    fault: Fault


def look_over(document: Document) -> Sequence[Finding]:
    """Everything that was found, in the order of files and lines; empty when all seems well."""
    try:
        machine = machine_of(document)
    except DocumentRefused as refused:
        return [Finding(Kind.REFUSED, fault) for fault in refused.faults]
    files = files_of(document.files)
    source = document.files[document.settings.document]
    root = include(read_tree(source, document.settings.document), files)
    pieces = list(pieces_of(root, machine.dialect, files))
    found = [*_of_scripts(pieces, root, machine), *_of_states(machine, root)]
    return sorted(found, key=lambda finding: (finding.fault.file, finding.fault.line))


def _of_states(machine: Machine, root: Element) -> Iterator[Finding]:
    places = {element.attributes["id"]: element for element in root.walk() if "id" in element.attributes}
    for state in unreachable(machine):
        element = places.get(state.id)
        file, line = (element.file, element.line) if element else (machine.file, state.line)
        text = f"no transition leads to the state {state.id!r}"
        yield Finding(Kind.UNREACHABLE, Fault(file, line, text, "add one, or remove the state"))
    for transition in never_taken(machine):
        text = "this transition is never taken: one before it in the same state always is"
        fault = Fault(
            _file_of(machine, transition.source, places),
            transition.place.line,
            text,
            "put it first, or give the other a cond",
        )
        yield Finding(Kind.UNREACHABLE, fault)
    for event, transition in never_done(machine):
        fault = Fault(
            _file_of(machine, transition.source, places),
            transition.place.line,
            f"{event} never comes",
            "there is no such state, or it has no <final>",
        )
        yield Finding(Kind.UNREACHABLE, fault)
    for item, state in shared(machine):
        element = next((e for e in root.walk() if e.place == item.place and _names(e, item.id)), root)
        text = (
            f"{item.id!r} is one data item, here and in the state {state.id!r}, which is active beside this"
        )
        advice = "give one of them another id, or declare it above both"
        fault = Fault(element.file, item.place.line, text, advice)
        yield Finding(Kind.SHARED, fault)
    for name, place in unanswered(machine):
        # Parts from other files have places of their own.
        giver = next((e for e in root.walk() if e.place == place and _names(e, name)), root)
        advice = f'add <transition event="{name}">, or remove it'
        fault = Fault(giver.file, place.line, f"nothing answers the event {name!r}", advice)
        yield Finding(Kind.UNANSWERED, fault)


def _names(element: Element, event: str) -> bool:
    return any(event in value for value in element.attributes.values())


def _file_of(machine: Machine, state: int, places: dict[str, Element]) -> str:
    element = places.get(machine.states[state].id)
    return element.file if element else machine.file


def _of_scripts(pieces: Sequence[Piece], root: Element, machine: Machine) -> Iterator[Finding]:
    is_ors = machine.dialect is Dialect.ORS
    items = {element.attributes.get("id", "") for element in root.walk() if element.name == "data"}
    read: list[tuple[Piece, Names]] = []
    for piece in pieces:
        fault = _compiled(piece)
        if fault is not None:
            yield Finding(Kind.SCRIPT, fault)
        else:
            read.append((piece, names_of(_as_script(piece))))
    defined = _always_there(machine) | GIVEN | (set() if is_ors else items)
    for piece, names in read:
        defined |= names.made | names.asked
        if piece.use is Use.NEW:
            defined |= {used.name for used in names.used if used.name == piece.text.strip()}
            names.data_made |= {used.name for used in names.data}
    told: set[tuple[str, str, int]] = set()
    for piece, names in read:
        for used in names.used:
            line = piece.line + used.line
            if used.name not in defined and (key := (piece.file, used.name, line)) not in told:
                told.add(key)
                yield Finding(Kind.UNDEFINED, _undefined(piece, used, line, items, is_ors))
    if is_ors and not any(names.makes_any_data for _, names in read):
        made = items.union(*(names.data_made for _, names in read))
        for piece, names in read:
            for used in names.data:
                if used.name not in made:
                    text = f"nothing gives _data.{used.name} a value ({piece.where})"
                    fault = Fault(piece.file, piece.line + used.line, text, f'add <data id="{used.name}"/>')
                    yield Finding(Kind.UNDEFINED, fault)


def _undefined(piece: Piece, used: Used, line: int, items: set[str], is_ors: bool) -> Fault:
    what = "function" if used.is_called else "variable"
    if is_ors and used.name in items:
        advice = f"in this dialect it is _data.{used.name}"
    elif used.is_called:
        advice = "declare it in a <script>"
    else:
        advice = f'add <data id="{used.name}"/>, or declare it in a <script>'
    return Fault(piece.file, line, f"there is no {what} {used.name!r} ({piece.where})", advice)


def _as_script(piece: Piece) -> str:
    if piece.use is Use.SCRIPT:
        return piece.text
    # As the data model does: generated documents end expressions with a semicolon.
    return f"({piece.text.strip().rstrip(';')}\n)"


def _compiled(piece: Piece) -> Fault | None:
    """What the script engine has against a piece of script, without running it."""
    bare = _as_script(piece)
    form = {Use.SCRIPT: "{}", Use.EXPRESSION: "return {}"}.get(piece.use, "{} = 0")
    context = quickjs.Context()
    context.set_memory_limit(COMPILE_BYTES)
    context.set_time_limit(COMPILE_S)
    try:
        context.eval(f"(function () {{{form.replace('{}', bare)}\n}})")
    except quickjs.JSException as error:
        said = str(error).partition("\n")[0]
        return Fault(piece.file, piece.line, f"{piece.where}: {said}", f"it reads: {_short(piece.text)}")
    return None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def _always_there(machine: Machine) -> set[str]:
    """The names that scripts find in a session of this document."""
    names = EcmaScript(machine, "check", {}, Limits()).value("Object.getOwnPropertyNames(globalThis)")
    return set(msgspec.json.decode(names, type=list[str]))

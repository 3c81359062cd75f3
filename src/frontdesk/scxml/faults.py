"""What can be wrong with a document, or go wrong in a script."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from frontdesk.errors import Refused


class Place(NamedTuple):
    """Where an element begins. Lines count from 1, columns from 0."""

    line: int = 0
    column: int = 0


class Fault(Struct, frozen=True):
    """One thing wrong with a document, where it stands, and what to do about it."""

    file: str
    line: int
    text: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" + (f" ({self.advice})" if self.advice else "")


class DocumentRefused(Refused):
    """A document that cannot be run.

    Shape:   `faults` are all that were found, at least one, in the order of the document.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("document_refused", "\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class ScriptFault(Exception):
    """An expression or a script that failed, or reached a limit. It becomes an error event of the session.

    Shape:   `kind` is the script error's class, like `TypeError`.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.text = text


class ContentFault(Exception):
    """What the document asked for, and could not be done; it becomes an error event.

    Shape:   `kind` is the ORS dialect's name without `error.`; W3C documents get `error.execution`, or
             `error.communication` where `is_communication`. `target` is where a message could not go to.
    """

    def __init__(
        self,
        kind: str,
        text: str,
        *,
        sendid: str = "",
        is_communication: bool = False,
        target: str | None = None,
    ) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text
        self.sendid = sendid
        self.is_communication = is_communication
        self.target = target
        self.at: tuple[str, Place] | None = None
        """The element that failed, and where it begins."""

    @classmethod
    def of(cls, kind: str, fault: ScriptFault, sendid: str = "") -> "ContentFault":
        """The fault of an expression where this kind of one stood."""
        typed = kind if kind == "illegalassign" else f"{kind}.{fault.kind.lower()}"
        return cls(typed, str(fault), sendid=sendid)


class SessionFailed(Exception):
    """A limit of the whole session was reached: it cannot go on."""

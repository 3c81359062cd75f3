"""What the interpreter needs of a data model, whatever language it speaks."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.scxml.content import Inline
from frontdesk.scxml.events import Event


class DataModel(Protocol):
    """The data of one session, and the scripts that read and change it.

    Values come out and go in packed (`packed.py`); expressions, locations and scripts are source text.

    Errors:  `ScriptFault` from whatever runs something of the document; `SessionFailed` when there
             is no going on after that.
    """

    def begin(self, now_ms: int, seed: int) -> None:
        """What the time is and chance gives, from now on."""

    def see_event(self, event: Event) -> None:
        """From now on `_event` is this."""

    def see_interaction(self, interaction_id: str, packed: str, *, is_first: bool) -> None:
        """From now on an interaction is this; packed as `""` it is no longer owned.

        Shape:   `is_first` when it is the first that the session ever owned.
        """

    def see_world(self, packed: str) -> None:
        """What functions of scripts answer with, from now on: see `world.py`."""

    def see_states(self, ids: Sequence[str]) -> None:
        """From now on these states are active."""

    def declare(self, name: str) -> None:
        """There is a data item of this name, without a value."""

    def set_item(self, name: str, packed: str) -> None:
        """Give a data item this value."""

    def compute_item(self, name: str, expr: str) -> None:
        """Give a data item the value of an expression."""

    def item(self, name: str) -> str:
        """The value of a data item, packed."""

    def inline(self, value: Inline) -> str:
        """What was written inside an element, as a packed value."""

    def condition(self, cond: str) -> bool:
        """Whether the condition holds."""

    def value(self, expr: str) -> str:
        """The value of an expression, packed."""

    def plain(self, expr: str) -> str:
        """The value of an expression as plain JSON, packed; "" for nothing, `null` too."""

    def yes(self, expr: str) -> bool:
        """Whether the value of an expression says so: one that is true, and not the text `false`."""

    def text(self, expr: str) -> str:
        """The value of an expression as text; XML as its source."""

    def shown(self, expr: str) -> str:
        """The value of an expression for people to read."""

    def compute(self, location: str, expr: str) -> None:
        """Put the value of an expression into a location."""

    def assign(self, location: str, packed: str) -> None:
        """Put a value into a location."""

    def run(self, source: str, file: str = "") -> None:
        """Run a script."""

    def open_array(self, expr: str, item: str, index: str | None) -> int:
        """Begin to go over a copy of an array; how many there are. `close_array` ends it."""

    def next_item(self, item: str, index: str | None, at: int) -> None:
        """Put the item at this place, and its place, where they belong."""

    def close_array(self) -> None:
        """The array that was opened last is done with."""

    def taken(self) -> Sequence[Sequence[str]]:
        """What scripts asked for since the last time.

        Shape:   each is `raise`, name, data; `log`, text, label, level; `ask`, module, action, attributes;
                 or `want`, what the world lacks.
        """

    def mark(self, scripts: Sequence[str]) -> None:
        """The document's own scripts ran; what they made is not data, they will make it again."""

    def size(self) -> int:
        """How many bytes the scripts and their data take up now; it takes a while to count them."""

    def snapshot(self) -> tuple[str, Sequence[str]]:
        """All data as text, and where something stands that cannot be kept so."""

    def restore(self, text: str) -> None:
        """Have the data of a snapshot. Before, the document's own scripts ran, and were marked."""

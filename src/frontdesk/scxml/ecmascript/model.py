"""The ECMAScript data model on QuickJS.

A context is used by one thread, the one that made it, for all its life. Scripts reach nothing outside: no
function of ours is ever put into a context, and what they ask for is fetched from it afterwards.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
import quickjs

from frontdesk.scxml.content import Inline
from frontdesk.scxml.ecmascript.declarations import parted
from frontdesk.scxml.ecmascript.library import Library
from frontdesk.scxml.ecmascript.prelude import later, prelude
from frontdesk.scxml.events import Event
from frontdesk.scxml.faults import ScriptFault, SessionFailed
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.model import Dialect, Machine
from frontdesk.scxml.packed import pack
from frontdesk.scxml.tree import Element, read_tree

SNAPSHOT_CPU_S = 2.0  # It is our own code that runs, over data that the memory limit bounds.
SNAPSHOT_MEMORY = 4  # Times the memory of scripts: the same data a second time, and as text.
MEMORY_LEFT = 1024 * 1024
ERROR_BYTES = 16 * 1024  # More than an error takes.
OUT_OF_MEMORY = "out of memory"
INTERRUPTED = "interrupted"
FUNCTIONS_MAX = 20_000  # Compiled expressions that one context keeps.
T = TypeVar("T")
_DECLARES = re.compile(r"\b(?:var|let|const|function|class)\b")
_LEXICAL = re.compile(r"\b(?:let|const|class)\s+([A-Za-z_$][\w$]*)")
_ERROR = re.compile(r"(?P<kind>[A-Za-z]*(?:Error|Exception)): (?P<text>[^\n]*)")


class EcmaScript:
    """One script context with the data of one session; a `DataModel`."""

    def __init__(
        self, machine: Machine, session_id: str, processors: Mapping[str, Any], limits: Limits
    ) -> None:
        self._context = quickjs.Context()
        self._context.set_memory_limit(limits.memory_bytes)
        self._context.set_max_stack_size(limits.stack_bytes)
        self._is_full = False
        self._memory_bytes = limits.memory_bytes
        self._cpu_s = limits.evaluation_cpu_ms / 1000
        self._functions: dict[tuple[str, str], Callable[..., Any]] = {}
        self._is_ors = machine.dialect is Dialect.ORS
        self._is_asking = machine.is_asking
        self._lexical: list[str] = []
        self._library = Library()
        self._is_marked = False
        made = self._context.eval(prelude(is_asking=machine.is_asking))
        self._engine: Callable[..., Any] = made(*later(is_asking=machine.is_asking))
        self._ours: dict[str, Callable[..., Any]] = {}
        self._ask(
            "system",
            session_id,
            machine.name,
            pack(processors),
            self._is_ors,
            machine.file,
            machine.is_asking,
        )
        self._stop_after(self._cpu_s)

    def begin(self, now_ms: int, seed: int) -> None:
        self._ask("begin", float(now_ms), seed & 0x7FFFFFFF)

    def see_event(self, event: Event) -> None:
        self._ask(
            "see",
            event.name,
            event.type,
            event.sendid,
            event.origin,
            event.origintype,
            event.invokeid,
            event.raw,
            event.data,
        )

    def see_interaction(self, interaction_id: str, packed: str, *, is_first: bool) -> None:
        if self._is_asking:
            self._ask("interaction", interaction_id, packed, is_first)

    def see_world(self, packed: str) -> None:
        if self._is_asking:
            self._ask("world", packed)

    def see_states(self, ids: Sequence[str]) -> None:
        self._ask("states", " ".join(ids))

    def declare(self, name: str) -> None:
        self._ask("declareItem" if self._is_ors else "declare", name)

    def set_item(self, name: str, packed: str) -> None:
        self.assign(self._item(name), packed)

    def compute_item(self, name: str, expr: str) -> None:
        self.compute(self._item(name), expr)

    def item(self, name: str) -> str:
        return self.value(self._item(name))

    def inline(self, value: Inline) -> str:
        if value.kind == "json":
            return value.text
        if value.kind == "text":
            return json.dumps(value.text)
        written = json.dumps(_written(read_tree(value.text.encode(), "inline")))
        return str(self._ask("document", written))

    def condition(self, cond: str) -> bool:
        test = self._functions.get(("condition", cond)) or self._compile("condition", cond, "return !!({})")
        return bool(self._call(test))

    def value(self, expr: str) -> str:
        return str(self._ask("value", self._reader(expr)))

    def plain(self, expr: str) -> str:
        return str(self._ask("plain", self._reader(expr)))

    def yes(self, expr: str) -> bool:
        return bool(self._ask("yes", self._reader(expr)))

    def text(self, expr: str) -> str:
        return str(self._ask("text", self._reader(expr)))

    def shown(self, expr: str) -> str:
        return str(self._ask("shown", self._reader(expr)))

    def compute(self, location: str, expr: str) -> None:
        self._ask("move", self._writer(location), self._reader(expr))

    def assign(self, location: str, packed: str) -> None:
        self._ask("write", self._writer(location), packed)

    def run(self, source: str, file: str = "") -> None:
        left = self._library.left_of(source, self._are_new)
        if _DECLARES.search(source):
            # What a script declares belongs to the whole session, so it cannot be a function's.
            if left:
                self._give(self._library.needed(left))
                self._call(self._context.eval, left)
        else:
            ready = self._functions.get(("run", source)) or self._compile("run", source, "{}")
            self._call(ready)

    def open_array(self, expr: str, item: str, index: str | None) -> int:
        self._writer(item, is_new=True)
        if index is not None:
            self._writer(index, is_new=True)
        return int(self._ask("open", self._reader(expr)))

    def next_item(self, item: str, index: str | None, at: int) -> None:
        self._ask("item", self._writer(item, is_new=True), at)
        if index is not None:
            self._ask("index", self._writer(index, is_new=True), at)

    def close_array(self) -> None:
        self._ask("close")

    def taken(self) -> Sequence[Sequence[str]]:
        text = self._ask("taken")
        return _checked(str(text), list[list[str]]) if text else ()

    def mark(self, scripts: Sequence[str]) -> None:
        names = dict.fromkeys(name for script in scripts for name in _lexical(script))
        self._lexical = [name for name in names if self._ask("isLexical", name)]
        self._ask("mark", json.dumps(self._lexical))
        self._library.close()
        self._is_marked = True

    def size(self) -> int:
        return int(self._context.memory()["malloc_size"])

    def snapshot(self) -> tuple[str, Sequence[str]]:
        with self._more_room():
            text = str(self._ask("snapshot", json.dumps(self._lexical)))
        lost = _checked(text, tuple[Any, list[str]])[1]
        return text, [path.removeprefix("data.") for path in lost]

    def restore(self, text: str) -> None:
        with self._more_room():
            self._give(self._library.found_in(text))
            self._ask("restore", text)

    @contextmanager
    def _more_room(self) -> Iterator[None]:
        """What we do ourselves with the data of scripts may take more than they may."""
        self._stop_after(SNAPSHOT_CPU_S)
        self._context.set_memory_limit(self._memory_bytes * SNAPSHOT_MEMORY)
        try:
            yield
        finally:
            self._stop_after(self._cpu_s)
            self._context.set_memory_limit(self._memory_bytes)

    def _stop_after(self, cpu_s: float) -> None:
        self._stops_after_s = cpu_s
        self._context.set_time_limit(cpu_s)

    def _item(self, name: str) -> str:
        return f"_data[{json.dumps(name)}]" if self._is_ors else name

    def _reader(self, expr: str) -> Callable[..., Any]:
        return self._functions.get(("read", expr)) or self._compile("read", expr, "return ({})")

    def _writer(self, location: str, *, is_new: bool = False) -> Callable[..., Any]:
        # A strict function refuses to make a variable, and to write where nothing may be written.
        strict = "" if is_new or self._is_ors else "'use strict';"
        kind = "write new" if is_new else "write"
        return self._functions.get((kind, location)) or self._compile(
            kind, location, strict + "({}) = arguments[0]"
        )

    def _compile(self, kind: str, source: str, form: str) -> Callable[..., Any]:
        self._give(self._library.needed(source))
        # Generated documents end expressions with a semicolon.
        bare = source if kind == "run" else source.strip().rstrip(";")
        body = form.replace("{}", bare + "\n")
        function: Callable[..., Any] = self._call(self._context.eval, f"(function () {{{body}\n}})")
        if len(self._functions) < FUNCTIONS_MAX:
            self._functions[kind, source] = function
        return function

    def _are_new(self, names: Iterable[str]) -> bool:
        return bool(self._ask("areNew", " ".join(names)))

    def _give(self, functions: Mapping[str, str]) -> None:
        """Have functions of the document's scripts, as if they had been there from the beginning."""
        if not functions:
            return
        self._call(self._context.eval, "\n".join(functions.values()))
        self._library.gave(functions)
        if self._is_marked:
            self._ask("made", " ".join(functions))

    def _ask(self, name: str, *arguments: object) -> Any:
        """What our own script of this name says; it may be read in only now."""
        function = self._ours.get(name)
        if function is None:
            function = self._ours[name] = self._call(self._engine, name)
        return self._call(function, *arguments)

    def _call(self, function: Callable[..., Any], *arguments: object) -> Any:
        try:
            return function(*arguments)
        except quickjs.JSException as error:
            fault = _fault(error)
            if fault.text == OUT_OF_MEMORY or (fault.text == "null" and self._has_no_room()):
                said = f"stopped, as {self._memory_bytes} bytes of memory are used up"
                self._filled()
                raise ScriptFault("InternalError", said) from None
            if fault.text == INTERRUPTED:
                said = f"stopped after {self._stops_after_s * 1000:.0f} ms of CPU time"
                raise ScriptFault(fault.kind, said) from None
            raise fault from None
        except UnicodeError as error:  # Half of a surrogate pair, which no text of ours can hold.
            raise ScriptFault("RangeError", str(error)) from None

    def _has_no_room(self) -> bool:
        """Whether an error may say nothing because there was no memory left to make it of."""
        return self.size() > self._memory_bytes - ERROR_BYTES

    def _filled(self) -> None:
        """The first time is an error, and there is room left to deal with it; the second time is the end."""
        if self._is_full:
            raise SessionFailed(f"the scripts used up {self._memory_bytes} bytes of memory, again")
        self._is_full = True
        self._memory_bytes += MEMORY_LEFT
        self._context.set_memory_limit(self._memory_bytes)


def _fault(error: Exception) -> ScriptFault:
    said = str(error)
    found = _ERROR.match(said)
    if found is None:
        return ScriptFault("Error", said.partition("\n")[0])
    return ScriptFault(found["kind"], found["text"])


def _checked(text: str, kind: type[T]) -> T:
    """What our own scripts say, unless those of the document have changed what ours stand on."""
    try:
        return msgspec.convert(json.loads(text), kind)  # Texts of scripts may be half a surrogate pair.
    except ValueError as error:
        raise ScriptFault(
            "TypeError", f"the scripts have broken what the platform is built of: {error}"
        ) from None


def _written(element: Element) -> list[Any]:
    children = [child if isinstance(child, str) else _written(child) for child in element.children]
    return [element.name, element.namespace, element.attributes, children]


@lru_cache(maxsize=100)
def _lexical(script: str) -> tuple[str, ...]:
    """What a script may declare that is no property of the global object."""
    parts = parted(script)
    return tuple(_LEXICAL.findall(script if parts is None else parts.rest))

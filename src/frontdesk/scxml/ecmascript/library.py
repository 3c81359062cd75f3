"""Functions of a document's own scripts, which a context is given only when something first names them.

Generated documents bring hundreds of functions, and most of their sessions call a few. A script that does
nothing but declare functions can be run at any time before one of them is named: nobody sees a difference. So
it stays here, once for all sessions, and each context has what its session needs.

What may get at a function without writing down its name is taken to need all of them: `eval`, `this`, and so
on. A script that puts together both that word and the function's name out of pieces finds nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

import quickjs
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser, Query, QueryCursor

CHARS_MAX = 256 * 1024  # A larger script is run like any other; nobody has written so many functions.
SCRIPTS_MAX = 100  # That are remembered: at worst some fifty megabytes.
TEXT_CHARS_MAX = 32 * 1024  # A longer one is not looked through: it may name anything.
TEXTS_MAX = 2048  # Whose words are remembered: at worst as much.
FUNCTIONS = ("function_declaration", "generator_function_declaration")
_LANGUAGE = Language(tree_sitter_javascript.language())
_COMMENTS = Query(_LANGUAGE, "(comment) @comment")
_NAME = re.compile(r"[\w$]+")
_ANYTHING = re.compile(
    r"\b(?:this|globalThis|eval|Function|constructor|ownKeys|getOwnProperty(?:Names|Descriptors))\b|\\u"
)


class Library:
    """The functions of one session's document that its context has not been given."""

    def __init__(self) -> None:
        self._functions: dict[str, str] = {}
        self._named: frozenset[str] | None = frozenset()  # By what ran before; None for anything.

    def takes(self, script: str, are_new: Callable[[Iterable[str]], bool]) -> bool:
        """Whether a script stays here, and need not be run; `are_new` says whether nothing has such names."""
        if self._named is None:
            return False
        functions = functions_of(script)
        if functions is None or not self._named.isdisjoint(functions) or not are_new(functions):
            return False
        self._functions.update(functions)
        return True

    def close(self) -> None:
        """What is declared from now on is not the document's own."""
        self._named = None

    def needed(self, text: str) -> Mapping[str, str]:
        """Those that a text may name, and those that these may name, in the order of their scripts."""
        if self._named is not None:
            words = words_of(text)
            self._named = None if words is None else self._named | words
        if not self._functions:
            return {}
        found: set[str] = set()
        texts = [text]
        while texts:
            words = words_of(texts.pop())
            names = self._functions.keys() if words is None else self._functions.keys() & words
            texts += [self._functions[name] for name in names - found]
            found |= names
        return self._these(found)

    def found_in(self, data: str) -> Mapping[str, str]:
        """The functions whose names are anywhere in data, and those that these may name."""
        found = {name for name in self._functions if name in data}
        return self.needed(" ".join(found)) if found else {}

    def _these(self, names: set[str]) -> Mapping[str, str]:
        return {name: text for name, text in self._functions.items() if name in names} if names else {}

    def gave(self, names: Iterable[str]) -> None:
        """The context has these."""
        for name in names:
            del self._functions[name]


def functions_of(script: str) -> Mapping[str, str] | None:
    """The functions that a script declares, by their names; None when it does anything else."""
    return _functions_of(script) if len(script) <= CHARS_MAX else None


def words_of(text: str) -> frozenset[str] | None:
    """All that may be a name in a script; None when it may reach what it does not name."""
    return _words_of(text) if len(text) <= TEXT_CHARS_MAX else None


@lru_cache(maxsize=SCRIPTS_MAX)
def _functions_of(script: str) -> Mapping[str, str] | None:
    if not _compiles(script):
        return None
    found = {}
    for node in _root(script).named_children:
        if node.type == "comment":
            continue
        named = node.child_by_field_name("name")
        if node.type not in FUNCTIONS or named is None or not _NAME.fullmatch(_text(named)):
            return None
        found[_text(named)] = _text(node)
    return found or None


@lru_cache(maxsize=TEXTS_MAX)
def _words_of(text: str) -> frozenset[str] | None:
    bare = _without_comments(text) if "//" in text or "/*" in text else text
    return None if _ANYTHING.search(bare) else frozenset(_NAME.findall(bare))


def _without_comments(text: str) -> str:
    root = _root(text)
    if root.has_error:
        return text
    source, kept, at = text.encode(), [], 0
    comments: Sequence[Node] = QueryCursor(_COMMENTS).captures(root).get("comment", [])
    for comment in sorted(comments, key=lambda node: node.start_byte):
        kept.append(source[at : comment.start_byte])
        at = comment.end_byte
    return b" ".join([*kept, source[at:]]).decode()


def _compiles(script: str) -> bool:
    try:
        quickjs.Context().eval(f"0,function () {{{script}\n}}")
    except quickjs.JSException:
        return False
    return True


def _root(script: str) -> Node:
    # A parser is not to be shared between threads; making one costs microseconds.
    return Parser(_LANGUAGE).parse(script.encode()).root_node


def _text(node: Node) -> str:
    return node.text.decode() if node.text is not None else ""

"""Functions of a document's own scripts, which a context is given only when something first names them.

Generated documents bring hundreds of functions, and most of their sessions call a few. To declare a function
does nothing but that, so it can be done at any time before something names it: nobody sees a difference. So
functions stay here, once for all sessions; of a script that does more, the rest is run when it comes.

What may get at a function without writing down its name is taken to need all of them: `eval`, `this`, and so
on. A script that puts together both that word and the function's name out of pieces finds nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from tree_sitter import Node, Query, QueryCursor

from frontdesk.scxml.ecmascript.declarations import LANGUAGE, NAME, SCRIPTS_MAX, Parted, parted, root_of

TEXT_CHARS_MAX = 32 * 1024  # A longer one is not looked through: it may name anything.
TEXTS_MAX = 2048  # Whose words are remembered: at worst as much.
_COMMENTS = Query(LANGUAGE, "(comment) @comment")
_ANYTHING = re.compile(
    r"\b(?:this|globalThis|eval|Function|constructor|ownKeys|getOwnProperty(?:Names|Descriptors))\b|\\u"
)


class Library:
    """The functions of one session's document that its context has not been given."""

    def __init__(self) -> None:
        self._scripts: tuple[str, ...] = ()  # Those whose functions are here.
        self._functions: Mapping[str, str] = {}  # All of them: the same for all sessions of a document.
        self._given: set[str] = set()
        self._named: frozenset[str] | None = frozenset()  # By what is in the context; None for anything.

    def left_of(self, script: str, are_new: Callable[[Iterable[str]], bool]) -> str:
        """What of a script is to be run: its functions stay here if that makes no difference.

        Shape:   all of it, a part, or nothing; `are_new` says that nothing in the context has such names.
        """
        parts = parted(script)
        if self._named is None or parts is None or not self._can_part(parts):
            return script
        if not are_new((*parts.functions, *parts.lexical)):
            return script
        self._scripts += (script,)
        self._functions = _functions_of(self._scripts)
        return parts.rest

    def _can_part(self, parts: Parted) -> bool:
        """Whether nothing has the names that a script declares, and its rest names what it means."""
        assert self._named is not None
        declared = parts.functions.keys() | parts.variables | parts.lexical
        return (
            self._named.isdisjoint(declared)
            and parts.lexical.isdisjoint(self._functions)
            and words_of(parts.rest) is not None
        )

    def close(self) -> None:
        """What is declared from now on is not the document's own."""
        self._named = None

    def needed(self, text: str) -> Mapping[str, str]:
        """Those that a text may name, and those that these may name, in the order of their scripts."""
        found: set[str] = set()
        texts = [text]
        while texts:
            words = words_of(texts.pop())
            if self._named is not None:
                self._named = None if words is None else self._named | words
            if len(self._given) == len(self._functions):
                break
            names = set(self._functions) if words is None else self._functions.keys() & words
            names -= self._given
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
        self._given.update(names)


@lru_cache(maxsize=SCRIPTS_MAX)
def _functions_of(scripts: tuple[str, ...]) -> Mapping[str, str]:
    """The functions of several scripts, of which the last ones count."""
    found: dict[str, str] = {}
    for script in scripts:
        parts = parted(script)
        found |= parts.functions if parts is not None else {}
    return found


def words_of(text: str) -> frozenset[str] | None:
    """All that may be a name in a script; None when it may reach what it does not name."""
    return _words_of(text) if len(text) <= TEXT_CHARS_MAX else None


@lru_cache(maxsize=TEXTS_MAX)
def _words_of(text: str) -> frozenset[str] | None:
    bare = _without_comments(text) if "//" in text or "/*" in text else text
    return None if _ANYTHING.search(bare) else frozenset(NAME.findall(bare))


def _without_comments(text: str) -> str:
    root = root_of(text)
    if root.has_error:
        return text
    source, kept, at = text.encode(), [], 0
    comments: Sequence[Node] = QueryCursor(_COMMENTS).captures(root).get("comment", [])
    for comment in sorted(comments, key=lambda node: node.start_byte):
        kept.append(source[at : comment.start_byte])
        at = comment.end_byte
    return b" ".join([*kept, source[at:]]).decode()

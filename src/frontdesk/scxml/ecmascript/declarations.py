"""What a script declares, apart from what it does: two things that need not come at the same time."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import quickjs
import tree_sitter_javascript
from msgspec import Struct
from tree_sitter import Language, Node, Parser

CHARS_MAX = 256 * 1024  # A larger script is run like any other; nobody has written so many functions.
SCRIPTS_MAX = 100  # That are remembered: at worst some fifty megabytes.
LANGUAGE = Language(tree_sitter_javascript.language())
NAME = re.compile(r"[\w$]+")
FUNCTIONS = ("function_declaration", "generator_function_declaration")
# Where a variable can be declared that is not the own one of what it stands in.
OPEN = re.compile(
    r"\w+_statement|statement_block|else_clause|switch_(?:body|case|default)|(?:catch|finally)_clause"
)
# No statements, or such as mean something by where they stand.
NO_STATEMENT = re.compile(r"(?:import|export)_statement|hash_bang_line|html_comment|ERROR")
PARSE_CPU_S = 1.0
PARSE_BYTES = 64 * 1024 * 1024
PARSES = "parses"


class Parted(Struct, frozen=True):
    """A script in two: functions that it declares, and what is left of it when they are taken out.

    Shape:   functions by name, in their order; `rest` is empty when nothing is left. The rest declares
             `variables` and `lexical` names for all of the session.
    """

    functions: Mapping[str, str]
    rest: str
    variables: frozenset[str]
    lexical: frozenset[str]


def parted(script: str) -> Parted | None:
    """A script in two; None when it declares no functions, or cannot be parted."""
    return _parted(script) if len(script) <= CHARS_MAX else None


def root_of(script: str) -> Node:
    """The parse tree of a script."""
    # A parser is not to be shared between threads; making one costs microseconds.
    return Parser(LANGUAGE).parse(script.encode()).root_node


@lru_cache(maxsize=SCRIPTS_MAX)
def _parted(script: str) -> Parted | None:
    root = root_of(script)
    if root.has_error or not _compiles(script):
        return None
    functions, statements = {}, []
    for node in root.named_children:
        if node.type == "comment":
            continue
        if NO_STATEMENT.fullmatch(node.type) or _is_directive(node):
            return None
        if node.type not in FUNCTIONS:
            statements.append(node)
            continue
        names = _names(node.child_by_field_name("name"))
        if len(names) != 1:
            return None
        functions[names[0]] = _text(node)
    # A statement may have ended at the function that came after it.
    rest = "\n;".join(map(_text, statements))
    lexical = frozenset(_lexical(statements))
    if not functions or not lexical.isdisjoint(functions) or (rest and not _compiles(rest)):
        return None
    return Parted(functions, rest, frozenset(_variables(statements)), lexical)


def _is_directive(node: Node) -> bool:
    """Whether a statement says how others are to be read, or would if it stood first."""
    first = node.named_children[0] if node.named_children else None
    return node.type == "expression_statement" and first is not None and first.type == "string"


def _lexical(statements: list[Node]) -> Iterator[str]:
    for node in statements:
        if node.type == "class_declaration":
            yield from _names(node.child_by_field_name("name"))
        elif node.type == "lexical_declaration":
            for declarator in node.named_children:
                yield from _names(declarator.child_by_field_name("name"))


def _variables(statements: list[Node]) -> Iterator[str]:
    waiting = list(statements)
    while waiting:
        node = waiting.pop()
        if node.type in FUNCTIONS:  # In a block: it is a variable outside of it as well.
            yield from _names(node.child_by_field_name("name"))
        elif node.type == "variable_declaration":
            for declarator in node.named_children:
                yield from _names(declarator.child_by_field_name("name"))
        elif OPEN.fullmatch(node.type):
            if node.type == "for_in_statement":
                yield from _names(node.child_by_field_name("left"))
            waiting += node.named_children


def _names(node: Node | None) -> list[str]:
    """All that may be a name there, and something more where a pattern takes a value apart."""
    return NAME.findall(_text(node)) if node is not None else []


def _text(node: Node) -> str:
    return node.text.decode() if node.text is not None else ""


def _compiles(script: str) -> bool:
    """Whether the engine takes it for a script; nothing of it is run."""
    context = quickjs.Context()
    context.set_time_limit(PARSE_CPU_S)
    context.set_memory_limit(PARSE_BYTES)
    try:
        context.eval(f"throw '{PARSES}'\n;{script}")
    except quickjs.JSException as error:
        return str(error).startswith(PARSES)
    return False

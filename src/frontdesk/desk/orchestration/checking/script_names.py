"""Which names a script uses that are not its own, and which it makes for all others.

Scopes are those of ECMAScript without strict mode: what is assigned without being declared becomes a variable
of the whole session. What `eval` and `with` bring in cannot be seen.
"""

from collections.abc import Iterator

import tree_sitter_javascript
from msgspec import Struct, field
from tree_sitter import Language, Node, Parser

_LANGUAGE = Language(tree_sitter_javascript.language())

FUNCTIONS = (
    "function_declaration",
    "function_expression",
    "generator_function",
    "generator_function_declaration",
    "arrow_function",
    "method_definition",
    "class_static_block",
)
BLOCKS = ("statement_block", "for_statement", "for_in_statement", "switch_body", "catch_clause")
NAMES = ("identifier", "shorthand_property_identifier")
BOUND = ("identifier", "shorthand_property_identifier_pattern")
OWN = frozenset(("arguments",))


class Used(Struct, frozen=True):
    """A name that is used. Lines count from 0."""

    name: str
    line: int
    is_called: bool = False


class Names(Struct):
    """The names of one script.

    Shape:   `used` are those that it does not declare itself; `made` those that it makes for the whole
             session; `data` and `data_made` are the properties of `_data` that it reads and sets; `asked` are
             names that it asks for with `typeof`, so it is prepared for their absence; `makes_any_data` says
             that it sets properties of `_data` whose names cannot be seen.
    """

    used: list[Used] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    data: list[Used] = field(default_factory=list)
    data_made: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    makes_any_data: bool = False


def names_of(script: str) -> Names:
    """The names of a script, which has been found to compile."""
    reader = _Reader()
    # tree-sitter's parsers are not to be shared between threads; making one costs microseconds.
    root = Parser(_LANGUAGE).parse(script.encode()).root_node
    globally = set(_declared(root, is_function=True))
    reader.names.made |= globally
    reader.read(root, (globally,))
    return reader.names


class _Reader:
    def __init__(self) -> None:
        self.names = Names()

    def read(self, node: Node, scopes: tuple[set[str], ...]) -> None:
        """Take in `node`; `scopes` are the names that are declared around it, from the outside in."""
        if node.type in FUNCTIONS:
            scopes = (*scopes, _function_scope(node))
        elif node.type in BLOCKS or node.type == "class":
            scopes = (*scopes, set(_declared(node, is_function=False)) | _named(node))
        if node.type in NAMES:
            self._use(node, scopes)
        elif node.type == "assignment_expression":
            self._assign(node, scopes)
        elif node.type == "for_in_statement" and node.child_by_field_name("kind") is None:
            self._set(node.child_by_field_name("left"), scopes)
        elif node.type in ("member_expression", "subscript_expression"):
            self._look_into(node)
        elif node.type == "unary_expression" and _text(node.child_by_field_name("operator")) == "typeof":
            self.names.asked.add(_text(node.child_by_field_name("argument")))
        for child in node.named_children:
            self.read(child, scopes)

    def _use(self, node: Node, scopes: tuple[set[str], ...]) -> None:
        name = _text(node)
        if name in OWN or any(name in scope for scope in scopes):
            return
        parent = node.parent
        called = parent is not None and parent.child_by_field_name("function")
        self.names.used.append(Used(name, node.start_point[0], is_called=bool(called) and called == node))

    def _assign(self, node: Node, scopes: tuple[set[str], ...]) -> None:
        left = node.child_by_field_name("left")
        self._set(left, scopes)
        if left is None or _text(left.child_by_field_name("object")) != "_data":
            return
        item = _item(left)
        if item is None:
            self.names.makes_any_data = True
        else:
            self.names.data_made.add(item)

    def _set(self, target: Node | None, scopes: tuple[set[str], ...]) -> None:
        for name in _bound(target):
            if not any(name in scope for scope in scopes):
                self.names.made.add(name)

    def _look_into(self, node: Node) -> None:
        """`_data.x` and `_data['x']`."""
        if _text(node.child_by_field_name("object")) == "_data" and (item := _item(node)) is not None:
            self.names.data.append(Used(item, node.start_point[0]))


def _function_scope(node: Node) -> set[str]:
    parameters = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
    body = node.child_by_field_name("body")
    inside = set(_declared(body, is_function=True)) if body is not None else set()
    own = _named(node) if node.type in ("function_expression", "generator_function") else set()
    return inside | own | set(_bound_in(parameters))


def _named(node: Node) -> set[str]:
    """What a function or class expression calls itself, and what a catch clause catches."""
    named = node.child_by_field_name("name") or node.child_by_field_name("parameter")
    return set(_bound(named)) if node.type not in BLOCKS or node.type == "catch_clause" else set()


def _declared(node: Node, *, is_function: bool) -> Iterator[str]:
    """What is declared in a block: in one of a function also what `var` declares in blocks inside."""
    for child in node.named_children:
        if child.type in ("function_declaration", "generator_function_declaration", "class_declaration"):
            yield _text(child.child_by_field_name("name"))
        elif child.type == "lexical_declaration" or (child.type == "variable_declaration" and is_function):
            for declarator in child.named_children:
                yield from _bound(declarator.child_by_field_name("name"))
        elif child.type in FUNCTIONS or child.type == "class":
            continue
        elif child.type in ("switch_case", "switch_default"):
            yield from _declared(child, is_function=False)
        if is_function:
            yield from _hoisted(child)
    kind = node.child_by_field_name("kind") if node.type == "for_in_statement" else None
    if kind is not None and _text(kind) != "var":
        yield from _bound(node.child_by_field_name("left"))


def _hoisted(node: Node) -> Iterator[str]:
    """What `var` and functions declare somewhere inside, but not in functions inside."""
    if node.type in FUNCTIONS:
        return
    kind = node.child_by_field_name("kind") if node.type == "for_in_statement" else None
    if kind is not None and _text(kind) == "var":
        yield from _bound(node.child_by_field_name("left"))
    for child in node.named_children:
        if child.type == "variable_declaration":
            for declarator in child.named_children:
                yield from _bound(declarator.child_by_field_name("name"))
        elif child.type in ("function_declaration", "generator_function_declaration"):
            yield _text(child.child_by_field_name("name"))
        yield from _hoisted(child)


def _bound_in(parameters: Node | None) -> Iterator[str]:
    if parameters is None:
        return
    yield from _bound(parameters)
    if parameters.type == "formal_parameters":
        for parameter in parameters.named_children:
            yield from _bound(parameter)


def _bound(pattern: Node | None) -> Iterator[str]:
    """The names that a pattern gives values to."""
    if pattern is None:
        return
    if pattern.type in BOUND:
        yield _text(pattern)
    elif pattern.type in ("assignment_pattern", "object_assignment_pattern"):
        yield from _bound(pattern.child_by_field_name("left"))
    elif pattern.type == "pair_pattern":
        yield from _bound(pattern.child_by_field_name("value"))
    elif pattern.type in ("object_pattern", "array_pattern", "rest_pattern", "parenthesized_expression"):
        for child in pattern.named_children:
            yield from _bound(child)


def _item(node: Node) -> str | None:
    """The property's name, where it is written down."""
    written = node.child_by_field_name("property")
    if written is not None:
        return _text(written)
    index = node.child_by_field_name("index")
    if index is not None and index.type == "string":
        return _text(index)[1:-1]
    return None


def _text(node: Node | None) -> str:
    return node.text.decode() if node is not None and node.text is not None else ""

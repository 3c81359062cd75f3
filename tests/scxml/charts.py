"""Charts made at random: every kind of state, transitions from anywhere to anywhere that is allowed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

EVENTS = ("a", "b", "c", "a.x")
CONTENTS = (
    "",
    '<assign location="n" expr="n + 1"/>',
    '<raise event="b"/>',
    '<send event="c" delay="1s"/>',
)


@dataclass
class Node:
    """One state of a chart that is being made."""

    kind: str
    id: str
    children: list["Node"] = field(default_factory=list)
    transitions: list[str] = field(default_factory=list)

    def xml(self) -> str:
        inside = "".join(child.xml() for child in self.children) + "".join(self.transitions)
        kind = ' type="deep"' if self.kind == "deep" else ""
        name = "history" if self.kind in ("deep", "shallow") else self.kind
        return f'<{name} id="{self.id}"{kind}>{inside}</{name}>'


@st.composite
def charts(draw: st.DrawFn) -> str:
    """The inside of a document that is allowed."""
    names = (f"s{n}" for n in range(10_000))
    tops = [_node(draw, names, 0) for _ in range(draw(st.integers(1, 3)))]
    nodes = [node for top in tops for node in _all(top)]
    places = [node.id for node in nodes]
    for node in nodes:
        if node.kind in ("state", "parallel"):
            for _ in range(draw(st.integers(0, 3))):
                node.transitions.append(_transition(draw, places))
    return '<datamodel><data id="n" expr="0"/></datamodel>' + "".join(top.xml() for top in tops)


def _all(node: Node) -> list[Node]:
    return [node, *(inner for child in node.children for inner in _all(child))]


def _node(draw: st.DrawFn, names: Iterator[str], depth: int) -> Node:
    kind = draw(st.sampled_from(("state", "state", "state", "parallel", "final"))) if depth < 4 else "state"
    if kind == "parallel":
        inside = [_region(draw, names, depth + 1) for _ in range(draw(st.integers(2, 3)))]
        node = Node(kind, next(names), inside)
    elif kind == "state" and depth < 4 and draw(st.booleans()):
        node = Node(
            kind, next(names), [_node(draw, names, depth + 1) for _ in range(draw(st.integers(1, 3)))]
        )
    else:
        return Node(kind, next(names))
    if draw(st.booleans()):
        goal = draw(st.sampled_from(node.children)).id
        form = draw(st.sampled_from(("deep", "shallow")))
        node.children.append(Node(form, next(names), [], [f'<transition target="{goal}"/>']))
    return node


def _region(draw: st.DrawFn, names: Iterator[str], depth: int) -> Node:
    node = _node(draw, names, depth)
    return node if node.kind != "final" else Node("state", node.id, node.children)


def _transition(draw: st.DrawFn, places: list[str]) -> str:
    event = draw(st.sampled_from((*EVENTS, "a c", "*", "done.state")))
    target = f' target="{draw(st.sampled_from(places))}"' if draw(st.integers(0, 4)) else ""
    kind = ' type="internal"' if draw(st.booleans()) else ""
    cond = draw(st.sampled_from(("", "", ' cond="n % 2 == 0"', ' cond="nothing.there"')))
    content = draw(st.sampled_from(CONTENTS))
    return f'<transition event="{event}"{target}{kind}{cond}>{content}</transition>'

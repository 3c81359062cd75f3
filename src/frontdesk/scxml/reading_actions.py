"""Extension elements as they are written → actions."""

from collections.abc import Iterator

from frontdesk.scxml.actions import Inside, Kind, Shape, namespace_of
from frontdesk.scxml.content import Action, Argument, Message, Part
from frontdesk.scxml.tree import Element


def read_action(element: Element, module: str, shape: Shape, message: Message) -> Action:
    """The action that an element of a module is; `message` is what its `<param>` and `<content>` say."""
    attributes = element.attributes
    return Action(
        module,
        element.name,
        _part(element, shape),
        tuple((name, attributes[name]) for name in shape.locations if name in attributes),
        message,
        element.place,
    )


def _part(element: Element, shape: Shape) -> Part:
    lists: dict[str, list[Part]] = {}
    objects: dict[str, Part] = {}
    for child, inside in _parts(element, shape):
        part = _part(child, inside.shape)
        if inside.is_one:
            objects[inside.becomes] = part
        else:
            lists.setdefault(inside.becomes, []).append(part)
    return Part(
        tuple(_arguments(element, shape)),
        tuple((name, tuple(parts)) for name, parts in lists.items()),
        tuple(objects.items()),
    )


def _parts(element: Element, shape: Shape) -> Iterator[tuple[Element, Inside]]:
    for child in element.elements():
        inside = shape.inside.get(child.name) if namespace_of(child.namespace) else None
        if inside is None:
            continue
        if inside.is_around:
            yield from _parts(child, inside.shape)
        else:
            yield child, inside


def _arguments(element: Element, shape: Shape) -> Iterator[Argument]:
    if shape.is_listed:
        yield Argument("kind", Kind.LITERAL, element.name)
    for written, source in element.attributes.items():
        name = shape.aliases.get(written, written)
        kind = shape.attributes.get(name)
        if kind is None and name not in shape.locations and not name.startswith("{"):
            kind = shape.others
        if kind is not None:
            yield Argument(name, kind, source)

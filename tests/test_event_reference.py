"""The reference of the events says all of every event."""

import re
import typing

import msgspec
import pytest

from frontdesk.domain import events
from scripts import event_reference

KINDS: tuple[type[msgspec.Struct], ...] = typing.get_args(events.Event)
PAGE = event_reference.page()


def test_every_event_has_a_section() -> None:
    assert re.findall(r"^## (\w+)$", PAGE, re.MULTILINE) == [*(kind.__name__ for kind in KINDS), "Values"]


def test_every_event_has_a_whole_row_in_the_list() -> None:
    assert re.findall(r"^\| \[`(\w+)`\].*\|$", PAGE, re.MULTILINE) == [kind.__name__ for kind in KINDS]


def test_every_link_on_the_page_has_its_heading() -> None:
    headings = {heading.lower() for heading in re.findall(r"^##+ (\w+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\(#(\w+)\)", PAGE)) <= headings


def test_every_example_is_an_event() -> None:
    examples = re.findall(r"```json\n(.*)\n```", PAGE)
    read = [msgspec.json.decode(example, type=events.Event) for example in examples]
    assert [type(event) for event in read] == list(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_member_is_named_with_its_default(kind: type[msgspec.Struct]) -> None:
    section = PAGE.split(f"\n## {kind.__name__}\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", section, re.MULTILINE))
    assert list(rows) == [field.encode_name for field in msgspec.structs.fields(kind)]
    for field in msgspec.structs.fields(kind):
        if not field.required and field.default is not msgspec.NODEFAULT:
            assert rows[field.encode_name] == f"`{msgspec.json.encode(field.default).decode()}`"

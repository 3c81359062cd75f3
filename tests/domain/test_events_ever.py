"""Every event ever released is still read as it was meant: stored events outlive the code.

`events_ever.jsonl` has at least one line for each type, with every field, as a release wrote it. Lines are
only ever added, before the end of the story that they tell together.
"""

from pathlib import Path
from types import UnionType
from typing import get_args

import msgspec
import pytest

from frontdesk.domain import agent, events
from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction, Phase

LINES = Path(__file__).with_name("events_ever.jsonl").read_bytes().splitlines()
AGENT_LINES = Path(__file__).with_name("agent_events_ever.jsonl").read_bytes().splitlines()


def fields(line: bytes) -> dict[str, object]:
    return msgspec.json.decode(line, type=dict[str, object])


@pytest.mark.parametrize(
    ("lines", "union"), [(LINES, events.Event), (AGENT_LINES, agent.Event)], ids=["interaction", "agent"]
)
def test_no_event_and_no_field_is_missing(lines: list[bytes], union: UnionType) -> None:
    written: dict[str, set[str]] = {}
    for line in lines:
        found = fields(line)
        written.setdefault(str(found.pop("type")), set()).update(found)
    for kind in get_args(union):
        assert written.pop(kind.__name__) == set(kind.__struct_fields__), kind.__name__
    assert not written


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(fields(line)["type"]))
def test_nothing_that_was_written_is_read_differently(line: bytes) -> None:
    """No field was renamed, dropped or given another type."""
    event = msgspec.json.decode(line, type=events.Event)
    again = fields(msgspec.json.encode(event))
    written = fields(line)
    left_out = {name: written[name] for name in written.keys() - again.keys()}
    assert all(getattr(event, name) == value for name, value in left_out.items())
    assert {name: again[name] for name in again.keys() & written.keys()} == again


@pytest.mark.parametrize("line", AGENT_LINES, ids=lambda line: str(fields(line)["type"]))
def test_nor_of_agents(line: bytes) -> None:
    event = msgspec.json.decode(line, type=agent.Event)
    assert fields(msgspec.json.encode(event)) == fields(line)


def test_their_story_still_ends_as_it_did() -> None:
    state = Interaction()
    for at_ms, line in enumerate(LINES, 1):
        state = evolve(state, msgspec.json.decode(line, type=events.Event), at_ms)
    assert state.version == len(LINES)
    assert state.phase is Phase.ARCHIVED
    assert [(p.party_id, p.kind, p.nickname) for p in state.parties] == [
        (1, "client", "Mo"),
        (2, "agent", "Amy"),
        (3, "supervisor", "Sam"),
        (4, "system", "system"),
    ]
    assert (state.user_data, state.nested_keys) == ({"basket": "3", "cart": '{"total":2.5}'}, {"cart"})
    assert [(file.name, file.is_deleted) for file in state.files] == [("receipt.png", True)]
    assert (state.queue, state.priority, state.summary, state.end_reason) == (
        "sales",
        1,
        "a refund",
        "solved",
    )

"""What may be attached to a message or a notice."""

import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given as any_value
from hypothesis import strategies as st

from frontdesk.domain import commands
from frontdesk.domain.attributes import DEPTH_MAX, check_attributes
from frontdesk.domain.commands import Command
from frontdesk.errors import Refused
from frontdesk.wire.chat_v2 import parse_attributes
from tests.domain.story import AMY, MIRA, given

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


def test_what_is_nested_too_deep_to_be_read_again_is_refused() -> None:
    """One parser's limit depends on how deep its caller stands: what came in could not be read back."""
    deep = parse_attributes('{"a":' * 900 + "{}" + "}" * 900)
    story = given(MIRA, AMY)
    story.refuses(commands.Say(party_id=1, text="hi", attributes=deep), "bad_attributes")
    story.refuses(commands.GiveNotice(party_id=2, attributes=deep), "bad_attributes")


@pytest.mark.parametrize(
    "command",
    [
        commands.Say(party_id=1, text="hi", attributes=nested(DEPTH_MAX)),
        commands.GiveNotice(party_id=1, attributes=nested(DEPTH_MAX)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_is_nested_less_is_kept(command: Command) -> None:
    assert len(given(MIRA, AMY).when(command).followed) == 1


def test_the_bound_is_exact() -> None:
    check_attributes(nested(DEPTH_MAX))
    with pytest.raises(Refused):
        check_attributes(nested(DEPTH_MAX + 1))
    with pytest.raises(Refused):
        check_attributes({"a": [[nested(DEPTH_MAX - 2)]]})


@any_value(st.dictionaries(st.text(), ANY_JSON, max_size=3))
def test_what_is_accepted_can_be_read_again_from_a_deep_stack(attributes: dict[str, Any]) -> None:
    check_attributes(attributes)
    text = msgspec.json.encode(attributes)

    def from_far_below(frames: int) -> Any:
        return msgspec.json.decode(text) if not frames else from_far_below(frames - 1)

    assert from_far_below(sys.getrecursionlimit() // 2) == attributes

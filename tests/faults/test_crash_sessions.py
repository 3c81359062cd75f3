"""Orchestration nodes die again and again: what comes of their sessions is what would have come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.crash_sessions import Crash, Theatre, without

pytestmark = pytest.mark.anyio


async def test_the_story_goes_as_it_is_written() -> None:
    outcome = await without()
    assert outcome.said["S"] == [
        "answered 0", "asked", "reminded", "more 1", "more 2", "mark 6", "true", "cleared",
    ]  # fmt: skip
    assert sorted(outcome.lives.values()) == ["finished", "finished", "finished", "terminated"]
    assert [action for action, _ in outcome.effects.values()] == [
        "submit", "checkagentstate", "cancel", "cancel", "cancel",
    ]  # fmt: skip


@settings(max_examples=10)
@given(st.lists(st.builds(Crash, st.integers(1, 30), st.booleans()), min_size=2, max_size=6))
async def test_nor_do_several_crashes_one_after_the_other_change_anything(crashes: list[Crash]) -> None:
    expected, outcome = await without(), await Theatre(crashes).play()
    assert (outcome.said, outcome.lives, outcome.effects) == (expected.said, expected.lives, expected.effects)

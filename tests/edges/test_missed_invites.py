"""Who does not take a chat may be set not ready for it, where the settings say so."""

from pathlib import Path

import pytest

from frontdesk.settings import WorkspaceSettings
from tests.conformance.house import serving, settings_in
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio


async def test_an_agent_who_lets_a_chat_ring_is_not_ready_until_they_say_so(tmp_path: Path) -> None:
    clock = Clock()
    settings = settings_in(tmp_path, workspace=WorkspaceSettings(not_ready_after=("expired",)))
    async with serving(settings, clock) as house, house.agent("amy") as amy:
        chat = await house.visitors.start("rings")
        await amy.hears(lambda m: m["is"] == "invited")
        clock.after_s(1)
        told = await amy.hears(lambda m: m["is"] == "readiness" and not m["is_ready"])
        assert told["reason"] == "invite_expired"
        async with house.agent("bob") as bob:
            await bob.takes(chat.chat_id)
            await bob.does("not_ready")
        other = await house.visitors.start()
        await amy.does("ready")
        await amy.takes(other.chat_id)


async def test_declining_alone_changes_nothing_then(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, workspace=WorkspaceSettings(not_ready_after=("expired",)))
    async with serving(settings) as house, house.agent("amy") as amy:
        chat = await house.visitors.start()
        await amy.hears(lambda m: m["is"] == "invited")
        await amy.does("decline", interaction_id=chat.chat_id)
        other = await house.visitors.start()
        await amy.takes(other.chat_id)
        assert not any(m["is"] == "readiness" and not m["is_ready"] for m in amy.heard)


async def test_who_declines_takes_a_break_where_that_is_wanted(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, workspace=WorkspaceSettings(not_ready_after=("declined", "expired")))
    async with serving(settings) as house, house.agent("amy") as amy:
        chat = await house.visitors.start()
        await amy.hears(lambda m: m["is"] == "invited")
        await amy.does("decline", interaction_id=chat.chat_id)
        told = await amy.hears(lambda m: m["is"] == "readiness" and not m["is_ready"])
        assert told["reason"] == "invite_declined"

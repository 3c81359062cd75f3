"""What polls of version 3 are answered when the server stops, or cannot look into its log."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from frontdesk.errors import Unavailable
from tests.conformance.house import serving
from tests.conformance.v3 import WAIT_S, Answer, site_of
from tests.conformance.v3_house import v3_settings

pytestmark = pytest.mark.anyio


async def test_a_server_that_stops_lets_held_polls_go(tmp_path: Path) -> None:
    answers: list[Answer] = []
    async with (
        site_of("") as site,
        anyio.create_task_group() as tasks,
        serving(v3_settings(tmp_path)) as house,
    ):
        site.url = house.url
        visit = await site.visit()
        await visit.poll(widget=False)

        async def is_held() -> None:
            answers.append(await visit.poll(widget=False))

        tasks.start_soon(is_held)
        with anyio.fail_after(WAIT_S):
            while not house.server._parts.chats.watchers.waiting_count:
                await anyio.sleep(0.01)
    assert [answer.messages for answer in answers] == [[]]


async def test_a_poll_that_cannot_be_looked_up_now_has_nothing_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error costs the visitor's patience a minute later; an empty page of the history all of it."""
    async with serving(v3_settings(tmp_path)) as house, site_of(house.url) as site:
        visit = await site.visit()
        await visit.says("hello")
        parts = house.server._parts

        async def is_away(*_asked: Any, **_named: Any) -> None:
            raise Unavailable("the database is away")

        for name in ("read", "snapshot", "position"):
            monkeypatch.setattr(parts._store, name, is_away)
        parts.chats.drop(visit.session_id)
        assert (await visit.poll()).messages == []
        assert (await visit.read(count=20)).ok().messages == []
        (await visit.read(count=20, index=1)).refused(503, "SERVICE_UNAVAILABLE")
        (await visit.ask("GET", "messages?operationId=1", token="x")).refused(503, "SERVICE_UNAVAILABLE")
        sent = await visit.send("are you there?")
        assert (sent.status, sent.body["statusCode"]) == (200, 1)
        monkeypatch.undo()
        assert (await visit.poll()).texts == ["hello"]

"""Interactions that a supervisor has erased, and what is left of them in the database."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from tests.conformance.v2 import Chat
from tests.journeys.charted import Charted, charted
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
NAME, ORDER, WORD, FILE = "Quillonia", "ord-83-zz", "wondrously", "zebra.txt"
ALL = {NAME, ORDER, WORD, FILE}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("erasing")


@pytest.fixture(scope="module")
async def desk(folder: Path) -> AsyncIterator[Charted]:
    async with charted(folder) as running:
        yield running


def left_in(folder: Path) -> set[str]:
    """Which of the visitor's words stand anywhere: in any column of any table, or in any file's name."""
    rows = [str(path.relative_to(folder)) for path in (folder / "files").rglob("*")]
    for name in ("frontdesk.db", "frontdesk-journeys.db"):
        if (folder / name).exists():
            database = sqlite3.connect(folder / name)
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                rows += map(str, database.execute(f'SELECT * FROM "{table}"'))  # noqa: S608
            database.close()
    return {word for word in (NAME, ORDER, WORD, FILE) if any(word in row for row in rows)}


async def chat_with(desk: Charted, application: str) -> tuple[Chat, str, str]:
    """A visitor who has said something, the interaction, and its session."""
    chat = await desk.house.visitors.start(
        application, firstName=NAME, nickname="Q", **{"userData[Order]": ORDER}
    )
    (await chat.send(WORD)).ok()
    with anyio.fail_after(PATIENCE_S):
        while not (found := await session_of(desk, application, chat.chat_id)):
            await anyio.sleep(0.02)
    return chat, chat.chat_id, found


async def session_of(desk: Charted, application: str, interaction_id: str) -> str:
    """The session that has an interaction; empty while none does."""
    for row in (await desk.sees(f"applications/{application}/sessions"))["rows"]:
        if interaction_id in row["interactions"]:
            return str(row["session_id"])
    return ""


async def erase(desk: Charted, interaction_id: str, login: str = "sue") -> tuple[int, dict[str, object]]:
    signed_in = await desk.sign_in(login)
    answer = await signed_in.delete(f"{desk.url}/api/operator/interactions/{interaction_id}")
    return answer.status_code, answer.json()


async def is_gone(desk: Charted, session_id: str) -> None:
    signed_in = await desk.sign_in("sue")
    path = f"{desk.url}/api/operator/orchestration/sessions/{session_id}"
    with anyio.fail_after(PATIENCE_S):
        while (await signed_in.get(path)).status_code != 404:
            await anyio.sleep(0.02)


async def test_nobody_but_a_supervisor_erases_and_nothing_that_goes_on(desk: Charted) -> None:
    chat, interaction_id, _ = await chat_with(desk, "support")
    status, answer = await erase(desk, interaction_id, login="amy")
    assert (status, answer["error"]["code"]) == (403, "not_yours")  # type: ignore[index]
    status, answer = await erase(desk, interaction_id)
    assert (status, answer["error"]["code"]) == (400, "still_open")  # type: ignore[index]
    (await chat.ask("disconnect")).ok()
    assert (await erase(desk, "none"))[0] == 404
    assert (await erase(desk, interaction_id))[0] == 200


async def test_what_sessions_that_are_over_know_of_it_goes_with_it(desk: Charted, folder: Path) -> None:
    chat, interaction_id, session_id = await chat_with(desk, "support")
    (await chat.upload(FILE, b"black and white")).ok()
    assert left_in(folder) >= {NAME, ORDER, WORD, FILE}
    (await chat.ask("disconnect")).ok()
    with anyio.fail_after(PATIENCE_S):
        while (await desk.sees(f"sessions/{session_id}"))["life"] != "finished":
            await anyio.sleep(0.02)
    assert await erase(desk, interaction_id) == (200, {"files": 1, "sessions": 1, "sessions_at_their_end": 0})
    assert left_in(folder) == set()
    assert not [path for path in (folder / "files").rglob("*") if path.is_file()]
    await is_gone(desk, session_id)
    assert (await erase(desk, interaction_id))[0] == 404
    (await chat.refresh()).gone()


async def test_nothing_of_a_session_is_kept_that_goes_on_longer(desk: Charted, folder: Path) -> None:
    chat, interaction_id, session_id = await chat_with(desk, "stays")
    (await chat.ask("disconnect")).ok()
    assert await erase(desk, interaction_id) == (200, {"files": 0, "sessions": 0, "sessions_at_their_end": 1})
    assert left_in(folder) == {NAME, ORDER}
    await desk.sends(session_id, "go")
    await is_gone(desk, session_id)
    assert left_in(folder) == set()

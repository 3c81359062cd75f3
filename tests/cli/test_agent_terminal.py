"""What an agent types, and what it does; files of strangers stay where they belong."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.cli.agent_terminal import AgentTerminal
from frontdesk.client import AgentClient
from frontdesk.domain import events
from tests.client.workspace_server import PASSWORD, WorkspaceServer, serving
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio


class Desk:
    """Amy at her terminal."""

    def __init__(
        self, server: WorkspaceServer, terminal: AgentTerminal, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.server = server
        self.types = terminal.obey
        self._capsys = capsys
        self._seen = ""

    async def sees(self, text: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while text not in self._seen:
                shown = self._capsys.readouterr()
                self._seen += shown.out + shown.err
                await asyncio.sleep(0.01)


@pytest.fixture
async def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Desk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    async with serving() as server, AgentClient(server.url, "amy", PASSWORD) as client:
        terminal = AgentTerminal(client)
        listening = asyncio.create_task(terminal.listen())
        yield Desk(server, terminal, capsys)
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def test_a_chat_rings_is_taken_and_talked(desk: Desk) -> None:
    chat = desk.server.start("c1", "hello?")
    desk.server.ring("c1")
    await desk.sees("/accept or /decline")
    await desk.types("/accept")
    await desk.sees("hello?")
    await desk.types("Good day")
    assert chat.texts == ["hello?", "Good day"]
    await desk.types("/end")
    await desk.sees("[1] The chat has ended.")


async def test_of_several_chats_the_words_go_to_the_one_turned_to(desk: Desk) -> None:
    for chat_id in ("c1", "c2"):
        desk.server.start(chat_id, f"I am {chat_id}")
        desk.server.give(chat_id)
        await desk.sees(f"I am {chat_id}")
    await desk.types("to the first")
    await desk.types("/go 2")
    await desk.types("to the second")
    assert desk.server.chats["c1"].texts[-1] == "to the first"
    assert desk.server.chats["c2"].texts[-1] == "to the second"
    await desk.types("/leave")
    await desk.types("/go 3")
    await desk.sees("there is no chat 3")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("hello", "you are in no chat"),
        ("/nonsense", "there is no /nonsense"),
        ("/accept", "nothing rings"),
        ("/end", "you are in no chat"),
        ("/file none.txt", "No such file"),
        ("/get f1", "you are in no chat"),
    ],
)
async def test_what_cannot_be_done_is_told(desk: Desk, line: str, told: str) -> None:
    await desk.types(line)
    await desk.sees(told)


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("a.txt", "a.txt"),
        ("../../a.txt", "a.txt"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("a\x1b[2J", "a\ufffd[2J"),
    ],
)
async def test_a_visitors_file_is_kept_in_this_folder_whatever_its_name(
    desk: Desk, tmp_path: Path, name: str, kept_as: str
) -> None:
    chat = desk.server.start("c1")
    desk.server.give("c1")
    desk.server.files["f1"] = b"content"
    desk.server.add(chat, events.FileUploaded(party_id=1, file_id="f1", name=name, size_bytes=7))
    await desk.sees("/get f1")
    await desk.types("/get f1")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {kept_as: b"content"}
    (tmp_path / kept_as).write_bytes(b"mine")
    await desk.types("/get f1")
    assert (tmp_path / kept_as).read_bytes() == b"mine"

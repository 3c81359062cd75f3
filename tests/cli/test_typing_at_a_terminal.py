"""What is being typed survives what is shown meanwhile; at a real terminal, as people have it."""

import contextlib
import os
import pty
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import pyte
import pytest

from frontdesk.client import AgentClient, Invitation
from frontdesk.main import Server, running
from tests.conformance.house import PASSWORD, settings_in
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

COLUMNS, ROWS = 80, 24
ENTER = b"\r"
END_OF_INPUT = b"\x04"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running(settings_in(tmp_path)) as server:
        await server.add_account(login="amy", password=PASSWORD, name="Amy")
        yield server


class Screen:
    """A terminal with `frontdesk` on it."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def types(self, keys: bytes) -> None:
        os.write(self._descriptor, keys)

    async def shows(self, text: str) -> None:
        await self._until(lambda: any(text in line for line in self._screen.display))

    async def asks(self) -> None:
        """It waits for the next line; what is typed before that is the terminal's own business."""
        await self._until(lambda: self._screen.display[self._screen.cursor.y].strip() == "›")

    async def _until(self, is_so: Callable[[], bool]) -> None:
        with anyio.fail_after(PATIENCE_S):
            while not is_so():
                self._stream.feed(await self._read())

    async def _read(self) -> bytes:
        return await anyio.to_thread.run_sync(os.read, self._descriptor, 4096, abandon_on_cancel=True)

    async def ends(self) -> int:
        with anyio.fail_after(PATIENCE_S), contextlib.suppress(OSError):  # That is how a terminal ends.
            while await self._read():
                pass
        return await anyio.to_thread.run_sync(self.process.wait, PATIENCE_S)


@contextlib.contextmanager
def screen(folder: Path, *arguments: str) -> Iterator[Screen]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from frontdesk.cli import main; main()", *arguments],
        cwd=folder,
        env={**os.environ, "TERM": "xterm", "XDG_STATE_HOME": str(folder / "state")},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    termios.tcsetwinsize(ours, (ROWS, COLUMNS))
    try:
        yield Screen(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


async def rung(agent: AgentClient) -> str:
    """The interaction that rings."""
    async for message in agent.messages():
        if isinstance(message, Invitation):
            return message.interaction_id
    raise AssertionError("the connection ended")


async def test_a_word_half_typed_is_still_there_when_something_was_said(
    server: Server, tmp_path: Path
) -> None:
    async with AgentClient(server.url, "amy", PASSWORD) as amy:
        await amy.ready()
        with screen(tmp_path, "chat", f"{server.url}/s", "--name", "Mira") as visitor:
            chat = await amy.accept(await rung(amy))
            await visitor.shows("Amy is here.")
            visitor.types(b"Do you have fe")
            await visitor.shows("Do you have fe")
            await chat.say("Good morning")
            await visitor.shows("Good morning")
            visitor.types(b"rns?" + ENTER)
            assert (await anext(chat.messages())).text == "Do you have ferns?"
            await visitor.asks()
            visitor.types(END_OF_INPUT)
            assert await visitor.ends() == 0

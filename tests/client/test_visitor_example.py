"""The programs of the how-to run as they stand there."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.desk import Desk
from tests.client.scripted_server import ScriptedServer, serving
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "visitor.py"
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "docs/how-to/write-a-client.md").read_text(), re.DOTALL)
NOBODY = "http://127.0.0.1:9/genesys/2/chat/demo"
AMY = {"nickname": "Amy", "participantId": 2, "type": "Agent"}


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving(Desk({"Amy": AMY})) as it:
        yield it


async def until_asked(server: ScriptedServer, operation: str) -> None:
    """Wait for a request."""
    while operation not in [request.operation for request in server.requests]:
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("example", "arguments"),
    [
        ("visitor.py", ("Ada", NOBODY)),
        ("visitor_session.py", ("--url", NOBODY, "--state", "none.json", "hello")),
    ],
)
async def test_without_a_server_it_says_in_one_line_what_to_do(
    example: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, EXAMPLE.with_name(example), *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=tmp_path,
    )
    async with asyncio.timeout(PATIENCE_S):
        _, told = await program.communicate()
    said = f"No chat at {NOBODY}: ConnectError. Does a server run there? `frontdesk demo` starts one.\n"
    assert (told.decode(), program.returncode) == (said, 1)


async def test_the_example_says_what_is_typed_and_shows_what_is_answered(server: ScriptedServer) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        EXAMPLE,
        "Ada",
        server.url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            program.stdin.write(b"hello\n\n")
            await until_asked(server, "send")
            server.desk.happens({"type": "Message", "from": "Amy", "text": "Hello Ada."})
            assert (await program.stdout.readline()).decode() == "Amy: Hello Ada.\n"
            program.stdin.close()
            await until_asked(server, "disconnect")
            assert await program.wait() == 0
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    assert [one.fields["message"] for one in server.requests if one.operation == "send"] == ["hello"]


@pytest.mark.parametrize("source", PROGRAMS, ids=lambda source: f"program-{PROGRAMS.index(source) + 1}")
async def test_the_programs_of_the_how_to_run(
    server: ScriptedServer,
    source: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(source, "write-a-client.md", "exec"), names)  # noqa: S102 - our own words.
    running = asyncio.create_task(names["main"](server.url))
    async with asyncio.timeout(PATIENCE_S):
        await until_asked(server, "start")
        server.desk.happens({"type": "Message", "from": "Amy", "text": "bye"})
        await running
    assert "send" in [request.operation for request in server.requests] or "getStats" in source
    assert capsys.readouterr().out or "Unavailable" in source


def test_the_how_to_has_programs() -> None:
    assert len(PROGRAMS) == 5

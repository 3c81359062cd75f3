"""What is typed at the terminal, line by line, while other things happen."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator

PIECE_BYTES = 65_536
INPUT = 0
PROMPT = "› "


def typed_lines() -> AsyncIterator[str]:
    """Each line of the standard input, until its end.

    Shape:   at a terminal the line can be edited, and what is shown meanwhile appears above it.
    """
    return _edited_lines() if sys.stdin.isatty() and sys.stdout.isatty() else _piped_lines()


async def _edited_lines() -> AsyncIterator[str]:
    # Here, because a server is started by the same program and would keep it in memory.
    from prompt_toolkit import PromptSession
    from prompt_toolkit.patch_stdout import patch_stdout

    session: PromptSession[str] = PromptSession()
    with patch_stdout(raw=True):
        while True:
            try:
                yield await session.prompt_async(PROMPT)
            except EOFError:
                return


async def _piped_lines() -> AsyncIterator[str]:
    """Each line of a pipe or a file.

    Shape:   a thread reads the descriptor itself: Python's own buffer would hold a lock at the very end.
    """
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:
        while True:
            try:
                piece = os.read(INPUT, PIECE_BYTES)
            except OSError:
                piece = b""
            try:
                loop.call_soon_threadsafe(pieces.put_nowait, piece)
            except RuntimeError:  # Whoever listened has gone.
                return
            if not piece:
                return

    threading.Thread(target=read, name="typed", daemon=True).start()
    unfinished = b""
    while piece := await pieces.get():
        *lines, unfinished = (unfinished + piece).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace").rstrip("\r")
    if unfinished:
        yield unfinished.decode("utf-8", "replace")

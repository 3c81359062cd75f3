"""A cable to a server that can be cut: connections through it die, and no new ones are let in.

Before that, what the server says can be lost in it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import anyio
import anyio.abc

WITHIN_S = 60.0
GONE = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream, OSError)
Bring = Callable[[bytes], Awaitable[None]]


class Cable:
    def __init__(self, port: int) -> None:
        self.url = ""
        self.is_cut = False
        self._port = port
        self._lines: set[anyio.abc.SocketStream] = set()
        self._is_mute = False
        self._lost = b""
        self._loss = anyio.Event()

    async def cut(self) -> None:
        """Nothing goes through from now on."""
        self.is_cut = True
        for line in tuple(self._lines):
            await anyio.aclose_forcefully(line)

    def mute(self) -> None:
        """What the server says from now on is lost on its way, and nobody knows until the cable is cut."""
        self._is_mute = True

    async def loses(self, text: str) -> None:
        """Wait until this was lost."""
        with anyio.fail_after(WITHIN_S):
            while text.encode() not in self._lost:
                await self._loss.wait()

    def mend(self) -> None:
        """What comes from now on goes through."""
        self.is_cut = self._is_mute = False

    async def carry(self, near: anyio.abc.SocketStream) -> None:
        """One connection, in both directions, until either end is gone."""
        if self.is_cut:
            await anyio.aclose_forcefully(near)
            return
        async with near, await anyio.connect_tcp("127.0.0.1", self._port) as far:
            self._lines |= {near, far}
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._pass_on, near, far, far.send)
                tasks.start_soon(self._pass_on, far, near, lambda said: self._tell(near, said))
            self._lines -= {near, far}

    async def _tell(self, near: anyio.abc.SocketStream, said: bytes) -> None:
        """Something that the server says."""
        if not self._is_mute:
            await near.send(said)
            return
        self._lost += said
        self._loss.set()
        self._loss = anyio.Event()

    async def _pass_on(
        self, source: anyio.abc.SocketStream, sink: anyio.abc.SocketStream, bring: Bring
    ) -> None:
        with suppress(*GONE):
            while True:
                await bring(await source.receive())
        for line in (source, sink):
            await anyio.aclose_forcefully(line)


@asynccontextmanager
async def laid_to(port: int) -> AsyncIterator[Cable]:
    """A cable to a port of this machine; `url` is its near end."""
    cable = Cable(port)
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0) as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, cable.carry)
        near = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610  # No database.
        cable.url = f"http://127.0.0.1:{near}"
        yield cable
        tasks.cancel_scope.cancel()

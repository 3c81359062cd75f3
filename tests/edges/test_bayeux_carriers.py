"""A Bayeux socket sends at once while its reader keeps up, and gathers while it does not."""

import asyncio
from collections.abc import Coroutine, MutableMapping
from typing import Any

import pytest

from frontdesk.edges.bayeux_carriers import Socket

pytestmark = pytest.mark.anyio


class Wire:
    """Where a socket sends: what went at once, what after waiting, and whether it must wait now."""

    def __init__(self) -> None:
        self.is_full = False
        self.at_once: list[bytes] = []
        self.waited: list[str] = []
        self.has_room = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    def send_text(self, text: bytes) -> bool:
        if not self.is_full:
            self.at_once.append(text)
        return not self.is_full

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self.has_room.wait()
        self.waited.append(message["text"])

    def later(self, work: Coroutine[None, None, None]) -> None:
        self.tasks.append(asyncio.ensure_future(work))

    def socket(self, outbox_max: int = 10) -> Socket:
        return Socket(
            "127.0.0.1",
            b"",
            self.send,
            self.later,
            outbox_max=outbox_max,
            bytes_max=1000,
            send_text=self.send_text,
        )


async def test_what_need_not_wait_is_sent_without_a_task() -> None:
    wire = Wire()
    socket = wire.socket()

    assert socket.tell([b"1", b"2"]) == ""

    assert (wire.at_once, wire.tasks) == ([b"[1,2]"], [])


async def test_nothing_overtakes_what_waits() -> None:
    wire = Wire()
    socket = wire.socket()
    wire.is_full = True
    socket.tell([b"1"])
    wire.is_full = False
    socket.tell([b"2"])

    assert wire.at_once == []
    wire.has_room.set()
    await asyncio.gather(*wire.tasks)
    assert "".join(wire.waited) in ("[1,2]", "[1][2]")

    socket.tell([b"3"])
    assert wire.at_once == [b"[3]"]


async def test_what_waits_is_bounded() -> None:
    wire = Wire()
    socket = wire.socket(outbox_max=2)
    wire.is_full = True
    socket.tell([b"1", b"2"])

    assert socket.tell([b"3"]) == "queue_messages_per_client"

    for task in wire.tasks:
        task.cancel()
    await asyncio.gather(*wire.tasks, return_exceptions=True)

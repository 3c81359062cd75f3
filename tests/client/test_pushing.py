"""What the chat makes of a transport that tells by itself what is new."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from frontdesk.client.options import Options
from frontdesk.client.transport import Credentials, Heard, Supports, Transport
from frontdesk.client.v2 import V2Transport
from tests.client.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

AMY = {"nickname": "Amy", "participantId": 2, "type": "Agent"}


class Thread:
    """A session that is followed: a test says when the server pushes."""

    def __init__(self, transport: V2Transport, session: Credentials, position: int, heard: Heard) -> None:
        self._transport, self._session, self._heard = transport, session, heard
        self.position = position
        self.is_stopped = False

    async def push(self) -> None:
        self._heard(await self._transport.refresh(self._session, self.position))

    def stop(self) -> None:
        self.is_stopped = True


class Pushed(V2Transport):
    """Version 2, read when a test says so."""

    supports = Supports(polling=False)

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.threads: list[Thread] = []

    def follow(self, session: Credentials, position: int, heard: Heard) -> Thread:
        self.threads.append(Thread(self, session, position, heard))
        return self.threads[-1]


@asynccontextmanager
async def pushed() -> AsyncIterator[tuple[Stage, Pushed]]:
    async with on_stage() as stage:
        transport = Pushed(stage.server.url)

        def make(_: Options) -> Transport:
            return transport

        stage.transports["pushed"] = make
        stage.config["transport"] = {"type": "pushed"}
        await stage.reload()
        yield stage, transport
        await transport.aclose()


async def test_it_is_followed_from_the_start_and_never_polled() -> None:
    async with pushed() as (stage, transport):
        await stage.do("startChat", {"nickname": "Ada"})
        await stage.wait(60_000)
        assert (stage.names, stage.asked("refresh")) == (["started", "WebChat.started"], ["start"])
        (thread,) = transport.threads
        assert thread.position == 1
        stage.heard.clear()
        stage.desk.happens(
            {"type": "ParticipantJoined", "from": AMY}, {"type": "Message", "from": AMY, "text": "Hi"}
        )
        await thread.push()
        await stage.settle()
        assert stage.names == ["clientConnected", "agentConnected", "messageReceived"]
        assert not thread.is_stopped


async def test_what_was_pushed_twice_is_told_once() -> None:
    async with pushed() as (stage, transport):
        await stage.do("startChat", {"nickname": "Ada"})
        await transport.threads[0].push()
        await stage.settle()
        stage.heard.clear()
        await transport.threads[0].push()
        await stage.settle()
        assert stage.names == []


async def test_an_outage_is_told_once_and_so_is_its_end() -> None:
    async with pushed() as (stage, transport):
        await stage.do("startChat", {"nickname": "Ada"})
        await transport.threads[0].push()
        await stage.settle()
        stage.heard.clear()
        stage.server.is_lost = True
        for _ in range(3):
            await transport.threads[0].push()
        assert await stage.do("sendMessage", {"message": "lost?"}) == {"statusCode": 1}
        stage.server.is_lost = False
        for _ in range(2):
            await transport.threads[0].push()
        await stage.settle()
        assert stage.names == ["disconnected", "reconnected"]


async def test_it_is_followed_no_more_once_the_chat_is_over() -> None:
    async with pushed() as (stage, transport):
        await stage.do("startChat", {"nickname": "Ada"})
        stage.heard.clear()
        stage.desk.has_ended = True
        await transport.threads[0].push()
        await stage.settle()
        assert stage.names == ["clientConnected", "messageReceived", "ended", "WebChat.cancelled"]
        assert transport.threads[0].is_stopped


async def test_a_push_that_comes_too_late_is_no_news() -> None:
    async with pushed() as (stage, transport):
        await stage.do("startChat", {"nickname": "Ada"})
        await stage.do("endChat")
        assert transport.threads[0].is_stopped
        stage.heard.clear()
        await transport.threads[0].push()
        await stage.settle()
        assert stage.names == []


async def test_a_restored_session_is_followed_from_where_it_was_read_to() -> None:
    async with pushed() as (stage, transport):
        await stage.do("startChat", {"nickname": "Ada"})
        stage.desk.happens({"type": "ParticipantJoined", "from": AMY})
        await stage.reload(1000)
        assert [thread.position for thread in transport.threads] == [1, 3]
        assert transport.threads[0].is_stopped
        assert "pollingStarted" not in stage.names

"""Faye and the CometD server for Node beside ours: the same clients, the same driver, plain Bayeux.

A chat is two clients, each with a connect held: one publishes, the other is told. Over long-polling, what is
published goes on a connection of its own; over WebSockets each client has one socket for everything.
"""

import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from bench.driver.bayeux import Client, Publisher
from bench.driver.bayeux_socket import SocketClient, SocketPublisher
from bench.driver.load import Ear, Line
from bench.driver.pushes import CHANNELS, follow_request, send_request
from bench.driver.v2 import read_envelope
from bench.house import COMETD, SERVICE, open_chats
from bench.processes import Server

PATH = "/bayeux"


class Published(msgspec.Struct):
    """What is published to the peers, who hand on whatever it is."""

    text: str


_read_published = msgspec.json.Decoder(Published).decode


class Way(msgspec.Struct, frozen=True):
    """How messages travel: what one who is told is made with, and one who publishes."""

    name: str
    client: type[Client] | type[SocketClient]
    publisher: Callable[..., Publisher | SocketPublisher]


BY_POLLS = Way("polls", Client, Publisher)
BY_SOCKETS = Way("sockets", SocketClient, SocketPublisher)


@contextlib.asynccontextmanager
async def on_peer(server: Server, ear: Ear, count: int, way: Way) -> AsyncIterator[Sequence[Line]]:
    """Channels, each with one who publishes and one who has subscribed."""
    async with contextlib.AsyncExitStack() as chats:
        lines = []
        for number in range(count):
            name = f"{number:016d}"
            channel = f"/{way.name}/{name}"  # Each way has channels of its own.

            def told(data: Raw, name: str = name) -> None:
                ear.hear(name, _read_published(data).text)

            reader = chats.enter_context(contextlib.closing(way.client(PATH, told)))
            await reader.open(server.url)
            await reader.ask("/meta/subscribe", subscription=channel)
            reader.hold()
            lines.append(
                await _publisher(chats, way, server, PATH, name, channel, lambda text: {"text": text})
            )
        yield lines


@contextlib.asynccontextmanager
async def on_frontdesk(server: Server, ear: Ear, count: int, way: Way) -> AsyncIterator[Sequence[Line]]:
    """Chats that are seen on two pages: what is said on one is told to the other, when it is on disk."""
    visitors = await open_chats(server.url, count)
    async with contextlib.AsyncExitStack() as chats:
        lines = []
        for visitor in visitors:
            visitor.connection.close()

            def told(data: Raw, name: str = visitor.name) -> None:
                for line in read_envelope(data).messages:
                    if line.type == "Message":
                        ear.hear(name, line.text)

            reader = chats.enter_context(contextlib.closing(way.client(COMETD, told)))
            await reader.open(server.url)
            await reader.ask(CHANNELS + SERVICE, data=follow_request(visitor))
            reader.hold()
            said = functools.partial(send_request, visitor)
            lines.append(await _publisher(chats, way, server, COMETD, visitor.name, CHANNELS + SERVICE, said))
        yield lines


async def _publisher(
    chats: contextlib.AsyncExitStack,
    way: Way,
    server: Server,
    path: str,
    name: str,
    channel: str,
    data_of: Callable[[str], Mapping[str, Any]],
) -> Line:
    writer = chats.enter_context(contextlib.closing(way.client(path, lambda _: None)))
    await writer.open(server.url)
    writer.hold()
    publisher = chats.enter_context(contextlib.closing(way.publisher(name, writer, channel, data_of)))
    await publisher.open(server.url)
    return publisher

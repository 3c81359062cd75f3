"""The process of journeys: it alone opens their database, and does what its node asks of it over a socket.

    python -m frontdesk.journey_process

Chats go first: it is nicer than its node. It ends when the node says so, or is gone. What terminals and
supervisors of services send to all processes, it leaves to the node, which has it answer first what is under
way.
"""

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from starlette.applications import Starlette

from frontdesk.desk.journeys.queue_answers import QueueAnswers
from frontdesk.desk.working import working
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.edges import logs
from frontdesk.edges.apart.answering import Answering
from frontdesk.edges.apart.floor_news import ToldFloor
from frontdesk.edges.apart.line import Line
from frontdesk.edges.apart.log_proxy import AskedLog, AskedSignIns
from frontdesk.edges.apart.messages import (
    Ask,
    Begin,
    Beside,
    DefinitionsChanged,
    End,
    LimitReached,
    Measure,
    Queues,
    RefusedHere,
    Requests,
    Rest,
    Told,
    Watch,
    Wish,
)
from frontdesk.edges.workspace_caller import Callers
from frontdesk.interpreter import calm_collector, make_ready, run, wall_clock_ms
from frontdesk.journey_parts import JourneyParts, SiteParts
from frontdesk.service_book import service_book
from frontdesk.settings import Settings
from frontdesk.store.open import Database, open_journeys

NICE = 10
ENDS_WITHIN_S = 5.0


class JourneysOfNode:
    """What a node asks for, done. Shape: `is_over` is set when the node has said that this is the end."""

    def __init__(self) -> None:
        self.line = Line(self.carry_out, self.hear)
        self.is_over = asyncio.Event()
        self._opened = contextlib.AsyncExitStack()
        self._answers = QueueAnswers(wall_clock_ms)
        self._floor = ToldFloor(self._answers)
        self._registry = CollectorRegistry()
        self._watched: set[str] = set()
        self._is_outdated = asyncio.Event()

    async def carry_out(self, wish: Wish) -> object:
        """What came of it. Errors: `DeskError`."""
        match wish:
            case Begin():
                await self._begin(wish)
            case Beside():
                return msgspec.json.encode(await self._parts.beside(wish.context, wish.known))
            case Measure():
                return generate_latest(self._registry)
            case End():
                await self._answering.finish()
                await self.aclose()
                self.is_over.set()
            case _:
                raise AssertionError(f"journeys do not do this: {wish}")
        return None

    def hear(self, heard: Requests | Told) -> None:
        """Take a request, or what is news."""
        match heard:
            case Ask():
                self._answering.take(heard)
            case Rest():
                self._answering.bring(heard)
            case RefusedHere():
                for code, times in heard.times.items():
                    self._parts.counts.refused(code, times)
            case Queues():
                self._floor.take(heard)
            case DefinitionsChanged():
                self._is_outdated.set()
            case _:
                raise AssertionError(f"journeys are not told this: {heard}")

    async def aclose(self) -> None:
        """Stop working, and let go of the database."""
        await self._opened.aclose()

    async def _begin(self, begin: Begin) -> None:
        settings = msgspec.json.decode(begin.settings, type=Settings)
        logs.configure(settings.log)
        for queue, waited in begin.waited:
            self._answers.take(queue, waited)
        database = await open_journeys(settings.database, is_apart=True)
        self._opened.push_async_callback(database.aclose)
        parts = self._parts = self._put_together(settings, database, begin)
        self._registry.register(parts.counts)
        parts.book.on_change.append(self._watch)
        self._answering = Answering(self.line, parts.taking_in, Starlette(routes=list(parts.routes())))
        await parts.load()
        works = (*parts.work(), ("journey definitions", self._keep_up))
        await self._opened.enter_async_context(working(works))
        calm_collector()

    async def _keep_up(self) -> None:
        """Read what is defined whenever that has changed, until cancelled."""
        while True:
            await self._is_outdated.wait()
            self._is_outdated.clear()
            await self._parts.refresh()

    def _put_together(self, settings: Settings, database: Database, begin: Begin) -> JourneyParts:
        log = AskedLog(self.line)
        site = SiteParts(
            log=log,
            chat_news=log.news,
            services=service_book(settings),
            outlook=self._floor.outlook,
            answers=self._answers,
            callers=Callers(AskedSignIns(self.line), settings.server.public_url),
            is_too_much=lambda _address: False,  # The node has counted it.
            limit_reached=lambda name: self.line.tell(LimitReached(name)),
            clock_ms=wall_clock_ms,
            secret=begin.secret,
            node_id=begin.node_id,
        )
        return JourneyParts(settings, database, site)

    def _watch(self, _definitions: Definitions) -> None:
        """Be told of the queues that targets name now."""
        queues = self._parts.rooms.queues()
        if queues != self._watched:
            self._watched = queues
            self.line.tell(Watch(tuple(sorted(queues))))


async def serve(node: socket.socket) -> None:
    """Do what the node at the other end asks, until it says so or is gone."""
    journeys = JourneysOfNode()
    line = journeys.line
    await asyncio.get_running_loop().create_unix_connection(lambda: line, sock=node)
    over = asyncio.ensure_future(journeys.is_over.wait())
    await asyncio.wait((line.lost, over), return_when=asyncio.FIRST_COMPLETED)
    over.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ENDS_WITHIN_S):
            await journeys.aclose()
    line.close()


def main() -> None:
    """Serve the node at the other end of standard input."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    make_ready()
    node = socket.socket(fileno=os.dup(0))
    node.setblocking(False)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    run(serve(node))


if __name__ == "__main__":
    main()

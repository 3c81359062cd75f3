"""Everybody comes back at once: the server was killed, and is there again."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from bench.driver.http import connect
from bench.driver.load import Ear, Wrong
from bench.driver.v2 import Visitor, hang_up
from bench.driver.workspace import Agent, sign_in
from bench.house import PASSWORD, Desk, folder, frontdesk, open_chats, person
from bench.measure import Tell
from bench.rows import Budget, Row
from bench.scale import Scale

SOCKET_SHARE = 10  # One in so many clients holds an agent's socket; the others poll.
AGENTS = 5  # Who share the sockets; the one who has the chats is another, or each socket would get them all.
TRIES_MAX = 50
TRY_AGAIN_S = 0.1
WORDS = "Are you still there?"


async def reconnect(scale: Scale, tell: Tell) -> Sequence[Row]:
    """How long until all have their connection and their words again."""
    sockets = scale.reconnects // SOCKET_SHARE
    people = [person(number) for number in range(AGENTS + 1)]
    with folder() as place:
        tell(f"{scale.reconnects:,} clients come")
        async with frontdesk(place, people=people) as server:
            port = urlsplit(server.url).port or 0
            tokens = [await sign_in(server.url, one.login, PASSWORD) for one in people[1:]]
            desk = Desk(Ear())
            await desk.open(server.url)
            visitors = await open_chats(server.url, scale.reconnects - sockets)
            await desk.takes(visitors)
            agents = [Agent(lambda _: None) for _ in range(sockets)]
            for number, agent in enumerate(agents):
                await agent.connect(server.url, tokens[number % AGENTS])
            for visitor in visitors:
                await visitor.ask(visitor.send(WORDS))
            server.kill()
            await server.process.wait()
        hang_up(visitors)
        desk.close()
        for agent in agents:
            agent.close()
        async with frontdesk(place, people=(), port=port) as server:
            tell(f"{scale.reconnects:,} clients come back")
            url = server.url
            begun = time.perf_counter()
            back_s = await asyncio.gather(
                *(_in_time(functools.partial(_polls, visitor, url), begun) for visitor in visitors),
                *(
                    _in_time(functools.partial(_greets, agent, url, tokens[number % AGENTS]), begun)
                    for number, agent in enumerate(agents)
                ),
            )
        hang_up(visitors)
        for agent in agents:
            agent.close()
    back_s.sort()
    return (
        Row(
            scenario="reconnect",
            what=f"{scale.reconnects:,} clients at once: all are back",
            value=back_s[-1],
            unit="s",
            budget=Budget(must=10, aim=5, of="value"),
        ),
        Row(scenario="reconnect", what="half are back", value=back_s[len(back_s) // 2], unit="s"),
    )


async def _in_time(comes: Callable[[], Awaitable[None]], begun: float) -> float:
    """When the client was back, having tried again like any client. Errors: `Wrong`."""
    for _ in range(TRIES_MAX):
        try:
            await comes()
        except OSError:
            await asyncio.sleep(TRY_AGAIN_S)
        else:
            return time.perf_counter() - begun
    raise Wrong("a client never came back")


async def _polls(visitor: Visitor, url: str) -> None:
    visitor.connection = await connect(url)
    told = await visitor.ask(visitor.refresh(1))
    if [line.text for line in told.messages if line.type == "Message"] != [WORDS]:
        raise Wrong(f"{visitor.name} lost its words")


async def _greets(agent: Agent, url: str, token: str) -> None:
    welcome = await agent.connect(url, token)
    if welcome.is_ != "welcome":
        raise Wrong(f"an agent was met with {welcome}")

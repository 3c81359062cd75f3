"""Visitors, agents and bots of the gallery, with the programs that Frontdesk has for them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import anyio

from frontdesk.client import AgentClient, Bot, Chat, Client
from tests.conformance.house import PASSWORD
from tests.gallery.shop import Shop
from tests.patience import PATIENCE_S


class Visitor:
    """A visitor's program, in a chat."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def reads(self, text: str, times: int = 1) -> None:
        """Wait until this was said so many times, in whichever words around it."""
        await _until(lambda: sum(text in line.text for line in self.client.lines) >= times, self.read)

    async def is_over(self) -> None:
        """Wait until the chat has ended."""
        await _until(lambda: not self.client.is_active, self.read)

    def read(self) -> list[str]:
        return [str(line) for line in self.client.lines]


@asynccontextmanager
async def visitor(shop: Shop, email: str = "", **data: str) -> AsyncIterator[Visitor]:
    """Mira, who has just begun a chat."""
    shop.clock.after_s(1)  # Sessions are told apart by when they began.
    async with Client(f"{shop.house.url}/genesys/2/chat/shop") as client:
        await client.start(nickname="Mira", first_name="Mira", email=email, data=data)
        yield Visitor(client)


class Agent:
    """An agent's program."""

    def __init__(self, client: AgentClient) -> None:
        self.client = client

    async def takes(self) -> Chat:
        """Accept the chat that rings next."""
        await _until(lambda: bool(self.client.invites), lambda: ["nothing rings"])
        return await self.client.accept(next(iter(self.client.invites)))


@asynccontextmanager
async def agent(shop: Shop, login: str, *skills: str, capacity: int = 5) -> AsyncIterator[Agent]:
    """An agent who is ready."""
    await shop.house.server.add_account(
        login=login, password=PASSWORD, name=login.title(), skills=skills, capacity=capacity
    )
    async with AgentClient(shop.house.url, login, PASSWORD) as client:
        await client.ready()
        yield Agent(client)
        await client.not_ready()


@asynccontextmanager
async def bot(shop: Shop, login: str) -> AsyncIterator[None]:
    """A bot that asks for the order, and hands over with what it was told."""
    await shop.house.server.add_account(login=login, password=PASSWORD, role="bot", name="Robin")
    program = Bot(shop.house.url, login, PASSWORD)

    @program.on_chat
    async def talk(chat: Chat) -> None:
        await chat.greet("Hello, I am a bot. Which order is it?")
        async for message in chat.messages():
            await chat.set_data(Order=message.text)
            await chat.hand_over(summary=f"It is about the order {message.text}.")
            return

    working = asyncio.create_task(program.serve())
    try:
        await program.ready()
        yield
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def _until(is_so: Callable[[], bool], seen: Callable[[], list[str]]) -> None:
    with anyio.move_on_after(PATIENCE_S):
        while not is_so():
            await anyio.sleep(0.02)
        return
    raise AssertionError(f"it did not happen, but {seen()}")

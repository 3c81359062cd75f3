"""Visitors and agents who go on through crashes, and their books of all that they were told.

Every text is said once, by one party, so that a loss, a double or a phantom shows in the transcript.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence

from bench.driver.http import HttpConnection, connect
from bench.driver.v2 import Envelope, ServerRefused, Visitor, granted, hang_up
from bench.driver.workspace import Agent, Heard, sign_in
from bench.house import PASSWORD, open_chats, person
from tests.faults.mortal import Node
from tests.patience import PATIENCE_S

CHATS = 12
TRY_AGAIN_S = 0.03
AGENT_PAUSE_S = 0.005
Told = tuple[str, str]  # An event's type and text.
# What the two sides call the same thing.
SAID, MESSAGE = "Said", "Message"


class Chat:
    """A visitor's book."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.name = visitor.name
        self.acknowledged: list[str] = []
        self.unanswered: list[str] = []
        self.is_speaking = False
        self.shown: dict[int, Told] = {}

    async def speak(self, text: str) -> tuple[int, bytes]:
        """Send a message and wait for the answer."""
        self.is_speaking = True
        try:
            return await self.visitor.connection.fetch(self.visitor.send(text))
        finally:
            self.is_speaking = False

    def show(self, envelope: Envelope) -> None:
        """Note what the visitor was shown: a number always means the same event."""
        for line in envelope.messages:
            told = (line.type, line.text)
            assert self.shown.setdefault(line.index, told) == told, f"{self.name}: {line.index} changed"


class Bystander:
    """An agent's book: every event heard, by chat, and all that was said in answer."""

    def __init__(self, name: str, token: str) -> None:
        self.name = name
        self.token = token
        self.agent = Agent(self._hear)
        self.heard: dict[str, dict[int, Told]] = {}
        self.last: dict[str, int] = {}
        self.acknowledged: dict[str, list[str]] = {}
        self.twice: list[str] = []

    def _hear(self, heard: Heard) -> None:
        event, chat = heard.event, heard.interaction_id
        if event is None:
            return
        if heard.version <= self.last.get(chat, 0):
            self.twice.append(f"{chat}: {heard.version} after {self.last[chat]}")
        self.last[chat] = heard.version
        self.heard.setdefault(chat, {})[heard.version] = (event.type, event.text)


class Town:
    """Everybody who uses the nodes. Who loses a connection tries again, at any node."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._is_over = False
        self._lives: list[asyncio.Task[None]] = []
        self.chats: list[Chat] = []
        self.bystanders: list[Bystander] = []

    async def open(self, agents: int) -> None:
        """Sign in, start the chats, wait until each has an agent; then let all talk."""
        for number in range(agents):
            url = self._nodes[number % len(self._nodes)].url
            token = await sign_in(url, person(number).login, PASSWORD)
            bystander = Bystander(f"agent {number}", token)
            await bystander.agent.connect(url, token)
            await bystander.agent.ask("ready")
            self.bystanders.append(bystander)
        visitors = await open_chats(self._nodes[0].url, CHATS)
        self.chats = [Chat(visitor) for visitor in visitors]
        await until(lambda: sum(len(b.agent.joined) for b in self.bystanders) == CHATS)
        self._lives = [asyncio.create_task(self._visit(chat)) for chat in self.chats]
        self._lives += [asyncio.create_task(self._stand_by(bystander)) for bystander in self.bystanders]

    def check(self) -> None:
        """Raise what went wrong for anybody so far."""
        for life in self._lives:
            if life.done() and not life.cancelled() and (error := life.exception()) is not None:
                raise error

    @property
    def acknowledged(self) -> int:
        return sum(len(chat.acknowledged) for chat in self.chats)

    @property
    def is_speaking(self) -> bool:
        """Whether a message is under way now."""
        return any(chat.is_speaking for chat in self.chats)

    @property
    def lost(self) -> int:
        """How many messages were under way when their server died."""
        return sum(len(chat.unanswered) for chat in self.chats)

    @property
    def answered(self) -> int:
        """How much agents have said so far."""
        return sum(len(said) for b in self.bystanders for said in b.acknowledged.values())

    async def close(self) -> None:
        """Let everybody finish their sentence; those who cannot are not waited for."""
        self._is_over = True
        if self._lives:
            await asyncio.wait(self._lives, timeout=PATIENCE_S)
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        hang_up(chat.visitor for chat in self.chats)

    def leave(self) -> None:
        """Close the agents' sockets."""
        for bystander in self.bystanders:
            bystander.agent.close()

    # --- lives -----------------------------------------------------------------------------------

    async def anywhere(self) -> HttpConnection:
        """A connection to some node that answers."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await connect(random.choice(self._nodes).url)
                except OSError:
                    await asyncio.sleep(TRY_AGAIN_S)

    async def _visit(self, chat: Chat) -> None:
        visitor, number = chat.visitor, 0
        while not self._is_over:
            number += 1
            text = f"{chat.name} {number}"
            try:
                if random.random() < 0.2:
                    await visitor.ask(visitor.start_typing())
                status, body = await chat.speak(text)
            except ConnectionError:
                chat.unanswered.append(text)
                visitor.connection = await self.anywhere()
                continue
            try:
                granted(status, body)
            except ServerRefused:
                chat.unanswered.append(text)  # It may have been written, says the protocol.
                await asyncio.sleep(TRY_AGAIN_S)
                continue
            chat.acknowledged.append(text)
            if random.random() < 0.5:
                await self._look(chat)

    async def _look(self, chat: Chat) -> None:
        """Poll, at another node half of the time."""
        visitor = chat.visitor
        request = visitor.refresh(max(chat.shown, default=0) + 1)
        with contextlib.suppress(ConnectionError, ServerRefused):
            if random.random() < 0.5:
                chat.show(await visitor.ask(request))
                return
            connection = await self.anywhere()
            try:
                chat.show(granted(*await connection.fetch(request)))
            finally:
                connection.close()

    async def _stand_by(self, bystander: Bystander) -> None:
        """Answer in the chats at hand; what was not acknowledged is said again with the same id."""
        number = 0
        while not self._is_over:
            await asyncio.sleep(AGENT_PAUSE_S)
            number += 1
            chat = random.choice(sorted(bystander.agent.joined))
            text = f"{bystander.name} {number}"
            while True:
                try:
                    await bystander.agent.ask("say", wish=f"wish {text}", interaction_id=chat, text=text)
                except ServerRefused as error:
                    if "unavailable" not in str(error):
                        raise
                    await asyncio.sleep(TRY_AGAIN_S)
                except ConnectionError:
                    await self.join_again(bystander)
                else:
                    break
            bystander.acknowledged.setdefault(chat, []).append(text)

    async def join_again(self, bystander: Bystander) -> None:
        """A new socket that goes on where the last one ended."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with contextlib.suppress(OSError):
                    await bystander.agent.connect(
                        random.choice(self._nodes).url, bystander.token, bystander.last
                    )
                    return
                await asyncio.sleep(TRY_AGAIN_S)


async def until(is_so: Callable[[], object], check: Callable[[], None] = lambda: None) -> None:
    """Return when it is so; `check` may raise why it never will be."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            check()
            await asyncio.sleep(0.01)

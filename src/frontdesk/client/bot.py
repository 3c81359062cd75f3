"""Bots: a coroutine per chat."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from frontdesk.client.agent import AgentClient
from frontdesk.client.workspace_chat import Chat
from frontdesk.client.workspace_messages import (
    FloorChanged,
    Happened,
    InteractionCard,
    NoLongerYours,
    Readiness,
    Welcome,
)
from frontdesk.client.workspace_socket import full_jitter
from frontdesk.domain.events import Ended
from frontdesk.errors import DeskError

AFTER_END_S = 30
CRASH_SUMMARY = "The bot could not go on with this chat."

_log = logging.getLogger("frontdesk.bot")

Talk = Callable[[Chat], Awaitable[None]]


class Bot:
    """A bot: each chat that is given to it is talked by a coroutine of its own.

        bot = Bot("http://127.0.0.1:8080", "greeter", password)

        @bot.on_chat
        async def talk(chat: Chat) -> None:
            await chat.greet("Hello! What can I do for you?")
            async for message in chat.messages():
                await chat.say(f"You said: {message.text}")

        bot.run()

    Shape:   the coroutine starts when the chat is given to the bot, and again, with `chat.is_resumed`, when
             the program is started anew; the loss of a connection it does not notice. When it returns or
             fails and the chat goes on, a person takes over.
    """

    def __init__(
        self, url: str, login: str, password: str, *, pause_s: Callable[[int], float] = full_jitter
    ) -> None:
        self.client = AgentClient(url, login, password, pause_s=pause_s)
        self._talk: Talk | None = None
        self._talks: dict[str, tuple[Chat, asyncio.Task[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._floor = asyncio.Event()
        self._is_ready = asyncio.Event()

    def on_chat(self, talk: Talk) -> Talk:
        """Talk every chat with this coroutine function."""
        self._talk = talk
        return talk

    @property
    def people_ready(self) -> int:
        """How many people are ready and have a free slot: exact about none, rough above."""
        return self.client.people_ready

    async def person_ready(self) -> None:
        """Return once a person is ready and has a free slot."""
        while not self.people_ready:
            await self._floor.wait()

    async def ready(self) -> None:
        """Return once chats may come."""
        await self._is_ready.wait()

    def run(self) -> None:
        """Work until interrupted. Errors: `SignInRefused`."""
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(self.serve())

    async def serve(self) -> None:
        """Work until cancelled; the chats are then resumed by the next start. Errors: `SignInRefused`."""
        if self._talk is None:
            raise RuntimeError("tell the bot how to talk: @bot.on_chat")
        async with self.client:
            try:
                self._start(self._be_ready())
                async for message in self.client.messages():
                    match message:
                        case InteractionCard():
                            self._begin(message.interaction_id)
                        case Happened(event=Ended()) | NoLongerYours():
                            self._let_finish(message.interaction_id)
                        case FloorChanged():
                            self._floor.set()
                            self._floor = asyncio.Event()
                        case Welcome() | Readiness() if not message.is_ready:
                            self._start(self._be_ready())
                        case _:
                            pass
            finally:
                await self._stop()

    def _begin(self, interaction_id: str) -> None:
        chat = self.client.chats.get(interaction_id)
        known = self._talks.get(interaction_id)
        if chat is not None and (known is None or known[0] is not chat):
            self._talks[interaction_id] = chat, self._start(self._one_chat(chat))

    def _let_finish(self, interaction_id: str) -> None:
        """Give the coroutine of a chat that is over a while to come to its own end."""
        chat, task = self._talks.get(interaction_id, (None, None))
        if chat is not None and task is not None and chat.is_over:
            del self._talks[interaction_id]
            if not task.done():
                asyncio.get_running_loop().call_later(AFTER_END_S, task.cancel)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _be_ready(self) -> None:
        try:
            await self.client.ready()
            self._is_ready.set()
        except DeskError as error:  # The next connection tells again whether chats come.
            _log.warning("no chats will come: %s", error)

    async def _one_chat(self, chat: Chat) -> None:
        assert self._talk is not None
        summary = ""
        try:
            await chat.complete()
            if not chat.is_over:
                await self._talk(chat)
        except Exception as error:  # noqa: BLE001  # A person goes on, whatever it is.
            if chat.is_over and isinstance(error, DeskError):
                return  # It wanted to say something more, and the visitor was gone.
            _log.exception("chat %s: the coroutine failed", chat.id)
            summary = CRASH_SUMMARY
        if not chat.is_over:
            await self._give_up(chat, summary)

    async def _give_up(self, chat: Chat, summary: str) -> None:
        try:
            await chat.hand_over(summary=summary)
        except DeskError as error:
            if not chat.is_over:
                _log.warning("chat %s: nobody could be asked to go on: %s", chat.id, error)

    async def _stop(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

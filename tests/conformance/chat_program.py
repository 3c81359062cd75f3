"""What a program that chats as a visitor has around it: a place for its state, and ears."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import pytest

from frontdesk.client.chat_errors import ChatError, ChatFailed
from frontdesk.client.chat_events import MessageReceived
from tests.patience import PATIENCE_S

T = TypeVar("T")


class Page:
    """Where a program keeps its state: `written` is every state, oldest first."""

    def __init__(self) -> None:
        self.written: list[Any] = []

    def write(self, state: Any, /) -> None:
        self.written.append(state)

    def read(self) -> Any:
        return self.written[-1] if self.written else None


class Heard(Generic[T]):
    """What a callback was told; tests wait for that, not for some time to pass."""

    def __init__(self, register: Callable[[Callable[[T], object]], None]) -> None:
        self.events: list[T] = []
        self._news = asyncio.Event()
        register(self._hear)

    def _hear(self, event: T) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, count: int) -> list[T]:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.events) < count:
                self._news.clear()
                await self._news.wait()
        return self.events


async def refused(doing: Awaitable[object]) -> ChatError | None:
    with pytest.raises(ChatFailed) as failed:
        await doing
    return failed.value.error


def texts(messages: Sequence[MessageReceived]) -> list[str | None]:
    return [message.content.text for message in messages]

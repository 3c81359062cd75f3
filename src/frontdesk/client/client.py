"""A visitor's chat in three lines.

async with Client("https://chat.example/genesys/2/chat/demo") as chat:
    await chat.start(nickname="Ada")
    await chat.say("Is anybody there?")
    async for line in chat:
        print(line)
"""

import asyncio
import contextlib
import os
from bisect import bisect_right, insort
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from frontdesk.client.bus import Bus, CommandRejected, Event, Promise
from frontdesk.client.clock import Clock
from frontdesk.client.lines import Line, line
from frontdesk.client.plugin import Subscriber
from frontdesk.client.service_events import NAME
from frontdesk.client.state_store import FileStorage, StateStore
from frontdesk.client.webchat import WebChat
from frontdesk.client.webchat_service import WebChatService
from frontdesk.errors import Unavailable


class Client:
    """A visitor of the chat service at `url`, one chat at a time.

    Shape:   with `state`, a file, the chat is found again by the next run, and leaving the block does not
             end it; without, leaving the block leaves the chat. `config` are further options of
             `WebChatService`, `page` says where the visitor is. `async for` gives every line of the chat from
             its beginning, and stops when the chat is over.
    Errors:  `CommandRejected` when the server or the service refuses.
    """

    def __init__(
        self,
        url: str,
        *,
        state: str | os.PathLike[str] | None = None,
        config: Mapping[str, Any] | None = None,
        page: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        self._stays = state is not None
        store = StateStore(None if state is None else FileStorage(state))
        self.bus = Bus(clock)
        self.service = WebChatService(
            self.bus, {**(config or {}), "dataURL": url}, store=store, clock=clock, page=page, http=http
        )
        self.webchat = WebChat(self.bus, store=store)
        self._lines: list[Line] = []
        self._known: set[int] = set()
        self._is_over = False
        self._news = asyncio.Event()
        self._block: Mapping[str, Any] = {}
        for beginning in ("started", "restored"):
            self.on(beginning, self._begin)
        self.on("messageReceived", self._hear)
        for ending in ("WebChat.completed", "WebChat.cancelled"):
            self.on(ending, self._end)

    async def __aenter__(self) -> Self:
        await self.service.begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.service.engine.begun()  # The caller may have lost patience; the server has begun.
            if self.is_active and not self._stays:
                with contextlib.suppress(CommandRejected):  # It is over for us, whatever the server says.
                    await self.leave()
        finally:
            self._block, self._is_over = self.metadata, True
            self._tell()
            await self.service.aclose()

    @property
    def is_active(self) -> bool:
        """Whether there is a chat to write to."""
        return self.service.engine.is_active

    @property
    def lines(self) -> tuple[Line, ...]:
        """The chat so far."""
        return tuple(self._lines)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What is known of the interaction, or of the last one: who was reached when, how much was said."""
        block: Mapping[str, Any] = self.bus.data("WebChat.metadata")
        return self._block if self._is_over else block

    async def start(
        self,
        *,
        nickname: str = "",
        first_name: str = "",
        last_name: str = "",
        email: str = "",
        subject: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Ask for a chat; `data` goes along with it."""
        who = {"nickname": nickname, "firstname": first_name, "lastname": last_name}
        who |= {"email": email, "subject": subject}
        # Version 2 takes them as they are, version 3 under `form`.
        await self.command("startChat", {**who, "form": who, "userData": dict(data or {})})

    async def say(self, text: str) -> None:
        """Send a message.

        Errors:  `Unavailable`: it was not delivered, and may be tried again.
        """
        response = await self.command("sendMessage", {"message": text})
        if response.get("statusCode") == 1:
            raise Unavailable("the message was not delivered")

    async def typing(self, preview: str = "") -> None:
        """Tell that the visitor is typing; call it at every keystroke, it asks no more than it must."""
        await self.command("sendTyping", {"message": preview})

    async def set_data(self, **data: Any) -> None:
        """Attach data to this chat, or before a start to the next."""
        await self.command("updateUserData", data)

    async def send_file(self, path: str | os.PathLike[str]) -> str:
        """Hand a file over; its id."""
        response = await self.command("sendFile", {"files": Path(path)})
        return str((response.get("userData") or {}).get("file-id") or "")

    async def fetch_file(self, file_id: str) -> bytes:
        """The bytes of a file of this chat."""
        content: bytes = await self.command("downloadFile", {"fileId": file_id})
        return content

    async def delete_file(self, file_id: str) -> None:
        """Take an own file back."""
        await self.command("deleteFile", {"fileId": file_id})

    async def notice(self, text: str) -> None:
        """Tell the other side's programs something."""
        await self.command("sendCustomNotice", {"message": text})

    async def push_url(self, url: str) -> None:
        """Put an address before the other side."""
        await self.command("pushUrl", {"url": url})

    async def rename(self, nickname: str) -> None:
        """Be called otherwise from now on."""
        await self.command("updateNickname", {"nickname": nickname})

    async def read(self, upto: Line | None = None) -> None:
        """Tell that everything, or everything up to a line, was read."""
        await self.command("sendReadReceipt", {} if upto is None else {"index": upto.index})

    async def leave(self) -> None:
        """End the chat."""
        await self.command("endChat")

    def on(self, event: str, subscriber: Subscriber) -> None:
        """Call `subscriber` with each such event of the service, or with `Plugin.event` of any plugin."""
        self.bus.subscribe(event if "." in event else f"{NAME}.{event}", subscriber)

    def command(self, name: str, options: Mapping[str, Any] | None = None) -> Promise:
        """Call a command of the service, or with `Plugin.command` of any plugin."""
        return self.bus.command(name if "." in name else f"{NAME}.{name}", options)

    async def __aiter__(self) -> AsyncIterator[Line]:
        lines, last = self._lines, 0
        while True:
            # By number, not by place: a page of history may have been put before what was read already.
            while (place := bisect_right(lines, last, key=_index)) < len(lines):
                last = lines[place].index
                yield lines[place]
            if self._is_over or lines is not self._lines:
                return
            await self._news.wait()

    def _begin(self, _: Event) -> None:
        if self._lines or self._is_over:  # Whoever waits since before the first chat waits for this one.
            self._lines, self._known, self._is_over = [], set(), False
            self._tell()

    def _hear(self, event: Event) -> None:
        for message in event.data["messages"]:
            one = line(message)
            if one is not None and one.index not in self._known:
                self._known.add(one.index)
                insort(self._lines, one, key=_index)  # Pages of history come later than what follows them.
        self._tell()

    def _end(self, event: Event) -> None:
        self._is_over, self._block = True, event.data
        self._tell()

    def _tell(self) -> None:
        """Wake everybody who waits for lines; whoever comes later waits for the next ones."""
        self._news.set()
        self._news = asyncio.Event()


def _index(one: Line) -> int:
    return one.index

"""What an agent at the terminal sees, and what the lines typed there do."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from frontdesk.cli.console import aside, errors, harmless, output, spoken
from frontdesk.client import AgentClient, Chat, Happened, InteractionCard, Invitation
from frontdesk.client.workspace_messages import InviteGone, Message, NoLongerYours, Readiness, Welcome
from frontdesk.client.workspace_view import VISITOR
from frontdesk.domain import events
from frontdesk.errors import DeskError, Refused

HELP = (
    "Write, and press Enter: it goes to the chat you are in. Commands: /accept, /decline, /chats, /go N, "
    "/data, /whisper TEXT, /file PATH, /get FILE, /hand-over [SUMMARY], /leave, /end, /ready, /away, /quit."
)
Deed = Callable[[str], Awaitable[None]]


class AgentTerminal:
    """One agent's screen. Chats have numbers, in the order in which they came."""

    def __init__(self, client: AgentClient) -> None:
        self._client = client
        self._numbers: dict[str, int] = {}
        self._current = ""
        self._deeds: dict[str, Deed] = {
            "/help": self._help,
            "/accept": self._accept,
            "/decline": self._decline,
            "/chats": self._list,
            "/go": self._go,
            "/data": self._data,
            "/whisper": lambda text: self._chat().whisper(text),
            "/file": self._upload,
            "/get": self._download,
            "/hand-over": lambda text: self._chat().hand_over(summary=text),
            "/leave": lambda _: self._chat().leave(),
            "/end": lambda _: self._chat().end(),
            "/ready": lambda _: self._client.ready(),
            "/away": lambda text: self._client.not_ready(text),
        }

    # --- what happens --------------------------------------------------------------------------

    async def listen(self) -> None:
        """Show what happens, until the connection is given up."""
        async for message in self._client.messages():
            self._show(message)

    def _show(self, message: Message) -> None:
        match message:
            case Invitation():
                queue = f" in {message.queue}" if message.queue else ""
                self._note(f"☎ {message.nickname} is waiting{queue}. /accept or /decline")
                if message.summary:
                    self._note(message.summary)
            case InviteGone(reason=reason) if reason != "accepted":
                self._note(f"It no longer rings: {reason.replace('_', ' ')}.")
            case InteractionCard():
                self._opened(message)
            case Happened():
                self._happened(message)
            case Welcome():
                self._note("The connection is back.")
            case Readiness():
                self._note(
                    "You are ready: chats may come." if message.is_ready else "No new chats will come."
                )
            case NoLongerYours() if message.interaction_id in self._numbers:
                self._closed(message.interaction_id)
            case _:
                pass

    def _opened(self, card: InteractionCard) -> None:
        if card.interaction_id in self._numbers:
            return  # The connection came back.
        number = self._numbers[card.interaction_id] = max(self._numbers.values(), default=0) + 1
        self._note(f"[{number}] {card.nickname}{f', about {card.subject}' if card.subject else ''}")
        if not self._current:
            self._current = card.interaction_id
        else:
            self._note(f"/go {number} turns to this chat.")

    def _closed(self, interaction_id: str) -> None:
        self._note(f"[{self._numbers.pop(interaction_id)}] is no longer yours.")
        if interaction_id == self._current:
            self._current = next(iter(self._numbers), "")
            if self._current:
                self._note(f"You are in [{self._numbers[self._current]}] now.")

    def _happened(self, happened: Happened) -> None:
        number = self._numbers.get(happened.interaction_id)
        if number is None:
            return
        chat = self._client.chats.get(happened.interaction_id)
        match happened.event:
            case events.Said(party_id=party_id, text=text, visibility=visibility):
                is_mine = chat is not None and party_id == chat.card.party_id
                name = chat.name_of(party_id) if chat is not None else "?"
                whisper = " (whispers)" if visibility == events.Visibility.AGENTS else ""
                style = "green" if is_mine else "cyan" if party_id == VISITOR else "yellow"
                output.print(spoken(f"[{number}] {name}{whisper}", text, style))
            case events.FileUploaded(name=name, size_bytes=size, file_id=file_id):
                self._note(f"[{number}] file {name}, {size} bytes: /get {file_id}")
            case events.Joined(nickname=nickname):
                self._note(f"[{number}] {nickname} is here.")
            case events.Left(party_id=party_id) if chat is not None:
                self._note(f"[{number}] {chat.name_of(party_id)} has left.")
            case events.Ended():
                self._note(f"[{number}] The chat has ended.")
            case _:
                pass

    def _note(self, text: str) -> None:
        output.print(aside(text))

    # --- what is typed -------------------------------------------------------------------------

    async def obey(self, line: str) -> None:
        """Do what a line says; a refusal is told."""
        word, _, rest = line.partition(" ")
        try:
            if line.startswith("/"):
                if word not in self._deeds:
                    raise Refused("unknown", f"there is no {word}; /help tells what there is")
                await self._deeds[word](rest.strip())
            elif line:
                await self._chat().say(line)
        except (DeskError, OSError) as error:
            errors.print(harmless(str(error)))

    def _chat(self) -> Chat:
        chat = self._client.chats.get(self._current)
        if chat is None:
            raise Refused("no_chat", "you are in no chat")
        return chat

    async def _help(self, _: str) -> None:
        self._note(HELP)

    async def _accept(self, _: str) -> None:
        await self._client.accept(self._ringing())

    async def _decline(self, _: str) -> None:
        await self._client.decline(self._ringing())

    def _ringing(self) -> str:
        """The chat that has been ringing longest."""
        if not self._client.invites:
            raise Refused("nothing_rings", "nothing rings")
        return next(iter(self._client.invites))

    async def _list(self, _: str) -> None:
        for interaction_id, number in self._numbers.items():
            chat = self._client.chats.get(interaction_id)
            here = "→" if interaction_id == self._current else " "
            self._note(f"{here} [{number}] {chat.nickname if chat is not None else ''}")
        if not self._numbers:
            self._note("You are in no chat.")

    async def _go(self, number: str) -> None:
        found = next((i for i, n in self._numbers.items() if str(n) == number), None)
        if found is None:
            raise Refused("no_chat", f"there is no chat {number or 'without a number'}; /chats lists them")
        self._current = found
        for message in self._chat().said():
            output.print(spoken(f"[{number}] {message.nickname}", message.text))

    async def _data(self, _: str) -> None:
        card = self._chat().card
        names = f"{card.first_name} {card.last_name}".strip()
        about = {"name": names, "email": card.email, "page": card.page.url, "summary": card.summary}
        for key, value in {**about, **card.user_data}.items():
            if value:
                output.print(spoken(key, value))

    async def _upload(self, path: str) -> None:
        name, content = await asyncio.to_thread(_file_at, path)
        await self._chat().upload(name, content)

    async def _download(self, file_id: str) -> None:
        chat = self._chat()
        name = next((f.name for f in chat.files if f.file_id == file_id), "")
        if not name:
            raise Refused("no_file", f"there is no file {file_id or 'without a name'} in this chat")
        content = await chat.download(file_id)
        self._note(f"Written to {await asyncio.to_thread(_keep, name, content)}.")


def _file_at(path: str) -> tuple[str, bytes]:
    file = Path(path).expanduser()
    return file.name, file.read_bytes()


def _keep(name: str, content: bytes) -> Path:
    """Write a visitor's file into this folder, whatever its name says, and over no other."""
    target = Path(harmless(Path(name).name).lstrip(".") or "file")
    with target.open("xb") as file:
        file.write(content)
    return target

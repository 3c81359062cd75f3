"""`frontdesk chat`: a visitor at the terminal, over any protocol that visitors' sides speak."""

import asyncio
import getpass
import hashlib
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from frontdesk.cli.chat_address import Address, Over, read_address
from frontdesk.cli.console import aside, errors, harmless, output, spoken
from frontdesk.cli.typed import typed_lines
from frontdesk.client.chat_errors import ChatFailed
from frontdesk.client.chat_events import (
    AgentConnected,
    AgentDisconnected,
    Continued,
    ErrorReported,
    Interrupted,
    MessageReceived,
    SessionEnded,
)
from frontdesk.client.chat_service import ChatService
from frontdesk.client.chat_session import ChatSession
from frontdesk.client.state_store import FileStorage
from frontdesk.errors import Refused, Unavailable

HELP = "Write, and press Enter. /end ends the chat, /quit leaves it open, /help tells this."


async def chat(
    url: str,
    /,
    *,
    name: Annotated[str, Parameter(help="What you are called; by default your login on this machine.")] = "",
    subject: Annotated[str, Parameter(help="What it is about.")] = "",
    over: Annotated[
        Over | None,
        Parameter(
            help="The protocol: v2 unless the address is one of another; v2-cometd and v3 are the others."
        ),
    ] = None,
    key: Annotated[str, Parameter(help="What the server or its gateway asks for: x-api-key, apikey.")] = "",
    restore: Annotated[bool, Parameter(negative=(), help="Go on with the chat that you left open.")] = False,
) -> None:
    """Chat as a visitor at URL: `http://host/service`, or a whole address of a protocol.

    Whole addresses are `…/2/chat/service`, `…/cometd#service` and `…/v3/chat/sessions#service`.
    Ctrl-C leaves the chat open; `--restore` goes on with it.
    """
    address = read_address(url, over)
    kept = FileStorage(_kept_in(address))
    async with ChatService(state_storage=kept, options=address.options(key)) as service:
        try:
            if restore:
                session = await service.restore_session(server_url=address.url)
            else:
                session = await service.start_session(
                    server_url=address.url, username=name or getpass.getuser(), subject=subject or None
                )
        except ChatFailed as failed:
            raise _refusal(failed, address, restore) from failed
        ended = asyncio.Event()
        _listen(session, ended)
        output.print(aside(HELP))
        try:
            await _converse(session, ended)
        finally:  # Also after Ctrl-C.
            _offer(url, over, session)


def _kept_in(address: Address) -> Path:
    """The file with what is needed to go on with a chat; its folder is its owner's alone."""
    base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    folder = base / "frontdesk"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"chat-{hashlib.sha256(str(address).encode()).hexdigest()[:16]}.json"


def _listen(session: ChatSession, ended: asyncio.Event) -> None:
    def on_message(event: MessageReceived) -> None:
        if not event.party.type.client:
            shown = event.content.text or event.content.url or ""
            output.print(spoken(event.party.name, shown, "cyan"))

    def on_end(_event: SessionEnded) -> None:
        output.print(aside("The chat has ended."))
        ended.set()

    def on_connected(event: AgentConnected) -> None:
        output.print(aside(f"{event.party.name} is here."))

    def on_disconnected(event: AgentDisconnected) -> None:
        output.print(aside(f"{event.party.name} has left."))

    def on_interrupted(_event: Interrupted) -> None:
        output.print(aside("The server cannot be reached; trying again …"))

    def on_continued(_event: Continued) -> None:
        output.print(aside("The server is there again."))

    def on_error(event: ErrorReported) -> None:
        errors.print(harmless(event.error.description))

    session.on_message_received(on_message)
    session.on_session_ended(on_end)
    session.on_agent_connected(on_connected)
    session.on_agent_disconnected(on_disconnected)
    session.on_interrupted(on_interrupted)
    session.on_continued(on_continued)
    session.on_error(on_error)


async def _converse(session: ChatSession, ended: asyncio.Event) -> None:
    """Say what is typed, until either side has had enough."""
    ending = asyncio.create_task(ended.wait())
    speaking = asyncio.create_task(_speak(session))
    try:
        await asyncio.wait((ending, speaking), return_when=asyncio.FIRST_COMPLETED)
        if speaking.done():
            speaking.result()
    finally:
        ending.cancel()
        speaking.cancel()


async def _speak(session: ChatSession) -> None:
    async for line in typed_lines():
        match line.strip():
            case "":
                continue
            case "/help":
                output.print(aside(HELP))
            case "/quit":
                return
            case "/end":
                try:
                    await session.leave()
                except ChatFailed as failed:
                    errors.print(f"The server was not told: {harmless(str(failed))}")
                return
            case text:
                try:
                    await session.send_message(text)
                except ChatFailed as failed:
                    errors.print(f"Not sent: {harmless(str(failed))}")


def _offer(url: str, over: Over | None, session: ChatSession) -> None:
    if not session.is_over:
        how = f"{url} --over {over}" if over else url
        output.print(aside(f"The chat is still open. Go on with it: frontdesk chat {how} --restore"))


def _refusal(failed: ChatFailed, address: Address, restore: bool) -> Exception:
    if restore and failed.error is None:
        return Refused("nothing_to_restore", "there is no chat to go on with; start one without --restore")
    return Unavailable(f"no chat at {address}: {failed}")

"""A visitor in a terminal, who finds the chat again after the program was stopped.

    python examples/visitor_session.py --name Mira "Where is my order?"

It says each of its arguments and shows what is answered until the chat ends. Ctrl-C stops the program but
not the chat: the next run goes on with it. `--leave` ends the chat once everything is said.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from frontdesk.client import ChatFailed, ChatService, ChatSession
from frontdesk.client.chat_events import AgentConnected, ErrorReported, MessageReceived, SessionEnded
from frontdesk.client.state_store import FileStorage


async def visit(url: str, name: str, lines: Sequence[str], state: Path, *, leaves: bool) -> None:
    async with ChatService(state_storage=FileStorage(state)) as chat:
        session = await find_or_start(chat, url, name)
        is_over = asyncio.Event()

        def show_message(event: MessageReceived) -> None:
            print(f"{event.party.name}: {event.content.text or event.content.url}", flush=True)

        def show_agent(event: AgentConnected) -> None:
            print(f"* {event.party.name} is here", flush=True)

        def show_error(event: ErrorReported) -> None:
            print(f"* {event.error.description} ({event.error.code.value})", file=sys.stderr, flush=True)

        def show_end(_: SessionEnded) -> None:
            print("* the chat is over", flush=True)
            is_over.set()

        session.on_message_received(show_message)
        session.on_agent_connected(show_agent)
        session.on_error(show_error)
        session.on_session_ended(show_end)
        for line in lines:
            await session.send_message(line)
        if leaves:
            await session.leave()
        await is_over.wait()


async def find_or_start(chat: ChatService, url: str, name: str) -> ChatSession:
    """The chat that an earlier run left open, or a new one."""
    try:
        return await chat.restore_session()
    except ChatFailed as failed:
        if failed.error is not None:  # There was a chat, but it cannot be continued.
            print(f"* the earlier chat is gone: {failed.error.description}", file=sys.stderr)
    return await chat.start_session(server_url=url, username=name, user_data={"FirstName": name})


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("lines", nargs="*", help="what to say")
    options.add_argument(
        "--url", default="http://127.0.0.1:8080/genesys/2/chat/demo", help="the chat service"
    )
    options.add_argument("--name", default="Mira", help="how the visitor is called")
    options.add_argument("--state", type=Path, default=Path("visitor-session.json"), help="where to remember")
    options.add_argument("--leave", action="store_true", help="end the chat after the last line")
    given = options.parse_args()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(visit(given.url, given.name, given.lines, given.state, leaves=given.leave))
    except ChatFailed as failed:
        sys.exit(f"No chat at {given.url}: {failed}. Does a server run there? `frontdesk demo` starts one.")


if __name__ == "__main__":
    main()

"""A visitor in a terminal: what you type is said, what the others say is shown.

    python examples/visitor.py Ada http://127.0.0.1:8080/genesys/2/chat/demo

Both may be left out. The end of the input (Ctrl-D) ends the chat.
"""

import asyncio
import contextlib
import sys

from frontdesk.client import Client, CommandRejected

DEMO = "http://127.0.0.1:8080/genesys/2/chat/demo"


async def main(nickname: str, url: str) -> None:
    async with Client(url) as chat:
        await chat.start(nickname=nickname)
        talking = asyncio.create_task(talk(chat))
        async for line in chat:
            if not line.is_mine:
                print(line, flush=True)
        talking.cancel()


async def talk(chat: Client) -> None:
    keyboard = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(keyboard), sys.stdin)
    async for typed in keyboard:
        if text := typed.decode().strip():
            await chat.say(text)
    await chat.leave()


if __name__ == "__main__":
    who = sys.argv[1] if len(sys.argv) > 1 else "Ada"
    where = sys.argv[2] if len(sys.argv) > 2 else DEMO
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(main(who, where))
    except CommandRejected as refused:
        sys.exit(f"No chat at {where}: {refused}. Does a server run there? `frontdesk demo` starts one.")

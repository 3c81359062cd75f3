"""`frontdesk agent`: an agent at the terminal, over the workspace protocol."""

import asyncio
import contextlib
import getpass
import os
import sys
from typing import Annotated

from cyclopts import Parameter

from frontdesk.cli.agent_terminal import HELP, AgentTerminal
from frontdesk.cli.console import aside, output
from frontdesk.cli.typed import typed_lines
from frontdesk.client import AgentClient
from frontdesk.errors import Refused, Unavailable

CONNECT_WAIT_S = 10
PASSWORD_VARIABLE = "FRONTDESK_AGENT_PASSWORD"  # noqa: S105  # The name of a variable is no password.


async def agent(
    url: str,
    /,
    *,
    login: Annotated[str, Parameter(help="By default your login on this machine.")] = "",
    ready: Annotated[bool, Parameter(help="Let chats come at once.")] = True,
) -> None:
    """Answer chats at URL, such as `http://127.0.0.1:8080`, in the terminal.

    The password is asked for; a script may put it into the variable `FRONTDESK_AGENT_PASSWORD`.
    """
    login = login or getpass.getuser()
    client = AgentClient(url, login, _password(login))
    try:
        async with asyncio.timeout(CONNECT_WAIT_S):
            await client.start()
    except TimeoutError:
        raise Unavailable(f"{url} cannot be reached: {client.trouble or 'no answer'}") from None
    async with contextlib.aclosing(client):
        terminal = AgentTerminal(client)
        output.print(aside(f"Signed in as {client.agent.name}. {HELP}"))
        if ready:
            await client.ready()
            output.print(aside("You are ready: chats may come."))
        listening = asyncio.create_task(terminal.listen())
        working = asyncio.create_task(_work(terminal))
        try:
            await asyncio.wait((listening, working), return_when=asyncio.FIRST_COMPLETED)
            for task in (listening, working):
                if task.done():
                    task.result()
        finally:
            listening.cancel()
            working.cancel()
            await asyncio.gather(listening, working, return_exceptions=True)


async def _work(terminal: AgentTerminal) -> None:
    async for line in typed_lines():
        if line.strip() == "/quit":
            return
        await terminal.obey(line.strip())


def _password(login: str) -> str:
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        text = f"there is no terminal to ask for a password: set {PASSWORD_VARIABLE}"
        raise Refused("no_terminal", text)
    return getpass.getpass(f"Password of {login}: ")

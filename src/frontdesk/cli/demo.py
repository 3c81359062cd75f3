"""`frontdesk demo`: a server with everything in it that one wants to try."""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from frontdesk import main
from frontdesk.cli.console import output
from frontdesk.client import Bot
from frontdesk.demo.greeter import greeter
from frontdesk.demo.seed import (
    AMY,
    AMY_PASSWORD,
    GREETER,
    SERVICE,
    SUE,
    SUE_PASSWORD,
    demo_settings,
    seed,
)
from frontdesk.demo.seed_journeys import ids, seed_journeys
from frontdesk.desk.journeys.book import Book
from frontdesk.desk.staff import Staff
from frontdesk.domain.journey.checks.checking import Around
from frontdesk.domain.journey.keys import is_key
from frontdesk.edges import logs
from frontdesk.errors import Refused
from frontdesk.interpreter import run
from frontdesk.settings import Settings
from frontdesk.store.open import open_database


def demo(
    *,
    port: Annotated[int, Parameter(help="Port on this machine; 0 takes a free one.")] = 8080,
    data: Annotated[Path, Parameter(help="Folder for the chats, which are there again next time.")] = Path(
        "data/demo"
    ),
) -> None:
    """Run the demo until interrupted: a shop page with a chat, an agent's page, and a bot that greets."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = f"{data} cannot be used: {error.strerror}; choose another folder with --data"
        raise Refused("bad_folder", text) from error
    settings = demo_settings(data, port)
    logs.configure(settings.log)
    logging.getLogger("frontdesk.client").setLevel(logging.ERROR)  # The greeter loses its server at the end.
    run(_demo(settings))


async def _demo(settings: Settings) -> None:
    output.print(f"Preparing the data in {settings.database.url.removeprefix('sqlite:///')} …")
    password = await _seeded(settings)
    greeting: list[asyncio.Task[None]] = []

    async def on_ready(server: main.Server) -> None:
        bot = greeter(server.url, GREETER, password)
        greeting.append(asyncio.create_task(bot.serve(), name="greeter"))
        await _begun(bot, greeting[0])
        _tell(server.url)

    try:
        await main.serve(settings, is_demo=True, on_ready=on_ready)
    finally:
        output.print("Stopped. The chats are kept; start again to go on.")
        for task in greeting:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _seeded(settings: Settings) -> str:
    database = await open_database(settings.database)
    try:
        around = Around(tuple(settings.queues), tuple(settings.services), is_key)
        book = Book(database.store, main.wall_clock_ms, around, ids().__next__)
        await book.load()
        await seed_journeys(book)
        return await seed(Staff(database.accounts, main.wall_clock_ms))
    finally:
        await database.aclose()


async def _begun(bot: Bot, working: asyncio.Task[None]) -> None:
    """Return once the greeter takes chats; raise what hinders it."""
    ready = asyncio.create_task(bot.ready())
    await asyncio.wait((ready, working), return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if working.done():
        working.result()


def _tell(url: str) -> None:
    command = _command()
    addresses = Table.grid(padding=(0, 2))
    rows = (
        ("Shop with a chat", f"{url}/shop/"),
        ("Agent's page", f"{url}/agent/   login {AMY}, password {AMY_PASSWORD}"),
        ("Supervisor's page", f"{url}/agent/   login {SUE}, password {SUE_PASSWORD}"),
        ("Visitors, offers, reports", f"{url}/operator/journeys/   the supervisor's"),
        ("API reference", f"{url}/api/"),
        ("Metrics", f"{url}/metrics"),
        ("In a terminal", f"{command} chat {url}/{SERVICE}"),
        ("", f"{command} agent {url} --login {AMY}"),
    )
    for name, address in rows:
        addresses.add_row(Text(name, "bold"), address)
    output.print("Frontdesk is ready. Ctrl-C stops it.\n")
    output.print(addresses)


def _command() -> str:
    """What to type for this program where it is not on the path."""
    own = Path(sys.argv[0])
    return os.path.relpath(own) if own.name == "frontdesk" and not shutil.which("frontdesk") else "frontdesk"

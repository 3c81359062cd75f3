"""`frontdesk transfer`: a stopped server's whole database, taken into another one."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Annotated

from cyclopts import Parameter
from rich.progress import Progress

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import errors, output
from frontdesk.desk.nodes import BEAT_S, nodes_at_work
from frontdesk.errors import Refused
from frontdesk.settings import DatabaseSettings
from frontdesk.store.address import MemoryAddress, parse
from frontdesk.store.open import Database, open_database, open_journeys
from frontdesk.store.transfer import has_journeys, rows_in
from frontdesk.store.transfer import transfer as transfer_all


async def transfer(
    target: Annotated[str, Parameter(help="The address of an empty database, as in `database.url`.")],
    /,
    *,
    source: Annotated[
        str, Parameter(name=("--from",), help="The database to take; by default the one of the settings.")
    ] = "",
    config: Config = None,
) -> None:
    """Take everything from one database into another, from SQLite to PostgreSQL for example.

    The server has to be stopped. The target has to be empty; it is proven at the end to hold the same, and
    stays empty when anything goes wrong. The source is not changed. Files of visitors stay where they are.
    """
    source = source or settings_of(config).database.url
    for url in (source, target):
        if isinstance(parse(url), MemoryAddress):
            raise Refused("no_database", "memory: keeps nothing: there is nothing to take from it or to it")
    if parse(source) == parse(target):
        raise Refused("same_database", "both addresses name the same database")
    async with contextlib.AsyncExitStack() as opened:
        for url, which in ((source, "source"), (target, "target")):
            settings = DatabaseSettings(url=url, migrate_on_start=which == "target")
            await opened.enter_async_context(_at_rest(settings, which))
            if await has_journeys(source):
                beside = await open_journeys(settings)
                opened.push_async_callback(beside.aclose)
        total = sum((await rows_in(source)).values())
        with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
            task = progress.add_task("Copying", total=2 * total)  # Each row is copied, then proven.
            contents = await transfer_all(
                source,
                target,
                lambda table, rows: progress.update(task, advance=rows, description=f"Transferring {table}"),
            )
    for table, content in contents.items():
        output.print(f"{table}: {content.rows} rows, checksum {content.checksum[:16]}")
    output.print("All of it is in the target, and the same. Set database.url to it, and start the server.")


@contextlib.asynccontextmanager
async def _at_rest(settings: DatabaseSettings, which: str) -> AsyncIterator[Database]:
    """A database that no server uses; of an SQLite file, none can meanwhile."""
    database = await open_database(settings)
    try:
        if database.shares_presence:
            now_ms = time.time_ns() // 1_000_000
            names = await nodes_at_work(
                database.store, now_ms, lambda: asyncio.sleep(1.5 * BEAT_S), is_sure_of_one=False
            )
            if names:
                text = f"a server is at work on the {which} ({', '.join(names)}): stop it first"
                raise Refused("at_work", text)
        yield database
    finally:
        await database.aclose()

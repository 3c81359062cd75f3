"""`frontdesk migrate`: the database's tables, brought up to date."""

import asyncio

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import output
from frontdesk.store.migrate import migrate as bring_up
from frontdesk.store.migrate import pending


def migrate(*, config: Config = None) -> None:
    """Carry out the migrations that the database still needs. Make a backup first."""
    url = settings_of(config).database.url
    steps = asyncio.run(pending(url))
    if not steps:
        output.print("The database is up to date.")
        return
    with output.status(f"Migrating: {', '.join(steps)} …"):
        asyncio.run(bring_up(url))
    output.print(f"Migrated: {', '.join(steps)}.")

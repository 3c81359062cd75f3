"""`frontdesk migrate`: the database's tables, brought up to date."""

from msgspec.structs import replace

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import output
from frontdesk.store.migrate import pending
from frontdesk.store.open import open_database


async def migrate(*, config: Config = None) -> None:
    """Carry out the migrations that the database still needs. Make a backup first."""
    settings = settings_of(config).database
    steps = await pending(settings.url)
    if not steps:
        output.print("The database is up to date.")
        return
    with output.status(f"Migrating: {', '.join(steps)} …"):
        # Opening does it under the lock that keeps servers away from an SQLite file meanwhile.
        database = await open_database(replace(settings, migrate_on_start=True), is_server=False)
        await database.aclose()
    output.print(f"Migrated: {', '.join(steps)}.")

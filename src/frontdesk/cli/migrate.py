"""`frontdesk migrate`: the database's tables, brought up to date."""

from msgspec.structs import replace

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import output
from frontdesk.store.address import journeys_beside
from frontdesk.store.migrate import pending
from frontdesk.store.open import open_database, open_journeys


async def migrate(*, config: Config = None) -> None:
    """Carry out the migrations that the database still needs. Make a backup first."""
    configured = settings_of(config)
    settings, is_up_to_date = configured.database, True
    databases = [("chats", settings.url, open_database)]
    if configured.journeys.is_on:
        databases.append(("journeys", journeys_beside(settings.url), open_journeys))
    for name, url, opening in databases:
        steps = await pending(url)
        if not steps:
            continue
        is_up_to_date = False
        with output.status(f"Migrating {name}: {', '.join(steps)} …"):
            # Opening does it under the lock that keeps servers away from an SQLite file meanwhile.
            database = await opening(replace(settings, migrate_on_start=True), is_server=False)
            await database.aclose()
        output.print(f"Migrated {name}: {', '.join(steps)}.")
    if is_up_to_date:
        output.print("The database is up to date.")

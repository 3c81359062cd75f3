"""A tracked shop as the load sees it: what it has defined, kept before the server starts."""

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from bench.house import sqlite_url
from frontdesk.desk.journeys.customers import QUIET_S
from frontdesk.domain.journey.defining import STREAM, Definition, Kind, Saved
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.site_settings import ConsentMode, JourneySettings, Privacy
from frontdesk.settings import DatabaseSettings, Settings
from frontdesk.settings_journeys import JourneysSettings
from frontdesk.store.open import open_database
from tests.domain.journey import site

MANY = 10_000_000


def tracking(usual: Settings, quiet_s: int = QUIET_S) -> Settings:
    """A server all of whose visitors come from one address, and that lets go of quiet ones after a while."""
    own = JourneysSettings(
        requests_per_minute_per_address=MANY, requests_burst_per_address=MANY, quiet_s=quiet_s
    )
    return replace(usual, journeys=own)


def defined() -> Definitions:
    """A hundred segments, twenty outcomes and fifty maps, whose offers wait for nobody to be free."""
    shop = site.definitions()
    maps = {
        id_: replace(action_map, action=replace(action_map.action, is_pacing_enabled=False))
        for id_, action_map in shop.action_maps.items()
    }
    settings = JourneySettings(version=1, privacy=Privacy(consent_mode=ConsentMode.IMPLIED))
    return replace(shop, action_maps=maps, settings=settings)


async def define(place: Path) -> None:
    """Have the database of a server in `place` know the shop."""
    database = await open_database(DatabaseSettings(url=sqlite_url(place)))
    try:
        bodies = [msgspec.json.encode(saved) for saved in _saved(defined())]
        await database.store.append(STREAM, 0, bodies, time.time_ns() // 1_000_000)
    finally:
        await database.aclose()


def _saved(shop: Definitions) -> Iterator[Saved]:
    kinds = {
        Kind.DEPLOYMENT: shop.deployments,
        Kind.SEGMENT: shop.segments,
        Kind.OUTCOME: shop.outcomes,
        Kind.ACTION_MAP: shop.action_maps,
    }
    for kind, things in kinds.items():
        for id_, thing in things.items():
            yield _save(kind, id_, thing)
    yield _save(Kind.SETTINGS, "", shop.settings)


def _save(kind: Kind, id_: str, thing: Definition) -> Saved:
    return Saved(kind, id_, msgspec.Raw(msgspec.json.encode(thing)))

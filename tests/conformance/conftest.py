"""Servers for the tests of this folder.

Tests without agents share one server per file, because each chat is a world of its own. Tests with agents
have a server for themselves: an agent would be given the chats that other tests left waiting.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontdesk.settings import CometdSettings
from tests.conformance.house import House, serving, settings_in
from tests.conformance.v2 import Visitors
from tests.conformance.v3 import Site, site_of
from tests.conformance.v3_house import v3_settings
from tests.desk.nodes import Clock


@pytest.fixture(scope="module")
async def shared_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(settings_in(tmp_path_factory.mktemp("house"))) as house:
        yield house


@pytest.fixture
def visitors(shared_house: House) -> Visitors:
    """Visitors of the server that the tests of a file share."""
    return shared_house.visitors


@pytest.fixture(scope="module")
async def quick_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One whose CometD connects are held for two seconds."""
    settings = settings_in(tmp_path_factory.mktemp("house"), cometd=CometdSettings(connect_s=2, absence_s=2))
    async with serving(settings) as house:
        yield house


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def clocked(tmp_path: Path, clock: Clock) -> AsyncIterator[House]:
    """A server for one test alone, whose time stands still until the test moves it."""
    async with serving(settings_in(tmp_path), clock) as own:
        yield own


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A server for one test alone."""
    async with serving(settings_in(tmp_path)) as own:
        yield own


@pytest.fixture(scope="module")
async def v3_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(v3_settings(tmp_path_factory.mktemp("v3"))) as house:
        yield house


@pytest.fixture
async def site(v3_server: House) -> AsyncIterator[Site]:
    """A site whose pages speak Chat API v3 with the server that the tests of a file share."""
    async with site_of(v3_server.url) as shared:
        yield shared


@pytest.fixture
async def v3_house(tmp_path: Path) -> AsyncIterator[House]:
    """A server for one test alone."""
    async with serving(v3_settings(tmp_path)) as own:
        yield own


@pytest.fixture
async def own_site(v3_house: House) -> AsyncIterator[Site]:
    """A site of the server that one test has for itself."""
    async with site_of(v3_house.url) as own:
        yield own

"""Servers for the tests of this folder.

Tests without agents share one server per file, because each chat is a world of its own. Tests with agents
have a server for themselves: an agent would be given the chats that other tests left waiting.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance.house import House, serving, settings_in
from tests.conformance.v2 import Visitors
from tests.desk.nodes import Clock


@pytest.fixture(scope="module")
async def shared_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(settings_in(tmp_path_factory.mktemp("house"))) as house:
        yield house


@pytest.fixture
def visitors(shared_house: House) -> Visitors:
    """Visitors of the server that the tests of a file share."""
    return shared_house.visitors


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

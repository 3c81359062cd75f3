"""The servers of the conformance tests, for those who mean them harm."""

from collections.abc import AsyncIterator

import pytest

from frontdesk.settings import ChatV3Settings
from tests.conformance.conftest import house, shared_house, v3_server, visitors
from tests.conformance.house import House, serving, settings_in

__all__ = ["described_house", "house", "shared_house", "v3_server", "visitors"]


@pytest.fixture(scope="module")
async def described_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One that holds no polls: those who ask many things wait for no news."""
    settings = settings_in(tmp_path_factory.mktemp("house"), chat_v3=ChatV3Settings(poll_hold_s=0))
    async with serving(settings) as own:
        yield own

"""A chat is read over CometD without being followed, against our own server."""

from pathlib import Path

import pytest

from frontdesk.client.clock import SystemClock
from frontdesk.client.messages import index_of
from frontdesk.client.transport import Outcome, StartRequest
from frontdesk.client.v2_cometd import V2CometdTransport
from tests.conformance.house import serving, settings_in

pytestmark = pytest.mark.anyio


async def test_each_reading_is_answered_by_what_it_asks_for(tmp_path: Path) -> None:
    """What was read before is not told again."""
    async with serving(settings_in(tmp_path)) as house:
        there = (f"{house.url}/genesys/cometd", "/service/chatV2/s", SystemClock())
        visitor, reader = V2CometdTransport(*there), V2CometdTransport(*there)
        session = (await visitor.start(StartRequest(nickname="Ada"))).credentials
        assert session is not None
        for number in range(5):
            await visitor.send(session, f"word {number}")
        for position in (7, 3, 5, 4, 6, 3):
            told = await reader.refresh(session, position)
            assert told.outcome is Outcome.DONE
            assert [index_of(event) for event in told.events] == list(range(position, 8))
        await visitor.aclose()
        await reader.aclose()

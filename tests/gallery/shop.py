"""A server whose service `shop` begins with an application of the gallery, by a clock that the test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio

from frontdesk.desk.orchestration.application_files import read_folder
from frontdesk.desk.orchestration.runner import HELP_MS
from frontdesk.desk.orchestration.streams import KIND, ROOT
from frontdesk.domain.orchestration.session import Session
from frontdesk.errors import NotFound
from frontdesk.settings import ServiceSettings
from tests.conformance.house import House, serving, settings_in
from tests.desk.nodes import Clock
from tests.patience import PATIENCE_S

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "orchestration"


class Shop:
    """The server, its clock, and the sessions of its application."""

    def __init__(self, house: House, clock: Clock, application: str) -> None:
        self.house = house
        self.clock = clock
        self.application = application

    async def settles(self) -> None:
        """What a session asked for before has begun, so that its time is counted from then."""
        orchestration = self.house.server.orchestration
        with anyio.fail_after(PATIENCE_S):
            while orchestration.runner.lives.is_busy or orchestration.errands.is_busy:
                await orchestration.runner.lives.quiet()
                await orchestration.errands.quiet()

    async def after_s(self, seconds: float) -> None:
        """Let time go by. By such a leap leases run out; what came meanwhile is found a moment later."""
        await self.settles()
        self.clock.after_s(seconds)
        await self.house.server.orchestration.shards.look()
        self.clock.after_s(2 * HELP_MS / 1000)

    async def session_is_in(self, state: str) -> Session:
        """Wait until the newest session is in this state, or has ended in this way."""
        orchestration = self.house.server.orchestration
        found: Session | None = None
        with anyio.move_on_after(PATIENCE_S):
            while True:
                cards = await self.house.server._parts._store.cards(KIND)
                with suppress(NotFound):  # One that begins at this moment.
                    for filed in cards:
                        found = await orchestration.sessions.session(filed.stream.removeprefix(ROOT))
                if found is not None and state in (*found.active, found.life.value):
                    return found
                await anyio.sleep(0.02)
        raise AssertionError(f"the session is not in {state}, but {found}")


@asynccontextmanager
async def shop(application: str, folder: Path, clock: Clock, **changes: Any) -> AsyncIterator[Shop]:
    """A shop with an application of the gallery."""
    changes.setdefault("services", {"shop": ServiceSettings(application=application)})
    async with serving(settings_in(folder, **changes), clock) as house:
        await house.server.applications.upload(read_folder(EXAMPLES / application))
        yield Shop(house, clock, application)

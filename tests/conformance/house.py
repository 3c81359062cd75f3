"""A real server for the conformance tests, with services whose rules make each check short."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
from msgspec.structs import replace

from frontdesk.domain.rules import FileRules, Rules
from frontdesk.main import Clock, running, wall_clock_ms
from frontdesk.settings import (
    DatabaseSettings,
    FileStoreSettings,
    LimitSettings,
    ServerSettings,
    ServiceSettings,
    Settings,
)
from tests.bare import http_client
from tests.conformance.agents import Agent, signed_in
from tests.conformance.v2 import Visitors
from tests.patience import PATIENCE_S

PASSWORD = "correct horse battery staple"
SMALL_FILES = FileRules(
    upload_max_files=2,
    upload_max_file_bytes=1000,
    upload_max_total_bytes=1500,
    upload_file_types=("png", "txt"),
)
MANY = 1_000_000
NO_LIMITS = LimitSettings(
    starts_per_minute_per_address=MANY,
    open_chats_per_address=MANY,
    requests_per_second_per_address=MANY,
    requests_per_second_per_chat=MANY,
    sign_ins_per_minute_per_address=MANY,
    cometd_clients_per_address=MANY,
)


def settings_in(folder: Path, **changes: Any) -> Settings:
    """A server on a free port of the loopback, with everything it keeps in `folder`.

    Shape:   the service `s` has the rules of the protocol's own defaults; `closed` is closed; the others are
             named after what goes fast in them.
    """
    settings = Settings(
        server=ServerSettings(port=0, stop_grace_s=1),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'frontdesk.db'}", migrate_on_start=True),
        files=FileStoreSettings(folder=str(folder / "files")),
        limits=NO_LIMITS,
        services={
            "s": ServiceSettings(),
            "other": ServiceSettings(),
            "closed": ServiceSettings(is_open=False),
            "warns": ServiceSettings(rules=Rules(idle_alert_s=2, idle_close_s=3)),
            "hasty": ServiceSettings(rules=Rules(idle_alert_s=1, idle_close_s=2)),
            "silence": ServiceSettings(rules=Rules(client_silence_s=1)),
            "forgets": ServiceSettings(rules=Rules(retention_s=1)),
            "rings": ServiceSettings(rules=Rules(answer_s=1)),
            "botted": ServiceSettings(bot="robo"),
            "days": ServiceSettings(rules=Rules(asynchronous_idle_close_s=0)),
            "brisk": ServiceSettings(rules=Rules(asynchronous=False)),
            "files": ServiceSettings(rules=Rules(files=SMALL_FILES)),
        },
    )
    return replace(settings, **changes)


class House:
    """A running server, its visitors, and its agents as they sign in."""

    def __init__(self, server: Any, http: httpx2.AsyncClient) -> None:
        self.server = server
        self.url: str = server.url
        self.visitors = Visitors(server.url, http)

    async def measured(self, name: str) -> float:
        """A number of `/metrics`, summed over its labels; 0 as long as there is none."""
        text = (await self.visitors.http.get(f"{self.url}/metrics")).text
        found = re.findall(rf"^{re.escape(name)}(?:{{.*}})? (\S+)$", text, re.MULTILINE)
        return sum(map(float, found))

    async def until_measured(self, name: str, number: float) -> None:
        """Wait for a number of `/metrics` to be this."""
        with anyio.fail_after(PATIENCE_S):
            while await self.measured(name) != number:
                await anyio.sleep(0.02)

    @asynccontextmanager
    async def agent(self, login: str, capacity: int = 5, *skills: str) -> AsyncIterator[Agent]:
        """A new agent, signed in and ready for chats."""
        await self.server.add_account(login=login, password=PASSWORD, capacity=capacity, skills=skills)
        async with signed_in(self.url, login, PASSWORD) as agent:
            await agent.does("ready")
            yield agent


@asynccontextmanager
async def serving(
    settings: Settings, clock_ms: Clock = wall_clock_ms, *, has_processes: bool = False
) -> AsyncIterator[House]:
    async with (
        running(settings, clock_ms=clock_ms, has_processes=has_processes) as server,
        http_client(limits=httpx2.Limits(max_connections=50)) as http,
    ):
        yield House(server, http)

"""A server in a process of its own, which a journey may kill.

`python -m tests.journeys.serve PORT FOLDER IDLE_ALERT_S` prints its port once it answers.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

from frontdesk.domain.rules import Rules
from frontdesk.errors import DeskError
from frontdesk.main import Server, serve
from frontdesk.settings import (
    DatabaseSettings,
    FileStoreSettings,
    LimitSettings,
    ServerSettings,
    ServiceSettings,
    Settings,
)
from tests import passwords
from tests.journeys.people import AGENT, COLLEAGUE, PASSWORD, SUPERVISOR

MANY = 1_000_000


def settings_of(port: int, folder: Path, rules: Rules) -> Settings:
    """Everything in one folder; no limit that people at a keyboard could reach."""
    return Settings(
        server=ServerSettings(port=port, stop_grace_s=1),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'frontdesk.db'}"),
        files=FileStoreSettings(folder=str(folder / "files")),
        limits=LimitSettings(
            starts_per_minute_per_address=MANY,
            open_chats_per_address=MANY,
            requests_per_second_per_address=MANY,
            requests_per_second_per_chat=MANY,
            sign_ins_per_minute_per_address=12,
        ),
        services={
            "demo": ServiceSettings(rules=rules),
            "long": ServiceSettings(rules=Rules(asynchronous=True)),
        },
    )


async def main(port: int, folder: Path, idle_alert_s: int) -> None:
    async def ready(server: Server) -> None:
        for login, name in (AGENT, COLLEAGUE):
            with contextlib.suppress(DeskError):  # The folder has it from the time before.
                await server.add_account(login=login, password=PASSWORD, name=name)
        with contextlib.suppress(DeskError):
            login, name = SUPERVISOR
            await server.add_account(login=login, password=PASSWORD, name=name, role="supervisor")
        print(server.port, flush=True)

    rules = Rules(idle_alert_s=idle_alert_s, idle_close_s=30)
    await serve(settings_of(port, folder, rules), is_demo=True, on_ready=ready)


if __name__ == "__main__":
    passwords.make_cheap()
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))

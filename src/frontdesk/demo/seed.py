"""What the demo begins with: its settings, and the accounts of Amy, Sue (a supervisor) and the greeter."""

import secrets
from pathlib import Path

from frontdesk.desk.staff import Staff
from frontdesk.domain.agent import Role
from frontdesk.errors import NotFound
from frontdesk.settings import (
    DatabaseSettings,
    FileStoreSettings,
    LimitSettings,
    LogSettings,
    QueueSettings,
    ServerSettings,
    ServiceSettings,
    Settings,
)

SERVICE = "demo"
QUEUE = "shop"
AMY = "amy"
AMY_PASSWORD = "amy-demo"  # noqa: S105  # It is printed at every start, and the demo listens on this machine only.
SUE = "sue"
SUE_PASSWORD = "sue-demo"  # noqa: S105  # As Amy's.
GREETER = "greeter"
GREETER_CHATS_MAX = 100_000
PLENTY = 1_000_000  # A load test from this very machine is welcome here.


def demo_settings(folder: Path, port: int) -> Settings:
    """A server for this machine alone, with everything it keeps in `folder`."""
    return Settings(
        server=ServerSettings(host="127.0.0.1", port=port),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'frontdesk.db'}"),
        files=FileStoreSettings(folder=str(folder / "files")),
        limits=LimitSettings(
            starts_per_minute_per_address=PLENTY,
            open_chats_per_address=PLENTY,
            requests_per_second_per_address=PLENTY,
            requests_per_second_per_chat=PLENTY,
            sign_ins_per_minute_per_address=PLENTY,
        ),
        log=LogSettings(level="warning", as_json=False),
        services={
            SERVICE: ServiceSettings(title="Demo shop", bot=GREETER, queue=QUEUE, open_chats_max=PLENTY)
        },
        queues={QUEUE: QueueSettings(targets=("plants >= 5", "after 10 s: anybody"), tell_every_s=10)},
    )


async def seed(staff: Staff) -> str:
    """See to it that Amy, Sue and the greeter may sign in; the greeter's password for this run."""
    logins = {account.login for account in await staff.everyone()}
    if AMY not in logins:
        await staff.add(
            AMY, AMY_PASSWORD, name="Amy", role=Role.AGENT, capacity=10, skills=("plants=7", "german=3")
        )
    if SUE not in logins:
        await staff.add(SUE, SUE_PASSWORD, name="Sue", role=Role.SUPERVISOR, capacity=10)
    password = secrets.token_urlsafe(24)
    try:
        await staff.set_password(GREETER, password)
    except NotFound:
        await staff.add(GREETER, password, name="Greeter", role=Role.BOT, capacity=GREETER_CHATS_MAX)
    return password

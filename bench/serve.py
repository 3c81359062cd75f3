"""Run Frontdesk for a measurement: settings and accounts come as JSON, its address goes out as JSON."""

import asyncio
import contextlib
import sys

import msgspec
import uvloop

from bench.announce import announce
from frontdesk import main
from frontdesk.edges import logs
from frontdesk.errors import Refused
from frontdesk.main import Server
from frontdesk.settings import Settings


class Person(msgspec.Struct, frozen=True):
    """An account to be there."""

    login: str
    password: str
    role: str = "agent"
    capacity: int = 100_000


class Order(msgspec.Struct, frozen=True):
    """What to run. Accounts that exist already stay as they are."""

    settings: Settings
    people: list[Person]


async def serve(order: Order) -> None:
    """Serve until SIGTERM."""
    logs.configure(order.settings.log)

    async def ready(server: Server) -> None:
        for person in order.people:
            with contextlib.suppress(Refused):
                await server.add_account(
                    login=person.login,
                    password=person.password,
                    role=person.role,
                    capacity=person.capacity,
                    name=person.login.title(),
                )
        announce(server.port)

    await main.serve(order.settings, on_ready=ready)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(msgspec.json.decode(sys.argv[1], type=Order)))

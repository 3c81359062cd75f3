"""Ears on a bus: what was published, in order, once the loop has come to rest."""

import asyncio
from typing import Any

from frontdesk.client.bus import Bus, Event, Plugin

TURNS = 12  # More turns of the loop than any chain of deliveries without input and output needs.


async def turns(count: int = TURNS) -> None:
    """Let everything that is due in the loop happen."""
    for _ in range(count):
        await asyncio.sleep(0)


def plugin(bus: Bus, name: str, *, ready: bool = True) -> Plugin:
    """A new plugin, ready unless told otherwise."""
    made = bus.register_plugin(name)
    assert made is not None
    if ready:
        made.ready()
    return made


class Ears:
    """Everything heard at some addresses, in order."""

    def __init__(self, listener: Plugin | Bus, *addresses: str) -> None:
        self.events: list[Event] = []
        for address in addresses:
            listener.subscribe(address, self.events.append)

    @property
    def names(self) -> list[str]:
        return [event.event.partition(".")[2] for event in self.events]

    @property
    def data(self) -> list[Any]:
        return [event.data for event in self.events]

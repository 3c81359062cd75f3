"""How Python runs a process that serves: on which loop, by which clock, and what it takes for garbage."""

import asyncio
import gc
import sys
import time
from collections.abc import Coroutine
from typing import Any

COLLECT_AFTER_OBJECTS = 20_000
SWITCH_AFTER_S = 0.0001


def wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end, on the faster event loop, where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


def make_ready() -> None:
    """Before anything is loaded."""
    gc.disable()  # Loading makes many objects and no garbage.
    # A thread that writes to the database asks for the interpreter several times in each transaction, and
    # would wait for up to 5 ms each time while the event loop is busy.
    sys.setswitchinterval(SWITCH_AFTER_S)


def calm_collector() -> None:
    """Look for cycles of garbage seldom, and never among what lives as long as the server.

    Nearly nothing here is a cycle; by default, the collector would walk every chat that is held each time a
    few ten thousand objects were made, while everybody waits.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 50)
    gc.enable()

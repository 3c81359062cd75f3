"""Other interpreters of state charts, each over the chart of the scenario: events a second of CPU time."""

import asyncio
import json
import time
from collections.abc import Mapping
from pathlib import Path

from statemachine import State, StateMachine

from bench.peers.node import installed

BATCH = 200


async def in_node(chart: Path, seconds: float) -> Mapping[str, float]:
    """SCION and XState, each for so long."""
    folder = await installed("charts")
    node = await asyncio.create_subprocess_exec(
        "node", folder / "rate.js", str(seconds), chart, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await node.communicate()
    if node.returncode != 0:
        raise RuntimeError("the charts' peers stopped with an error")
    rates: dict[str, float] = json.loads(said)
    return rates


class ThreeStates(StateMachine):
    """The chart of the scenario in python-statemachine."""

    a = State(initial=True)
    b = State()
    c = State()
    go = (
        a.to(b, cond="is_small", on="add")
        | b.to(c, cond="is_small", on="add")
        | c.to(a, cond="is_small", on="add")
    )

    def __init__(self) -> None:
        self.x = 0
        super().__init__()

    def is_small(self) -> bool:
        return self.x < 1e9

    def add(self) -> None:
        self.x += 1


def in_python(seconds: float) -> float:
    """python-statemachine, for so long."""
    machine = ThreeStates()
    count = 0
    began = time.process_time()
    while time.process_time() - began < seconds:
        for _ in range(BATCH):
            machine.send("go")
        count += BATCH
    return count / (time.process_time() - began)

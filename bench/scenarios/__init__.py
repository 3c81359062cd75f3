"""What is measured: one small file each, a function from a scale to its rows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bench.measure import Tell
from bench.rows import Row
from bench.scale import Scale
from bench.scenarios.arrivals import arrivals
from bench.scenarios.bayeux_peers import bayeux_peers
from bench.scenarios.cometd import cometd
from bench.scenarios.journeys import journeys
from bench.scenarios.memory import memory
from bench.scenarios.message import message
from bench.scenarios.peers import peers
from bench.scenarios.polling import polling
from bench.scenarios.reconnect import reconnect
from bench.scenarios.refresh import refresh
from bench.scenarios.restart import restart
from bench.scenarios.routing import routing
from bench.scenarios.scxml import scxml
from bench.scenarios.sessions import sessions
from bench.scenarios.size import size
from bench.scenarios.slow_disk import slow_disk
from bench.scenarios.transcript import transcript
from bench.scenarios.widget import widget

Scenario = Callable[[Scale, Tell], Awaitable[Sequence[Row]]]

SCENARIOS: Mapping[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        message,
        refresh,
        arrivals,
        memory,
        size,
        transcript,
        restart,
        routing,
        reconnect,
        slow_disk,
        peers,
        cometd,
        bayeux_peers,
        polling,
        widget,
        scxml,
        sessions,
        journeys,
    )
}

"""The facts about submits. They are among those of `events.py` and bound by the same promise."""

from msgspec import Struct

from frontdesk.domain.asks import Aim, Order
from frontdesk.domain.submit import NO_QUEUE


class Submitted(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """An application asks for somebody: any of `aims`, until `until_ms` or, where that is 0, for ever.

    `request_id` is the application's request and `session_id` the session that made it. With `delivers` it
    rings for who is chosen, else that person is held for it.
    """

    request_id: str
    session_id: str
    aims: tuple[Aim, ...]
    queue: str = NO_QUEUE
    priority: int = 0
    until_ms: int = 0
    at_once: bool = False
    delivers: bool = True
    clears: bool = False
    order: Order = Order.ANY
    order_by: str = ""
    treatments: str = ""
    predicted_ms: int = 0


class SubmitChanged(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """An application asks for somebody else, or otherwise; what is null stays as it was."""

    request_id: str
    aims: tuple[Aim, ...] | None = None
    priority: int | None = None
    until_ms: int | None = None
    treatments: str | None = None


class Selected(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """Somebody was chosen for what was submitted: an agent, or a queue where `agent_id` is empty.

    It rings for the agent, or the agent is held for it until `held_until_ms` where that is not 0.
    """

    request_id: str
    aim: Aim
    agent_id: str = ""
    held_until_ms: int = 0


class SubmitEnded(Struct, frozen=True, tag=True):
    """Nobody is sought for a request any more: `timeout` or `cancelled`."""

    request_id: str
    reason: str


class SeekingStopped(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A session asked in `request_id` that nobody be sought any more: for the request that it `named`, or
    for any. So many were `cancelled` by it.
    """

    request_id: str
    session_id: str
    named: str = ""
    cancelled: int = 0


class ReservationEnded(Struct, frozen=True, tag=True):
    """An agent is no longer held for it."""

    agent_id: str


class RoutingTuned(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """An application said how people are to be chosen for it: all of that, as it is from now on."""

    asks_unready: bool = False
    excluded: tuple[str, ...] = ()
    ideal: str = ""
    uses_age: bool = False
    uses_prediction: bool = False
    objective_s: int = 0


SubmitFact = (
    Submitted | SubmitChanged | Selected | SubmitEnded | SeekingStopped | ReservationEnded | RoutingTuned
)

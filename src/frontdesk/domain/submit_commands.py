"""What applications ask of the routing of a chat that they own, and what the assigner does about it."""

from msgspec import Struct

from frontdesk.domain.asks import Aim, Order
from frontdesk.domain.submit import NO_QUEUE, Tuning


class Seek(Struct, frozen=True, kw_only=True):
    """Submit: let somebody be found.

    Shape:   `timeout_ms` None is for ever, 0 decides at once.
    """

    request_id: str
    session_id: str
    aims: tuple[Aim, ...]
    queue: str = NO_QUEUE
    priority: int = 0
    timeout_ms: int | None = None
    delivers: bool = True
    clears: bool = False
    order: Order = Order.ANY
    order_by: str = ""
    treatments: str = ""
    predicted_ms: int = 0


class SeekOtherwise(Struct, frozen=True, kw_only=True):
    """Change what was submitted; what is None stays. A new `timeout_ms` counts from now."""

    request_id: str
    aims: tuple[Aim, ...] | None = None
    priority: int | None = None
    timeout_ms: int | None = None
    treatments: str | None = None


class SeekNoMore(Struct, frozen=True, kw_only=True):
    """Cancel the request that is `named`, or all of a session, or those of one virtual queue.

    Shape:   the session asks for it in `request_id`.
    """

    session_id: str
    request_id: str
    named: str = ""
    queue: str = ""


class Select(Struct, frozen=True, kw_only=True):
    """Choose an agent, or the queue that `aim` is, for a request; an agent is rung for `answer_s` seconds."""

    request_id: str
    aim: Aim
    agent_id: str = ""
    answer_s: int = 30


class GiveUp(Struct, frozen=True):
    """Nobody was free for what decides at once."""

    request_id: str


class Tune(Struct, frozen=True):
    """Choose people in this way from now on."""

    session_id: str
    tuning: Tuning


SubmitCommand = Seek | SeekOtherwise | SeekNoMore | Select | GiveUp | Tune

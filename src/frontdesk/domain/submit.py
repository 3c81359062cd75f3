"""A submit: an application's wish that somebody be found for a chat, as the chat remembers it."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.asks import Aim, Order

NO_QUEUE = "none"  # What a virtual queue is called where nobody names one. Source: orchestration §12.1.


class Submit(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One submit that stands.

    Shape:   `queue` is a virtual queue: it groups and counts. With `delivers` the chat is rung for who is
             chosen, else that person is only held for it. `clears` takes its targets away when its time is
             up; else they count for those that come after, and it `is_kept`. One that decides `at_once` gives
             up when nobody is free. `treatments` is what goes on meanwhile, packed.
    Units:   it waits since `since_ms`, and until `until_ms` where that is not 0; `predicted_ms` is how long
             it was thought to take.
    """

    request_id: str
    session_id: str
    aims: tuple[Aim, ...]
    since_ms: int
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
    is_kept: bool = False


class Selection(Struct, frozen=True):
    """The chat rings for who was chosen for a submit."""

    request_id: str
    aim: Aim
    agent_id: str


class Reserved(Struct, frozen=True):
    """An agent is held for the chat until `until_ms`: its application is about to redirect it."""

    agent_id: str
    until_ms: int


class Tuning(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How people are chosen for a chat, whatever is submitted for it.

    Shape:   `excluded` are agents that it does not go to; `ideal` is who is chosen where possible;
             `uses_age` counts its wait from when it began, `uses_prediction` adds how long it may take, and
             `objective_s` is how soon somebody should answer it, 0 where that does not count.
    """

    asks_unready: bool = False
    excluded: tuple[str, ...] = ()
    ideal: str = ""
    uses_age: bool = False
    uses_prediction: bool = False
    objective_s: int = 0


# What is true when nobody is sought any more: somebody has come, or it is somewhere else.
NOBODY_SOUGHT: dict[str, Any] = {"submits": (), "selected": None, "reserved": None}


def standing(submits: Sequence[Submit]) -> tuple[Submit, ...]:
    """The submits as somebody is sought for them: what was kept counts for the newest that waits."""
    waiting = [submit for submit in submits if not submit.is_kept]
    kept = [submit for submit in submits if submit.is_kept]
    if not waiting or not kept:
        return tuple(waiting)
    newest = waiting[-1]
    aims = dict.fromkeys((*newest.aims, *(aim for submit in kept for aim in submit.aims)))
    since_ms = min(newest.since_ms, *(submit.since_ms for submit in kept))
    return (*waiting[:-1], replace(newest, aims=tuple(aims), since_ms=since_ms))

"""What a submitted chat asks for: whom it may go to, and who of them is chosen."""

import zlib
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import force_setattr

from frontdesk.domain.skill_expressions import Either, Expression, Statistic, comparisons, parse
from frontdesk.domain.targets import Sort, Target
from frontdesk.errors import Refused

OBJECTIVE_S = 60  # Where nothing is said of how soon somebody should answer.


class Order(StrEnum):
    """Who of several is chosen: who has waited longest, the most or least by a statistic, or by weight."""

    ANY = "any"
    MAX = "max"
    MIN = "min"
    PERCENTAGE = "percentage"


class Aim(Struct, frozen=True, omit_defaults=True):
    """A target as it was understood when it was submitted.

    Shape:   a target of sort `Q` is a queue, else one agent where `agent_id` is given, else those whom the
             skill expression `who` means, which is anybody where it is empty.
    """

    target: Target
    agent_id: str = ""
    who: str = ""

    @property
    def is_queue(self) -> bool:
        return self.target.sort is Sort.QUEUE


class Ask(Struct, frozen=True):
    """What chats that were submitted alike ask for.

    Shape:   `asks_unready` lets people be chosen who are here but not ready; `objective_s` is how soon
             somebody should answer, by which waiting counts for more or less. The rest follows from the aims:
             `groups` are expressions about skills, `exact` such as are asked of each person anew.
    """

    aims: tuple[Aim, ...]
    order: Order = Order.ANY
    order_by: str = ""
    asks_unready: bool = False
    objective_s: int = OBJECTIVE_S
    groups: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    agent_ids: frozenset[str] = frozenset()
    has_queues: bool = False

    def __post_init__(self) -> None:
        whos = dict.fromkeys(aim.who for aim in self.aims if not aim.is_queue and not aim.agent_id)
        force_setattr(self, "groups", tuple(who for who in whos if not asks_of(who)))
        force_setattr(self, "exact", tuple(who for who in whos if asks_of(who)))
        force_setattr(self, "agent_ids", frozenset(aim.agent_id for aim in self.aims if aim.agent_id))
        force_setattr(self, "has_queues", any(aim.is_queue for aim in self.aims))

    @property
    def needs_nobody_ready(self) -> bool:
        """Whether such a chat may go somewhere though nobody is ready."""
        return self.has_queues or self.asks_unready

    def counted_ms(self, waited_ms: int) -> int:
        """For how much a wait counts: a minute for each time that the objective has gone by."""
        return waited_ms if self.objective_s == OBJECTIVE_S else waited_ms * OBJECTIVE_S // self.objective_s

    def benches(self, mask: Callable[[str], int]) -> int:
        """The benches that such a chat may go to at best, as a mask; all where a single agent is meant."""
        meant = -1 if self.agent_ids or self.exact else 0
        for who in self.groups:
            meant |= mask(who)
        return meant


@lru_cache(maxsize=1000)
def asks_of(who: str) -> bool:
    """Whether an expression asks for more than skills, so that it is asked anew of each person."""
    return "$(" in who and any(isinstance(one.data, Statistic) for one in comparisons(expression_of(who)))


def drawn(aims: tuple[Aim, ...], request_id: str) -> Iterator[Aim]:
    """The aims in an order drawn for a request by their weights; those that weigh nothing last.

    Shape:   the same request has the same order on every node and every time.
    """
    left = list(aims)
    for turn in range(len(aims)):
        total = sum(aim.target.weight for aim in left)
        point = zlib.crc32(f"{turn}/{request_id}".encode()) / 2**32 * total
        for place, aim in enumerate(left):
            point -= aim.target.weight
            if point < 0 or place == len(left) - 1:
                yield left.pop(place)
                break


@lru_cache(maxsize=1000)
def expression_of(text: str) -> Expression:
    """What was checked before it was stored; what only a newer version can read means nobody."""
    try:
        return parse(text)
    except Refused:
        return Either(())

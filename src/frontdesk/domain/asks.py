"""What a submitted chat asks for: whom it may go to, and who of them is chosen."""

import zlib
from collections.abc import Callable, Iterator
from enum import StrEnum

from msgspec import Struct

from frontdesk.domain.skill_expressions import Expression, Statistic, comparisons, parse
from frontdesk.domain.targets import Sort, Target

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
             somebody should answer, by which waiting counts for more or less.
    """

    aims: tuple[Aim, ...]
    order: Order = Order.ANY
    order_by: str = ""
    asks_unready: bool = False
    objective_s: int = OBJECTIVE_S

    def counted_ms(self, waited_ms: int) -> int:
        """For how much a wait counts: a minute for each time that the objective has gone by."""
        return waited_ms if self.objective_s == OBJECTIVE_S else waited_ms * OBJECTIVE_S // self.objective_s

    def benches(self, mask: Callable[[str], int]) -> int:
        """The benches that such a chat may go to at best, as a mask; all where a single agent is meant."""
        meant = 0
        for aim in self.aims:
            if not aim.is_queue:
                meant |= -1 if aim.agent_id or asks_of(aim.who) else mask(aim.who)
        return meant


def asks_of(who: str) -> bool:
    """Whether an expression asks for more than skills, so that it is asked anew of each person."""
    return "$(" in who and any(isinstance(one.data, Statistic) for one in comparisons(parse(who)))


def drawn(aims: tuple[Aim, ...], request_id: str) -> Iterator[tuple[int, Aim]]:
    """The aims in an order drawn for a request by their weights, with their numbers; without a weight last.

    Shape:   the same request has the same order on every node and every time.
    """
    left = list(enumerate(aims))
    for turn in range(len(aims)):
        total = sum(aim.target.weight for _, aim in left)
        point = zlib.crc32(f"{turn}/{request_id}".encode()) / 2**32 * total
        for place, (_, aim) in enumerate(left):
            point -= aim.target.weight
            if point < 0 or place == len(left) - 1:
                yield left.pop(place)
                break


def expression_of(text: str) -> Expression:
    """What has been checked before it was stored."""
    return parse(text)

"""How much somebody can have at once: of everything together, or of each medium by itself."""

import re
from collections.abc import Mapping

from frontdesk.domain.events import Medium
from frontdesk.errors import Refused

CAPACITY_MAX = 100_000


def parse_capacity(text: str) -> tuple[int | None, dict[str, int]]:
    """What `5`, `chat=3,message=5` or `4,message=10` says: of all media that are not named, and by medium.

    Errors:  `Refused("capacity")`, saying what would be right.
    """
    total: int | None = None
    by_medium: dict[str, int] = {}
    for part in text.split(","):
        name, is_named, count = part.rpartition("=")
        number = int(count) if re.fullmatch(r"\s*[0-9]{1,6}\s*", count) else -1
        medium = name.strip().lower()
        if not check(number, lowest=0 if is_named else 1) or (is_named and medium not in set(Medium)):
            example = f"write a number from 1 to {CAPACITY_MAX}, or such as chat=3,message=5"
            raise Refused("capacity", f"{text!r} is no capacity: {example}")
        if is_named:
            by_medium[medium] = number
        else:
            total = number
    return total, by_medium


def check(capacity: int, *, lowest: int = 1) -> bool:
    """Whether somebody can have so many."""
    return lowest <= capacity <= CAPACITY_MAX


def described(total: int, by_medium: Mapping[str, int]) -> str:
    """As it is written: `5`, or `chat=3,message=5` where every medium has its own."""
    own = [f"{medium}={count}" for medium, count in sorted(by_medium.items())]
    return ",".join(own if set(by_medium) >= set(Medium) else [str(total), *own])


def room(total: int, by_medium: Mapping[str, int], held: Mapping[Medium, int], medium: Medium) -> int:
    """How many more of a medium somebody could take who has so many of each that is in `held`."""
    if medium in by_medium:
        return max(0, by_medium[medium] - held.get(medium, 0))
    return max(0, total - sum(count for other, count in held.items() if other not in by_medium))

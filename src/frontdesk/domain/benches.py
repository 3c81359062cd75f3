"""People who could take chats.

Those of the same skills share a bench: one number says of all people at once whom an expression means.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from frontdesk.domain.queues import ANYBODY
from frontdesk.domain.skill_expressions import Expression, fits, parse
from frontdesk.domain.skills import Skills
from frontdesk.domain.targets import Target
from frontdesk.errors import Refused

EXPRESSIONS_KEPT_MAX = 10_000  # What visitors say decides which demands come together: there are many ways.


class Free(Struct, frozen=True, order=True):
    """An agent with `slots` free places, idle since `idle_ms`, on the bench `bench`.

    Shape:   ordered by who is next: `turns` are the chats that one decision has given already.
    """

    turns: int
    idle_ms: int
    agent_id: str
    slots: int
    bench: int


class Benches:
    """Sets of skills by number, and whom an expression means as a mask: bit n stands for the set n."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[tuple[str, int], ...], int] = {}
        self._skills: list[Skills] = []
        self._expressions: dict[str, Expression] = {}
        self._masks: dict[str, int] = {ANYBODY: -1}

    def number(self, skills: Skills) -> int:
        """The bench of those who have just these skills."""
        key = tuple(sorted(skills.items()))
        number = self._numbers.setdefault(key, len(self._skills))
        if number == len(self._skills):
            self._skills.append(skills)
            for text, expression in self._expressions.items():
                self._masks[text] |= fits(expression, skills) << number
        return number

    def mask(self, text: str) -> int:
        """The benches whose people `text` means."""
        found = self._masks.get(text)
        if found is None:
            if len(self._masks) > EXPRESSIONS_KEPT_MAX:
                self._expressions.clear()
                self._masks = {ANYBODY: -1}
            found = self._masks[text] = self._all_that_fit(text)
        return found

    def skills(self, number: int) -> Skills:
        """The skills that those on a bench have."""
        return self._skills[number]

    @property
    def kept_count(self) -> int:
        """How many expressions are at hand."""
        return len(self._expressions)

    def _all_that_fit(self, text: str) -> int:
        try:
            expression = self._expressions[text] = parse(text)
        except Refused:
            return self._masks[ANYBODY]  # A newer version wrote it: better anybody than nobody for ever.
        return sum(fits(expression, skills) << number for number, skills in enumerate(self._skills))


def _unknown(_whose: object, _name: str) -> float:
    return 0


def _none(_bench: int) -> Skills:
    return {}


class People(Struct, frozen=True):
    """Who could take a chat now.

    Shape:   `free` by who is next; `seated` is how many of them are on each bench, and never none; `mask` as
             `Benches.mask`; `is_ready` says it of anybody, free or not; `unready` are those who are here and
             would have a place, but take no chats now; `skills` as `Benches.skills`; `of_agent` and
             `of_target` are statistics by name.
    """

    free: Sequence[Free]
    seated: Mapping[int, int]
    mask: Callable[[str], int]
    is_ready: Callable[[str], bool]
    unready: Callable[[], Sequence[Free]] = tuple
    skills: Callable[[int], Skills] = _none
    of_agent: Callable[[str, str], float] = _unknown
    of_target: Callable[[Target, str], float] = _unknown


def benches_of(seated: Iterable[int]) -> int:
    """These benches as a mask."""
    mask = 0
    for number in seated:
        mask |= 1 << number
    return mask

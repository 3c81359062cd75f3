"""Who is put to whom.

Chats that wait alike, in the same queue with the same priority and demand, stand in one line, the one that
has waited longest first. So only the heads of the lines need be compared, however many wait. Agents of the
same skills share a bench, so that one number says of all people at once whom an expression means.
"""

import heapq
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.queues import ANYBODY, DEFAULT, QueueRules
from frontdesk.domain.skill_expressions import Expression, fits, parse
from frontdesk.domain.skills import Skills
from frontdesk.errors import Refused

ALWAYS = 1 << 62  # A time that does not come.
EXPRESSIONS_KEPT_MAX = 10_000  # What visitors say decides which demands come together: there are many ways.


class Waiting(Struct, frozen=True):
    """A chat that waits for a person.

    Shape:   `avoid` are agents that it does not go to, each until when; `prefers` is who knows it, or empty.
    """

    interaction_id: str
    queued_ms: int
    avoid: Mapping[str, int] = {}
    prefers: str = ""

    def avoids(self, agent_id: str, now_ms: int) -> bool:
        return bool(self.avoid) and self.avoid.get(agent_id, 0) > now_ms

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands in its line."""
        return self.queued_ms, self.interaction_id


class Line(Struct, frozen=True):
    """Chats that wait alike, by their place. `demand` is a skill expression, or `ANYBODY`."""

    rules: QueueRules = DEFAULT
    priority: int = 0
    demand: str = ANYBODY
    chats: Sequence[Waiting] = ()


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


class People(Struct, frozen=True):
    """Who could take a chat now.

    Shape:   `free` by who is next; `seated` is how many of them are on each bench, and never none; `mask` as
             `Benches.mask`; `is_ready` says it of anybody, free or not.
    """

    free: Sequence[Free]
    seated: Mapping[int, int]
    mask: Callable[[str], int]
    is_ready: Callable[[str], bool]


def choose(lines: Iterable[Line], people: People, now_ms: int) -> list[tuple[str, str]]:
    """Whom to ring, as (interaction id, agent id).

    Shape:   in the order of who is next: most points, then the longest wait. Each interaction at most once;
             an agent at most `slots` times, and each time behind those who have had fewer.
    """
    if not people.free:
        return []
    seats = _Seats(people)
    standing = [line for line in lines if line.chats]
    heap = [(turn(line, line.chats[0], now_ms), number, 0) for number, line in enumerate(standing)]
    heapq.heapify(heap)
    chosen: list[tuple[str, str]] = []
    while heap and seats.mask:
        _, number, place = heap[0]
        line = standing[number]
        chat = line.chats[place]
        meant = whom(line, chat, people.mask, now_ms) & seats.mask
        agent = seats.take(chat, meant, line.rules.prefer_s, now_ms) if meant else None
        if agent is not None:
            chosen.append((chat.interaction_id, agent))
        is_over = place + 1 == len(line.chats)
        if is_over or not meant or (agent is None and not (chat.avoid or chat.prefers)):
            heapq.heappop(heap)  # Those behind it may go to nobody else.
        else:
            heapq.heapreplace(heap, (turn(line, line.chats[place + 1], now_ms), number, place + 1))
    return chosen


def whom(line: Line, chat: Waiting, mask: Callable[[str], int], now_ms: int) -> int:
    """The benches that a chat may go to by now, as a mask."""
    waited_ms = now_ms - chat.queued_ms
    meant = 0
    for step in line.rules.steps:
        if step.after_ms > waited_ms and step.after_ms:
            break
        meant |= mask(step.who)
    return meant & mask(line.demand)


def whom_ever(rules: QueueRules, demand: str, mask: Callable[[str], int]) -> int:
    """The benches that a chat may go to sooner or later, as a mask."""
    meant = 0
    for step in rules.steps:
        meant |= mask(step.who)
    return meant & mask(demand)


def turn(line: Line, chat: Waiting, now_ms: int) -> tuple[int, int, str]:
    """When it is a chat's turn: of two, the one for which this is less goes first."""
    points = line.rules.points(line.priority, now_ms - chat.queued_ms)
    return -points, chat.queued_ms, chat.interaction_id


class _Seats:
    """Who is left while one decision is made. `mask` are the benches on which somebody is."""

    def __init__(self, people: People) -> None:
        self._is_ready = people.is_ready
        self._free = list(people.free)
        self._seated = dict(people.seated)
        self.mask = benches_of(self._seated)

    def take(self, chat: Waiting, meant: int, prefer_s: int, now_ms: int) -> str | None:
        """Whom a chat goes to, of the benches in the mask `meant`; None when it has to wait."""
        found = self._next(chat, meant, now_ms)
        if found is None or (found.agent_id != chat.prefers and self._holds_out(chat, prefer_s, now_ms)):
            return None
        self._give(found)
        return found.agent_id

    def _next(self, chat: Waiting, meant: int, now_ms: int) -> Free | None:
        may = (free for free in self._free if meant >> free.bench & 1)
        if not chat.avoid and not chat.prefers:
            return next(may, None)
        others = [free for free in may if not chat.avoids(free.agent_id, now_ms)]
        return next((free for free in others if free.agent_id == chat.prefers), others[0] if others else None)

    def _holds_out(self, chat: Waiting, prefer_s: int, now_ms: int) -> bool:
        """Whether a chat still waits for the one who knows it."""
        if not chat.prefers or now_ms - chat.queued_ms >= prefer_s * 1000:
            return False
        return self._is_ready(chat.prefers) and not chat.avoids(chat.prefers, now_ms)

    def _give(self, agent: Free) -> None:
        del self._free[bisect_left(self._free, agent)]
        if agent.slots > 1:
            after = replace(agent, turns=agent.turns + 1, slots=agent.slots - 1)
            insort(self._free, after)
            return
        self._seated[agent.bench] -= 1
        if not self._seated[agent.bench]:
            self.mask ^= 1 << agent.bench


def benches_of(seated: Iterable[int]) -> int:
    """These benches as a mask."""
    mask = 0
    for number in seated:
        mask |= 1 << number
    return mask


def slots_of(capacity: int, held: Mapping[str, object] | set[str]) -> int:
    """Free places of one who may have `capacity` chats and has or is rung for `held`."""
    return max(0, capacity - len(held))

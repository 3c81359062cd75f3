"""Who waits in which line and who sits on which bench, kept in order as it changes."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from frontdesk.domain.card import InteractionCard
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.skills import Skills
from frontdesk.domain.targeting import Benches, Free, Line, People, Waiting

Key = tuple[str, int, str]


class Lines:
    """The chats that wait, each in its line. `rules_of` are the rules of a queue, by its name."""

    def __init__(self, rules_of: Callable[[str], QueueRules]) -> None:
        self._rules_of = rules_of
        self._chats: dict[Key, list[Waiting]] = {}
        self._lines: dict[Key, Line] = {}
        self._standing: dict[str, tuple[Key, Waiting]] = {}
        self._in_queue: Counter[str] = Counter()

    def put(self, card: InteractionCard, chat: Waiting) -> None:
        """It waits, as its card says."""
        self.drop(chat.interaction_id)
        key = (card.queue, card.priority, card.demand)
        if key not in self._lines:
            chats = self._chats[key] = []
            self._lines[key] = Line(self._rules_of(card.queue), card.priority, card.demand, chats)
        insort(self._chats[key], chat, key=_place)
        self._standing[chat.interaction_id] = key, chat
        self._in_queue[card.queue] += 1

    def drop(self, interaction_id: str) -> None:
        """It waits no longer, if it did."""
        found = self._standing.pop(interaction_id, None)
        if found is None:
            return
        key, chat = found
        chats = self._chats[key]
        del chats[bisect_left(chats, chat.place, key=_place)]
        self._in_queue[key[0]] -= 1
        if not chats:
            del self._chats[key], self._lines[key]

    def found(self, interaction_id: str) -> tuple[Line, Waiting] | None:
        """A chat that waits, and its line."""
        found = self._standing.get(interaction_id)
        return (self._lines[found[0]], found[1]) if found is not None else None

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines.values())

    def __len__(self) -> int:
        return len(self._standing)

    def chats(self) -> Sequence[Waiting]:
        """Every chat that waits."""
        return [chat for _, chat in self._standing.values()]

    def in_queue(self, queue: str) -> int:
        """How many chats wait in a queue."""
        return self._in_queue[queue]


def _place(chat: Waiting) -> tuple[int, str]:
    return chat.place


class Seats:
    """The people who are ready and have a free place."""

    def __init__(self) -> None:
        self._benches = Benches()
        self._free: list[Free] = []
        self._seated: Counter[int] = Counter()
        self._by_id: dict[str, Free] = {}

    def put(self, agent_id: str, slots: int, idle_ms: int, skills: Skills) -> None:
        """Somebody has so many free places; none takes them away."""
        before = self._by_id.pop(agent_id, None)
        if before is not None:
            del self._free[bisect_left(self._free, before)]
            self._seated[before.bench] -= 1
            if not self._seated[before.bench]:
                del self._seated[before.bench]
        if slots:
            number = self._benches.number(skills)
            now = self._by_id[agent_id] = Free(0, idle_ms, agent_id, slots, number)
            insort(self._free, now)
            self._seated[number] += 1

    def people(self, is_ready: Callable[[str], bool]) -> People:
        """All of them, as they are asked."""
        return People(self._free, self._seated, self._benches.mask, is_ready)

    def __len__(self) -> int:
        return len(self._by_id)

    def everybody(self) -> list[Free]:
        """All of them, who is next first."""
        return list(self._free)

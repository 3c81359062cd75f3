"""Who waits in which line and who sits on which bench, kept in order as it changes."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.asks import OBJECTIVE_S, Ask
from frontdesk.domain.benches import Benches, Free, People
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.events import Medium
from frontdesk.domain.queues import QueueRules
from frontdesk.domain.skills import Skills
from frontdesk.domain.submit import Submit
from frontdesk.domain.waiting import Line, Waiting

Key = tuple[str, int, str | Ask, Medium]


class Predicted(Struct, frozen=True):
    """Since when a request waits, and how long it may still wait."""

    since_ms: int
    wait_ms: int


class Lines:
    """The chats that wait, each in its line. `rules_of` are the rules of a queue, by its name."""

    def __init__(self, rules_of: Callable[[str], QueueRules]) -> None:
        self._rules_of = rules_of
        self._chats: dict[Key, list[Waiting]] = {}
        self._lines: dict[Key, Line] = {}
        self._standing: dict[str, tuple[Key, Waiting]] = {}
        self._requests: dict[str, tuple[Submit, ...]] = {}
        self._hasty: dict[str, tuple[str, ...]] = {}
        self._predicted: dict[str, Predicted] = {}  # Those that were looked at last are last.
        self._in_queue: Counter[str] = Counter()
        self._in_virtual_queue: Counter[str] = Counter()

    def put(self, card: InteractionCard, chat: Waiting) -> None:
        """It waits in a queue, as its card says."""
        self.drop(chat.interaction_id)
        key = (card.queue, card.priority, card.demand, card.medium)
        if key not in self._lines:
            chats = self._chats[key] = []
            rules = self._rules_of(card.queue)
            self._lines[key] = Line(rules, card.priority, card.demand, chats, medium=card.medium)
        self._stand(key, chat)
        self._in_queue[card.queue] += 1

    def put_submitted(self, card: InteractionCard, chat: Waiting) -> None:
        """It waits for whom an application asked, once for each request."""
        known = {one.request_id: self._predicted.get(one.request_id) for one in card.submits}
        self.drop(chat.interaction_id)
        tuning = card.tuning
        for submit in card.submits:
            ask = Ask(
                submit.aims,
                submit.order,
                submit.order_by,
                asks_unready=tuning.asks_unready,
                objective_s=tuning.objective_s or OBJECTIVE_S,
            )
            key = ("", submit.priority, ask, card.medium)
            if key not in self._lines:
                chats = self._chats[key] = []
                self._lines[key] = Line(priority=submit.priority, chats=chats, ask=ask, medium=card.medium)
            since_ms = card.started_ms if tuning.uses_age else submit.since_ms
            predicted_ms = 0
            if tuning.uses_prediction:
                before = known[submit.request_id]
                predicted_ms = before.wait_ms if before is not None else submit.predicted_ms
                self._predicted[submit.request_id] = Predicted(since_ms, predicted_ms)
            own = replace(chat, queued_ms=since_ms - predicted_ms, request_id=submit.request_id)
            self._stand(key, own)
            self._in_virtual_queue[submit.queue] += 1
        self._requests[chat.interaction_id] = card.submits
        if hasty := tuple(submit.request_id for submit in card.submits if submit.at_once):
            self._hasty[chat.interaction_id] = hasty

    def _stand(self, key: Key, chat: Waiting) -> None:
        insort(self._chats[key], chat, key=_place)
        self._standing[chat.name] = key, chat

    def drop(self, interaction_id: str) -> None:
        """It waits no longer, if it did."""
        self._hasty.pop(interaction_id, None)
        for submit in self._requests.pop(interaction_id, ()):
            self._predicted.pop(submit.request_id, None)
            self._leave(submit.request_id)
            self._in_virtual_queue[submit.queue] -= 1
        if interaction_id in self._standing:
            self._in_queue[self._leave(interaction_id)[0]] -= 1

    def _leave(self, name: str) -> Key:
        key, chat = self._standing.pop(name)
        chats = self._chats[key]
        del chats[bisect_left(chats, chat.place, key=_place)]
        if not chats:
            del self._chats[key], self._lines[key]
        return key

    def found(self, name: str) -> tuple[Line, Waiting] | None:
        """A chat that waits, by its id or by the request for which it does, and its line."""
        found = self._standing.get(name)
        return (self._lines[found[0]], found[1]) if found is not None else None

    def predicted(self, most: int) -> Sequence[tuple[str, int]]:
        """The requests whose place counts how long they may still wait, and since when they wait.

        Shape:   those that were predicted longest ago, at `most` so many.
        """
        return [(name, one.since_ms) for name, one in islice(self._predicted.items(), most)]

    def predict(self, request_id: str, wait_ms: int | None) -> None:
        """It may still wait so long, or as long as was said before: it stands where that puts it."""
        before = self._predicted.pop(request_id)
        since_ms, wait_ms = before.since_ms, before.wait_ms if wait_ms is None else wait_ms
        self._predicted[request_id] = Predicted(since_ms, wait_ms)
        key, chat = self._standing[request_id]
        chats = self._chats[key]
        del chats[bisect_left(chats, chat.place, key=_place)]
        self._stand(key, replace(chat, queued_ms=since_ms - wait_ms))

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

    def in_virtual_queue(self, queue: str) -> int:
        """How many requests of applications wait in a virtual queue."""
        return self._in_virtual_queue[queue]

    def hasty(self) -> Iterator[tuple[str, str]]:
        """The requests that are decided at once, by the interaction and their id."""
        for interaction_id, request_ids in self._hasty.items():
            for request_id in request_ids:
                yield interaction_id, request_id


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
        benches = self._benches
        return People(self._free, self._seated, benches.mask, is_ready, skills=benches.skills)

    def bench(self, skills: Skills) -> int:
        """The bench of those who have just these skills."""
        return self._benches.number(skills)

    def __len__(self) -> int:
        return len(self._by_id)

    def everybody(self) -> list[Free]:
        """All of them, who is next first."""
        return list(self._free)

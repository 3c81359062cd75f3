"""Who is left while one decision is made, and who of them is next."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.asks import Aim, Ask, Order, asks_of, drawn, expression_of
from frontdesk.domain.benches import Free, People, benches_of
from frontdesk.domain.skill_expressions import Statistic, comparisons, fits
from frontdesk.domain.targets import holds
from frontdesk.domain.waiting import Waiting


class Meant(Struct, frozen=True):
    """Whom some aims mean whose thresholds hold now.

    Shape:   `mask` are benches; `exact` are expressions that are asked of each person anew; `queues` may have
             a chat at any time.
    """

    aims: tuple[Aim, ...]
    mask: int
    agent_ids: frozenset[str]
    exact: tuple[str, ...]
    queues: tuple[Aim, ...]

    @property
    def knows_people(self) -> bool:
        return bool(self.mask or self.agent_ids or self.exact)


class Seats:
    """Those who have a place. `mask` are the benches on which somebody is."""

    def __init__(self, people: People, now_ms: int) -> None:
        self._people = people
        self._now_ms = now_ms
        self._free = list(people.free)
        self._seated = dict(people.seated)
        self._unready: list[Free] | None = None
        self._by_statistic: dict[tuple[Order, str], list[tuple[int, float, Free]]] = {}
        self._meant: dict[int, Meant] = {}  # By what is meant, which lives as long as this decision.
        self._holds: dict[tuple[str, str], bool] = {}
        self.mask = benches_of(self._seated)

    # --- for a queue ---------------------------------------------------------------------------

    def take(self, chat: Waiting, meant: int, prefer_s: int) -> str | None:
        """Whom a chat goes to, of the benches in the mask `meant`; None when it has to wait."""
        found = self._next(chat, meant)
        if found is None or (found.agent_id != chat.prefers and self._holds_out(chat, prefer_s)):
            return None
        self._give(found)
        return found.agent_id

    def _next(self, chat: Waiting, meant: int) -> Free | None:
        may = (free for free in self._free if meant >> free.bench & 1)
        if not chat.avoid and not chat.prefers:
            return next(may, None)
        others = [free for free in may if not chat.avoids(free.agent_id, self._now_ms)]
        return next((free for free in others if free.agent_id == chat.prefers), others[0] if others else None)

    def _holds_out(self, chat: Waiting, prefer_s: int) -> bool:
        """Whether a chat still waits for the one who knows it."""
        if not chat.prefers or self._now_ms - chat.queued_ms >= prefer_s * 1000:
            return False
        return self._people.is_ready(chat.prefers) and not chat.avoids(chat.prefers, self._now_ms)

    # --- for an application --------------------------------------------------------------------

    def take_asked(self, ask: Ask, chat: Waiting) -> tuple[Aim, str] | None:
        """By which aim a chat goes to whom, an empty text for a queue; None when it has to wait."""
        if not self._may_go(ask):
            return None
        meant = self._understood(id(ask), ask.aims)
        if ask.order is Order.PERCENTAGE:
            for aim in drawn(meant.aims, chat.request_id):
                if aim.is_queue:
                    return aim, ""
                found = self._person(ask, self._understood(id(aim), (aim,)), chat)
                if found is not None:
                    return aim, self._given_to(found)
            return None
        found = self._person(ask, meant, chat)
        if found is not None:
            aim = next(aim for aim in meant.aims if self._means(self._understood(id(aim), (aim,)), found))
            return aim, self._given_to(found)
        return (self._best_queue(ask, meant.queues), "") if meant.queues else None

    def _may_go(self, ask: Ask) -> bool:
        """Whether it is worth looking closer: thresholds and statistics take their time."""
        if ask.needs_nobody_ready or (ask.exact and self.mask):
            return True
        if any(self._people.mask(who) & self.mask for who in ask.groups):
            return True
        return bool(ask.agent_ids) and any(free.agent_id in ask.agent_ids for free in self._free)

    def _understood(self, key: int, aims: tuple[Aim, ...]) -> Meant:
        known = self._meant.get(key)
        if known is None:
            live = tuple(aim for aim in aims if self._is_live(aim))
            people = [aim for aim in live if not aim.is_queue]
            groups = [aim.who for aim in people if not aim.agent_id]
            known = self._meant[key] = Meant(
                aims=live,
                mask=self._mask_of(who for who in groups if not asks_of(who)),
                agent_ids=frozenset(aim.agent_id for aim in people if aim.agent_id),
                exact=tuple(who for who in groups if asks_of(who)),
                queues=tuple(aim for aim in live if aim.is_queue),
            )
        return known

    def _mask_of(self, expressions: Iterable[str]) -> int:
        mask = 0
        for text in expressions:
            mask |= self._people.mask(text)
        return mask

    def _is_live(self, aim: Aim) -> bool:
        target = aim.target
        if not target.threshold:
            return True
        key = (target.object, target.threshold)
        if key not in self._holds:
            value = self._people.of_target
            self._holds[key] = holds(expression_of(target.threshold), lambda name: value(target, name))
        return self._holds[key]

    def _person(self, ask: Ask, meant: Meant, chat: Waiting) -> Free | None:
        if not meant.knows_people:
            return None
        found = None
        if meant.mask & self.mask or meant.agent_ids or meant.exact:
            found = self._first(self._in_order(ask), meant, chat)
        if found is None and ask.asks_unready:
            if self._unready is None:
                self._unready = list(self._people.unready())
            found = self._first(self._unready, meant, chat)
        return found

    def _first(self, people: Iterable[Free], meant: Meant, chat: Waiting) -> Free | None:
        may = (free for free in people if self._means(meant, free))
        if not chat.avoid and not chat.prefers:
            return next(may, None)
        first = None
        for free in may:
            if not chat.avoids(free.agent_id, self._now_ms):
                if free.agent_id == chat.prefers or not chat.prefers:
                    return free
                first = first or free
        return first

    def _means(self, meant: Meant, free: Free) -> bool:
        if meant.mask >> free.bench & 1 or free.agent_id in meant.agent_ids:
            return True
        return any(self._fits(who, free) for who in meant.exact)

    def _fits(self, who: str, free: Free) -> bool:
        expression = expression_of(who)
        names = {one.data.name for one in comparisons(expression) if isinstance(one.data, Statistic)}
        statistics = {name: self._people.of_agent(free.agent_id, name) for name in names}
        return fits(expression, self._people.skills(free.bench), statistics)

    def _in_order(self, ask: Ask) -> Iterable[Free]:
        if ask.order not in (Order.MAX, Order.MIN) or not ask.order_by:
            return self._free
        key = (ask.order, ask.order_by)
        if key not in self._by_statistic:
            self._by_statistic[key] = sorted(self._placed(key, free) for free in self._free)
        return (free for _, _, free in self._by_statistic[key])

    def _placed(self, key: tuple[Order, str], free: Free) -> tuple[int, float, Free]:
        """Where somebody comes when those go first who have the most, or least, by a statistic."""
        value = self._people.of_agent(free.agent_id, key[1])
        return free.turns, -value if key[0] is Order.MAX else value, free

    def _best_queue(self, ask: Ask, queues: Sequence[Aim]) -> Aim:
        if ask.order is Order.ANY or not ask.order_by:
            return queues[0]
        best = max if ask.order is Order.MAX else min
        return best(queues, key=lambda aim: self._people.of_target(aim.target, ask.order_by))

    # --- what is left --------------------------------------------------------------------------

    def _given_to(self, agent: Free) -> str:
        if self._unready is not None and agent in self._unready:
            self._unready.remove(agent)
            if agent.slots > 1:
                self._unready.append(replace(agent, turns=agent.turns + 1, slots=agent.slots - 1))
        else:
            self._give(agent)
        return agent.agent_id

    def _give(self, agent: Free) -> None:
        del self._free[bisect_left(self._free, agent)]
        for placed in self._by_statistic.values():
            del placed[next(at for at, (_, _, free) in enumerate(placed) if free == agent)]
        if agent.slots > 1:
            after = replace(agent, turns=agent.turns + 1, slots=agent.slots - 1)
            insort(self._free, after)
            for key, placed in self._by_statistic.items():
                insort(placed, self._placed(key, after))
            return
        self._seated[agent.bench] -= 1
        if not self._seated[agent.bench]:
            self.mask ^= 1 << agent.bench

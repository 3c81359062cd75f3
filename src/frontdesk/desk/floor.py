"""The floor: who is ready, who has which chats, and which chats wait. A fold of cards, held in memory.

Every node keeps one, so that any node can say how many people are ready; only the node that holds the
routing lease acts on it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from frontdesk.desk.lines import Lines, Seats
from frontdesk.domain.agent import Agent, Role
from frontdesk.domain.benches import Free, People, benches_of, slots_of
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.estimates import Handled, ahead_of, wait_ms
from frontdesk.domain.interaction import Phase
from frontdesk.domain.queues import DEFAULT, QueueRules
from frontdesk.domain.reception import Outlook
from frontdesk.domain.targeting import whom_ever
from frontdesk.domain.targets import Target
from frontdesk.domain.waiting import ALWAYS, Line, Waiting
from frontdesk.store.log import Shelf

PAGE = 2000
CLOSED_KEPT_MAX = 10_000  # Far more than can end while one card is being read.
_decode_card = msgspec.json.Decoder(InteractionCard).decode
_decode_agent = msgspec.json.Decoder(Agent).decode

_log = structlog.get_logger("floor")


class Desk(Struct):
    """One agent's place on the floor: what is true of the agent, and the chats held or ringing there.

    Shape:   `listens` are the chats that a supervisor looks on; they take up no slot.
    """

    agent: Agent
    chats: set[str]
    idle_ms: int
    listens: set[str]


class Floor:
    """Who is ready and what waits, now."""

    def __init__(
        self,
        clock_ms: Callable[[], int],
        ring_again_ms: int,
        rules_of: Callable[[str], QueueRules] = lambda _: DEFAULT,
    ) -> None:
        self._clock_ms = clock_ms
        self._ring_again_ms = ring_again_ms
        self._cards: dict[str, InteractionCard] = {}
        self._lines = Lines(rules_of)
        self._seats = Seats()
        self._at_work = Seats()  # Who is ready, with all places, taken or not.
        self._handled: dict[str, Handled] = {}
        self._since_ms: dict[str, int] = {}
        self._newcomers: dict[str, InteractionCard] = {}
        self._rules_of = rules_of
        self._unattended: dict[str, InteractionCard] = {}
        self._desks: dict[str, Desk] = {}
        self._refused: dict[str, dict[str, int]] = {}
        self._closed: OrderedDict[str, int] = OrderedDict()
        self._open_by_service: dict[str, int] = {}
        self._has_left_out = False
        self.on_change: list[Callable[[], None]] = []
        self.is_here: Callable[[str], bool] = lambda _: False
        self.of_agent: Callable[[str, str], float] = lambda _agent_id, _name: 0
        self.of_target: Callable[[Target, str], float] = lambda _target, _name: 0

    async def load(self, shelf: Shelf) -> None:
        """Read what is open now."""
        after = ""
        while page := await shelf.cards("agent", after=after, limit=PAGE):
            for filed in page:
                self.read_agent(filed.stream.partition("/")[2], filed.card.body)
            after = page[-1].stream
        after = ""
        while page := await shelf.cards("interaction", is_open=True, after=after, limit=PAGE):
            for filed in page:
                self.read(filed.stream.partition("/")[2], filed.card.body)
            after = page[-1].stream

    def read(self, interaction_id: str, body: bytes) -> None:
        """Take note of an interaction's card as it is stored."""
        try:
            self.put(interaction_id, _decode_card(body))
        except msgspec.DecodeError:
            self._leave_out("interaction", interaction_id)

    def read_agent(self, agent_id: str, body: bytes) -> None:
        """Take note of an agent's card as it is stored."""
        try:
            self.put_agent(agent_id, _decode_agent(body))
        except msgspec.DecodeError:
            self._leave_out("agent", agent_id)

    def _leave_out(self, kind: str, name: str) -> None:
        """A newer version wrote this card: its nodes take care of it."""
        if not self._has_left_out:
            self._has_left_out = True  # There may be many, and one shows what is going on.
            _log.warning("too_new", card=kind, name=name)

    # --- what became true ----------------------------------------------------------------------

    def put_agent(self, agent_id: str, agent: Agent) -> None:
        """Take note of an agent as now known."""
        desk = self._desks.get(agent_id)
        if desk is None:
            self._desks[agent_id] = Desk(agent, set(), agent.since_ms, set())
        elif agent.version >= desk.agent.version:
            if agent.is_ready and not desk.agent.is_ready:
                desk.idle_ms = agent.since_ms
            desk.agent = agent
        self._reseat(agent_id)
        self._changed()

    def put(self, interaction_id: str, card: InteractionCard) -> None:
        """Take note of an interaction's card; one that is older than what is known is no news."""
        before = self._cards.get(interaction_id)
        known = before.version if before is not None else self._closed.get(interaction_id, -1)
        if card.version < known:
            return
        is_open = card.phase in (Phase.WAITING, Phase.ACTIVE)
        self._seat(interaction_id, _holders(before), _holders(card) if is_open else set())
        self._seat_listeners(interaction_id, _listeners(before), _listeners(card) if is_open else set())
        if before is not None and before.ringing is not None and card.ringing is None:
            self._refused.setdefault(interaction_id, {})[before.ringing.agent_id] = self._clock_ms()
        if before is None and is_open:
            self._open_by_service[card.service] = self._open_by_service.get(card.service, 0) + 1
        if is_open:
            self._closed.pop(interaction_id, None)
            self._cards[interaction_id] = card
        else:
            self._close(interaction_id, before, card.version)
        self._note_handling(interaction_id, before, card, is_open=is_open)
        self._line_up(interaction_id, before, card, is_sought=is_open and card.ringing is None)
        if card.phase is Phase.WAITING and not (card.queued_ms or card.owner or card.left_alone):
            self._unattended[interaction_id] = card
        else:
            self._unattended.pop(interaction_id, None)
        self._changed()

    def _line_up(
        self, interaction_id: str, before: InteractionCard | None, card: InteractionCard, *, is_sought: bool
    ) -> None:
        """Let it stand where it waits: in its queue, else for whom an application asked."""
        if is_sought and card.queued_ms:
            self._lines.put(card, self._waiting(interaction_id, card))
            if before is None or before.queued_ms != card.queued_ms:
                self._newcomers[interaction_id] = card
            return
        self._newcomers.pop(interaction_id, None)
        if is_sought and card.submits and card.reserved is None:
            self._lines.put_submitted(card, self._waiting(interaction_id, card))
        else:
            self._lines.drop(interaction_id)

    def _note_handling(
        self, interaction_id: str, before: InteractionCard | None, card: InteractionCard, *, is_open: bool
    ) -> None:
        """Take note of how long people take for the chats of a queue, and for those of applications."""
        waits = card.queued_ms or card.submits
        waited = before is not None and (before.queued_ms or before.submits)
        if before is not None and waited and not waits and is_open:
            if set(card.participants) - set(before.participants):
                self._since_ms[interaction_id] = self._clock_ms()
        elif waits or not is_open:
            since_ms = self._since_ms.pop(interaction_id, None)
            if since_ms is not None and before is not None:
                known = self._handled.get(before.queue, Handled())
                self._handled[before.queue] = known.after(self._clock_ms() - since_ms)

    def _waiting(self, interaction_id: str, card: InteractionCard) -> Waiting:
        refused = self._refused.get(interaction_id, {})
        avoid = {agent_id: ms + self._ring_again_ms for agent_id, ms in refused.items()}
        avoid.update(dict.fromkeys((*card.participants, *card.listeners, *card.tuning.excluded), ALWAYS))
        return Waiting(interaction_id, card.queued_ms, avoid, card.tuning.ideal or card.prefers)

    def _close(self, interaction_id: str, before: InteractionCard | None, version: int) -> None:
        """What has ended or rests stays so, though an older card may still be on its way."""
        self._refused.pop(interaction_id, None)
        self._closed[interaction_id] = version
        if len(self._closed) > CLOSED_KEPT_MAX:
            self._closed.popitem(last=False)
        if before is not None:
            del self._cards[interaction_id]
            self._open_by_service[before.service] -= 1

    def _seat(self, interaction_id: str, before: set[str], now: set[str]) -> None:
        for agent_id in before - now:
            if (desk := self._desks.get(agent_id)) is not None:
                desk.chats.discard(interaction_id)
                desk.idle_ms = self._clock_ms()
                self._reseat(agent_id)
        for agent_id in now - before:
            desk = self._desks.setdefault(agent_id, Desk(Agent(), set(), 0, set()))
            desk.chats.add(interaction_id)
            desk.idle_ms = self._clock_ms()
            self._reseat(agent_id)

    def _reseat(self, agent_id: str) -> None:
        desk = self._desks[agent_id]
        is_person = desk.agent.role is not Role.BOT
        places = desk.agent.capacity if is_person and desk.agent.is_ready else 0
        self._at_work.put(agent_id, places, 0, desk.agent.skills)
        self._seats.put(agent_id, self.room_of(agent_id) if is_person else 0, desk.idle_ms, desk.agent.skills)

    def _seat_listeners(self, interaction_id: str, before: set[str], now: set[str]) -> None:
        for agent_id in before - now:
            if (desk := self._desks.get(agent_id)) is not None:
                desk.listens.discard(interaction_id)
        for agent_id in now - before:
            self._desks.setdefault(agent_id, Desk(Agent(), set(), 0, set())).listens.add(interaction_id)

    def _changed(self) -> None:
        for notify in self.on_change:
            notify()

    # --- what is asked -------------------------------------------------------------------------

    def agent(self, agent_id: str) -> Agent:
        """What is true of an agent; a blank one for somebody never heard of."""
        desk = self._desks.get(agent_id)
        return desk.agent if desk is not None else Agent()

    def chats_of(self, agent_id: str) -> Sequence[str]:
        """The interactions an agent takes part in or listens to now, oldest first."""
        desk = self._desks.get(agent_id)
        if desk is None:
            return []
        return sorted({i for i in desk.chats if agent_id in self._cards[i].participants} | desk.listens)

    def takes_part(self, agent_id: str, interaction_id: str) -> bool:
        """Whether an agent takes part in an interaction or listens to it now."""
        card = self._cards.get(interaction_id)
        return card is not None and (agent_id in card.participants or agent_id in card.listeners)

    def invites_of(self, agent_id: str) -> Sequence[str]:
        """The interactions that ring for an agent now."""
        desk = self._desks.get(agent_id)
        chats = desk.chats if desk is not None else set()
        return sorted(i for i in chats if _rings_for(self._cards[i], agent_id))

    def is_at_work(self, agent_id: str) -> bool:
        """Whether an agent is ready, or has chats or invites."""
        desk = self._desks.get(agent_id)
        return desk is not None and (desk.agent.is_ready or bool(desk.chats or desk.listens))

    def is_ready(self, agent_id: str) -> bool:
        """Whether chats may come to an agent, who need not have a place for one now."""
        return self.agent(agent_id).is_ready

    def lines(self) -> Iterable[Line]:
        """The chats that wait and do not ring, by line."""
        return self._lines

    def waiting(self) -> Sequence[Waiting]:
        """The chats that wait and do not ring."""
        return self._lines.chats()

    def people(self) -> People:
        """The people who are ready and have a free place, as they are asked."""
        return replace(
            self._seats.people(self.is_ready),
            unready=self._unready,
            of_agent=self.of_agent,
            of_target=self.of_target,
        )

    def _unready(self) -> Sequence[Free]:
        """The people who are here and would have a place, but take no chats now."""
        return [
            Free(0, desk.idle_ms, agent_id, slots, self._seats.bench(desk.agent.skills))
            for agent_id, desk in self._desks.items()
            if not desk.agent.is_ready and desk.agent.role is not Role.BOT and self.is_here(agent_id)
            if (slots := slots_of(desk.agent.capacity, desk.chats))
        ]

    def hasty(self) -> Sequence[tuple[str, str]]:
        """The requests of applications that are decided at once, as (interaction id, request id)."""
        return list(self._lines.hasty())

    def newcomers(self) -> Sequence[tuple[str, InteractionCard]]:
        """The chats that have begun to wait since this was asked before, as far as they still do."""
        came, self._newcomers = list(self._newcomers.items()), {}
        return came

    def outlook(self, queue: str, demand: str = "") -> Outlook:
        """What a chat that asks for this would find in a queue."""
        rules, free, at_work = self._rules_of(queue), self.people(), self._at_work.people(self.is_ready)
        now = whom_ever(rules, demand, free.mask)
        places = sum(one.slots for one in free.free if now >> one.bench & 1)
        could_answer = bool(whom_ever(rules, demand, at_work.mask) & benches_of(at_work.seated))
        return Outlook(self._lines.in_queue(queue), places, could_answer)

    def standing(self, name: str) -> tuple[int, int | None] | None:
        """Where a chat stands, 1 being next, and how long it may still wait in ms, when that can be said.

        Shape:   `name` is its id, or the request for which it waits.
        """
        found = self._lines.found(name)
        if found is None:
            return None
        line, chat = found
        at_work = self._at_work.people(self.is_ready)
        ahead = ahead_of(self._lines, line, chat, at_work.mask, self._clock_ms())
        handled = self._handled.get(self._cards[chat.interaction_id].queue, Handled())
        return ahead + 1, wait_ms(ahead, line, at_work.free, at_work.mask, handled)

    def card(self, interaction_id: str) -> InteractionCard | None:
        """The card of an open interaction."""
        return self._cards.get(interaction_id)

    def unattended(self) -> Sequence[tuple[str, InteractionCard]]:
        """The chats that nobody has taken and that do not wait in a queue yet."""
        return list(self._unattended.items())

    def ready(self) -> Iterator[tuple[str, Agent]]:
        """Everybody who is ready, by id."""
        return ((agent_id, desk.agent) for agent_id, desk in self._desks.items() if desk.agent.is_ready)

    def open(self) -> Iterable[tuple[str, InteractionCard]]:
        """The interactions that are open now."""
        return self._cards.items()

    def free(self) -> list[Free]:
        """The people who are ready and have a free place."""
        return self._seats.everybody()

    @property
    def free_count(self) -> int:
        return len(self._seats)

    def room_of(self, agent_id: str) -> int:
        """How many more chats somebody could take now; none unless ready."""
        desk = self._desks.get(agent_id)
        return slots_of(desk.agent.capacity, desk.chats) if desk is not None and desk.agent.is_ready else 0

    def is_open(self, interaction_id: str) -> bool:
        """Whether an interaction is open, as far as this node knows."""
        return interaction_id in self._cards

    @property
    def waiting_count(self) -> int:
        return len(self._lines)

    @property
    def open_count(self) -> int:
        return len(self._cards)

    def open_of(self, service: str) -> int:
        """How many interactions of a service are open."""
        return self._open_by_service.get(service, 0)


def _holders(card: InteractionCard | None) -> set[str]:
    if card is None:
        return set()
    holders = set(card.participants)
    if card.ringing is not None:
        holders.add(card.ringing.agent_id)
    if card.reserved is not None:
        holders.add(card.reserved.agent_id)
    return holders


def _rings_for(card: InteractionCard, agent_id: str) -> bool:
    return card.ringing is not None and card.ringing.agent_id == agent_id


def _listeners(card: InteractionCard | None) -> set[str]:
    return set(card.listeners) if card is not None else set()

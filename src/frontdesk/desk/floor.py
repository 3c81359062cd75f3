"""The floor: who is ready, who has which chats, and which chats wait. A fold of cards, held in memory.

Every node keeps one, so that any node can say how many people are ready; only the node that holds the
routing lease acts on it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import structlog
from msgspec.structs import replace

from frontdesk.desk.desks import Desks
from frontdesk.desk.handling import Handling
from frontdesk.desk.lines import Lines
from frontdesk.domain.agent import Agent
from frontdesk.domain.benches import Free, People, benches_of
from frontdesk.domain.card import InteractionCard
from frontdesk.domain.estimates import ahead_of, wait_ms
from frontdesk.domain.events import Medium
from frontdesk.domain.interaction import Phase
from frontdesk.domain.queues import DEFAULT, QueueRules
from frontdesk.domain.reception import Outlook
from frontdesk.domain.targeting import turn, whom_ever
from frontdesk.domain.targets import Target
from frontdesk.domain.waiting import ALWAYS, Line, Waiting
from frontdesk.store.log import Shelf

PAGE = 2000
LAST = "\U0010ffff"  # An id behind all others.
CLOSED_KEPT_MAX = 10_000  # Far more than can end while one card is being read.
PREDICT_EVERY_MS = 5000
PREDICT_AT_ONCE_MAX = 50  # Those that were not looked at come next.
_decode_card = msgspec.json.Decoder(InteractionCard).decode
_decode_agent = msgspec.json.Decoder(Agent).decode

_log = structlog.get_logger("floor")


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
        self.desks = Desks(clock_ms)
        self.handling = Handling(clock_ms)
        self._newcomers: dict[str, InteractionCard] = {}
        self._rules_of = rules_of
        self._unattended: dict[str, InteractionCard] = {}
        self._owned: dict[str, set[str]] = {}
        self._refused: dict[str, dict[str, int]] = {}
        self._closed: OrderedDict[str, int] = OrderedDict()
        self._predicted_ms = 0
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
        self.desks.put_agent(agent_id, agent)
        self._changed()

    def put(self, interaction_id: str, card: InteractionCard) -> None:
        """Take note of an interaction's card; one that is older than what is known is no news."""
        before = self._cards.get(interaction_id)
        known = before.version if before is not None else self._closed.get(interaction_id, -1)
        if card.version < known:
            return
        is_open = card.phase in (Phase.WAITING, Phase.ACTIVE)
        owner_before = before.owner if before is not None else ""
        self._note_owner(interaction_id, owner_before, card.owner if is_open else "")
        self.desks.seat(interaction_id, card.medium, _holders(before), _holders(card) if is_open else set())
        self.desks.seat_listeners(interaction_id, _listeners(before), _listeners(card) if is_open else set())
        rang = before.ringing.agent_id if before is not None and before.ringing is not None else ""
        if rang and card.ringing is None and rang not in card.participants:
            self._refused.setdefault(interaction_id, {})[rang] = self._clock_ms()
        if before is None and is_open:
            self._open_by_service[card.service] = self._open_by_service.get(card.service, 0) + 1
        if is_open:
            self._closed.pop(interaction_id, None)
            self._cards[interaction_id] = card
        else:
            self._close(interaction_id, before, card.version)
        self.handling.note(interaction_id, before, card, is_open=is_open)
        self._line_up(interaction_id, before, card, is_sought=is_open and card.ringing is None)
        if card.phase is Phase.WAITING and not (card.queued_ms or card.owner or card.left_alone):
            self._unattended[interaction_id] = card
        else:
            self._unattended.pop(interaction_id, None)
        self._changed()

    def _note_owner(self, interaction_id: str, before: str, now: str) -> None:
        if before != now and before:
            self._owned[before].discard(interaction_id)
            if not self._owned[before]:
                del self._owned[before]
        if now:
            self._owned.setdefault(now, set()).add(interaction_id)

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

    def _waiting(self, interaction_id: str, card: InteractionCard) -> Waiting:
        refused = self._refused.get(interaction_id, {})
        avoid = {agent_id: ms + self._ring_again_ms for agent_id, ms in refused.items()}
        avoid.update(dict.fromkeys((*card.participants, *card.listeners, *card.tuning.excluded), ALWAYS))
        prefers = card.tuning.ideal or card.prefers or (card.wanted and self.desks.named(card.wanted))
        return Waiting(interaction_id, card.queued_ms, avoid, prefers)

    def _close(self, interaction_id: str, before: InteractionCard | None, version: int) -> None:
        """What has ended or rests stays so, though an older card may still be on its way."""
        self._refused.pop(interaction_id, None)
        self._closed[interaction_id] = version
        if len(self._closed) > CLOSED_KEPT_MAX:
            self._closed.popitem(last=False)
        if before is not None:
            del self._cards[interaction_id]
            self._open_by_service[before.service] -= 1

    def _changed(self) -> None:
        for notify in self.on_change:
            notify()

    # --- what is asked -------------------------------------------------------------------------

    def agent(self, agent_id: str) -> Agent:
        """What is true of an agent; a blank one for somebody never heard of."""
        desk = self.desks.get(agent_id)
        return desk.agent if desk is not None else Agent()

    def chats_of(self, agent_id: str) -> Sequence[str]:
        """The interactions an agent takes part in or listens to now, oldest first."""
        desk = self.desks.get(agent_id)
        if desk is None:
            return []
        return sorted({i for i in desk.chats if agent_id in self._cards[i].participants} | desk.listens)

    def takes_part(self, agent_id: str, interaction_id: str) -> bool:
        """Whether an agent takes part in an interaction or listens to it now."""
        card = self._cards.get(interaction_id)
        return card is not None and (agent_id in card.participants or agent_id in card.listeners)

    def invites_of(self, agent_id: str) -> Sequence[str]:
        """The interactions that ring for an agent now."""
        desk = self.desks.get(agent_id)
        chats = desk.chats if desk is not None else set()
        return sorted(i for i in chats if _rings_for(self._cards[i], agent_id))

    def is_at_work(self, agent_id: str) -> bool:
        """Whether an agent is ready, or has chats or invites."""
        desk = self.desks.get(agent_id)
        return desk is not None and desk.is_at_work

    def is_ready(self, agent_id: str) -> bool:
        """Whether chats may come to an agent, who need not have a place for one now."""
        return self.desks.is_ready(agent_id)

    def lines(self, medium: Medium | None = None) -> Iterable[Line]:
        """What waits and does not ring, by line: of any medium, or of one."""
        return self._lines if medium is None else (line for line in self._lines if line.medium is medium)

    def waiting(self) -> Sequence[Waiting]:
        """The chats that wait and do not ring."""
        return self._lines.chats()

    def people(self, medium: Medium = Medium.CHAT) -> People:
        """The people who are ready and have a free place, as they are asked."""
        return replace(
            self.desks.people(medium),
            unready=lambda: self.desks.unready(medium, self.is_here),
            of_agent=self.of_agent,
            of_target=self.of_target,
        )

    def hasty(self, medium: Medium) -> Sequence[tuple[str, str]]:
        """The requests of applications that are decided at once, as (interaction id, request id)."""
        return [one for one in self._lines.hasty() if self._cards[one[0]].medium is medium]

    def newcomers(self) -> Sequence[tuple[str, InteractionCard]]:
        """The chats that have begun to wait since this was asked before, as far as they still do."""
        came, self._newcomers = list(self._newcomers.items()), {}
        return came

    def outlook(self, queue: str, demand: str = "") -> Outlook:
        """What a chat that asks for this would find in a queue."""
        rules, free, at_work = self._rules_of(queue), self.people(), self.desks.at_work(Medium.CHAT)
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
        at_work = self.desks.at_work(line.medium)
        ahead = ahead_of(self.lines(line.medium), line, chat, at_work.mask, self._clock_ms())
        handled = self.handling.of(self._cards[chat.interaction_id].queue)
        return ahead + 1, wait_ms(ahead, line, at_work.free, at_work.mask, handled)

    def in_queue(self, queue: str) -> int:
        """How many wait in a queue, or for an application in a virtual queue of that name."""
        return self._lines.in_queue(queue) + self._lines.in_virtual_queue(queue)

    def forecast_ms(self, line: Line, queue: str = "") -> int | None:
        """How long a chat may wait that begins to now, in a line like this, in ms, when that can be said.

        Shape:   `queue` is the one whose chats tell how long people take, empty for those of applications.
        """
        at_work, now_ms = self.desks.at_work(line.medium), self._clock_ms()
        ahead = ahead_of(self.lines(line.medium), line, Waiting(LAST, now_ms), at_work.mask, now_ms)
        return wait_ms(ahead, line, at_work.free, at_work.mask, self.handling.of(queue))

    def predict(self) -> None:
        """Renew how long those may still wait whose place counts that: it ages as their waiting does.

        Shape:   each by where its own age puts it, so that no prediction makes itself true.
        """
        now_ms = self._clock_ms()
        if 0 <= now_ms - self._predicted_ms < PREDICT_EVERY_MS:
            return
        self._predicted_ms = now_ms
        for name, since_ms in self._lines.predicted(PREDICT_AT_ONCE_MAX):
            found = self._lines.found(name)
            assert found is not None, "what is predicted stands in a line"
            line, chat = found
            at_work = self.desks.at_work(line.medium)
            by_age = replace(chat, queued_ms=since_ms)
            ahead = ahead_of(self.lines(line.medium), line, by_age, at_work.mask, now_ms)
            ahead -= turn(line, chat, now_ms) < turn(line, by_age, now_ms)  # It is not ahead of itself.
            predicted_ms = wait_ms(ahead, line, at_work.free, at_work.mask, self.handling.of(""))
            self._lines.predict(name, predicted_ms)

    def owned_by(self, session_id: str) -> Sequence[str]:
        """The open interactions that a session has, oldest first."""
        return sorted(self._owned.get(session_id, ()))

    def card(self, interaction_id: str) -> InteractionCard | None:
        """The card of an open interaction."""
        return self._cards.get(interaction_id)

    def unattended(self) -> Sequence[tuple[str, InteractionCard]]:
        """The chats that nobody has taken and that do not wait in a queue yet."""
        return list(self._unattended.items())

    def ready(self) -> Iterator[tuple[str, Agent]]:
        """Everybody who is ready, by id."""
        return ((agent_id, desk.agent) for agent_id, desk in self.desks if desk.agent.is_ready)

    def open(self) -> Iterable[tuple[str, InteractionCard]]:
        """The interactions that are open now."""
        return self._cards.items()

    def free(self) -> list[Free]:
        """The people who are ready and have a free place."""
        return self.desks.free()

    @property
    def free_count(self) -> int:
        return self.desks.free_count

    def room_of(self, agent_id: str, medium: Medium = Medium.CHAT) -> int:
        """How many more interactions of a medium somebody could take now; none unless ready."""
        desk = self.desks.get(agent_id)
        return desk.room(medium) if desk is not None and desk.agent.is_ready else 0

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

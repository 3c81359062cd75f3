"""Agents, supervisors and bots at work: readiness, and being away."""

import contextlib
from collections.abc import Callable, Iterable

import msgspec

from frontdesk.desk.floor import Floor
from frontdesk.desk.interactions import Interactions
from frontdesk.domain import agent as domain
from frontdesk.domain.commands import Command, Decline, HandOver, Leave
from frontdesk.domain.interaction import Interaction, Party
from frontdesk.errors import Conflict, DeskError, TooNew
from frontdesk.store.account import Account
from frontdesk.store.log import Arm, Card, Recorded, Store

ATTEMPTS_MAX = 10

FOLD_TAG = "agent/3"  # Change it whenever `Agent` or its `evolve` changes: then cards are folded anew.

_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[domain.Event] = msgspec.json.Decoder(domain.Event)


class AgentCard(domain.Agent, frozen=True, kw_only=True, omit_defaults=True):
    """What is filed of an agent; also a snapshot, for whoever folds as `fold` says."""

    fold: str = ""


_decode_card = msgspec.json.Decoder(AgentCard).decode


class Agents:
    """Who is ready and who is here.

    Shape:   `connected` counts the sockets of each agent on this node.
    """

    def __init__(
        self,
        store: Store,
        floor: Floor,
        interactions: Interactions,
        clock_ms: Callable[[], int],
        *,
        away_ms: int,
    ) -> None:
        self._store = store
        self._floor = floor
        self._interactions = interactions
        self._clock_ms = clock_ms
        self._away_ms = away_ms
        self._started_ms = clock_ms()
        self.connected: dict[str, int] = {}
        self._seen_ms: dict[str, int] = {}
        self._seen_elsewhere_ms: dict[str, int] = {}

    # --- readiness -----------------------------------------------------------------------------

    async def ready(self, account: Account) -> None:
        """Chats may come."""
        command = domain.Ready(
            nickname=account.name,
            role=account.role,
            capacity=account.capacity,
            skills=account.skills,
            login=account.login,
            capacities=account.capacities,
        )
        await self._do(account.account_id, command)

    async def not_ready(self, agent_id: str, reason: str = "") -> None:
        """No new chats; running ones go on."""
        await self._do(agent_id, domain.NotReady(reason[:200]))

    async def _do(self, agent_id: str, command: domain.Command) -> None:
        stream = f"agent/{agent_id}"
        for _ in range(ATTEMPTS_MAX):
            state = await self._state(stream)
            events = domain.decide(state, command)
            if not events:
                return
            now_ms = max(self._clock_ms(), state.since_ms)
            before = state.version
            for event in events:
                state = domain.evolve(state, event, now_ms)
            timer = Arm(now_ms + self._away_ms)  # Also for one who takes no new chats: running ones go on.
            filed = AgentCard(**msgspec.structs.asdict(state), fold=FOLD_TAG)
            card = Card("agent", state.is_ready, now_ms, _encode(filed))
            try:
                await self._store.append(stream, before, [_encode(e) for e in events], now_ms, (card, timer))
            except Conflict:
                continue
            self._floor.put_agent(agent_id, state)
            return
        raise Conflict(f"{stream} lost {ATTEMPTS_MAX} races in a row")

    async def _state(self, stream: str) -> domain.Agent:
        """What is true of an agent: what the card says, and what came after it. Errors: `TooNew`."""
        card = await self._store.card(stream)
        state = _snapshot(card.body) if card is not None else domain.Agent()
        for record in await self._store.read(stream, state.version):
            state = _fold(state, record)
        return state

    async def absorb(self, agent_id: str, record: Recorded) -> tuple[domain.Agent, str]:
        """Take note of an agent's event from the log; the agent as it is now, and the reason given for it."""
        known, reason = self._floor.agent(agent_id), ""
        try:
            reason = getattr(_event_of(record.body), "reason", "")
            if record.version > known.version:
                self._floor.put_agent(agent_id, _fold(known, record))
        except TooNew:
            card = await self._store.card(record.stream)
            if card is not None:
                self._floor.read_agent(agent_id, card.body)  # It says what became of the agent.
        return self._floor.agent(agent_id), reason

    # --- presence ------------------------------------------------------------------------------

    def connect(self, agent_id: str) -> None:
        """A socket of this agent opened."""
        self.connected[agent_id] = self.connected.get(agent_id, 0) + 1

    def disconnect(self, agent_id: str) -> None:
        """A socket of this agent closed."""
        self._seen_ms[agent_id] = self._clock_ms()
        self.connected[agent_id] -= 1
        if not self.connected[agent_id]:
            del self.connected[agent_id]

    async def share_presence(self) -> None:
        """Tell other nodes who is connected here, and learn who is connected there."""
        now_ms = self._clock_ms()
        seen_ms = await self._store.seen_under("agent/")
        self._seen_elsewhere_ms = {name.removeprefix("agent/"): ms for name, ms in seen_ms.items()}
        if self.connected:
            await self._store.note_seen([(f"agent/{agent_id}", now_ms) for agent_id in self.connected])

    def is_here(self, agent_id: str) -> bool:
        """Whether somebody is connected, to whichever node, as far as this one knows."""
        if agent_id in self.connected:
            return True
        return self._seen_elsewhere_ms.get(agent_id, 0) + self._away_ms > self._clock_ms()

    async def tick(self, agent_id: str) -> None:
        """See whether an agent has been away too long; then the chats go back to the queue."""
        now_ms = self._clock_ms()
        stream = f"agent/{agent_id}"
        local_ms = now_ms if agent_id in self.connected else self._seen_ms.get(agent_id, 0)
        seen_ms = max(local_ms, await self._store.seen(stream) or 0, self._started_ms)
        if seen_ms + self._away_ms <= now_ms:
            await self._let_go(agent_id, "connection_lost")
            seen_ms = now_ms  # What could not be given back is tried again after as long.
        has_some = self._floor.chats_of(agent_id) or self._floor.invites_of(agent_id)
        due_ms = seen_ms + self._away_ms if has_some or self._floor.agent(agent_id).is_ready else None
        version = self._floor.agent(agent_id).version
        with contextlib.suppress(Conflict):  # Whoever wrote meanwhile set the timer.
            await self._store.append(stream, version, (), now_ms, (Arm(due_ms),))

    async def dismiss(self, agent_ids: Iterable[str]) -> None:
        """Let those of these agents who are at work go: what they had is for others."""
        for agent_id in agent_ids:
            if self._floor.is_at_work(agent_id):
                with contextlib.suppress(TooNew):  # Newer nodes look after that one.
                    await self._let_go(agent_id, "account_disabled")

    async def _let_go(self, agent_id: str, reason: str) -> None:
        await self.not_ready(agent_id, reason)
        for interaction_id in self._floor.invites_of(agent_id):
            with contextlib.suppress(DeskError):  # It was taken meanwhile, or rings until its time is up.
                await self._interactions.do(interaction_id, Decline(agent_id, "agent_away"))
        for interaction_id in self._floor.chats_of(agent_id):
            await self._give_back(agent_id, interaction_id, reason)

    async def _give_back(self, agent_id: str, interaction_id: str, reason: str) -> None:
        try:
            _, full = await self._interactions.chats.full(interaction_id)
            party = full.state.party_of(agent_id)
            if party is not None:
                await self._interactions.do(interaction_id, _departure(full.state, party, reason))
        except DeskError:
            return  # It ended meanwhile, or the timer finds it again.


def _departure(state: Interaction, party: Party, reason: str) -> Command:
    """How somebody goes who is no longer there: a visitor who would be alone waits for another person."""
    is_alone = party.answers and not any(p.answers for p in state.parties if p is not party)
    if is_alone:
        return HandOver(party_id=party.party_id, reason=reason)
    return Leave(party_id=party.party_id, reason=reason)


def _snapshot(body: bytes) -> domain.Agent:
    """The agent of a card, if this fold has made it; else a blank one, from which all is folded anew."""
    try:
        card = _decode_card(body)
    except msgspec.DecodeError:
        return domain.Agent()
    if card.fold != FOLD_TAG:
        return domain.Agent()
    return domain.Agent(**{name: getattr(card, name) for name in domain.Agent.__struct_fields__})


def _event_of(body: bytes) -> domain.Event:
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError:
        raise TooNew from None


def _fold(state: domain.Agent, record: Recorded) -> domain.Agent:
    """The agent after what was recorded. Errors: `TooNew`."""
    before = msgspec.structs.replace(state, version=record.version - 1)
    return domain.evolve(before, _event_of(record.body), record.time_ms)

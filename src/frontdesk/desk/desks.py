"""The desks of those who answer: what is true of each, what they have, and the places that they have left."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from frontdesk.desk.lines import Seats
from frontdesk.domain.agent import Agent, Role
from frontdesk.domain.benches import Free, People, slots_of


class Desk(Struct):
    """One agent's place on the floor: what is true of the agent, and the chats held or ringing there.

    Shape:   `listens` are the chats that a supervisor looks on; they take up no slot.
    """

    agent: Agent
    chats: set[str]
    idle_ms: int
    listens: set[str]

    @property
    def is_at_work(self) -> bool:
        """Whether its agent is ready, or has chats or invites."""
        return self.agent.is_ready or bool(self.chats or self.listens)

    @property
    def room(self) -> int:
        """How many more chats it could take, if its agent were ready."""
        return slots_of(self.agent.capacity, self.chats)


class Desks:
    """Every desk that was heard of, by the agent's id."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._desks: dict[str, Desk] = {}
        self._by_login: dict[str, str] = {}
        self._seats = Seats()
        self._at_work = Seats()  # Who is ready, with all places, taken or not.

    def put_agent(self, agent_id: str, agent: Agent) -> None:
        """Take note of an agent as now known."""
        desk = self._desks.get(agent_id)
        if desk is None:
            self._desks[agent_id] = Desk(agent, set(), agent.since_ms, set())
        elif agent.version >= desk.agent.version:
            if agent.is_ready and not desk.agent.is_ready:
                desk.idle_ms = agent.since_ms
            desk.agent = agent
        if agent.login:
            self._by_login[agent.login.casefold()] = agent_id
        self._reseat(agent_id)

    def seat(self, interaction_id: str, before: set[str], now: set[str]) -> None:
        """Take note of who has an interaction, or is rung or held for it."""
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

    def seat_listeners(self, interaction_id: str, before: set[str], now: set[str]) -> None:
        """Take note of who looks on."""
        for agent_id in before - now:
            if (desk := self._desks.get(agent_id)) is not None:
                desk.listens.discard(interaction_id)
        for agent_id in now - before:
            self._desks.setdefault(agent_id, Desk(Agent(), set(), 0, set())).listens.add(interaction_id)

    def _reseat(self, agent_id: str) -> None:
        desk = self._desks[agent_id]
        takes = desk.agent.is_ready and desk.agent.role is not Role.BOT
        self._at_work.put(agent_id, desk.agent.capacity if takes else 0, 0, desk.agent.skills)
        self._seats.put(agent_id, desk.room if takes else 0, desk.idle_ms, desk.agent.skills)

    # --- what is asked -------------------------------------------------------------------------

    def get(self, agent_id: str) -> Desk | None:
        return self._desks.get(agent_id)

    def named(self, name: str) -> str:
        """The agent whose id or login this is; empty for somebody who was never ready."""
        return name if name in self._desks else self._by_login.get(name.casefold(), "")

    def __iter__(self) -> Iterator[tuple[str, Desk]]:
        return iter(self._desks.items())

    def is_ready(self, agent_id: str) -> bool:
        desk = self._desks.get(agent_id)
        return desk is not None and desk.agent.is_ready

    def people(self) -> People:
        """The people who are ready and have a free place, as they are asked."""
        return self._seats.people(self.is_ready)

    def at_work(self) -> People:
        """The people who are ready, each with all places, taken or not."""
        return self._at_work.people(self.is_ready)

    def unready(self, is_here: Callable[[str], bool]) -> Sequence[Free]:
        """The people who are here and would have a place, but take no chats now."""
        return [
            Free(0, desk.idle_ms, agent_id, desk.room, self._seats.bench(desk.agent.skills))
            for agent_id, desk in self
            if not desk.agent.is_ready and desk.agent.role is not Role.BOT and desk.room
            if is_here(agent_id)
        ]

    def free(self) -> list[Free]:
        """The people who are ready and have a free place, who is next first."""
        return self._seats.everybody()

    @property
    def free_count(self) -> int:
        return len(self._seats)

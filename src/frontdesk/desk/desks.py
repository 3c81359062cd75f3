"""The desks of those who answer: what is true of each, what they have, and the places that they have left."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec import Struct

from frontdesk.desk.lines import Seats
from frontdesk.domain.agent import Agent, Role
from frontdesk.domain.benches import Free, People
from frontdesk.domain.capacity import room
from frontdesk.domain.events import Medium


class Desk(Struct):
    """One agent's place on the floor: what is true of the agent, and the chats held or ringing there.

    Shape:   `chats` are interactions of any medium, by their ids, and `held` how many of each; `listens` are
             those that a supervisor looks on, which take up no slot.
    """

    agent: Agent
    chats: dict[str, Medium]
    idle_ms: int
    listens: set[str]
    held: Counter[Medium] = msgspec.field(default_factory=Counter)

    @property
    def is_at_work(self) -> bool:
        """Whether its agent is ready, or has chats or invites."""
        return self.agent.is_ready or bool(self.chats or self.listens)

    def room(self, medium: Medium = Medium.CHAT) -> int:
        """How many more interactions of a medium it could take, if its agent were ready."""
        return room(self.agent.capacity, self.agent.capacities, self.held, medium)

    def places(self, medium: Medium = Medium.CHAT) -> int:
        """How many of a medium it could take if it had none."""
        return room(self.agent.capacity, self.agent.capacities, {}, medium)

    def take(self, interaction_id: str, medium: Medium) -> None:
        """An interaction is held or rings here."""
        self.leave(interaction_id)
        self.chats[interaction_id] = medium
        self.held[medium] += 1

    def leave(self, interaction_id: str) -> None:
        """It is somewhere else."""
        medium = self.chats.pop(interaction_id, None)
        if medium is not None:
            self.held[medium] -= 1


class Desks:
    """Every desk that was heard of, by the agent's id."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._desks: dict[str, Desk] = {}
        self._by_login: dict[str, str] = {}
        self._seats = {medium: Seats() for medium in Medium}
        self._at_work = {medium: Seats() for medium in Medium}  # … with all places, taken or not.

    def put_agent(self, agent_id: str, agent: Agent) -> None:
        """Take note of an agent as now known."""
        desk = self._desks.get(agent_id)
        if desk is None:
            self._desks[agent_id] = Desk(agent, {}, agent.since_ms, set())
        elif agent.version >= desk.agent.version:
            if agent.is_ready and not desk.agent.is_ready:
                desk.idle_ms = agent.since_ms
            desk.agent = agent
        if agent.login:
            self._by_login[agent.login.casefold()] = agent_id
        self._reseat(agent_id)

    def seat(self, interaction_id: str, medium: Medium, before: set[str], now: set[str]) -> None:
        """Take note of who has an interaction, or is rung or held for it."""
        for agent_id in before - now:
            if (desk := self._desks.get(agent_id)) is not None:
                desk.leave(interaction_id)
                desk.idle_ms = self._clock_ms()
                self._reseat(agent_id)
        for agent_id in now - before:
            desk = self._desks.setdefault(agent_id, Desk(Agent(), {}, 0, set()))
            desk.take(interaction_id, medium)
            desk.idle_ms = self._clock_ms()
            self._reseat(agent_id)

    def seat_listeners(self, interaction_id: str, before: set[str], now: set[str]) -> None:
        """Take note of who looks on."""
        for agent_id in before - now:
            if (desk := self._desks.get(agent_id)) is not None:
                desk.listens.discard(interaction_id)
        for agent_id in now - before:
            self._desks.setdefault(agent_id, Desk(Agent(), {}, 0, set())).listens.add(interaction_id)

    def _reseat(self, agent_id: str) -> None:
        desk = self._desks[agent_id]
        takes = desk.agent.is_ready and desk.agent.role is not Role.BOT
        skills = desk.agent.skills
        for medium in Medium:
            self._at_work[medium].put(agent_id, desk.places(medium) if takes else 0, 0, skills)
            self._seats[medium].put(agent_id, desk.room(medium) if takes else 0, desk.idle_ms, skills)

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

    def people(self, medium: Medium) -> People:
        """The people who are ready and have a free place, as they are asked."""
        return self._seats[medium].people(self.is_ready)

    def at_work(self, medium: Medium) -> People:
        """The people who are ready, each with all places, taken or not."""
        return self._at_work[medium].people(self.is_ready)

    def unready(self, medium: Medium, is_here: Callable[[str], bool]) -> Sequence[Free]:
        """The people who are here and would have a place, but take no chats now."""
        return [
            Free(0, desk.idle_ms, agent_id, slots, self._seats[medium].bench(desk.agent.skills))
            for agent_id, desk in self
            if not desk.agent.is_ready and desk.agent.role is not Role.BOT
            if (slots := desk.room(medium)) and is_here(agent_id)
        ]

    def free(self) -> list[Free]:
        """The people who are ready and have a free place for a chat, who is next first."""
        return self._seats[Medium.CHAT].everybody()

    @property
    def free_count(self) -> int:
        return len(self._seats[Medium.CHAT])

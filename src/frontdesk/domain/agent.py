"""One who answers: an agent, a supervisor or a bot, and whether chats may come.

Who is connected is presence, not a fact; that somebody stopped being ready because the connection was
gone too long is one.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    BOT = "bot"


class BecameReady(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """Chats may come: up to `capacity` at once, under the name `nickname`, by `skills` (levels by name).

    `login` is the name by which applications ask for somebody; of the media in `capacities` so many may come,
    whatever else there is.
    """

    nickname: str
    role: Role
    capacity: int
    skills: dict[str, int] = {}
    login: str = ""
    capacities: dict[str, int] = {}


class BecameNotReady(Struct, frozen=True, tag=True):
    reason: str = ""


Event = BecameReady | BecameNotReady


class Ready(Struct, frozen=True, kw_only=True):
    nickname: str
    role: Role
    capacity: int
    skills: dict[str, int] = {}
    login: str = ""
    capacities: dict[str, int] = {}


class NotReady(Struct, frozen=True):
    reason: str = ""


Command = Ready | NotReady


class Agent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is true of one agent after `version` events; also what its card says."""

    version: int = 0
    nickname: str = ""
    role: Role = Role.AGENT
    capacity: int = 0
    is_ready: bool = False
    since_ms: int = 0
    skills: dict[str, int] = {}
    login: str = ""
    capacities: dict[str, int] = {}


def decide(agent: Agent, command: Command) -> Sequence[Event]:
    """What `command` makes true; empty when nothing changes."""
    match command:
        case Ready():
            event = BecameReady(
                nickname=command.nickname,
                role=command.role,
                capacity=command.capacity,
                skills=command.skills,
                login=command.login,
                capacities=command.capacities,
            )
            after = evolve(agent, event, agent.since_ms)
            return () if replace(after, version=agent.version) == agent else (event,)
        case NotReady():
            return (BecameNotReady(command.reason),) if agent.is_ready else ()


def evolve(agent: Agent, event: Event, at_ms: int) -> Agent:
    """The agent after `event`."""
    match event:
        case BecameReady():
            return Agent(
                version=agent.version + 1,
                nickname=event.nickname,
                role=event.role,
                capacity=event.capacity,
                is_ready=True,
                since_ms=at_ms,
                skills=event.skills,
                login=event.login,
                capacities=event.capacities,
            )
        case BecameNotReady():
            return Agent(
                version=agent.version + 1,
                nickname=agent.nickname,
                role=agent.role,
                capacity=agent.capacity,
                is_ready=False,
                since_ms=at_ms,
                skills=agent.skills,
                login=agent.login,
                capacities=agent.capacities,
            )

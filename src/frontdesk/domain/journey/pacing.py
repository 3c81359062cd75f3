"""How many offers the people who answer can keep: room for them, and a service level that holds.

Source:  journey.md §8.7.
"""

from typing import Protocol

from msgspec import Struct

from frontdesk.domain.journey.drawing import is_drawn

REACTIVE_RESERVE = 0.10  # The share of free places that stays for those who come by themselves.
TOLERANCE = 1e-9
ACCEPT_PRIOR = (2.0, 8.0)
START_PRIOR = (8.0, 2.0)
WINDOW_MS = 30 * 60_000
CHATS_MIN = 10  # Fewer say nothing about a service level.
STEP = 0.25


def rate(hits: int, trials: int, prior: tuple[float, float]) -> float:
    """The share of trials that hit, as it is believed to be before there are many."""
    alpha, beta = prior
    return (alpha + hits) / (alpha + beta + trials)


class Room(Struct, frozen=True):
    """What a target could take now.

    Shape:   `free` places of the people on queue; `waiting` chats queued there; `accepted` offers whose chat
             has not begun; `outstanding` offers that are shown or about to be.
    """

    free: int = 0
    waiting: int = 0
    accepted: int = 0
    outstanding: int = 0
    p_accept: float = rate(0, 0, ACCEPT_PRIOR)
    p_start: float = rate(0, 0, START_PRIOR)
    allow_fraction: float = 1.0

    @property
    def load(self) -> float:
        """How many chats are to be expected already."""
        return self.waiting + self.accepted * self.p_start + self.outstanding * self.p_accept

    @property
    def keepable(self) -> float:
        """How many may be."""
        return self.free * (1 - REACTIVE_RESERVE)

    @property
    def has_place(self) -> bool:
        """Whether one more offer could be kept."""
        return self.load + self.p_accept <= self.keepable + TOLERANCE

    def lets_pass(self, action_id: str) -> bool:
        """Whether this action is of the share that is offered, while the service level asks for less."""
        return is_drawn(100 * self.allow_fraction, "pacing", action_id)


def paced_by(target_id: str, deployment_id: str) -> str:
    """The name under which offers are counted together: a target; without one all of a deployment."""
    return target_id or f"deployment {deployment_id}"


class Availability(Protocol):
    """What targets could take."""

    def room(self, target_id: str, deployment_id: str) -> Room:
        """The room of a target; of the deployment's own queue where a target names none."""


class AskedOnce:
    """The same, each target asked once: nothing changes while one ping is answered."""

    def __init__(self, desk: Availability) -> None:
        self._desk = desk
        self._rooms: dict[tuple[str, str], Room] = {}

    def room(self, target_id: str, deployment_id: str) -> Room:
        """The room of a target, as it was when it was first asked for."""
        key = target_id, deployment_id
        if key not in self._rooms:
            self._rooms[key] = self._desk.room(*key)
        return self._rooms[key]


class Answers(Struct, frozen=True):
    """What became of the chats of a queue in the last half hour. `answered` holds `in_time`."""

    in_time: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0

    @property
    def service_level(self) -> float:
        """The share that was answered in time; 1 where there were too few to say."""
        counted = self.answered + self.abandoned - self.short_abandoned
        return self.in_time / counted if counted >= CHATS_MIN else 1.0


class Throttle(Struct, frozen=True):
    """Which share of offers is made, and the service level of the minute before."""

    allow_fraction: float = 1.0
    level: float = 1.0

    def after(self, level: float, wanted: float) -> "Throttle":
        """It after one more minute that ended at this service level.

        Shape:   what counts is the level that the next minute will end at if it goes on like this.
        """
        predicted = min(max(2 * level - self.level, 0.0), 1.0)
        step = -STEP if predicted < wanted - TOLERANCE else STEP
        return Throttle(min(max(self.allow_fraction + step, 0.0), 1.0), level)

"""One turn of a session: the engine is asked, and what it says becomes a fact."""

import secrets
from collections.abc import Callable

import structlog
from msgspec import Struct, field

from frontdesk.desk.orchestration.contexts import Learned, Take, Taken
from frontdesk.desk.orchestration.engine import Engine, asked
from frontdesk.desk.orchestration.opening import Opened, Opening
from frontdesk.desk.orchestration.worlds import Worlds
from frontdesk.domain.orchestration.ending import ended
from frontdesk.domain.orchestration.facts import Ended, Fact, Stepped
from frontdesk.domain.orchestration.session import ERRANDS, Session, evolve
from frontdesk.domain.orchestration.stepping import Times, Turn, until
from frontdesk.scxml.outputs import Logged, Requested

ASKED_AGAIN_MAX = 3  # How often a script may want to know more before it goes on with what there is.

_log = structlog.get_logger("orchestration")


class Counts(Struct):
    """What metrics tell of the sessions of one node; those that began and ended here by application."""

    steps: int = 0
    events: int = 0
    step_ms: float = 0.0
    begun: dict[str, int] = field(default_factory=dict)
    ended: dict[tuple[str, str], int] = field(default_factory=dict)

    def note(self, application: str, fact: Fact) -> None:
        """Take note of what was just written."""
        match fact:
            case Stepped(kind="start"):
                self.begun[application] = self.begun.get(application, 0) + 1
            case Ended():
                key = (application, fact.how)
                self.ended[key] = self.ended.get(key, 0) + 1
            case _:
                pass


class Turned(Struct, frozen=True):
    """What a turn would make true: a step, and an end if there is one."""

    stepped: Stepped
    over: Ended | None
    taken: Taken


class Turns:
    """Takes turns in the engine, of any session. `patience` is how long modules say that they may take."""

    def __init__(
        self, engine: Engine, opening: Opening, worlds: Worlds, times: Times, clock_ms: Callable[[], int]
    ) -> None:
        self._engine = engine
        self._opening = opening
        self._worlds = worlds
        self._times = times
        self._clock_ms = clock_ms
        self.patience: Callable[[Requested], int | None] = lambda _request: None

    async def open(self, live: Opened, session: Session) -> None:
        """Have the engine stand where `session` does. Errors: as `Opening.open`."""
        await self._opening.open(live, session)

    async def take(self, live: Opened, session: Session, turn: Turn) -> Turned:
        """What comes of a turn. The engine stands after it, though nothing has come true.

        Errors:  as `Opening.open`.
        """
        learned, asking, taken = await self._ask(live, session, turn)
        stepped = self._stepped(learned, asking, taken)
        if taken.is_running:
            return Turned(stepped, None, taken)
        after = evolve(session, stepped, asking.now_ms)
        return Turned(stepped, ended(after, taken.outputs, is_ors=learned.is_ors), taken)

    async def _ask(self, live: Opened, session: Session, turn: Turn) -> tuple[Learned, Take, Taken]:
        """What comes of a turn, and with what it was asked: again, when a script wants to know more.

        Errors:  as `Opening.open`.
        """
        wanted: set[str] = set()
        for _ in range(ASKED_AGAIN_MAX):
            learned = await self._opening.open(live, session)
            world = await self._worlds.world(session, wanted)
            asking = Take(
                session.id,
                turn.kind,
                max(self._clock_ms(), session.last_ms),
                secrets.randbits(31),
                turn.events,
                data=session.began.data,
                world="" if world == session.world else world,
            )
            taken = await asked(self._engine, asking, Taken)
            if wanted.issuperset(taken.wanted):
                break
            wanted.update(taken.wanted)
            live.steps = -1  # It did not happen.
        return learned, asking, taken

    def _stepped(self, learned: Learned, asking: Take, taken: Taken) -> Stepped:
        return Stepped(
            now_ms=asking.now_ms,
            seed=asking.seed,
            kind=asking.kind,
            consumed=taken.consumed,
            macrosteps=taken.macrosteps,
            world=asking.world or None,
            outputs=tuple(o for o in taken.outputs if isinstance(o, (*ERRANDS, Logged))),
            untils=tuple(
                until(o, asking.now_ms, self._times, self.patience(o) if isinstance(o, Requested) else None)
                for o in taken.outputs
                if isinstance(o, ERRANDS)
            ),
            due_ms=taken.due_ms,
            has_left=taken.has_left,
            active=taken.active,
            check=taken.check,
            is_kept=learned.is_kept,
            is_ors=learned.is_ors,
        )

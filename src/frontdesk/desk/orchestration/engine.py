"""What runs sessions' scripts, as the rest of the desk asks it: in this process, or in another."""

from typing import Protocol, TypeVar

from frontdesk.desk.orchestration.contexts import NOT_HERE, Answer, Asking, Contexts, Wrong
from frontdesk.errors import Refused, Unavailable

A = TypeVar("A")

# An engine that breaks at the same session twice is broken by it. Whoever kills it from outside may hit the
# same one twice by chance, but hardly for ever. Too much CPU time is no chance: once is enough.
BROKEN, KILLED, BLAME_MAX = 3, 1, 6


class EngineLost(Unavailable):
    """The engine ended before it answered. `blame` says how far that is the fault of what was asked."""

    def __init__(self, text: str, blame: int = 0) -> None:
        super().__init__(text, retry_after_s=1)
        self.blame = blame


class Engine(Protocol):
    """Answers what is asked, one after the other."""

    def life(self, session_id: str) -> int:
        """A number that changes whenever everything is lost that was known where this session is."""

    @property
    def restarts(self) -> int:
        """How often that has happened."""

    async def ask(self, asking: Asking) -> Answer:
        """The answer. Errors: `EngineLost`."""

    async def aclose(self) -> None:
        """Answer no more."""


class Here:
    """An engine in this process, for tests and tools: it holds everybody up while it works."""

    restarts = 0

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts

    def life(self, session_id: str) -> int:
        return 1

    async def ask(self, asking: Asking) -> Answer:
        return self._contexts.ask(asking)

    async def aclose(self) -> None:
        """There is nothing to end."""


async def asked(engine: Engine, asking: Asking, kind: type[A]) -> A:
    """The answer, of this kind. Errors: `Refused` when it could not be done; `EngineLost`."""
    answer = await engine.ask(asking)
    if isinstance(answer, Wrong) and answer.code == NOT_HERE:
        raise EngineLost(answer.text)  # Another one has begun meanwhile.
    if isinstance(answer, Wrong):
        raise Refused(answer.code, answer.text)
    assert isinstance(answer, kind), f"{type(asking).__name__} was answered with {type(answer).__name__}"
    return answer

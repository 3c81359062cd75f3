"""Messages from many chats to one ear: who waits for what, how long each took, and that none is lost."""

import asyncio
import gc
import time
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from bench.driver.http import OnAnswer

WORDS = " Where is the blue bicycle that I ordered on Monday"  # About the length of a visitor's message.
STRAGGLERS_WAIT_S = 15.0
LONG_S = 120.0


class Line(Protocol):
    """One chat that can be written in."""

    name: str

    def say(self, text: str, on_answer: OnAnswer) -> None: ...


class Wrong(Exception):
    """A message was lost, doubled, out of order or refused: such a run has no result."""


class Ear:
    """Where what is said comes out; the load that runs now listens."""

    def __init__(self) -> None:
        self._load: Load | None = None
        self._names: dict[str, str] = {}

    def rename(self, chat: str, name: str) -> None:
        """What is said in `chat` counts as the line `name`."""
        self._names[chat] = name

    def hear(self, chat: str, text: str) -> None:
        if self._load is not None:
            self._load.heard(chat, self._names.get(chat, chat), text)

    def attach(self, load: "Load | None") -> None:
        self._load = load


class Measured(msgspec.Struct, frozen=True):
    """What a run of the load gave. Units: seconds."""

    count: int
    took_s: float
    latencies_s: tuple[float, ...]

    def percentile(self, share: float) -> float:
        """The latency that `share` of all messages do not exceed."""
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    @property
    def per_s(self) -> float:
        return self.count / self.took_s


class Wait(msgspec.Struct):
    """A message under way."""

    text: str
    at_s: float
    is_heard: bool = False
    is_answered: bool = False


class Load:
    """Each chat says its next message when the last one is acknowledged and heard, and not before its time.

    Shape:   at most `each` messages a chat, when it is not 0.
    Units:   `per_s` is the rate over all chats; 0 for as fast as it goes.
    """

    def __init__(self, lines: Sequence[Line], run: str, per_s: float = 0, each: int = 0) -> None:
        self._lines = {line.name: line for line in lines}
        self._run = run
        self._each = each
        self._pause_s = len(lines) / per_s if per_s else 0.0
        self._loop = asyncio.get_running_loop()
        self._waits: dict[str, Wait] = {}
        self._numbers = dict.fromkeys(self._lines, 0)
        self._talking = len(lines)
        self._latencies: list[float] = []
        self._wrong = ""
        self._stop_at = 0.0
        self._over = asyncio.Event()

    async def run(self, for_s: float) -> Measured:
        """Talk for `for_s` seconds in all chats. Errors: `Wrong`."""
        gc.collect()
        gc.disable()  # A collection here would show as a latency there.
        begun = time.perf_counter()
        self._stop_at = begun + for_s
        try:
            for number, name in enumerate(self._lines):
                self._loop.call_later(self._pause_s * number / len(self._lines), self._say, name)
            await asyncio.wait_for(self._over.wait(), for_s + STRAGGLERS_WAIT_S)
        except TimeoutError:
            raise Wrong(f"{len(self._waits)} messages never arrived") from None
        finally:
            gc.enable()
        if self._wrong:
            raise Wrong(self._wrong)
        took_s = time.perf_counter() - begun
        return Measured(len(self._latencies), took_s, tuple(self._latencies))

    def _say(self, name: str) -> None:
        number = self._numbers[name] = self._numbers[name] + 1
        text = f"{self._run} {number}{WORDS}"
        self._waits[name] = Wait(text, time.perf_counter())
        self._lines[name].say(text, lambda status, body: self._answered(name, status, body))

    def _answered(self, name: str, status: int, body: bytes) -> None:
        if status != 200 or b'"statusCode":2' in body or b'"statusCode":1' in body:
            self._fail(f"{name} was answered {status} {body[:200]!r}")
            return
        wait = self._waits[name]
        wait.is_answered = True
        self._next(name, wait)

    def heard(self, chat: str, name: str, text: str) -> None:
        """Note what the ear heard in a chat, which may be a line by itself or a part of one."""
        name = chat if chat in self._lines else name
        wait = self._waits.get(name)
        if wait is None or wait.is_heard or text != wait.text:
            self._fail(f"the ear heard {text!r} from {name}, which waits with {wait}")
            return
        self._latencies.append(time.perf_counter() - wait.at_s)
        wait.is_heard = True
        self._next(name, wait)

    def _next(self, name: str, wait: Wait) -> None:
        if not (wait.is_heard and wait.is_answered):
            return
        del self._waits[name]
        now_s = time.perf_counter()
        next_s = max(now_s, wait.at_s + self._pause_s)
        if next_s >= self._stop_at or self._numbers[name] == self._each:
            self._talking -= 1
            if not self._talking:
                self._over.set()
        elif next_s == now_s:
            self._say(name)
        else:
            self._loop.call_later(next_s - now_s, self._say, name)

    def _fail(self, why: str) -> None:
        self._wrong = self._wrong or why
        self._over.set()


async def talk(
    lines: Iterable[Line], ear: Ear, run: str, for_s: float = LONG_S, per_s: float = 0, each: int = 0
) -> Measured:
    """Run the load with `ear` at its other end, for a time or for `each` messages a chat. Errors: `Wrong`."""
    load = Load(list(lines), run, per_s, each)
    ear.attach(load)
    try:
        return await load.run(for_s)
    finally:
        ear.attach(None)

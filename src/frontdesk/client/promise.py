"""The answer of a command that may come later: callbacks for those who like them, `await` for all others."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any, Literal

State = Literal["pending", "resolved", "rejected"]
Callback = Callable[..., object]

log = logging.getLogger(__name__)


class CommandRejected(Exception):
    """A command was refused or failed.

    Shape:   `reason` is a short text that programs may compare, or the response of the server as a mapping.
    """

    def __init__(self, reason: object = None) -> None:
        super().__init__(_in_words(reason))
        self.reason = reason


def _in_words(reason: object) -> str:
    """`reason` for people; of a response only what went wrong: the rest may hold the session's key."""
    if not isinstance(reason, Mapping):
        return "rejected" if reason is None else str(reason)
    body = reason.get("responseJSON") or reason
    errors = body.get("errors") if isinstance(body, Mapping) else None
    said = [f"{error.get('advice')} ({error.get('code')})" for error in errors] if errors else []
    return "; ".join(said) or f"{reason.get('statusText') or 'the server cannot do it now'}"


class Promise:
    """What a command gives back.

    Shape:   callbacks run in the order they were added, inside the settlement; later ones run at once.
             `await` gives the first value of the resolution, or raises `CommandRejected`.
    Source:  bus, section 6.3.
    """

    def __init__(self) -> None:
        self._state: State = "pending"
        self._values: tuple[Any, ...] = ()
        self._callbacks: list[tuple[tuple[State, ...], Callback]] = []

    def done(self, *callbacks: Callback) -> "Promise":
        """Call each of `callbacks` with all values of the resolution."""
        return self._add(("resolved",), callbacks)

    def fail(self, *callbacks: Callback) -> "Promise":
        """Call each of `callbacks` with all values of the rejection."""
        return self._add(("rejected",), callbacks)

    def always(self, *callbacks: Callback) -> "Promise":
        """Call each of `callbacks` with all values, however it ends."""
        return self._add(("resolved", "rejected"), callbacks)

    def progress(self, *callbacks: Callback) -> "Promise":
        """Call each of `callbacks` with every notification while this is pending."""
        if self._state == "pending":
            self._callbacks.extend((("pending",), callback) for callback in callbacks)
        return self

    def then(
        self, ok: Callback | None = None, bad: Callback | None = None, told: Callback | None = None
    ) -> "Promise":
        """A promise for what `ok` or `bad` makes of this one's values; without one they pass through."""
        after = Deferred()
        if told is not None:
            self.progress(told)
        self.done(lambda *values: after.follow(ok, after.resolve, values))
        self.fail(lambda *values: after.follow(bad, after.reject, values))
        return after.promise

    def pipe(self, ok: Callback | None = None, bad: Callback | None = None) -> "Promise":
        """The older name of `then`."""
        return self.then(ok, bad)

    def promise(self) -> "Promise":
        """This promise itself."""
        return self

    def state(self) -> State:
        """`pending`, `resolved` or `rejected`."""
        return self._state

    def is_resolved(self) -> bool:
        """Whether it was resolved."""
        return self._state == "resolved"

    def is_rejected(self) -> bool:
        """Whether it was rejected."""
        return self._state == "rejected"

    def __await__(self) -> Generator[Any, None, Any]:
        if self._state == "pending":
            settled = asyncio.get_running_loop().create_future()
            self.always(lambda *_: None if settled.done() else settled.set_result(None))
            yield from settled
        first = self._values[0] if self._values else None
        if self._state == "resolved":
            return first
        if isinstance(first, Exception):
            raise first
        raise CommandRejected(first)

    def _add(self, states: tuple[State, ...], callbacks: tuple[Callback, ...]) -> "Promise":
        if self._state == "pending":
            self._callbacks.extend((states, callback) for callback in callbacks)
        elif self._state in states:
            for callback in callbacks:
                run(callback, self._values)
        return self

    def settle(self, state: State, values: tuple[Any, ...]) -> None:
        """End in `state` and call whoever waits for it; a second settlement changes nothing."""
        if self._state != "pending":
            return
        if state != "pending":
            self._state, self._values = state, values
        waiting = [callback for states, callback in self._callbacks if state in states]
        if state != "pending":
            self._callbacks = []
        for callback in waiting:
            run(callback, values)


class Deferred:
    """The other end of a promise: whoever carries out the command settles it here."""

    def __init__(self) -> None:
        self.promise = Promise()

    def resolve(self, *values: object) -> None:
        """It is done; `values` go to the callbacks."""
        self.promise.settle("resolved", values)

    def reject(self, *values: object) -> None:
        """It was refused or failed; `values` say why."""
        self.promise.settle("rejected", values)

    def notify(self, *values: object) -> None:
        """It goes on; `values` go to those who follow the progress."""
        self.promise.settle("pending", values)

    def follow(self, callback: Callback | None, otherwise: Callback, values: tuple[Any, ...]) -> None:
        """Settle as `callback` makes it of `values`, or by `otherwise` when there is none."""
        if callback is None:
            otherwise(*values)
            return
        try:
            result = callback(*values)
        except CommandRejected as rejected:
            self.reject(rejected.reason)
        except Exception as error:  # noqa: BLE001 - whatever it is, the one who awaits gets it.
            self.reject(error)
        else:
            if isinstance(result, Promise):
                result.done(self.resolve).fail(self.reject)
            else:
                self.resolve(result)


_tasks: set[asyncio.Task[None]] = set()  # The loop itself holds tasks only weakly.


def run(callback: Callback, values: tuple[Any, ...]) -> None:
    """Call `callback`, in a task of its own when it is asynchronous; what it raises is only logged."""
    try:
        result = callback(*values)
    except Exception:
        log.exception("a callback failed")
        return
    if inspect.iscoroutine(result):
        spawn(result)


def spawn(work: Awaitable[object]) -> "asyncio.Task[None]":
    """Run `work` on its own; what it raises is logged."""

    async def guarded() -> None:
        try:
            await work
        except Exception:
            log.exception("a callback failed")

    task = asyncio.get_running_loop().create_task(guarded())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task

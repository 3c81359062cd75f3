"""One test cannot take others with it: what leaves an async test, and what happens when its time is up.

anyio runs all async tests and fixtures of a process in one task, for as long as an async fixture of the
session lives. That task ends with the first test that is left by anything but an `Exception`, by a
`CancelledError` for one, and every async test after it fails for no fault of its own. So here nothing of that
kind reaches the task.

pytest-timeout raises in whatever runs just then. Inside an event loop that is nearly never the test: a test
that waits would wait on, and the next one behind it. So here the test is cancelled where it waits.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from types import FrameType, TracebackType
from typing import Any, TypeVar

import pytest
import pytest_timeout  # type: ignore[import-untyped]
from _pytest.outcomes import OutcomeException
from anyio._backends._asyncio import AsyncIOBackend
from anyio.abc import TestRunner

GRACE_S = 20.0  # For a test that was cancelled to put away what it has begun.
RUNNER = pytest.StashKey["SturdyRunner"]()
LIMITS = pytest.StashKey[pytest_timeout.Settings]()
UNDO = pytest.StashKey[pytest.MonkeyPatch]()

T = TypeVar("T")


class FixtureLeft(Exception):
    """A fixture was left by something that is no `Exception`; the cause says by what."""


class SturdyRunner(TestRunner):
    """anyio's runner, whose task goes on whatever leaves a test."""

    def __init__(self, inner: TestRunner) -> None:
        self._inner = inner
        self._under_way: asyncio.Task[Any] | None = None
        self._overdue = ""
        self._has_heard = False

    def __enter__(self) -> "SturdyRunner":
        self._inner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._inner.__exit__(kind, error, trace)

    def is_running(self) -> bool:
        return self._inner.is_running()

    def run_test(self, test_func: Callable[..., Coroutine[Any, Any, Any]], kwargs: dict[str, Any]) -> None:
        left_by: list[BaseException] = []
        self._renew()

        async def contained(**arguments: Any) -> None:
            try:
                await self._timely(test_func(**arguments))
            except (Exception, OutcomeException, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001
                left_by.append(error)

        self._inner.run_test(contained, kwargs)
        if left_by:
            raise left_by[0]

    def run_fixture(self, fixture_func: Callable[..., Coroutine[Any, Any, T]], kwargs: dict[str, Any]) -> T:
        self._renew()

        async def contained(**arguments: Any) -> T:
            return await self._of_fixture(fixture_func(**arguments))

        return self._inner.run_fixture(contained, kwargs)

    def run_asyncgen_fixture(
        self, fixture_func: Callable[..., AsyncGenerator[T, Any]], kwargs: dict[str, Any]
    ) -> Iterable[T]:
        async def contained(**arguments: Any) -> AsyncGenerator[T, Any]:
            values = fixture_func(**arguments)
            yield await self._of_fixture(anext(values))
            try:
                yield await self._of_fixture(anext(values))  # anyio refuses a second value.
            except StopAsyncIteration:
                return

        self._renew()
        for value in self._inner.run_asyncgen_fixture(contained, kwargs):
            yield value
            self._renew()

    def _renew(self) -> None:
        """Let a new task take over from one that was ended from elsewhere: by the task group of a fixture."""
        task = getattr(self._inner, "_runner_task", None)
        if task is not None and task.done():
            self._inner._runner_task = None  # type: ignore[attr-defined]

    @property
    def is_under_way(self) -> bool:
        return self._under_way is not None

    def interrupt(self, message: str) -> bool:
        """End what is under way, which then fails with `message`; whether this was asked for the first time.

        Errors:  `RuntimeError` when it was asked before and has heard it, so nothing more can be done.
        """
        if self._overdue:
            if self._has_heard:
                raise RuntimeError("it goes on although it was cancelled")
            return False
        self._overdue, task = message, self._under_way
        assert task is not None
        task.get_loop().call_soon_threadsafe(self._cancel, task)
        return True

    def _cancel(self, task: asyncio.Task[Any]) -> None:
        if self._overdue and self._under_way is task:
            self._has_heard = True
            task.cancel()

    async def _timely(self, work: Awaitable[T]) -> T:
        """The outcome of `work`, unless it was interrupted; afterwards nothing is left of a cancellation."""
        task = asyncio.current_task()
        assert task is not None
        self._under_way, self._overdue, self._has_heard = task, "", False
        try:
            result = await work
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if self._overdue and not isinstance(error, OutcomeException):
                raise pytest.fail.Exception(self._overdue) from error
            raise
        else:
            if self._overdue:
                raise pytest.fail.Exception(self._overdue)
            return result
        finally:
            self._under_way, self._overdue = None, ""
            await _calm(task)

    async def _of_fixture(self, work: Awaitable[T]) -> T:
        try:
            return await self._timely(work)
        except (Exception, OutcomeException, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise FixtureLeft(repr(error)) from error


async def _calm(task: asyncio.Task[Any]) -> None:
    """Take back the cancellations of `task`, also one that is still to come."""
    if cancelled := task.cancelling():
        for _ in range(cancelled):
            task.uncancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0)


def pytest_configure(config: pytest.Config) -> None:
    create = AsyncIOBackend.create_test_runner

    def create_sturdy(options: dict[str, Any]) -> SturdyRunner:
        config.stash[RUNNER] = SturdyRunner(create(options))
        return config.stash[RUNNER]

    config.stash[UNDO] = pytest.MonkeyPatch()
    config.stash[UNDO].setattr(AsyncIOBackend, "create_test_runner", create_sturdy)


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[UNDO].undo()


def pytest_timeout_set_timer(item: pytest.Item, settings: pytest_timeout.Settings) -> bool | None:
    """As pytest-timeout does it, except for what waits in the event loop."""
    if settings.method != "signal" or threading.current_thread() is not threading.main_thread():
        return None

    def time_is_up(_signal: int, _frame: FrameType | None) -> None:
        __tracebackhide__ = True
        _end(item, settings)

    def cancel() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    item.stash[LIMITS] = settings
    item.cancel_timeout = cancel  # type: ignore[attr-defined]
    signal.signal(signal.SIGALRM, time_is_up)
    signal.setitimer(signal.ITIMER_REAL, settings.timeout)
    return True


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """Give a failed test its time anew: pytest-timeout stops its watch, but its fixtures may hang as well."""
    if isinstance(node, pytest.Item) and LIMITS in node.stash and not node.config.getoption("usepdb"):
        pytest_timeout_set_timer(node, node.stash[LIMITS])


def _end(item: pytest.Item, settings: pytest_timeout.Settings) -> None:
    """End what `item` does: cancel it; raise when the loop stands still; end the process when it goes on."""
    __tracebackhide__ = True
    if not settings.disable_debugger_detection and pytest_timeout.is_debugging():
        return
    runner = item.config.stash.get(RUNNER, None)
    if runner is None or not runner.is_under_way:
        pytest_timeout.timeout_sigalrm(item, settings)
        return
    signal.setitimer(signal.ITIMER_REAL, GRACE_S)
    try:
        is_asked = runner.interrupt(pytest_timeout.PYTEST_FAILURE_MESSAGE % settings.timeout)
    except RuntimeError:
        pytest_timeout.timeout_timer(item, settings)
        return
    if not is_asked:
        pytest_timeout.timeout_sigalrm(item, settings)

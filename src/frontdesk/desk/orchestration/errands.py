"""Carries out what came out of sessions' steps: in the order of the document, after it is on disk, once."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, runtime_checkable

import structlog
from msgspec import Struct

from frontdesk.desk.orchestration.modules import Module, Request
from frontdesk.desk.orchestration.peers import Peers
from frontdesk.domain.orchestration.ending import ACTION, MODULE
from frontdesk.domain.orchestration.session import Errand, Session
from frontdesk.domain.orchestration.stepping import answer_of
from frontdesk.errors import DeskError, NotFound, Refused, Unavailable
from frontdesk.scxml.outputs import Requested
from frontdesk.scxml.packed import unpack

PATIENCE_S = 2.0  # So long the next one waits for one that does not return; modules begin, and return.
RETRY_S = 1.0

_log = structlog.get_logger("orchestration")


@runtime_checkable
class Patient(Module, Protocol):
    """A module that knows better than the settings how long its requests may take."""

    def patience_ms(self, request: Request) -> int | None:
        """How long; None for what the settings say, 0 for as long as it takes."""


def request_of(session_id: str, output: Requested, asked_ms: int) -> Request:
    """What a module is given."""
    attributes = unpack(output.attributes)
    given = attributes if isinstance(attributes, dict) else {}
    return Request(session_id, output.id, output.module, output.action, given, asked_ms)


class _Waiting(Struct):
    """An errand that is next; `was_begun` before its session was over."""

    session: Session
    errand: Errand
    was_begun: bool


class Errands:
    """What is to be done for the sessions that this node runs. `modules` by their names."""

    def __init__(
        self,
        modules: Mapping[str, Module],
        peers: Peers,
        wake: Callable[[str], None],
        shard_of: Callable[[str], int],
    ) -> None:
        self._modules = modules
        self._shard_of = shard_of
        self._peers = peers
        self._wake = wake
        # What was begun, by session, while it is outstanding; and whether the session was over then.
        self._known: dict[str, dict[str, bool]] = {}
        self._queues: dict[str, dict[str, _Waiting]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._loose: set[asyncio.Task[None]] = set()

    def patience_ms(self, output: Requested) -> int | None:
        """How long a module says that it may take."""
        module = self._modules.get(output.module)
        if isinstance(module, Patient):
            return module.patience_ms(request_of("", output, 0))
        return None

    def hand_out(self, session: Session) -> None:
        """Begin what is outstanding and was not begun by this node."""
        if not session.errands:
            self._known.pop(session.id, None)
            return
        before = self._known.get(session.id, {})
        known = self._known[session.id] = {k: v for k, v in before.items() if k in session.errands}
        queue = self._queues.setdefault(session.id, {})
        for name, errand in session.errands.items():
            was_begun = name in known
            if not was_begun or (session.is_over and not known[name]):
                known[name] = session.is_over
                queue[name] = _Waiting(session, errand, was_begun and name not in queue)
        if not queue:
            del self._queues[session.id]
        elif session.id not in self._tasks:
            self._tasks[session.id] = asyncio.create_task(self._work(session.id))

    def leave(self, session: Session, name: str, errand: Errand) -> None:
        """Nobody waits for a request any more: what can be left undone is."""
        self._known.get(session.id, {}).pop(name, None)
        self._hold(_tried(self._drop(session, errand)))

    @property
    def is_busy(self) -> bool:
        return bool(self._tasks or self._loose)

    async def quiet(self) -> None:
        """Return when nothing is under way."""
        while tasks := [*self._tasks.values(), *self._loose]:
            await asyncio.wait(tasks)

    async def aclose(self) -> None:
        """Leave what is under way to whoever runs the sessions next."""
        tasks = [*self._tasks.values(), *self._loose]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def forget_shard(self, shard: int) -> None:
        """Another node looks after all sessions of this shard."""
        for session_id in [name for name in self._known if self._shard_of(name) == shard]:
            self.forget(session_id)

    def forget(self, session_id: str) -> None:
        """Another node looks after this session."""
        self._known.pop(session_id, None)
        self._queues.pop(session_id, None)

    async def _work(self, session_id: str) -> None:
        done: list[str] = []
        try:
            while queue := self._queues.get(session_id):
                name, waiting = next(iter(queue.items()))
                session, errand = waiting.session, waiting.errand
                try:
                    is_done = await self._carry_out(name, waiting)
                except Unavailable as error:
                    _log.warning("errand_waits", session_id=session_id, errand=name, reason=str(error))
                    await asyncio.sleep(RETRY_S)
                    continue
                except Exception as error:  # noqa: BLE001
                    is_done = await self._failed(session, name, errand, error)
                if queue.get(name) is waiting:
                    del queue[name]
                if is_done:
                    done.append(name)
                if not queue:
                    self._queues.pop(session_id, None)
                    if done:
                        await self._peers.settle(session_id, done)
                        done = []
        except DeskError as error:  # It is done again: all of it can be.
            _log.warning("errands_paused", session_id=session_id, reason=str(error))
            self.forget(session_id)
            await asyncio.sleep(RETRY_S)
        finally:
            del self._tasks[session_id]
        self._wake(session_id)

    async def _carry_out(self, name: str, waiting: _Waiting) -> bool:
        """Whether it is done; a request is when it is answered. Errors: `Unavailable`."""
        session, errand = waiting.session, waiting.errand
        output = errand.output
        if not isinstance(output, Requested):
            await self._peers.carry_out(session, name, errand)
            return True
        if (output.module, output.action) == (MODULE, ACTION):
            await self._peers.over(session)
            return True
        is_old = waiting.was_begun or errand.step < session.steps
        if session.is_over and (is_old or output.action == "submit"):
            await self._drop(session, errand)
            return True
        module = self._modules.get(output.module)
        if module is None:
            await self._answer(session, output, "unsupported", "there is nothing here that does this")
            return session.is_over
        request = request_of(session.id, output, errand.asked_ms)
        task = self._hold(module.carry_out(request))
        finished, _ = await asyncio.wait([task], timeout=PATIENCE_S)
        if not finished:
            self._hold(self._watched(name, session, errand, task))
        else:
            task.result()
        return session.is_over

    async def _watched(
        self, name: str, session: Session, errand: Errand, task: "asyncio.Future[None]"
    ) -> None:
        """What takes longer than others wait for it."""
        try:
            await task
        except Unavailable as error:
            _log.warning("request_waits", session_id=session.id, reason=str(error))
            await asyncio.sleep(RETRY_S)
            self._known.get(session.id, {}).pop(name, None)  # So it is begun again.
            self._wake(session.id)
        except Exception as error:  # noqa: BLE001
            await self._failed(session, name, errand, error)

    async def _failed(self, session: Session, name: str, errand: Errand, error: Exception) -> bool:
        """Tell of a fault of ours; whether the errand is done with. A module that finds nobody has none."""
        is_heard, text = True, "it could not be done, by a fault of this server"
        if isinstance(errand.output, Requested):
            is_heard = await self._answer(session, errand.output, "unknown", text)
        if is_heard or not isinstance(error, NotFound):
            _log.error("errand_failed", session_id=session.id, errand=name, exc_info=error)
        return session.is_over or not isinstance(errand.output, Requested)

    async def _answer(self, session: Session, output: Requested, error: str, text: str) -> bool:
        """Whether it is heard: not when it is over; when it has no room, its own patience tells it."""
        try:
            await self._peers.delivery.deliver(session.id, answer_of(output, error, text), key=output.id)
        except NotFound:
            return False
        except Refused:
            pass
        return True

    async def _drop(self, session: Session, errand: Errand) -> None:
        assert isinstance(errand.output, Requested), "only requests are dropped"
        module = self._modules.get(errand.output.module)
        if module is not None:
            await module.drop(request_of(session.id, errand.output, errand.asked_ms))

    def _hold(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._loose.add(task)
        task.add_done_callback(self._loose.discard)
        return task


async def _tried(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except DeskError as error:
        _log.warning("left_undone", reason=str(error))
    except Exception:  # noqa: BLE001
        _log.exception("left_undone")

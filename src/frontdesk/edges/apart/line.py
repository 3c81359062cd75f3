"""One end of the socket between a node and its process of journeys.

All that is said in one turn of the loop is one frame, written at once: there are thousands of page views a
second, and a system call for each would cost more than what is done about it here.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
import structlog
from msgspec import Raw

from frontdesk.desk.pipes import LENGTH, framed
from frontdesk.edges.apart.messages import (
    Answer,
    Ask,
    Failure,
    Message,
    Question,
    Reply,
    Requests,
    Rest,
    Tell,
    Told,
    Wanted,
    Wish,
    decode,
    encode,
)
from frontdesk.errors import DeskError, Unavailable

BUFFER_BYTES_MAX = 16 * 1024**2  # Of what the other end has yet to read.
GONE = "the process at the other end is gone"
T = TypeVar("T")

_log = structlog.get_logger("journeys")


class Line(asyncio.Protocol):
    """Asks the other end, and has done what it asks.

    Shape:   `carry_out` does what is asked, `hear` takes all that is no question and no answer; `is_full`
             while the other end is so far behind that it should be spared; `lost` is done when it is gone.
    """

    def __init__(
        self,
        carry_out: Callable[[Wish], Awaitable[object]],
        hear: Callable[[Requests | Told], None],
    ) -> None:
        self._carry_out = carry_out
        self._hear = hear
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._read = bytearray()
        self._frames: deque[bytes] = deque()
        self._unsaid: list[Message] = []
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Raw]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_full = False
        self.lost: asyncio.Future[None] = self._loop.create_future()

    # --- saying --------------------------------------------------------------------------------

    def send(self, message: Message) -> None:
        """Say something soon; to nobody when the other end is gone."""
        if not self._unsaid:
            self._loop.call_soon(self._flush)
        self._unsaid.append(message)

    def tell(self, told: Told) -> None:
        """Say something that needs no answer."""
        self.send(Tell(told))

    async def ask(self, wish: Wish, as_type: type[T] | Any) -> T:
        """What the other end answers. Errors: those of the wish; `Unavailable` when it is gone."""
        if self.lost.done():
            raise Unavailable(GONE, retry_after_s=1)
        number = next(self._numbers)
        answer = self._asked[number] = self._loop.create_future()
        self.send(Question(number, wish))
        try:
            value: T = msgspec.msgpack.decode(await answer, type=as_type)
        finally:
            self._asked.pop(number, None)
        return value

    def close(self) -> None:
        """Say what is still to be said, then be gone."""
        if self._transport is not None:
            self._flush()
            self._transport.close()

    def abort(self) -> None:
        """Be gone, also when the other end reads nothing."""
        if self._transport is not None:
            self._transport.abort()

    def _flush(self) -> None:
        unsaid, self._unsaid = self._unsaid, []
        if unsaid and self._transport is not None and not self._transport.is_closing():
            self._transport.write(framed(encode(unsaid)))

    # --- hearing -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        transport.set_write_buffer_limits(high=BUFFER_BYTES_MAX)

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False

    def data_received(self, data: bytes) -> None:
        read, frames = self._read, self._frames
        read += data
        at, is_idle = 0, not frames
        while len(read) - at >= LENGTH.size:
            (length,) = LENGTH.unpack_from(read, at)
            end = at + LENGTH.size + length
            if end > len(read):
                break
            frames.append(bytes(memoryview(read)[at + LENGTH.size : end]))
            at = end
        del read[:at]
        if frames and is_idle:
            self._take_frame()

    def _take_frame(self) -> None:
        """One in each turn of the loop: whoever has fallen behind hears others, too, while catching up."""
        if not self._frames:
            return  # They were taken when the other end was gone.
        try:
            for message in decode(self._frames.popleft()):
                self._take(message)
        finally:
            if self._frames:
                self._loop.call_soon(self._take_frame)

    def _take(self, message: Message) -> None:
        match message:
            case Ask() | Reply() | Wanted() | Rest():
                self._hear(message)
            case Tell():
                self._hear(message.told)
            case Answer():
                asked = self._asked.get(message.number)
                if asked is not None and not asked.done():
                    asked.set_result(message.value)
            case Failure():
                asked = self._asked.get(message.number)
                if asked is not None and not asked.done():
                    asked.set_exception(message.error())
            case Question():
                task = self._loop.create_task(self._answer(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _answer(self, question: Question) -> None:
        try:
            value = await self._carry_out(question.wish)
        except DeskError as error:
            self.send(Failure.of(question.number, error))
        except Exception:  # noqa: BLE001  # A fault of ours; whoever asks is to hear of it.
            _log.exception("not_carried_out", wish=type(question.wish).__name__)
            self.send(Failure(question.number, Unavailable.__name__, "something went wrong"))
        else:
            self.send(Answer(question.number, Raw(encode(value))))

    def connection_lost(self, exc: Exception | None) -> None:
        while self._frames:
            self._take_frame()
        for task in self._tasks:
            task.cancel()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(Unavailable(GONE, retry_after_s=1))
                answer.exception()  # Who asked may be gone.
        if not self.lost.done():
            self.lost.set_result(None)

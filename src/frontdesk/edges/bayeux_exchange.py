"""What Bayeux messages do, whichever way they came; what they mean is in `wire/bayeux`.

No client has a task or a timer of its own: one timer serves all.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import cast

import structlog

from frontdesk.edges.bayeux_carriers import Caller, KeptPoll, Socket
from frontdesk.edges.bayeux_parts import Service
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.wire import bayeux
from frontdesk.wire import bayeux_messages as wire
from frontdesk.wire.bayeux_client import Bounds
from frontdesk.wire.bayeux_messages import Malformed, Message

CLIENT_ID_BYTES = 16
TICK_AT_LEAST_MS = 20  # So that what is due at nearly the same time is done at once.
LIMIT = "cometd_{}"
BUSY = "503::too many requests, try again later"

_log = structlog.get_logger("bayeux")


class Exchange:
    """The clients of this node, what they publish and what they are told.

    Shape:   `services` stand behind the channels that begin with their names. What one client publishes is
             carried out in order, whichever way it came.
    """

    def __init__(
        self,
        bounds: Bounds,
        kinds: Sequence[str],
        traffic: Traffic,
        metrics: Metrics,
        clock_ms: Callable[[], int],
    ) -> None:
        self.services: dict[str, Service] = {}
        self._traffic = traffic
        self._metrics = metrics
        self._clock_ms = clock_ms
        self._bayeux = bayeux.Bayeux(bounds, self._serves_channel, _new_id, kinds)
        self._lanes: dict[str, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ms = 0

    @property
    def client_count(self) -> int:
        return self._bayeux.client_count

    @property
    def held_count(self) -> int:
        return self._bayeux.held_count

    def knows(self, client_id: str) -> bool:
        return self._bayeux.knows(client_id)

    def push(self, client_id: str, message: bytes) -> None:
        """Tell a client something, as soon as it can be reached."""
        self._do(self._bayeux.push(client_id, message, self._clock_ms()))

    def stop(self) -> None:
        """Let every client go: it comes again, to whoever is there then."""
        self._do(self._bayeux.stop())

    async def aclose(self) -> None:
        """Say nothing more."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _serves_channel(self, channel: str) -> bool:
        return self._service(channel) is not None

    def _service(self, channel: str) -> Service | None:
        for root, service in self.services.items():
            if channel.startswith(root):
                return service
        return None

    # --- what comes ----------------------------------------------------------------------------

    def take_one(self, caller: KeptPoll | Socket, message: Message | Malformed) -> list[bytes] | None:
        """The answers to a message that came alone; None when its answer comes later."""
        if not self._admits(caller, message):
            return [wire.refused(message, BUSY, self._bayeux.busy)]
        replies: list[bytes] = []
        is_later = False
        for action in self._bayeux.receive(caller, message, self._clock_ms()):
            match action:
                case bayeux.Reply():
                    replies.append(action.message)
                case bayeux.Publish():
                    is_later = True
                    work = self._begin_publish(caller, action)
                    if type(caller) is Socket:
                        caller.work = work
                case bayeux.Hold():
                    is_later = True
                case _:
                    self._do((action,))
        self._set_timer()
        return None if is_later else replies

    def _begin_publish(self, caller: Caller, publish: bayeux.Publish) -> asyncio.Future[None]:
        """Carry out what was published, without a task where the disk is all that it waits for.

        Shape:   what is done when it has been answered, which is not before this returns.
        """
        service = self._service(publish.channel)
        if service is None or publish.client_id in self._lanes:
            return self.later(self._publish_and_tell(caller, publish))
        mine = self._enter_lane(publish.client_id)

        def done() -> None:
            self._leave_lane(publish.client_id, mine)
            self.tell(caller, [publish.reply])

        if service.begin(publish.client_id, publish.channel, publish.data, caller, done):
            return mine
        self._leave_lane(publish.client_id, mine)
        return self.later(self._publish_and_tell(caller, publish))

    async def _publish_and_tell(self, caller: Caller, publish: bayeux.Publish) -> None:
        await self._publish(caller, publish)
        self.tell(caller, [publish.reply])

    async def take_all(self, caller: Caller, messages: Sequence[Message | Malformed]) -> list[bytes]:
        """The answers to messages, carried out one by one; none when their answer comes later."""
        is_alone, replies = len(messages) == 1, []
        for message in messages:
            if not self._admits(caller, message):
                replies.append(wire.refused(message, BUSY, self._bayeux.busy))
                continue
            for action in self._bayeux.receive(caller, message, self._clock_ms(), is_alone=is_alone):
                match action:
                    case bayeux.Reply():
                        replies.append(action.message)
                    case bayeux.Publish():
                        await self._publish(caller, action)
                        replies.append(action.reply)
                    case _:
                        self._do((action,))
        self._set_timer()
        return replies

    def _admits(self, caller: Caller, message: Message | Malformed) -> bool:
        """Whether one more message may come from there; what is published counts where it is carried out."""
        if isinstance(message, Message) and not message.channel.startswith(wire.META):
            return True
        return not self._traffic.is_too_much(caller.address)

    async def _publish(self, caller: Caller, publish: bayeux.Publish) -> None:
        """Carry out what was published, after what the same client published before."""
        before = self._lanes.get(publish.client_id)
        mine = self._enter_lane(publish.client_id)
        try:
            if before is not None:
                await asyncio.wait((before,))
            service = self._service(publish.channel)
            if service is not None:
                await service.publish(publish.client_id, publish.channel, publish.data, caller)
        finally:
            self._leave_lane(publish.client_id, mine)

    def _enter_lane(self, client_id: str) -> asyncio.Future[None]:
        """What the same client publishes from now on waits until this is done."""
        mine = self._lanes[client_id] = asyncio.get_running_loop().create_future()
        self._traffic.in_flight += 1
        return mine

    def _leave_lane(self, client_id: str, mine: asyncio.Future[None]) -> None:
        self._traffic.in_flight -= 1
        mine.set_result(None)
        if self._lanes.get(client_id) is mine:
            del self._lanes[client_id]

    def left(self, caller: Caller) -> None:
        """The other end is gone."""
        self._bayeux.left(caller, self._clock_ms())

    # --- what goes out -------------------------------------------------------------------------

    def _do(self, actions: Iterable[bayeux.Action]) -> None:
        """Carry out what needs no waiting."""
        for action in actions:
            match action:
                case bayeux.Send():
                    self.tell(cast("Caller", action.carrier), action.messages)
                case bayeux.Gone():
                    for service in self.services.values():
                        service.gone(action.client_id)
                case bayeux.Reached():
                    self._metrics.refused(LIMIT.format(action.limit))
                case _:
                    pass

    def tell(self, caller: Caller, messages: Sequence[bytes]) -> None:
        """Send something; a socket whose reader is too slow is closed, and its client asks again."""
        limit = caller.tell(messages)
        if not limit:
            return
        self._metrics.refused(LIMIT.format(limit))
        client = caller.client
        if client is not None:
            self._do(self._bayeux.drop(client.client_id))
        if isinstance(caller, Socket):
            caller.cut_off()

    # --- time ----------------------------------------------------------------------------------

    def _set_timer(self) -> None:
        next_ms = self._bayeux.next_tick_ms()
        if next_ms is None or (self._timer is not None and self._timer_ms <= next_ms):
            return
        if self._timer is not None:
            self._timer.cancel()
        wait_ms = max(next_ms - self._clock_ms(), TICK_AT_LEAST_MS)
        self._timer_ms = next_ms
        self._timer = asyncio.get_running_loop().call_later(wait_ms / 1000, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._do(self._bayeux.tick(self._clock_ms()))
        self._set_timer()

    def later(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Do what needs waiting, without waiting for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        # With the other end gone, what was to be said is asked for again. All else is a fault of ours.
        if error is not None and not isinstance(error, OSError | RuntimeError):
            _log.error("not_told", exc_info=error)


def _new_id() -> str:
    return secrets.token_hex(CLIENT_ID_BYTES)

"""One session: events in, outputs out.

    session = Session(machine, "s1")
    outputs = session.start(now_ms, seed)
    session.receive(event); outputs = session.step(now_ms, seed)

A session is used by one thread, because its scripts are. Between two calls it can be put into a snapshot, and
gone on with from there in another process; the same calls give the same outputs.
"""

import contextlib
from collections.abc import Callable, Container, Mapping, Sequence

from frontdesk.errors import Refused
from frontdesk.scxml.content import Script
from frontdesk.scxml.datamodel import DataModel
from frontdesk.scxml.ecmascript.model import EcmaScript
from frontdesk.scxml.events import HTTP_PROCESSOR, SCXML_PROCESSOR, Event
from frontdesk.scxml.executing import execute
from frontdesk.scxml.faults import ScriptFault, SessionFailed
from frontdesk.scxml.interpreting import enter, finish, initialise, leave_all, macrostep
from frontdesk.scxml.invoking import receive
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.memory import Memory, Snapshot, Start, Status, Timer, decode, encode
from frontdesk.scxml.model import Dialect, Machine, Persistence
from frontdesk.scxml.outputs import Failed, Output, Uninvoke
from frontdesk.scxml.packed import packed_fields
from frontdesk.scxml.sending import SESSION, due
from frontdesk.scxml.turn import Turn, Watch

LIMITS = Limits()


class Session:
    """A running document.

    Shape:   `http_address` is where HTTP reaches the session, empty when it does not; `has_parent` says that
             another session invoked this one; `spent_ms` tells the CPU time used so far, for the limit of a
             macrostep, which else has none in time.
    """

    def __init__(
        self,
        machine: Machine,
        session_id: str,
        *,
        limits: Limits = LIMITS,
        http_address: str = "",
        has_parent: bool = False,
        spent_ms: Callable[[], float] | None = None,
    ) -> None:
        self.machine = machine
        self._limits = limits
        own = SESSION + session_id
        addresses = {"scxml": own, SCXML_PROCESSOR: own}
        if http_address:
            addresses |= {"basichttp": http_address, HTTP_PROCESSOR: http_address}
        processors = {name: {"location": address} for name, address in addresses.items()}
        self._data: DataModel = EcmaScript(machine, session_id, processors, limits)
        self._turn = Turn(machine, Memory(session_id), self._data, limits, addresses)
        self._turn.has_parent = has_parent
        if spent_ms is not None:
            self._turn.spent_ms = spent_ms

    @property
    def id(self) -> str:
        """The session's id."""
        return self._turn.memory.session_id

    @property
    def status(self) -> Status:
        """Where the session is in its life."""
        return self._turn.memory.status

    @property
    def active(self) -> tuple[str, ...]:
        """The ids of the active states, in document order."""
        return self.machine.ids(sorted(self._turn.memory.configuration))

    @property
    def active_atomic(self) -> tuple[str, ...]:
        """The ids of the active states that have none inside; at the end, of those it came to an end in."""
        memory, states = self._turn.memory, self.machine.states
        active = sorted(memory.configuration) or memory.ended_in
        return self.machine.ids([number for number in active if states[number].is_atomic])

    @property
    def next_due_ms(self) -> int | None:
        """When the next delayed event is to be sent; then `step` wants to be called."""
        return min((timer.due_ms for timer in self._turn.memory.timers), default=None)

    @property
    def timers(self) -> tuple[Timer, ...]:
        """The delayed events that are still to be sent, in the order in which they will be."""
        return tuple(sorted(self._turn.memory.timers, key=lambda timer: (timer.due_ms, timer.number)))

    @property
    def may_rest(self) -> bool:
        """Whether the document lets the session be taken out of memory now."""
        states = self.machine.states
        active = (states[number] for number in self._turn.memory.configuration)
        return self.machine.is_kept and all(state.persistence is not Persistence.NO for state in active)

    @property
    def interactions(self) -> tuple[str, ...]:
        """The ids of the interactions that the session owns as far as it knows, the oldest first."""
        return tuple(self._turn.memory.mirrors)

    @property
    def wanted(self) -> tuple[str, ...]:
        """What scripts asked the world for in the last step and it did not have: `<object>|<statistic>`.

        Shape:   sorted. They got NaN. Whoever can say more takes the step again, from before it, with a
                 world that has the numbers.
        """
        return tuple(sorted(self._turn.wanted))

    @property
    def waiting(self) -> int:
        """How many events wait in the external queue."""
        return len(self._turn.memory.external)

    def watch(self, watch: Watch) -> None:
        """Have every microstep of the session told."""
        self._turn.watch = watch

    def items(self) -> Mapping[str, str]:
        """The data items of the document that have a value, packed, by their ids."""
        found = {}
        for number in self.machine.with_data:
            for item in self.machine.states[number].data:
                with contextlib.suppress(ScriptFault):
                    found[item.id] = self._data.item(item.id)
        return {name: value for name, value in found.items() if value}

    def start(
        self, now_ms: int, seed: int, data: str = "", peers: Container[str] = (), *, world: str = ""
    ) -> Sequence[Output]:
        """Enter the document; everything that follows from that.

        Shape:   `data` is a packed object: its fields replace the values of data items of the document.
                 `world` is what functions of scripts answer with (`world.py`), "" for as before.
        """
        turn = self._turn
        self._see(world)
        turn.memory.start = Start(now_ms, seed, data)
        turn.memory.status = Status.RUNNING
        turn.begin(now_ms, seed, peers)
        initial = self.machine.states[0].initial

        def begin() -> None:
            self._prepare()
            if initial is not None:
                execute(turn, initial.content)
                enter(turn, [initial])
            macrostep(turn)

        return self._outcome(begin)

    def receive(self, event: Event) -> None:
        """Put an event on the external queue.

        Errors:  `Refused`: the queue is full, or the event too large.
        """
        if len(event.data) > self._limits.event_bytes:
            raise Refused(
                "event_too_large", "the event carries too much data", limit=self._limits.event_bytes
            )
        if self.waiting >= self._limits.events:
            raise Refused("queue_full", "too many events wait already", limit=self._limits.events)
        if self.status is Status.RUNNING:
            self._turn.memory.external.append(event)

    def step(
        self, now_ms: int, seed: int, peers: Container[str] = (), *, world: str = ""
    ) -> Sequence[Output]:
        """Send what is due, then take the oldest event of the external queue: one macrostep.

        Shape:   `()` when nothing waited. Call again while `waiting`. `world` as for `start`.
        """
        turn = self._turn
        self._see(world)
        memory = turn.memory
        if memory.status is not Status.RUNNING:
            return ()

        def go_on() -> None:
            due(turn)
            if memory.internal:  # What was due could not be sent.
                macrostep(turn)
            elif memory.external:
                event = memory.external.pop(0)
                if event.mirror:
                    turn.reflect(event.mirror)
                self._data.see_event(event)
                receive(turn, event)
                macrostep(turn, event)

        turn.begin(now_ms, seed, peers)
        return self._outcome(go_on)

    def cancel(self, now_ms: int, seed: int) -> Sequence[Output]:
        """End the session from outside: every active state is left, and its `<onexit>` done."""
        turn = self._turn
        if turn.memory.status is not Status.RUNNING:
            return ()
        turn.begin(now_ms, seed, ())

        def end() -> None:
            turn.is_running = False
            finish(turn, is_cancelled=True)

        return self._outcome(end)

    def script_bytes(self) -> int:
        """How much memory the scripts and their data take up now; it takes a while to count."""
        return self._data.size()

    def snapshot(self) -> tuple[bytes, Sequence[str]]:
        """The session as bytes, and where its scripts hold something that cannot be kept so.

        Shape:   when the second is not empty, a session that is restored from the bytes lacks that.
        Errors:  `ScriptFault`: the data is too large to be written down within the limits.
        """
        data, lost = self._data.snapshot()
        return encode(Snapshot(self._turn.memory, data)), lost

    @classmethod
    def restore(
        cls,
        machine: Machine,
        stored: bytes,
        *,
        limits: Limits = LIMITS,
        http_address: str = "",
        has_parent: bool = False,
        spent_ms: Callable[[], float] | None = None,
        world: str = "",
    ) -> "Session":
        """The session that a snapshot of the same document holds. Nothing is entered again.

        Shape:   a snapshot holds no `world`; it is given again.
        """
        snapshot = decode(stored)
        memory = snapshot.memory
        session = cls(
            machine,
            memory.session_id,
            limits=limits,
            http_address=http_address,
            has_parent=has_parent,
            spent_ms=spent_ms,
        )
        session._see(world)
        if memory.start is not None:
            turn = session._turn
            turn.begin(memory.start.now_ms, memory.start.seed, ())
            turn.memory.start = memory.start
            session._prepare()
            turn.memory = memory
            turn.is_running = memory.status is Status.RUNNING
            session._reflect()
            session._data.restore(snapshot.data)
        return session

    def _see(self, world: str) -> None:
        if world:
            self._data.see_world(world)

    def _reflect(self) -> None:
        """Scripts see the interactions that a snapshot holds."""
        memory = self._turn.memory
        if memory.first_interaction:
            self._data.see_interaction(memory.first_interaction, "", is_first=True)
            for interaction_id, packed in memory.mirrors.items():
                self._data.see_interaction(interaction_id, packed, is_first=False)

    def _prepare(self) -> None:
        """Data items have their first values, and the document's own scripts have run."""
        turn, machine = self._turn, self.machine
        for number in machine.with_data:
            for item in machine.states[number].data:
                turn.declare(item)
        data = turn.memory.start.data if turn.memory.start else ""
        given = packed_fields(data)
        if machine.dialect is Dialect.ORS:
            self._data.assign("args_", data if given else "{}")
        for number in machine.with_data:
            if number == 0:
                initialise(turn, machine.states[0].data, given)
            elif not machine.is_late:
                initialise(turn, machine.states[number].data, {})
        for script in machine.scripts:
            execute(turn, (script,))
        self._data.mark([script.source for script in machine.scripts if isinstance(script, Script)])

    def _fail(self, reason: str) -> None:
        """Leave what can still be left, and be over."""
        turn = self._turn
        turn.memory.status = Status.FAILED
        turn.is_running = False
        turn.memory.internal.clear()
        turn.budget()
        try:
            leave_all(turn)
        except (SessionFailed, ScriptFault):
            for invokeid in turn.memory.invoked:
                turn.put_last(Uninvoke(invokeid))
            turn.memory.invoked.clear()
            turn.memory.configuration.clear()
            turn.memory.timers.clear()
        turn.put_last(Failed(reason))

    def _outcome(self, work: Callable[[], None]) -> Sequence[Output]:
        turn = self._turn
        try:
            work()
            turn.take()
            if turn.is_running:  # What could not be interrupted may have been the last thing that was done.
                turn.look_at_time()
        except SessionFailed as failed:
            self._fail(str(failed))
        except ScriptFault as fault:  # Not of an expression: the context itself has no room left.
            self._fail(f"the scripts hold more than they may: {fault}")
        else:
            if not turn.is_running:
                turn.memory.status = Status.FINISHED
        return turn.outputs

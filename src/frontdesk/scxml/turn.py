"""One step of a session while it goes on: what it remembers, its data, and what came out so far."""

from collections.abc import Callable, Container, Mapping, Sequence

from frontdesk.scxml.datamodel import DataModel
from frontdesk.scxml.events import Event
from frontdesk.scxml.faults import ContentFault, Place, ScriptFault, SessionFailed
from frontdesk.scxml.limits import Limits
from frontdesk.scxml.memory import Memory
from frontdesk.scxml.model import Data, Dialect, Machine, Transition
from frontdesk.scxml.outputs import Logged, Output, Requested
from frontdesk.scxml.packed import joined, pack, packed_fields

Watch = Callable[[str, Sequence[Transition]], None]
"""Told of each microstep: the name of the event, empty for none, and the transitions that are taken."""


class Turn:
    """What every part of the interpreter works on.

    Shape:   `addresses` are where the session itself is found, by event processor; `peers` are the ids of
             sessions that it can reach at once; `to_invoke` are states entered whose invokes have not begun.
    """

    def __init__(
        self, machine: Machine, memory: Memory, data: DataModel, limits: Limits, addresses: Mapping[str, str]
    ) -> None:
        self.machine = machine
        self.memory = memory
        self.data = data
        self.limits = limits
        self.addresses = addresses
        self.now_ms = 0
        self.peers: Container[str] = ()
        self.has_parent = False
        self.outputs: list[Output] = []
        self.wanted: set[str] = set()
        self.to_invoke: set[int] = set()
        self.is_running = True
        self._is_ors = machine.dialect is Dialect.ORS
        self.spent_ms: Callable[[], float] = lambda: 0.0
        self.watch: Watch | None = None
        self._until_ms = 0.0
        self._steps = 0
        self._shown: frozenset[int] | None = None

    def begin(self, now_ms: int, seed: int, peers: Container[str]) -> None:
        """A new step, at this time."""
        self.now_ms = now_ms
        self.peers = peers
        self.outputs = []
        self.wanted.clear()
        self.budget()
        self.data.begin(now_ms, seed)

    def budget(self) -> None:
        """From here on, as much may be done and used as one macrostep may."""
        self._steps = 0
        self._until_ms = self.spent_ms() + self.limits.macrostep_cpu_ms

    def look_at_time(self) -> None:
        """Whether there is still time to go on.

        Errors:  `SessionFailed`: this step has used all that it may.
        """
        if self.spent_ms() > self._until_ms:
            raise SessionFailed(f"more than {self.limits.macrostep_cpu_ms} ms of CPU time in one macrostep")

    def count(self) -> None:
        """One more round.

        Errors:  `SessionFailed`: there were too many in this step.
        """
        self._steps += 1
        self.look_at_time()
        if self._steps > self.limits.microsteps:
            active = ", ".join(self.machine.ids(sorted(self.memory.configuration)))
            raise SessionFailed(
                f"{self.limits.microsteps} microsteps in one macrostep; probably a loop of transitions "
                f"without events, or of events that raise each other, in {active}"
            )

    def put(self, output: Output) -> None:
        """Something is to be done outside."""
        if len(self.outputs) >= self.limits.outputs:
            raise SessionFailed(f"more than {self.limits.outputs} outputs of one macrostep")
        self.outputs.append(output)

    def put_last(self, output: Output) -> None:
        """The output that ends a session; it is always taken."""
        self.outputs.append(output)

    def declare(self, item: Data) -> None:
        """There is this data item; a name that cannot be one is an error event."""
        try:
            self.data.declare(item.id)
        except ScriptFault as fault:
            self.error(ContentFault.of("illegaldata", fault), "data", item.place)

    def raise_event(self, event: Event) -> None:
        """Put an event on the internal queue."""
        if len(self.memory.internal) >= self.limits.events:
            raise SessionFailed(f"more than {self.limits.events} events wait in the internal queue")
        self.memory.internal.append(event)

    def queue_event(self, event: Event) -> None:
        """Put an event of the session's own on its external queue."""
        if len(self.memory.external) >= self.limits.events:
            raise SessionFailed(f"more than {self.limits.events} events wait in the external queue")
        self.memory.external.append(event)

    def number(self) -> int:
        """A number that this session has not used for an id before."""
        self.memory.numbers += 1
        return self.memory.numbers

    def request_id(self) -> str:
        """The id of a new request; no other session's requests have it."""
        return f"{self.memory.session_id}.{self.number()}"

    def reflect(self, mirror: str) -> None:
        """What an event changes in what scripts see of interactions."""
        memory = self.memory
        for interaction_id, packed in packed_fields(packed_fields(mirror).get("ixn", "")).items():
            if packed == "null":
                memory.mirrors.pop(interaction_id, None)
                self.data.see_interaction(interaction_id, "", is_first=False)
            else:
                memory.first_interaction = memory.first_interaction or interaction_id
                memory.mirrors[interaction_id] = packed
                is_first = interaction_id == memory.first_interaction
                self.data.see_interaction(interaction_id, packed, is_first=is_first)

    def show_states(self) -> None:
        """Scripts see which states are active now."""
        # Most often it is the same few states; a copy of them is cheaper than a look into the context.
        now = frozenset(self.memory.configuration)
        if now != self._shown:
            self._shown = now
            self.data.see_states(self.machine.ids(sorted(now)))

    def holds(self, cond: str, element: str, place: Place) -> bool:
        """Whether a condition does; one that fails does not, and is an error event."""
        try:
            return self.data.condition(cond)
        except ScriptFault as fault:
            self.error(ContentFault.of("illegalcond", fault), element, place)
            return False

    def error(self, fault: ContentFault, element: str, place: Place) -> None:
        """Put an error event on the internal queue."""
        if self._is_ors:
            name = f"error.{fault.kind}"
        else:
            name = "error.communication" if fault.is_communication else "error.execution"
        data = {
            "document": self.machine.file,
            "element": element,
            "linenumber": place.line,
            "description": fault.text,
            **({} if fault.target is None else {"target": fault.target}),
            # The same under the names that SCION gave them.
            "tagname": element,
            "line": place.line,
            "column": place.column,
            "reason": fault.text,
        }
        packed = joined((key, pack(value)) for key, value in data.items())
        self.raise_event(Event(name, "platform", packed, sendid=fault.sendid))

    def take(self) -> None:
        """Carry out what scripts asked for."""
        if not self.machine.is_asking:
            return
        for asked in self.data.taken():
            match asked:
                case ["raise", name, data]:
                    self.raise_event(Event(name, "internal", data))
                case ["ask", module, action, attributes]:
                    self.put(Requested(self.request_id(), module, action, attributes))
                case ["want", key]:
                    self.wanted.add(key)
                case ["log", text, label, level]:
                    self.put(Logged(label, text, level))
                case _:
                    raise SessionFailed(f"the scripts asked for what nobody can do: {asked}")

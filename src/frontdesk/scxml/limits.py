"""How much a session may use before it is stopped."""

from msgspec import Struct

HARD_TIMES = 4  # Whatever heeds the limit of a macrostep is done long before.


class Limits(Struct, frozen=True):
    """The limits of one session."""

    evaluation_cpu_ms: int = 50
    macrostep_cpu_ms: int = 500
    memory_bytes: int = 16 * 1024 * 1024
    stack_bytes: int = 256 * 1024
    microsteps: int = 1_000
    """In one macrostep. More is nearly always a loop of transitions that wait for nothing."""
    events: int = 1_000
    """That wait in the external queue; as many may wait in the internal one."""
    event_bytes: int = 256 * 1024
    timers: int = 256
    invoked: int = 64
    outputs: int = 10_000
    """In one macrostep."""

    @property
    def hard_cpu_ms(self) -> int:
        """After which the process ends that runs the scripts: some of what they do cannot be interrupted."""
        return HARD_TIMES * self.macrostep_cpu_ms

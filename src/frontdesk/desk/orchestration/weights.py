"""How much memory script contexts take up: looked at now and then, as looking takes a while."""

from frontdesk.scxml.session import Session

# Of CPU time in a session: to weigh it takes a thirtieth of that, and the longer the more it holds.
WEIGH_AFTER_MS = 2.0
WEIGH_AFTER_MS_A_MIB = 8.0
MIB = 1024 * 1024
OVERHEAD_BYTES = 72 * 1024  # Of the engine's own pages, which are partly empty.


class Weights:
    """What sessions weighed when they were last looked at."""

    def __init__(self) -> None:
        self._bytes: dict[str, int] = {}
        self._since_ms: dict[str, float] = {}

    def after(self, session: Session, cpu_ms: float) -> int:
        """The weight of a session that has just used so much CPU time."""
        weight = self._bytes.get(session.id)
        since_ms = self._since_ms.get(session.id, 0.0) + cpu_ms
        if weight is None or since_ms >= max(WEIGH_AFTER_MS, WEIGH_AFTER_MS_A_MIB * weight / MIB):
            weight = self._bytes[session.id] = session.script_bytes() + OVERHEAD_BYTES
            since_ms = 0.0
        self._since_ms[session.id] = since_ms
        return weight

    def forget(self, session_id: str) -> None:
        """It is gone, or another context has taken its place."""
        self._bytes.pop(session_id, None)
        self._since_ms.pop(session_id, None)

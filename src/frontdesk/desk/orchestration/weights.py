"""How much memory script contexts take up: looked at now and then, as looking takes a while."""

from frontdesk.scxml.session import Session

WEIGH_AFTER_MS = 2.0  # Of CPU time in a session; to weigh one takes a thirtieth of that.
OVERHEAD_BYTES = 72 * 1024  # Of the engine's own pages, which are partly empty.


class Weights:
    """What sessions weighed when they were last looked at."""

    def __init__(self) -> None:
        self._bytes: dict[str, int] = {}
        self._since_ms: dict[str, float] = {}

    def after(self, session: Session, cpu_ms: float) -> int:
        """The weight of a session that has just used so much CPU time."""
        since_ms = self._since_ms.get(session.id, WEIGH_AFTER_MS) + cpu_ms
        if since_ms >= WEIGH_AFTER_MS:
            self._bytes[session.id] = session.script_bytes() + OVERHEAD_BYTES
            since_ms = 0
        self._since_ms[session.id] = since_ms
        return self._bytes[session.id]

    def forget(self, session_id: str) -> None:
        """It is gone, or another context has taken its place."""
        self._bytes.pop(session_id, None)
        self._since_ms.pop(session_id, None)

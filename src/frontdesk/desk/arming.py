"""The one timer of a stream as this node knows it, and when a write has to set it anew."""

from enum import Enum

from frontdesk.store.log import Arm


class Unsure(Enum):
    """A timer may be armed, for whenever: another node may have set it, or it has fired."""

    UNSURE = "unsure"


UNSURE = Unsure.UNSURE

Armed = int | None | Unsure
"""When the timer is due by what this node knows; None when nothing is armed."""


def arm_anew(armed: Armed, due_ms: int | None, now_ms: int) -> Arm | None:
    """How the timer is set together with what is written at `now_ms`; None when it is right as it is.

    Shape:   a timer that is too early may stay: when it fires it is set anew. One whose time has come may
             have fired at another node, so it is set.
    """
    if due_ms is None:
        return None if armed is None else Arm(None)
    if isinstance(armed, int) and now_ms < armed <= due_ms:
        return None
    return Arm(due_ms)

"""Sessions that own interactions: what they see, what they ask for."""

from collections.abc import Sequence
from typing import Any

from frontdesk.scxml.events import Event
from frontdesk.scxml.outputs import Logged, Output, Requested
from frontdesk.scxml.packed import unpack
from frontdesk.scxml.session import Session
from tests.scxml.answering import event
from tests.scxml.staging import ors

IXN = 'xmlns:ixn="http://www.genesyslab.com/modules/interaction"'
TELL_ERRORS = '<transition event="error"><log expr="_event.name"/></transition>'


def chat(interaction_id: str, *, controlled: bool = True, **udata: str) -> dict[str, Any]:
    """A chat as scripts see it."""
    return {"g_uid": interaction_id, "category": "chat", "udata": udata, "controlled": controlled}


def logged(outputs: Sequence[Output]) -> list[str]:
    """The texts that were logged."""
    return [output.text for output in outputs if isinstance(output, Logged)]


def requested(outputs: Sequence[Output]) -> list[tuple[str, Any]]:
    """What was asked for: `module.action` and its attributes."""
    return [
        (f"{output.module}.{output.action}", unpack(output.attributes))
        for output in outputs
        if isinstance(output, Requested)
    ]


def owning(inside: str) -> Session:
    """A session that owns the chats `one` and `two`, with this inside its only state."""
    session = Session(ors(f'<state id="a">{inside}{TELL_ERRORS}</state>', IXN), "s")
    session.start(0, 1)
    for interaction_id in ("one", "two"):
        take(session, event("interaction.added", {interaction_id: chat(interaction_id, x="1")}))
    return session


def take(session: Session, taken: Event, now_ms: int = 0) -> Sequence[Output]:
    """One event; what came of it."""
    session.receive(taken)
    return session.step(now_ms, 1)

"""How a session ends, and who hears of it."""

from collections.abc import Sequence

from frontdesk.domain.orchestration.facts import End, Ended
from frontdesk.domain.orchestration.session import Session
from frontdesk.scxml.events import SCXML_PROCESSOR, Event
from frontdesk.scxml.outputs import Failed, Finished, Output, Requested, Sent, Uninvoke
from frontdesk.scxml.packed import joined, pack

LOST = "the node that ran it is gone, and its document keeps nothing"
RAN_AWAY = "it goes on by itself without end: by events that sessions send each other, or timers due at once"
SESSION = "#_scxml_"
MODULE, ACTION = (
    "session",
    "end",
)  # What is asked for last of all: that nothing stays with a session that is over.


def ended(session: Session, outputs: Sequence[Output], *, is_ors: bool) -> Ended | None:
    """The end that a step's outputs tell of; None when the session goes on. `session` is after the step."""
    for output in outputs:
        if isinstance(output, Finished):
            how = End.TERMINATED if output.is_cancelled else End.FINISHED
            return ended_by(session, how, "", output.data, is_ors=is_ors)
        if isinstance(output, Failed):
            return ended_by(session, End.FAILED, output.reason)
    return None


def ended_by(session: Session, how: End, reason: str, data: str = "", *, is_ors: bool = False) -> Ended:
    """An end, with what is to be done about it: invoked sessions end too, and who began this one hears."""
    outputs: list[Output] = [Uninvoke(invoke_id) for invoke_id in session.children]
    outputs += _told(session, how, reason, data, is_ors=is_ors)
    outputs.append(Requested(f"{session.id}.end", MODULE, ACTION, "{}"))
    return Ended(how, reason, data, tuple(outputs))


def _told(session: Session, how: End, reason: str, data: str, *, is_ors: bool) -> list[Sent]:
    began = session.began
    if began.invoker and how is End.FINISHED:
        told = _done(session, how, data) if is_ors else data
        event = Event(f"done.invoke.{began.invoke_id}", "external", told, invokeid=began.invoke_id)
        return [_to(began.invoker, event)]
    if began.invoker and not session.cancelling:  # Else it is the invoker that has ended it.
        said = pack({"sessionid": session.id, "reason": how, "description": reason})
        return [_to(began.invoker, Event("error.communication", "platform", said, invokeid=began.invoke_id))]
    if began.starter and how is End.FINISHED:
        return [
            _to(
                began.starter, Event(f"done.scxml.{began.application}", "external", _done(session, how, data))
            )
        ]
    return []


def _done(session: Session, how: End, data: str) -> str:
    return joined((("sessionid", pack(session.id)), ("reason", pack(how)), ("params", data)))


def _to(session_id: str, event: Event) -> Sent:
    return Sent(event, SCXML_PROCESSOR, SESSION + session_id)

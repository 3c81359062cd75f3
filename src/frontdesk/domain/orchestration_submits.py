"""What sessions are told of what they submitted.

A submit is answered by what ends it, whatever that is: somebody has come or is held for it, its time is up,
it was cancelled, or somebody else has the interaction. With the interaction's own end it is silent.

Source:  orchestration, section 12.2.
"""

from collections.abc import Iterator
from typing import Any

from frontdesk.domain import events
from frontdesk.domain import submit_facts as facts
from frontdesk.domain.asks import Aim
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.orchestration_news import Change, News, Telling
from frontdesk.domain.submit import NO_QUEUE, Submit

SWITCH = "frontdesk"
"""Where targets are that would have a telephone switch elsewhere."""

_WHY = {
    "timeout": ("timeout", "nobody was found in time"),
    "cancelled": ("cancelled", "the request was cancelled"),
    "taken": ("cancelled", "somebody else has the interaction by now"),
}


def told_of_submits(change: Change) -> Iterator[Telling]:
    """Who is told what of their submits by one fact."""
    match change.fact:
        case facts.Submitted(request_id=request_id, session_id=session_id):
            yield Telling(session_id, (News("queue.submit.requestid", {"requestid": request_id}),))
        case facts.SeekingStopped() as stopped:
            yield _stopped(change, stopped)
        case events.Ended() | events.Rested():  # The session hears of that itself.
            for submit in change.before.submits:
                if not submit.is_kept:
                    yield Telling(submit.session_id, (), submit.request_id)
            return
        case _:
            pass
    left = {submit.request_id for submit in change.after.submits if not submit.is_kept}
    for submit in change.before.submits:
        if not submit.is_kept and submit.request_id not in left:
            yield Telling(submit.session_id, (_result(change, submit),), submit.request_id)


def _stopped(change: Change, fact: facts.SeekingStopped) -> Telling:
    said: dict[str, Any] = {"requestid": fact.named or fact.request_id, "cancelled": fact.cancelled}
    if not fact.named:
        said["interactionid"] = change.interaction_id
    return Telling(fact.session_id, (News("queue.cancel.done", said),), fact.request_id)


def _result(change: Change, submit: Submit) -> News:
    said = {"requestid": submit.request_id, "interactionid": change.interaction_id}
    served = _served(change.before, change.fact, submit)
    if served is not None:
        return News("queue.submit.done", {**said, **selection(submit, *served)})
    ended = isinstance(change.fact, facts.SubmitEnded) and change.fact.request_id == submit.request_id
    error, description = _WHY[change.fact.reason if ended else "taken"]
    return News("error.queue.submit", {**said, "error": error, "description": description})


def _served(before: Interaction, fact: events.Event, submit: Submit) -> tuple[Aim, str] | None:
    """By which aim who was found, an empty text for a queue; None when it ended otherwise."""
    if isinstance(fact, facts.Selected) and fact.request_id == submit.request_id:
        return fact.aim, fact.agent_id
    selected = before.selected
    if selected is None or selected.request_id != submit.request_id:
        return None
    if isinstance(fact, events.Queued) and selected.aim.is_queue:
        return selected.aim, ""
    if isinstance(fact, events.Joined) and fact.answers_invite:
        return selected.aim, selected.agent_id
    return None


def selection(submit: Submit, aim: Aim, agent_id: str) -> dict[str, Any]:
    """Who was found, in the forms that documents read."""
    target = aim.target
    name, sort = (agent_id, "A") if agent_id else (target.name, str(target.sort))
    resource: dict[str, Any] = {"type": sort, "agent" if agent_id else "id": name}
    if submit.queue != NO_QUEUE:
        resource["vq"] = submit.queue
    return {
        "targetselected": f"{name}@{SWITCH}.{sort}",
        "targetcomponentselected": f"{name}@{target.server}.{sort}",
        "targetobjectselected": target.object,
        "vqselected": submit.queue,
        "resource": resource,
    }

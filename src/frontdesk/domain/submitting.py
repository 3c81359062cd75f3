"""Submitting: how an application has somebody found for a chat that it owns.

Each function decides about one wish as `decide` does: state, wish, time and rules in, facts or a refusal out.
"""

from collections.abc import Sequence

from frontdesk.domain import events, submit_facts
from frontdesk.domain import submit_commands as commands
from frontdesk.domain.events import Event
from frontdesk.domain.interaction import Interaction, write_id
from frontdesk.domain.rules import ServiceRules
from frontdesk.domain.submit import Submit
from frontdesk.errors import Refused

HELD_MS = 10_000  # How long who was chosen is held for a redirect. Source: orchestration §12.5.
SUBMITS_MAX = 50  # At once, for one chat.
HURRY_MS = 5000  # By then the assigner has looked at what decides at once, or there is none.


def seek(state: Interaction, command: commands.Seek, now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused`: `notfound`, `notcontrolled`, `too_many_submits`."""
    if write_id(0, command.request_id) in state.recent_ids:
        return ()  # Asked again after a crash.
    _check_controlled(state, command.session_id)
    if len(state.submits) >= SUBMITS_MAX:
        text = f"a chat may have {SUBMITS_MAX} submits at once"
        raise Refused("too_many_submits", text, limit=SUBMITS_MAX)
    return (
        submit_facts.Submitted(
            request_id=command.request_id,
            session_id=command.session_id,
            aims=command.aims,
            queue=command.queue,
            priority=command.priority,
            until_ms=0 if command.timeout_ms is None else now_ms + command.timeout_ms,
            at_once=command.timeout_ms == 0,
            delivers=command.delivers,
            clears=command.clears,
            order=command.order,
            order_by=command.order_by,
            treatments=command.treatments,
            predicted_ms=command.predicted_ms,
        ),
    )


def _check_controlled(state: Interaction, session_id: str) -> None:
    """Whether a session may act on it now."""
    if state.owner != session_id:
        raise Refused("notfound", "the session has no such interaction")
    if not state.is_controlled:
        raise Refused("notcontrolled", "others have the interaction now")


def seek_otherwise(
    state: Interaction, command: commands.SeekOtherwise, now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """Errors: `Refused("not_submitted")` when it is over, or never was."""
    submit = _waiting(state, command.request_id)
    if submit is None:
        raise Refused("not_submitted", "there is no such request that waits")
    return (
        submit_facts.SubmitChanged(
            request_id=command.request_id,
            aims=command.aims,
            priority=command.priority,
            until_ms=None if command.timeout_ms is None else now_ms + command.timeout_ms,
            treatments=command.treatments,
        ),
    )


def seek_no_more(
    state: Interaction, command: commands.SeekNoMore, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """What it rings for stops ringing, too: nobody is sought who then comes all the same."""
    if write_id(0, command.request_id) in state.recent_ids:
        return ()
    over = [
        submit
        for submit in state.submits
        if submit.session_id == command.session_id
        and command.named in ("", submit.request_id)
        and command.queue in ("", submit.queue)
    ]
    ended: list[Event] = [submit_facts.SubmitEnded(submit.request_id, "cancelled") for submit in over]
    rings_for = state.selected.request_id if state.selected is not None else ""
    if state.ringing is not None and any(submit.request_id == rings_for for submit in over):
        ended.append(events.InviteEnded(state.ringing.agent_id, "cancelled"))
    stopped = submit_facts.SeekingStopped(
        request_id=command.request_id,
        session_id=command.session_id,
        named=command.named,
        cancelled=sum(1 for submit in over if not submit.is_kept),
    )
    return (*ended, stopped)


def select(
    state: Interaction, command: commands.Select, now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """Errors: `Refused`: `not_submitted`, `already_ringing`, `already_here`."""
    submit = _waiting(state, command.request_id)
    if submit is None:
        raise Refused("not_submitted", "nobody is sought for this request any more")
    if state.ringing is not None or state.reserved is not None:
        raise Refused("already_ringing", "somebody has been chosen already")
    if command.agent_id and state.party_of(command.agent_id) is not None:
        raise Refused("already_here", "the agent takes part already")
    holds = command.agent_id and not submit.delivers
    selected = submit_facts.Selected(
        request_id=command.request_id,
        aim=command.aim,
        agent_id=command.agent_id,
        held_until_ms=now_ms + HELD_MS if holds else 0,
    )
    if not submit.delivers:
        return (selected,)
    if not command.agent_id:
        return selected, events.Queued(queue=command.aim.target.name, since_ms=submit.since_ms)
    return selected, events.Invited(command.agent_id, now_ms + command.answer_s * 1000)


def give_up(
    state: Interaction, command: commands.GiveUp, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    submit = _waiting(state, command.request_id)
    if submit is None or not submit.at_once or state.ringing is not None:
        return ()
    return (submit_facts.SubmitEnded(submit.request_id, "timeout"),)


def tune(state: Interaction, command: commands.Tune, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused`: `notfound`, `notcontrolled`."""
    if command.tuning == state.tuning:
        return ()
    _check_controlled(state, command.session_id)
    tuning = command.tuning
    return (
        submit_facts.RoutingTuned(
            asks_unready=tuning.asks_unready,
            excluded=tuning.excluded,
            ideal=tuning.ideal,
            uses_age=tuning.uses_age,
            uses_prediction=tuning.uses_prediction,
            objective_s=tuning.objective_s,
        ),
    )


def _waiting(state: Interaction, request_id: str) -> Submit | None:
    return next((s for s in state.submits if s.request_id == request_id and not s.is_kept), None)


# --- time ------------------------------------------------------------------------------------------


def submit_due(submit: Submit) -> int | None:
    """When somebody has been sought for long enough, or None."""
    if submit.is_kept or not submit.until_ms:
        return None
    return submit.until_ms + HURRY_MS if submit.at_once else submit.until_ms


def submits_due(state: Interaction) -> int | None:
    """When something is next due about what was submitted, or None: nothing while it rings."""
    if state.ringing is not None:
        return None
    dues = [due for due in map(submit_due, state.submits) if due is not None]
    if state.reserved is not None:
        dues.append(state.reserved.until_ms)
    return min(dues, default=None)


def timed_out(state: Interaction, now_ms: int) -> list[Event]:
    """What is due about what was submitted."""
    if state.ringing is not None:
        return []
    over: list[Event] = []
    for submit in state.submits:
        due_ms = submit_due(submit)
        if due_ms is not None and due_ms <= now_ms:
            over.append(submit_facts.SubmitEnded(submit.request_id, "timeout"))
    if state.reserved is not None and state.reserved.until_ms <= now_ms:
        over.append(submit_facts.ReservationEnded(state.reserved.agent_id))
    return over

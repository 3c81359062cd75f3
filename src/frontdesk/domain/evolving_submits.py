"""How facts change what is submitted for an interaction."""

from typing import Any

from msgspec.structs import replace

from frontdesk.domain import submit_facts
from frontdesk.domain.interaction import RECENT_IDS_MAX, Interaction, write_id
from frontdesk.domain.submit import NOBODY_SOUGHT, Reserved, Selection, Submit, Tuning


def _note(state: Interaction, at_ms: int, **changes: Any) -> Interaction:
    return replace(state, version=state.version + 1, last_ms=at_ms, **changes)


def submitted(state: Interaction, event: submit_facts.Submitted, at_ms: int) -> Interaction:
    submit = Submit(
        request_id=event.request_id,
        session_id=event.session_id,
        aims=event.aims,
        since_ms=at_ms,
        queue=event.queue,
        priority=event.priority,
        until_ms=event.until_ms,
        at_once=event.at_once,
        delivers=event.delivers,
        clears=event.clears,
        order=event.order,
        order_by=event.order_by,
        treatments=event.treatments,
        predicted_ms=event.predicted_ms,
    )
    recent = _remember(state, event.request_id)
    return _note(state, at_ms, submits=(*state.submits, submit), recent_ids=recent)


def submit_changed(state: Interaction, event: submit_facts.SubmitChanged, at_ms: int) -> Interaction:
    given = {
        name: value
        for name in ("aims", "priority", "until_ms", "treatments")
        if (value := getattr(event, name)) is not None
    }
    if event.until_ms is not None:
        given["at_once"] = False
    return _note(state, at_ms, submits=_with(state, event.request_id, **given))


def selected(state: Interaction, event: submit_facts.Selected, at_ms: int) -> Interaction:
    if event.held_until_ms:
        held = Reserved(event.agent_id, event.held_until_ms)
        return _note(state, at_ms, **{**NOBODY_SOUGHT, "reserved": held})
    delivers = any(submit.delivers for submit in state.submits if submit.request_id == event.request_id)
    if not delivers:
        return _note(state, at_ms, **NOBODY_SOUGHT)
    return _note(state, at_ms, selected=Selection(event.request_id, event.aim, event.agent_id))


def submit_ended(state: Interaction, event: submit_facts.SubmitEnded, at_ms: int) -> Interaction:
    """Whose time is up stays with its targets, unless it said that they go."""
    stays = any(
        submit.request_id == event.request_id and event.reason == "timeout" and not submit.clears
        for submit in state.submits
    )
    if stays:
        return _note(state, at_ms, submits=_with(state, event.request_id, is_kept=True))
    left = tuple(submit for submit in state.submits if submit.request_id != event.request_id)
    return _note(state, at_ms, submits=left)


def seeking_stopped(state: Interaction, event: submit_facts.SeekingStopped, at_ms: int) -> Interaction:
    return _note(state, at_ms, recent_ids=_remember(state, event.request_id))


def reservation_ended(state: Interaction, _event: submit_facts.ReservationEnded, at_ms: int) -> Interaction:
    return _note(state, at_ms, reserved=None)


def routing_tuned(state: Interaction, event: submit_facts.RoutingTuned, at_ms: int) -> Interaction:
    tuning = Tuning(
        asks_unready=event.asks_unready,
        excluded=event.excluded,
        ideal=event.ideal,
        uses_age=event.uses_age,
        uses_prediction=event.uses_prediction,
        objective_s=event.objective_s,
    )
    return _note(state, at_ms, tuning=tuning)


def _remember(state: Interaction, request_id: str) -> tuple[str, ...]:
    return (*state.recent_ids[1 - RECENT_IDS_MAX :], write_id(0, request_id))


def _with(state: Interaction, request_id: str, **changes: Any) -> tuple[Submit, ...]:
    return tuple(
        replace(submit, **changes) if submit.request_id == request_id else submit for submit in state.submits
    )

"""What the passing of time makes true of an interaction."""

from collections.abc import Sequence

from frontdesk.domain import events
from frontdesk.domain.commands import Tick
from frontdesk.domain.deadlines import (
    Presence,
    adrift_due,
    archive_due,
    client_due,
    closes_after,
    done_due,
    idle_due,
    overflow_due,
    rest_due,
    typing_due,
)
from frontdesk.domain.events import Event, Kind
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.mailing import tried
from frontdesk.domain.resting import rest
from frontdesk.domain.rules import Rules, ServiceRules
from frontdesk.domain.submitting import timed_out
from frontdesk.domain.taking import end_all, overflow, waits_in
from frontdesk.domain.together import gone


def tick(state: Interaction, command: Tick, now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    """Everything that is due by now; empty when nothing is."""
    mails = tried(state, command.ticket, now_ms)
    return (*mails, *_passed(state, command, now_ms, rules))


def _passed(state: Interaction, command: Tick, now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    if _is_due(archive_due(state, rules), now_ms):
        return (events.Archived(),)
    if not state.is_open:
        return ()
    presence = Presence(command.client_seen_ms, command.typing_seen_ms)
    if _is_due(client_due(state, rules, presence), now_ms):
        return (
            events.Left(party_id=1, reason="client_silent"),
            events.Ended(reason="client_silent", party_id=1),
        )
    if _is_due(done_due(state, rules), now_ms):
        return end_all(state, "rested")
    if _is_due(rest_due(state, rules), now_ms):
        return rest(state, "quiet")
    happened: list[Event] = [
        events.TypingStopped(party_id)
        for party_id, due in typing_due(state, rules, presence)
        if due <= now_ms
    ]
    if state.ringing is not None and state.ringing.until_ms <= now_ms:
        happened.append(events.InviteEnded(state.ringing.agent_id, "expired"))
    happened += timed_out(state, now_ms)
    if _is_due(overflow_due(state, rules), now_ms):
        happened.append(overflow(state, rules))
    if _is_due(adrift_due(state), now_ms):
        happened.append(waits_in(state, rules, "", state.priority))
    if _is_due(idle_due(state, rules), now_ms):
        happened += _idle(state, rules)
    return happened


def _is_due(due_ms: int | None, now_ms: int) -> bool:
    return due_ms is not None and due_ms <= now_ms


def _idle(state: Interaction, rules: Rules) -> list[Event]:
    system = next((p.party_id for p in state.parties if p.kind is Kind.SYSTEM), len(state.parties) + 1)
    if state.asynchronous or closes_after(state.alerts, rules):  # Who is away for days need not be warned.
        closed: list[Event] = [events.IdleClosed(system, rules.idle_close_text)]
        here = [p for p in state.parties if p.is_present and p.kind is not Kind.SYSTEM]
        closed += [gone(p) for p in sorted(here, key=lambda p: p.kind is Kind.CLIENT)]
        return [*closed, events.Ended(reason="idle")]
    closes_next = closes_after(state.alerts + 1, rules)
    second = state.alerts == 0 and rules.second_idle_alert_s
    next_s = rules.second_idle_alert_s if second else rules.idle_close_s
    return [events.IdleWarned(system, rules.idle_alert_text, closes_next, next_s)]

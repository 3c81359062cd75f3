"""Taking: how an interaction comes to those who answer it, and how they leave it and end it.

Each function decides about one wish as `decide` does: state, wish, time and rules in, facts or a refusal out.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from frontdesk.domain import commands, events, resting
from frontdesk.domain.events import Event, Kind, Visibility
from frontdesk.domain.interaction import PEOPLE, Interaction, Phase
from frontdesk.domain.refusals import too_long
from frontdesk.domain.rules import ServiceRules
from frontdesk.domain.together import gone
from frontdesk.errors import Refused

RETURNED = 60  # Points of who has been served: an hour of others' waiting, at a point a minute.


def queue(state: Interaction, command: commands.Queue, _now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    if state.queued_ms:
        return ()
    return (waits_in(state, rules, command.queue, command.priority, command.summary),)


def overflow(state: Interaction, rules: ServiceRules) -> events.Queued:
    """It waits elsewhere from now on, with the age that it has."""
    overflow_queue = rules.queue_rules(state.queue).overflow_queue
    return replace(waits_in(state, rules, overflow_queue, state.priority), since_ms=state.queued_ms)


def waits_in(
    state: Interaction, rules: ServiceRules, queue: str, priority: int, summary: str = ""
) -> events.Queued:
    """It waits; when nobody names a queue, where it waited before, else where its service's do."""
    queue = queue or state.queue or rules.queue
    own = rules.queue_rules(queue)
    return events.Queued(
        queue=queue,
        priority=priority,
        summary=summary,
        demand=own.demand_of(state.user_data),
        wanted=own.wanted_by(state.user_data),
    )


def invite(
    state: Interaction, command: commands.Invite, now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    if not state.queued_ms:
        raise Refused("not_waiting", "the interaction does not wait for a person")
    if state.ringing is not None:
        raise Refused("already_ringing", "the interaction rings for an agent already")
    if state.party_of(command.agent_id) is not None:
        raise Refused("already_here", "the agent takes part already")
    return (events.Invited(command.agent_id, now_ms + command.answer_s * 1000),)


def decline(
    state: Interaction, command: commands.Decline, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    if state.ringing is None or state.ringing.agent_id != command.agent_id:
        return ()
    return (events.InviteEnded(command.agent_id, command.reason),)


def join(state: Interaction, command: commands.Join, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    if state.party_of(command.participant_id) is not None:
        return ()
    if state.phase is Phase.DORMANT and command.visibility is not Visibility.ALL:
        raise Refused("resting", "it rests, so there is nobody to look on")
    return (
        events.Joined(
            party_id=len(state.parties) + 1,
            kind=command.kind,
            participant_id=command.participant_id,
            nickname=command.nickname,
            visibility=command.visibility,
            answers_invite=state.ringing is not None and state.ringing.agent_id == command.participant_id,
        ),
    )


def receive(
    state: Interaction, command: commands.Receive, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """What was told last is not told again.

    What stays open over days does not end by it, nor what a person attends to while it waits for another.
    """
    attended = any(p.answers and p.kind in PEOPLE for p in state.parties)
    if not state.queued_ms or state.ringing is not None:
        return ()
    happened: list[Event] = []
    if command.text and command.text != state.informed:
        system = next((p.party_id for p in state.parties if p.kind is Kind.SYSTEM), len(state.parties) + 1)
        happened.append(
            events.Informed(
                party_id=system,
                text=command.text,
                about=command.about,
                position=command.position,
                wait_s=command.wait_s,
            )
        )
    if command.ends and not state.asynchronous and not attended:
        happened += end_all(state, command.about)
    return happened


def hand_over(
    state: Interaction, command: commands.HandOver, _now_ms: int, rules: ServiceRules
) -> Sequence[Event]:
    party = state.party(command.party_id)
    if party is None or not party.is_present:
        return ()  # A repeat: it has been handed over.
    if not party.answers:
        raise Refused("not_answering", "only who answers the visitor can hand over")
    if len(command.summary) > rules.message_chars_max:
        raise too_long("summary", rules.message_chars_max)
    left = gone(party, command.reason or "handed_over")
    queue = command.queue or state.queue or rules.queue
    is_elsewhere = command.queue not in ("", state.queue)
    application = rules.queue_rules(queue).application if is_elsewhere or not state.owner else ""
    if application:
        released = (events.Released(state.owner, "moved"),) if state.owner else ()
        return (events.Moved(queue, application), left, *released)
    if state.owner:  # The session that has it sees to what comes next.
        return (events.Moved(queue), left) if is_elsewhere else (left,)
    priority = state.priority + RETURNED if party.kind in PEOPLE else state.priority
    return (waits_in(state, rules, queue, priority, command.summary), left)


def leave(state: Interaction, command: commands.Leave, _now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    party = state.party(command.party_id)
    if party is None or not party.is_present:
        return ()  # Leaving twice is leaving.
    left = gone(party, command.reason)
    if party.kind is Kind.CLIENT and state.asynchronous and not command.ends:
        return resting.visitor_leaves(state, left)
    if party.kind is Kind.CLIENT:
        return (left, events.Ended(reason=command.reason or "client_left", party_id=party.party_id))
    others = any(p.answers for p in state.parties if p.party_id != party.party_id)
    if others or not party.answers or state.queued_ms:
        return (left,)  # Somebody else is here, or has been sent for.
    if state.owner and party.kind is Kind.BOT:
        return (left,)  # Its turn is over: the session that has it sees to what comes next.
    if state.asynchronous:
        return resting.last_one_leaves(state, left)
    if rules.ends_with_last_agent:
        return end_all(state, "last_agent_left", party.party_id)
    if state.owner:
        return (left,)
    return (left, waits_in(state, rules, "", state.priority + RETURNED))


def end(state: Interaction, command: commands.End, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    return end_all(state, command.reason, command.party_id) if state.is_open else ()


def end_all(state: Interaction, reason: str, party_id: int = 0) -> list[Event]:
    """Everybody leaves, who ends it first and the visitor last, and it ends."""
    here = sorted(
        (p for p in state.parties if p.is_present and p.kind is not Kind.SYSTEM),
        key=lambda p: (p.party_id != party_id, p.kind is Kind.CLIENT, p.party_id),
    )
    happened: list[Event] = [gone(p) for p in here]
    happened.append(events.Ended(reason=reason, party_id=party_id))
    return happened

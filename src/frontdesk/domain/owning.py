"""Owning: how sessions of applications get interactions, act on them and give them up.

A session may act while nobody else has the interaction: before people ring or attend, and after. What becomes
of what it asked is decided with the facts that decide it, so that each answer stands in the history beside
what caused it.

Each function decides about one wish as `decide` does: state, wish, time and rules in, facts or a refusal out.
"""

from collections.abc import Callable, Sequence
from typing import Any

from frontdesk.domain import events
from frontdesk.domain import owning_commands as wishes
from frontdesk.domain.events import Event, Kind, Medium, Visibility
from frontdesk.domain.interaction import PEOPLE, Interaction, Party
from frontdesk.domain.refusals import too_long
from frontdesk.domain.rules import ServiceRules
from frontdesk.domain.taking import end_all, waits_in
from frontdesk.domain.together import gone
from frontdesk.domain.visitor import JOURNEY_KEY, check_user_data
from frontdesk.errors import Refused

MEDIUM = "chat"


def attach(state: Interaction, wish: wishes.Attach, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused("invalidstate")` while another session has it."""
    done = _done(wish, "attach")
    if state.owner == wish.session_id:
        return (done,)
    if state.owner:
        raise Refused("invalidstate", "another session has the interaction; it has to give it up first")
    return (events.Owned(session_id=wish.session_id, application=wish.application), done)


def detach(state: Interaction, wish: wishes.Detach, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused`: `notfound`; `invalidstate` while it rings."""
    _check_owned(state, wish)
    if state.ringing is not None:
        raise Refused("invalidstate", "the interaction rings for somebody")
    return (events.Released(wish.session_id, "detaching"), _done(wish, "detach"))


def associate(
    state: Interaction, wish: wishes.Associate, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """One fact, so that there is no moment with two owners or none. Errors: `Refused("notfound")`."""
    _check_owned(state, wish)
    done = _done(wish, "associate")
    if wish.to == wish.session_id:
        return (done,)
    return (events.Owned(session_id=wish.to, application=wish.application), done)


def terminate(
    state: Interaction, wish: wishes.Terminate, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """The answer comes first: the end is what follows. Errors: `Refused`: `notfound`, `notcontrolled`."""
    _check_controlled(state, wish)
    return (_done(wish, "terminate"), *end_all(state, wish.reason or "terminated"))


def redirect(state: Interaction, wish: wishes.Redirect, now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    """To a queue it is done at once, to an agent when the agent accepts.

    Errors:  `Refused`: `notfound`; `notcontrolled`; `invaliddestination` for an agent who is here already.
    """
    is_freed = not state.owner and state.ownership.freed_by == wish.session_id
    if not is_freed:
        _check_controlled(state, wish)
    elif state.ringing is not None or state.queued_ms or state.is_attended:
        raise Refused("notfound", "the interaction has gone elsewhere since it was given up")
    detaches = wish.detach and not is_freed
    released = (events.Released(wish.session_id, "detaching"),) if detaches else ()
    if wish.queue:
        return (*released, *_into_queue(state, wish.queue, rules, wish), _done(wish, "redirect"))
    if state.party_of(wish.agent_id) is not None:
        raise Refused("invaliddestination", "the agent takes part already")
    asked = events.Asked(
        session_id=wish.session_id,
        request_id=wish.request_id,
        action="redirect",
        agent_id=wish.agent_id,
        detaches=detaches,
    )
    return (*released, asked, events.Invited(wish.agent_id, now_ms + wish.answer_s * 1000))


def _into_queue(
    state: Interaction, queue: str, rules: ServiceRules, wish: wishes.Redirect | wishes.Transfer
) -> Sequence[Event]:
    """It waits there for a person; or for a session, where the queue has an application of its own."""
    application = rules.queue_rules(queue).application
    if not application:
        return (waits_in(state, rules, queue, state.priority),)
    is_owned = state.owner == wish.session_id and not wish.detach
    released = (events.Released(wish.session_id, "moved"),) if is_owned else ()
    return (events.Moved(queue, application), *released)


def accept_for(
    state: Interaction, wish: wishes.AcceptFor, _now_ms: int, _rules: ServiceRules
) -> Sequence[Event]:
    """Errors: `Refused`: `notfound`; `notcontrolled` where somebody else has it or is rung for."""
    _check_owned(state, wish)
    rings = state.ringing is not None and state.ringing.agent_id == wish.agent_id
    if not rings:
        _check_controlled(state, wish)
    asked = events.Asked(
        session_id=wish.session_id, request_id=wish.request_id, action="accept", agent_id=wish.agent_id
    )
    joined = _joins(state, wish.agent_id, wish.nickname, answers_invite=rings)
    return (asked, joined, _done(wish, "accept"))


def clear(state: Interaction, wish: wishes.Clear, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused("notfound")`, also for an agent who is not there."""
    _check_owned(state, wish)
    done = _done(wish, "clear", resource=wish.agent_id)
    if state.ringing is not None and state.ringing.agent_id == wish.agent_id:
        return (events.InviteEnded(wish.agent_id, "cancelled"), done)
    party = state.party_of(wish.agent_id)
    if party is None or party.kind is Kind.EXTERNAL:
        raise Refused("notfound", "no such agent takes part")
    return (gone(party, "cleared"), done)


def transfer(state: Interaction, wish: wishes.Transfer, _now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused`: `notfound`; `invaliddestination` for an agent who is here already."""
    _check_owned(state, wish)
    source = _source(state, wish.from_id)
    step = events.StepTaken(
        kind="transfer",
        by_party=source.party_id if source is not None else 0,
        destination=wish.agent_id or wish.queue,
    )
    goes: Sequence[Event] = ()
    if wish.agent_id:
        goes = (_joins(state, wish.agent_id, wish.nickname),)
    else:
        goes = _into_queue(state, wish.queue, rules, wish)
    left = (gone(source, "transferred"),) if source is not None else ()
    released = (events.Released(wish.session_id, "detaching"),) if wish.detach else ()
    after = (*goes, *left) if wish.agent_id else (*left, *goes)  # In between somebody is always here.
    return (step, *released, *after, _done(wish, "singlesteptransfer"))


def confer(state: Interaction, wish: wishes.Confer, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Errors: as `transfer`."""
    _check_owned(state, wish)
    source = _source(state, wish.from_id)
    step = events.StepTaken(
        kind="conference",
        by_party=source.party_id if source is not None else 0,
        destination=wish.agent_id,
    )
    return (step, _joins(state, wish.agent_id, wish.nickname), _done(wish, "singlestepconference"))


def set_data(state: Interaction, wish: wishes.SetData, _now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    """Errors: `Refused`: `notfound`, `user_data_too_large`."""
    _check_owned(state, wish)
    gone_keys = tuple(state.user_data) if wish.clears else wish.removed
    nested, known = frozenset(wish.nested), state.nested_keys
    wanted = {key: value for key, value in wish.changes.items() if key != JOURNEY_KEY}
    changes = {
        key: value
        for key, value in wanted.items()
        if state.user_data.get(key) != value or (key in nested) != (key in known)
    }
    stays = (JOURNEY_KEY, *wanted)
    removed = tuple(key for key in gone_keys if key in state.user_data and key not in stays)
    done = _done(wish, "setudata")
    if not changes and not removed:
        return (done,)
    after = state.user_data | changes
    check_user_data(rules, {key: value for key, value in after.items() if key not in removed})
    written = tuple(key for key in wish.nested if key in changes)
    return (events.DataChanged(party_id=0, changes=changes, removed=removed, nested=written), done)


def speak(state: Interaction, wish: wishes.Speak, _now_ms: int, rules: ServiceRules) -> Sequence[Event]:
    """Said by who takes part; a name that nobody here has comes in with its first word.

    Errors:  `Refused`: `notfound`; `requestinvalid` for words that are too long, or none.
    """
    _check_owned(state, wish)
    if not wish.text.strip():
        raise Refused("requestinvalid", "Request Invalid: a message is required")
    if len(wish.text) > rules.message_chars_max:
        raise Refused(
            "requestinvalid", f"Request Invalid: {too_long('message', rules.message_chars_max).text}"
        )
    speaker = state.party_of(wish.from_id)
    happened: list[Event] = []
    if speaker is None:
        joined = events.Joined(
            party_id=len(state.parties) + 1,
            kind=Kind.EXTERNAL,
            participant_id=wish.from_id,
            nickname=wish.from_id,
        )
        happened.append(joined)
    party_id = speaker.party_id if speaker is not None else len(state.parties) + 1
    is_for_all = speaker is None or speaker.visibility is Visibility.ALL
    visibility = wish.visibility if is_for_all else Visibility.AGENTS
    happened.append(
        events.NoticeGiven(party_id=party_id, text=wish.text, visibility=visibility)
        if wish.is_notice
        else events.Said(party_id=party_id, text=wish.text, visibility=visibility)
    )
    said = str(state.version + len(happened))
    return (*happened, _done(wish, "sendchatmessage", MEDIUM, messageid=said))


def own(state: Interaction, wish: wishes.Own, _now_ms: int, _rules: ServiceRules) -> Sequence[Event]:
    """Nothing where somebody has it by now, so that asking again is harmless."""
    if state.owner or state.ownership.sought != wish.application:
        return ()
    return (events.Owned(session_id=wish.session_id, application=wish.application, starts=True),)


def session_over(
    state: Interaction, wish: wishes.SessionOver, _now_ms: int, rules: ServiceRules
) -> Sequence[Event]:
    """Whatever the session had in mind, no visitor is lost."""
    if not wish.session_id or state.owner != wish.session_id:
        return ()
    ended = events.Released(wish.session_id, "session_ended")
    if state.is_attended or state.ringing is not None or state.queued_ms or not state.is_open:
        return (ended,)
    if wish.again_as and state.ownership.application:
        application = state.ownership.application
        return (events.Owned(session_id=wish.again_as, application=application, starts=True),)
    if state.medium is Medium.MESSAGE and not state.mailbox.received:
        return (ended, events.Rested("outgoing"))  # Nobody has written, so nobody waits.
    match wish.then:
        case "terminate":
            return (ended, *end_all(state, "session_ended"))
        case "leave":
            return (events.Released(wish.session_id, "left_alone"),)
        case _:
            return (ended, waits_in(state, rules, wish.fallback_queue, state.priority))


# --- what they share --------------------------------------------------------------------------------


def _check_owned(state: Interaction, wish: wishes.SessionWish) -> None:
    if state.owner != wish.session_id:
        raise Refused("notfound", "the session has no such interaction")


def _check_controlled(state: Interaction, wish: wishes.SessionWish) -> None:
    _check_owned(state, wish)
    if not state.is_controlled:
        raise Refused("notcontrolled", "others have the interaction now")


def _done(wish: wishes.SessionWish, action: str, module: str = "interaction", **data: str) -> events.Answered:
    return events.Answered(
        session_id=wish.session_id, request_id=wish.request_id, action=action, module=module, data=data
    )


def _source(state: Interaction, from_id: str) -> Party | None:
    """Who has it; None when nobody has. Errors: `Refused("notfound")` for somebody who is not there."""
    if from_id:
        party = state.party_of(from_id)
        if party is None:
            raise Refused("notfound", "no such agent takes part")
        return party
    return next((p for p in state.parties if p.answers and p.kind in PEOPLE), None)


def _joins(
    state: Interaction, agent_id: str, nickname: str, *, answers_invite: bool = False
) -> events.Joined:
    if state.party_of(agent_id) is not None:
        raise Refused("invaliddestination", "the agent takes part already")
    rings = state.ringing is not None and state.ringing.agent_id == agent_id
    return events.Joined(
        party_id=len(state.parties) + 1,
        kind=Kind.AGENT,
        participant_id=agent_id,
        nickname=nickname,
        answers_invite=answers_invite or rings,
    )


DECIDE: dict[type, Callable[[Interaction, Any, int, ServiceRules], Sequence[Event]]] = {
    wishes.Attach: attach,
    wishes.Detach: detach,
    wishes.Associate: associate,
    wishes.Terminate: terminate,
    wishes.Redirect: redirect,
    wishes.AcceptFor: accept_for,
    wishes.Clear: clear,
    wishes.Transfer: transfer,
    wishes.Confer: confer,
    wishes.SetData: set_data,
    wishes.Speak: speak,
    wishes.Own: own,
    wishes.SessionOver: session_over,
}

"""What sessions are told of what happens to interactions: facts in, events out, in their order.

Each fact is told as it stands in the interaction's history, with the interaction as it is then. So the order
of the events is that of the facts, and telling again says the same.

Source:  orchestration, sections 6, 8 and 19.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from frontdesk.domain import events, mail_facts
from frontdesk.domain.events import Event
from frontdesk.domain.interaction import Interaction
from frontdesk.domain.orchestration_news import (
    CAUSE_CONFERENCE,
    CAUSE_TRANSFER,
    COMPLETED,
    CONFERENCED,
    DELETION,
    DETACHING,
    REVOKING,
    ROUTING,
    TRANSFERRED,
    Change,
    News,
    Telling,
    in_control,
)
from frontdesk.domain.orchestration_objects import (
    BY_THE_PLATFORM,
    CLOSED_KEY,
    HELD,
    ONLINE_KEY,
    PROCESSING,
    chat_message,
    is_party,
    party_id,
    rings_for_a_party,
)
from frontdesk.domain.orchestration_parties import OF_PARTIES
from frontdesk.domain.orchestration_submits import told_of_submits

SILENT_ACTIONS = ("setudata", "deleteudata")
"""What has no result of its own: the change itself is told."""


def tellings(
    interaction_id: str,
    before: Interaction,
    fact: Event,
    after: Interaction,
    at_ms: int,
    *,
    with_words: bool = False,
) -> Sequence[Telling]:
    """Who is told what of one fact. `with_words` where the application wants to hear what is said."""
    change = Change(interaction_id, before, fact, after, at_ms)
    return (*_told_of(change, with_words=with_words), *told_of_submits(change))


def _told_of(change: Change, *, with_words: bool) -> Sequence[Telling]:
    before, fact = change.before, change.fact
    match fact:
        case events.Owned():
            return tuple(_taken(change, fact))
        case events.Released():
            told = fact.reason not in ("session_ended", "left_alone")
            return (Telling(fact.session_id, _given_up(change, DETACHING)),) if told else ()
        case events.Answered():
            return tuple(_answered(change, fact))
        case events.MergedInto():
            return tuple(_merged(change, fact))
        case _:
            pass
    if not before.owner:
        return ()
    if isinstance(fact, events.Said):
        news = tuple(_said(change)) if with_words else ()
    else:
        tell = _TOLD.get(type(fact), _nothing)
        news = tuple(change.in_step(_with_control(change, tuple(tell(change)))))
    return (Telling(before.owner, news),) if news else ()


# --- owning and controlling -------------------------------------------------------------------------


def _with_control(change: Change, news: Sequence[News]) -> Iterator[News]:
    """The news, with whether the session has lost control by it before them, or has it back after them."""
    before, after = change.before, change.after
    if isinstance(change.fact, events.Ended | events.Rested | events.ClosingBegan):
        yield from news
        return
    if in_control(before) and not in_control(after):
        yield change.news("notcontrolled", resultof=ROUTING)
    yield from news
    if not in_control(before) and in_control(after):
        yield change.news("present")


def _taken(change: Change, fact: events.Owned) -> Iterator[Telling]:
    state = change.after
    new = "new" if fact.starts else ""
    news = [
        change.news(
            "added", controlled=False, medium_state=new, focusdeviceid=state.endpoint or state.service
        )
    ]
    if in_control(state):
        news.append(change.news("present", controlled=True))
    if fact.starts:
        news.append(change.news("onrouterequest", controlled=in_control(state)))
    yield Telling(fact.session_id, tuple(news))
    former = change.before.owner
    if former and former != fact.session_id:
        yield Telling(former, _given_up(change, DETACHING))


def _given_up(change: Change, why: str, medium_state: str = "") -> tuple[News, ...]:
    gone = {"interactionid": change.interaction_id, "resultof": why}
    return (
        change.news("notcontrolled", controlled=False, medium_state=medium_state, resultof=why),
        News("interaction.deleted", gone, {change.interaction_id: None}),
    )


def _answered(change: Change, fact: events.Answered) -> Iterator[Telling]:
    """The result of an action; an agent whom a session made accept goes to work after that."""
    said: dict[str, Any] = {"requestid": fact.request_id, "interactionid": change.interaction_id}
    if fact.error:
        news = News(
            f"error.{fact.module}.{fact.action}",
            {**said, "error": fact.error, "description": fact.description},
        )
    else:
        news = News(f"{fact.module}.{fact.action}.done", {**said, **fact.data})
    is_silent = fact.action in SILENT_ACTIONS and not fact.error
    yield Telling(fact.session_id, () if is_silent else (news,), fact.request_id)
    accepted = change.before.ownership.asked_for("accept")
    if accepted is not None and accepted.request_id == fact.request_id and change.before.owner:
        processing = change.of_party("partystatechanged", accepted.agent_id, PROCESSING)
        yield Telling(change.before.owner, (processing,))


def _merged(change: Change, fact: events.MergedInto) -> Iterator[Telling]:
    """To the session of the one that goes on, and to that of the one that ends when it is another."""
    data = {
        "frominteractionid": change.interaction_id,
        "tointeractionid": fact.interaction_id,
        "activeresource": fact.active_agent,
        "activepartyid": party_id(fact.interaction_id, fact.active_agent),
        "activepartystate": PROCESSING,
        "heldresource": fact.held_agent,
        "heldpartyid": party_id(change.interaction_id, fact.held_agent),
        "heldpartystate": HELD,
        "hints": {
            "ccevent": TRANSFERRED if fact.leaves else CONFERENCED,
            "cause": CAUSE_TRANSFER if fact.leaves else CAUSE_CONFERENCE,
        },
    }
    for session_id in dict.fromkeys((fact.owner, change.before.owner)):
        if session_id:
            yield Telling(session_id, (News("interaction.onmerge", data),))


# --- what is known of it ----------------------------------------------------------------------------


def _data_changed(change: Change) -> Iterator[News]:
    fact: events.DataChanged = change.fact
    yield change.news("udata.changed", changed=[*fact.changes, *fact.removed])


def _property_changed(change: Change) -> Iterator[News]:
    before, after = change.before, change.after
    changed = [name for name in ("queue", "priority") if getattr(before, name) != getattr(after, name)]
    if changed:
        yield change.news("property.changed", changed=changed)


def _mail_came(change: Change) -> Iterator[News]:
    """What the interaction is about is another mail now."""
    yield change.news("property.changed", changed=["msgbased"])


def _came_back(change: Change) -> Iterator[News]:
    yield change.news("udata.changed", changed=[ONLINE_KEY])


def _said(change: Change) -> Iterator[News]:
    fact: events.Said = change.fact
    message = chat_message(change.interaction_id, change.after, fact, change.at_ms)
    yield News("chat.message", {"interactionid": change.interaction_id, "message": message})


# --- its end ----------------------------------------------------------------------------------------


def _ended(change: Change) -> Iterator[News]:
    """All who were still there go with it."""
    fact: events.Ended = change.fact
    before = change.before
    for party in before.parties:
        if party.is_present and is_party(party):
            yield change.of_party("partydeleted", party.participant_id, COMPLETED)
    if rings_for_a_party(before):
        yield change.of_party("partydeleted", rings_for_a_party(before), COMPLETED)
    if fact.reason in BY_THE_PLATFORM:
        yield change.news("udata.changed", changed=[CLOSED_KEY])
    is_abandoned = fact.party_id == 1 and not before.is_attended
    yield from _given_up(change, DELETION, "abandoned" if is_abandoned else "")


def _rested(change: Change) -> Iterator[News]:
    """Nobody acts on it until somebody writes."""
    if change.before.ownership.had_control:
        yield change.news("notcontrolled", resultof=REVOKING)


def _nothing(_change: Change) -> Iterator[News]:
    return iter(())


_TOLD: Mapping[type, Callable[[Change], Iterator[News]]] = {
    **OF_PARTIES,
    events.CameBack: _came_back,
    events.DataChanged: _data_changed,
    events.Queued: _property_changed,
    events.Moved: _property_changed,
    mail_facts.MailReceived: _mail_came,
    mail_facts.MailDrafted: _mail_came,
    events.Rested: _rested,
    events.Ended: _ended,
}

"""How each event changes an interaction: `evolve` never refuses, for history is not up for debate."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from frontdesk.domain import events, mail_evolving, ownership, submit_facts
from frontdesk.domain import evolving_submits as submits
from frontdesk.domain.attributes import keeps_alive
from frontdesk.domain.events import Event, Kind, Visibility
from frontdesk.domain.interaction import (
    PEOPLE,
    RECENT_IDS_MAX,
    File,
    Interaction,
    Party,
    Phase,
    Ringing,
    write_id,
)
from frontdesk.domain.submit import NOBODY_SOUGHT


def evolve(state: Interaction, event: Event, at_ms: int) -> Interaction:
    """The interaction after `event`, which happened at `at_ms`."""
    return _EVOLVE[type(event)](state, event, at_ms)


def _line(state: Interaction, at_ms: int, **changes: Any) -> Interaction:
    """A step that adds a line to the transcript."""
    version = state.version + 1
    return replace(state, version=version, last_line=version, last_ms=at_ms, **changes)


def _active(state: Interaction, at_ms: int, **changes: Any) -> Interaction:
    """A line that also starts the idle timers anew."""
    return _line(state, at_ms, active_ms=at_ms, alerts=0, alerted_ms=0, **changes)


def _by(party: Party) -> Callable[..., Interaction]:
    """The step for what a party did: what the visitor cannot see does not start the idle timers anew."""
    return _active if party.visibility is Visibility.ALL else _line


def _note(state: Interaction, at_ms: int, **changes: Any) -> Interaction:
    """A step of bookkeeping: it has a number, but no line."""
    return replace(state, version=state.version + 1, last_ms=at_ms, **changes)


def _with_party(state: Interaction, party_id: int, **changes: Any) -> tuple[Party, ...]:
    party = replace(state.parties[party_id - 1], **changes)
    return (*state.parties[: party_id - 1], party, *state.parties[party_id:])


def _not_typing(state: Interaction, party_id: int) -> tuple[Party, ...]:
    """The parties when this one has just written something."""
    return (
        _with_party(state, party_id, typing_ms=0) if state.parties[party_id - 1].typing_ms else state.parties
    )


def _remember(state: Interaction, party_id: int, client_id: str) -> tuple[str, ...]:
    return (
        (*state.recent_ids[1 - RECENT_IDS_MAX :], write_id(party_id, client_id))
        if client_id
        else state.recent_ids
    )


def _started(state: Interaction, event: events.Started, at_ms: int) -> Interaction:
    return _active(
        state,
        at_ms,
        phase=Phase.WAITING,
        service=event.service,
        user_id=event.user_id,
        key_hash=event.key_hash,
        first_name=event.first_name,
        last_name=event.last_name,
        email=event.email,
        subject=event.subject,
        endpoint=event.endpoint,
        started_ms=at_ms,
        parties=(Party(1, Kind.CLIENT, "", event.nickname),),
        user_data=event.user_data,
        visitor_keys=frozenset(event.user_data),
        asynchronous=event.asynchronous,
        closes_when_idle=event.closes_when_idle,
        medium=event.medium,
        related=event.related,
    )


def _joined(state: Interaction, event: events.Joined, at_ms: int) -> Interaction:
    party = Party(event.party_id, event.kind, event.participant_id, event.nickname, event.visibility)
    by_person = party.answers and party.kind in PEOPLE
    return _by(party)(
        state,
        at_ms,
        parties=(*state.parties, party),
        phase=Phase.ACTIVE if party.answers else state.phase,
        ringing=None if event.answers_invite else state.ringing,
        queued_ms=0 if by_person else state.queued_ms,
        prefers="" if by_person else state.prefers,
        ownership=state.ownership.taken() if by_person else state.ownership,
        **(NOBODY_SOUGHT if by_person else {}),
    )


def _left(state: Interaction, event: events.Left, at_ms: int) -> Interaction:
    parties = _with_party(state, event.party_id, is_present=False, typing_ms=0, is_held=False)
    alone = not any(party.answers for party in parties)
    phase = Phase.WAITING if alone and state.phase is Phase.ACTIVE else state.phase
    return _by(parties[event.party_id - 1])(state, at_ms, parties=parties, phase=phase)


def _appeared(state: Interaction, event: events.Appeared, at_ms: int) -> Interaction:
    parties = _with_party(state, event.party_id, visibility=event.visibility)
    party = parties[event.party_id - 1]
    by_person = party.answers and party.kind in PEOPLE
    return _by(party)(
        state,
        at_ms,
        parties=parties,
        phase=Phase.ACTIVE if party.answers else state.phase,
        queued_ms=0 if by_person else state.queued_ms,
        prefers="" if by_person else state.prefers,
        ownership=state.ownership.taken() if by_person else state.ownership,
        **(NOBODY_SOUGHT if by_person else {}),
    )


def _said(state: Interaction, event: events.Said, at_ms: int) -> Interaction:
    parties = _not_typing(state, event.party_id)
    recent = _remember(state, event.party_id, event.client_id)
    if event.visibility is not Visibility.ALL:
        return _line(state, at_ms, parties=parties, recent_ids=recent)
    return _active(state, at_ms, parties=parties, recent_ids=recent)


def _typing_started(state: Interaction, event: events.TypingStarted, at_ms: int) -> Interaction:
    return _line(state, at_ms, parties=_with_party(state, event.party_id, typing_ms=at_ms))


def _typing_stopped(state: Interaction, event: events.TypingStopped, at_ms: int) -> Interaction:
    return _line(state, at_ms, parties=_with_party(state, event.party_id, typing_ms=0))


def _url_pushed(state: Interaction, event: events.UrlPushed, at_ms: int) -> Interaction:
    recent = _remember(state, event.party_id, event.client_id)
    step = _by(state.parties[event.party_id - 1])
    return step(state, at_ms, parties=_not_typing(state, event.party_id), recent_ids=recent)


def _nickname_changed(state: Interaction, event: events.NicknameChanged, at_ms: int) -> Interaction:
    return _line(state, at_ms, parties=_with_party(state, event.party_id, nickname=event.nickname))


def _notice_given(state: Interaction, event: events.NoticeGiven, at_ms: int) -> Interaction:
    recent = _remember(state, event.party_id, event.client_id)
    if keeps_alive(event.attributes):
        return _by(state.parties[event.party_id - 1])(state, at_ms, recent_ids=recent)
    return _line(state, at_ms, recent_ids=recent)


def _data_changed(state: Interaction, event: events.DataChanged, at_ms: int) -> Interaction:
    data = {
        key: value for key, value in (state.user_data | event.changes).items() if key not in event.removed
    }
    keys = state.visitor_keys | event.changes.keys() if event.party_id == 1 else state.visitor_keys
    nested = (state.nested_keys - event.changes.keys() - frozenset(event.removed)) | frozenset(event.nested)
    return _note(state, at_ms, user_data=data, visitor_keys=keys, nested_keys=nested)


def _file_uploaded(state: Interaction, event: events.FileUploaded, at_ms: int) -> Interaction:
    party = state.parties[event.party_id - 1]
    file = File(
        file_id=event.file_id,
        party_id=event.party_id,
        name=event.name,
        size_bytes=event.size_bytes,
        media_type=event.media_type,
        visibility=party.visibility,
    )
    recent = _remember(state, event.party_id, event.client_id)
    step = _by(party)
    return step(state, at_ms, files=(*state.files, file), recent_ids=recent)


def _file_deleted(state: Interaction, event: events.FileDeleted, at_ms: int) -> Interaction:
    files = tuple(replace(f, is_deleted=True) if f.file_id == event.file_id else f for f in state.files)
    return _by(state.parties[event.party_id - 1])(state, at_ms, files=files)


def _file_fetched(state: Interaction, _event: events.FileFetched, at_ms: int) -> Interaction:
    return _note(state, at_ms, fetches=state.fetches + 1)


def _receipt_given(state: Interaction, event: events.ReceiptGiven, at_ms: int) -> Interaction:
    return _note(state, at_ms, parties=_with_party(state, event.party_id, read_up_to=event.up_to))


def _system_party(state: Interaction, party_id: int) -> tuple[Party, ...]:
    """The parties with the system among them: it needs no joining, its first word brings it in."""
    if party_id <= len(state.parties):
        return state.parties
    return (*state.parties, Party(party_id, Kind.SYSTEM, "", "system"))


def _idle_warned(state: Interaction, event: events.IdleWarned, at_ms: int) -> Interaction:
    parties = _system_party(state, event.party_id)
    return _line(state, at_ms, parties=parties, alerts=state.alerts + 1, alerted_ms=at_ms)


def _idle_closed(state: Interaction, event: events.IdleClosed, at_ms: int) -> Interaction:
    return _line(state, at_ms, parties=_system_party(state, event.party_id))


def _informed(state: Interaction, event: events.Informed, at_ms: int) -> Interaction:
    return _line(state, at_ms, parties=_system_party(state, event.party_id), informed=event.text)


def _queued(state: Interaction, event: events.Queued, at_ms: int) -> Interaction:
    return _note(
        state,
        at_ms,
        queue=event.queue,
        priority=event.priority,
        queued_ms=event.since_ms or at_ms,
        phase=Phase.WAITING if state.phase is Phase.DORMANT else state.phase,
        summary=event.summary or state.summary,
        demand=event.demand,
        wanted=event.wanted,
        informed="",
        ownership=state.ownership.taken(),
        **NOBODY_SOUGHT,
    )


def _invited(state: Interaction, event: events.Invited, at_ms: int) -> Interaction:
    ringing = Ringing(event.agent_id, event.until_ms, event.by_party, event.purpose, event.note)
    return _note(state, at_ms, ringing=ringing, reserved=None)


def _invite_ended(state: Interaction, _event: events.InviteEnded, at_ms: int) -> Interaction:
    owned = ownership.owner_after(state, at_ms)
    return _note(state, at_ms, ringing=None, selected=None, ownership=owned)


def _rested(state: Interaction, _event: events.Rested, at_ms: int) -> Interaction:
    # Who only advised or looked on did not answer.
    people = [p.participant_id for p in state.parties if p.kind in PEOPLE and p.visibility is Visibility.ALL]
    return _note(
        state,
        at_ms,
        phase=Phase.DORMANT,
        rested_ms=at_ms,
        ringing=None,
        queued_ms=0,
        prefers=people[-1] if people else "",
        ownership=state.ownership.closed(),
        **NOBODY_SOUGHT,
    )


def _woke(state: Interaction, _event: events.Woke, at_ms: int) -> Interaction:
    return _note(state, at_ms, phase=Phase.WAITING)


def _came_back(state: Interaction, event: events.CameBack, at_ms: int) -> Interaction:
    return _line(state, at_ms, parties=_with_party(state, event.party_id, is_present=True))


def _ended(state: Interaction, event: events.Ended, at_ms: int) -> Interaction:
    parties = tuple(replace(p, is_present=False, typing_ms=0, is_held=False) for p in state.parties)
    return _note(
        state,
        at_ms,
        phase=Phase.ENDED,
        parties=parties,
        ringing=None,
        queued_ms=0,
        ended_ms=at_ms,
        end_reason=event.reason,
        ownership=state.ownership.closed(),
        **NOBODY_SOUGHT,
    )


def _archived(state: Interaction, _event: events.Archived, at_ms: int) -> Interaction:
    return _note(state, at_ms, phase=Phase.ARCHIVED)


_EVOLVE: dict[type, Callable[[Interaction, Any, int], Interaction]] = {
    events.Started: _started,
    events.Joined: _joined,
    events.Left: _left,
    events.Appeared: _appeared,
    events.Said: _said,
    events.TypingStarted: _typing_started,
    events.TypingStopped: _typing_stopped,
    events.UrlPushed: _url_pushed,
    events.NicknameChanged: _nickname_changed,
    events.NoticeGiven: _notice_given,
    events.DataChanged: _data_changed,
    events.FileUploaded: _file_uploaded,
    events.FileDeleted: _file_deleted,
    events.FileFetched: _file_fetched,
    events.ReceiptGiven: _receipt_given,
    events.IdleWarned: _idle_warned,
    events.IdleClosed: _idle_closed,
    events.Queued: _queued,
    events.Informed: _informed,
    events.Invited: _invited,
    events.InviteEnded: _invite_ended,
    events.Rested: _rested,
    events.Woke: _woke,
    events.CameBack: _came_back,
    events.Ended: _ended,
    events.Archived: _archived,
    **ownership.EVOLVE,
    submit_facts.Submitted: submits.submitted,
    submit_facts.SubmitChanged: submits.submit_changed,
    submit_facts.Selected: submits.selected,
    submit_facts.SubmitEnded: submits.submit_ended,
    submit_facts.SeekingStopped: submits.seeking_stopped,
    submit_facts.ReservationEnded: submits.reservation_ended,
    submit_facts.RoutingTuned: submits.routing_tuned,
    **mail_evolving.EVOLVE,
}

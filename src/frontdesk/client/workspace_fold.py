"""How each event changes what a client knows of an interaction."""

from msgspec.structs import replace

from frontdesk.client.workspace_messages import FileCard, Happened, InteractionCard, PartyCard
from frontdesk.domain import events
from frontdesk.domain.orchestration_objects import SESSION_KEY


def evolve(card: InteractionCard, happened: Happened) -> InteractionCard:
    """The card after `happened`; the same object when nothing on it changes."""
    match happened.event:
        case events.Joined() | events.Appeared() as here:
            party = PartyCard(
                party_id=here.party_id,
                kind=here.kind,
                nickname=here.nickname,
                participant_id=here.participant_id,
                visibility=here.visibility,
            )
            others = tuple(p for p in card.parties if p.party_id != here.party_id)
            return replace(card, parties=(*others, party))
        case events.Left() as left:
            return _with_party(card, left.party_id, is_present=False, is_held=False)
        case events.NicknameChanged() as changed:
            nickname = changed.nickname if changed.party_id == 1 else card.nickname
            return replace(_with_party(card, changed.party_id, nickname=changed.nickname), nickname=nickname)
        case events.DataChanged() as data:
            merged = {**card.user_data, **data.changes}
            return replace(card, user_data={k: v for k, v in merged.items() if k not in data.removed})
        case events.FileUploaded() as file:
            uploaded = FileCard(
                file_id=file.file_id,
                name=file.name,
                size_bytes=file.size_bytes,
                media_type=file.media_type,
                party_id=file.party_id,
            )
            return replace(card, files=(*card.files, uploaded))
        case events.FileDeleted() as deleted:
            files = (replace(f, is_deleted=f.is_deleted or f.file_id == deleted.file_id) for f in card.files)
            return replace(card, files=tuple(files))
        case events.Queued() as queued:
            return replace(card, queue=queued.queue, summary=queued.summary)
        case events.Ended():
            return replace(card, phase="ended")
        case events.Archived():
            return replace(card, phase="archived")
        case event:
            return _of_who_has_it(card, event)


def _of_who_has_it(card: InteractionCard, event: events.Event) -> InteractionCard:
    match event:
        case events.Parked() | events.Resumed():
            return _with_party(card, event.party_id, is_held=isinstance(event, events.Parked))
        case events.Owned():
            return replace(card, user_data={**card.user_data, SESSION_KEY: event.session_id})
        case events.Released():
            return replace(card, user_data={k: v for k, v in card.user_data.items() if k != SESSION_KEY})
        case events.Moved():
            return replace(card, queue=event.queue)
        case _:
            return card


def _with_party(card: InteractionCard, party_id: int, **changes: object) -> InteractionCard:
    parties = (replace(p, **changes) if p.party_id == party_id else p for p in card.parties)
    return replace(card, parties=tuple(parties))

"""Files in an interaction: what may be uploaded, deleted and fetched."""

from collections.abc import Sequence

from frontdesk.domain import commands, events
from frontdesk.domain.events import Event, Kind, Medium, Visibility
from frontdesk.domain.interaction import PEOPLE, Interaction
from frontdesk.domain.mail_facts import OutgoingPhase
from frontdesk.domain.refusals import seen
from frontdesk.domain.rules import Rules
from frontdesk.errors import NotFound, Refused


def uploads_of_client(state: Interaction) -> tuple[int, int]:
    """How many files the visitor has uploaded, and their bytes; deleting gives nothing back."""
    own = [file for file in state.files if file.party_id == 1]
    return len(own), sum(file.size_bytes for file in own)


def _has_person(state: Interaction) -> bool:
    return any(party.answers and party.kind in PEOPLE for party in state.parties)


def extension(name: str) -> str:
    """What follows the last dot of a file's name, in lower case; empty when nothing stands before it."""
    stem, _, ending = name.rpartition(".")
    return ending.lower() if stem else ""


def add_file(state: Interaction, command: commands.AddFile, _now_ms: int, rules: Rules) -> Sequence[Event]:
    """A file of a chat is sent by this; one of a message interaction goes with a mail that names it.

    Errors:  `Refused`: `not_answering`, `agent_needed`, `too_many_files`, `file_too_large` or `file_type`, in
             this order.
    """
    party = seen(state, command.party_id)
    if state.medium is Medium.MESSAGE and not party.answers:
        raise Refused("not_answering", "only who answers can attach a file")
    check_upload(state, command.party_id, command.name, command.size_bytes, rules)
    return (
        events.FileUploaded(
            party_id=command.party_id,
            file_id=command.file_id,
            name=command.name,
            size_bytes=command.size_bytes,
            media_type=command.media_type,
            description=command.description,
            client_id=command.client_id,
        ),
    )


def check_upload(state: Interaction, party_id: int, name: str, size_bytes: int, rules: Rules) -> None:
    """Errors: as `add_file`; asked before the bytes are kept, and again when they are."""
    limits = rules.files
    party = state.party(party_id)
    is_client = party is not None and party.kind is Kind.CLIENT
    count, total_bytes = uploads_of_client(state) if is_client else (0, 0)
    if is_client and limits.upload_needs_agent and not _has_person(state):
        raise Refused("agent_needed", "files can be sent once an agent is here")
    if is_client and count >= limits.upload_max_files:
        raise Refused("too_many_files", "no more files can be sent", limit=limits.upload_max_files)
    if size_bytes > limits.upload_max_file_bytes:
        raise Refused("file_too_large", "the file is too large", limit=limits.upload_max_file_bytes)
    if total_bytes + size_bytes > limits.upload_max_total_bytes:
        raise Refused("file_too_large", "the files are too large", limit=limits.upload_max_total_bytes)
    if extension(name) not in limits.upload_file_types:
        allowed = ", ".join(limits.upload_file_types)
        raise Refused("file_type", f"files of this type cannot be sent; these can: {allowed}")


def delete_file(
    state: Interaction, command: commands.DeleteFile, _now_ms: int, _rules: Rules
) -> Sequence[Event]:
    """Errors: `NotFound`: an unknown file; `Refused`: `not_your_file`, `file_in_mail` while one takes it."""
    seen(state, command.party_id)
    file = state.file(command.file_id)
    if file is None:
        raise NotFound("there is no such file")
    if file.party_id != command.party_id:
        raise Refused("not_your_file", "only who sent a file may delete it")
    if file.is_deleted:
        return ()
    going = (mail for mail in state.mailbox.outgoing if mail.phase is OutgoingPhase.POSTED)
    if any(file.file_id in mail.files for mail in going):
        raise Refused("file_in_mail", "a mail that is being sent takes this file along")
    return (events.FileDeleted(command.party_id, file.file_id, file.name, file.visibility),)


def fetch_file(
    state: Interaction, command: commands.FetchFile, _now_ms: int, rules: Rules
) -> Sequence[Event]:
    """Errors: `NotFound` for an unknown or deleted file; `Refused("fetches_used_up")`."""
    file = state.file(command.file_id)
    if file is None or file.is_deleted:
        raise NotFound("there is no such file")
    if command.party_id != 1:
        return ()  # Only the visitor's downloads are counted.
    if file.visibility is not Visibility.ALL:
        raise NotFound("there is no such file")  # The visitor was never told of it.
    if state.fetches >= rules.files.download_attempts_max:
        raise Refused(
            "fetches_used_up", "no more downloads in this chat", limit=rules.files.download_attempts_max
        )
    return (events.FileFetched(command.party_id, file.file_id),)

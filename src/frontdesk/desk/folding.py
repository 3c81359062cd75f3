"""From what is stored to what is true: bodies to events, events to a state, a state to its snapshot."""

import msgspec

from frontdesk.desk.chat import Told
from frontdesk.domain.events import Event
from frontdesk.domain.evolving import evolve
from frontdesk.domain.interaction import Interaction
from frontdesk.errors import TooNew
from frontdesk.store.log import Recorded, Snapshot

FOLD_TAG = (
    "interaction/11"  # Change it whenever `Interaction` or `evolve` changes: old snapshots are dropped.
)

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_encode_state = msgspec.msgpack.Encoder().encode
_decode_state = msgspec.msgpack.Decoder(Interaction).decode


def event_of(body: bytes) -> Event:
    """The event that was stored as `body`. Errors: `TooNew`."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError:
        raise TooNew from None


def fold(state: Interaction, record: Recorded) -> tuple[Told, Interaction]:
    """The line that a record is, and the state after it; versions that were forgotten are stepped over.

    Errors:  `TooNew`: what became true is not known to this version, and nothing may be decided without it.
    """
    event = event_of(record.body)
    if state.version != record.version - 1:
        state = msgspec.structs.replace(state, version=record.version - 1)
    state = evolve(state, event, record.time_ms)
    return Told(record.version, record.time_ms, record.body, event, state), state


def snapshot_of(state: Interaction) -> Snapshot:
    return Snapshot(state.version, FOLD_TAG, _encode_state(state))


def restored(snapshot: Snapshot | None) -> Interaction:
    """The state that a snapshot holds; a blank one when there is none that this fold has made."""
    if snapshot is None or snapshot.tag != FOLD_TAG:
        return Interaction()
    return _decode_state(snapshot.body)

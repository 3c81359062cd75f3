"""Contacts as their streams tell of them: read as they are now, and forgotten with all that finds them.

A site may say something new of somebody with every event, so a snapshot is kept now and then.
"""

from collections.abc import AsyncIterator, Sequence
from functools import reduce

import msgspec

from frontdesk.domain.journey.contacts import Contact, Learnt, evolve
from frontdesk.errors import TooNew
from frontdesk.store.log import Recorded, Snapshot, Store

FOLD_TAG = "contact/1"  # Change it whenever `Contact` or `evolve` changes: old snapshots are dropped.
SNAPSHOT_EVERY = 50  # Facts.

_learnt = msgspec.json.Decoder(Learnt)
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Contact).decode


async def read_contact(store: Store, contact_id: str) -> Contact:
    """What is known of somebody; a contact of version 0 where that is nothing. Errors: `Unavailable`."""
    stream, known = f"contact/{contact_id}", Contact(id=contact_id)
    snapshot = await store.snapshot(stream)
    if snapshot is not None and snapshot.tag == FOLD_TAG:
        known = _unpack(snapshot.body)
    facts = [(_fact_of(record), record.time_ms) for record in await store.read(stream, known.version)]
    return reduce(lambda contact, said: evolve(contact, *said), facts, known)


async def contact_history(
    store: Store, contact_id: str, at_once: int
) -> AsyncIterator[tuple[Recorded, Learnt]]:
    """All that was ever said of somebody, oldest first; so many facts are read at once.

    Errors:  `TooNew`, `Unavailable`.
    """
    version = 0
    while page := await store.read(f"contact/{contact_id}", version, at_once):
        for record in page:
            yield record, _fact_of(record)
        version = page[-1].version


def _fact_of(record: Recorded) -> Learnt:
    try:
        return _learnt.decode(record.body)
    except msgspec.DecodeError:
        raise TooNew from None


def snapshots(before: Contact, after: Contact) -> Sequence[Snapshot]:
    """What is to be written with a change, so that not everything has to be read again."""
    if before.version // SNAPSHOT_EVERY == after.version // SNAPSHOT_EVERY:
        return ()
    return (Snapshot(after.version, FOLD_TAG, _pack(after)),)


async def forget_contact(store: Store, contact: Contact) -> None:
    """Delete a contact, and whose each of their identities is. Errors: `Unavailable`."""
    for stream in contact.identities:
        await store.purge(stream)
    await store.purge(f"contact/{contact.id}")

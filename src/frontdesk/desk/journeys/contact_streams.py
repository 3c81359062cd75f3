"""Contacts as their streams tell of them: read as they are now, and forgotten with all that finds them.

A site may say something new of somebody with every event, so a snapshot is kept now and then.
"""

from collections.abc import AsyncIterator, Sequence
from functools import reduce

import msgspec
from msgspec.structs import replace

from frontdesk.domain.journey.contacts import Contact, Said, evolve, left
from frontdesk.errors import Conflict, TooNew
from frontdesk.store.log import Forget, Recorded, Snapshot, Store

ATTEMPTS_MAX = 20
AT_ONCE = 500  # Facts that are read in one piece.
FOLD_TAG = "contact/2"  # Change it whenever `Contact` or `evolve` changes: old snapshots are dropped.
SNAPSHOT_EVERY = 50  # Facts.

_encode = msgspec.json.Encoder().encode
_said: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Contact).decode


async def read_contact(store: Store, contact_id: str) -> Contact:
    """What is known of somebody; a contact of version 0 where that is nothing. Errors: `Unavailable`."""
    stream, known = f"contact/{contact_id}", Contact(id=contact_id)
    snapshot = await store.snapshot(stream)
    if snapshot is not None and snapshot.tag == FOLD_TAG:
        known = _unpack(snapshot.body)
    return reduce(_fold, await store.read(stream, known.version), known)


def _fold(contact: Contact, record: Recorded) -> Contact:
    """The contact after a record; versions that were forgotten are stepped over. Errors: `TooNew`."""
    return evolve(replace(contact, version=record.version - 1), _fact_of(record), record.time_ms)


async def contact_history(
    store: Store, contact_id: str, at_once: int = AT_ONCE
) -> AsyncIterator[tuple[Recorded, Said]]:
    """All that was ever said of somebody, oldest first; so many facts are read at once.

    Errors:  `TooNew`, `Unavailable`.
    """
    version = 0
    while page := await store.read(f"contact/{contact_id}", version, at_once):
        for record in page:
            yield record, _fact_of(record)
        version = page[-1].version


def _fact_of(record: Recorded) -> Said:
    try:
        return _said.decode(record.body)
    except msgspec.DecodeError:
        raise TooNew from None


def snapshots(before: Contact, after: Contact) -> Sequence[Snapshot]:
    """What is to be written with a change, so that not everything has to be read again."""
    if before.version // SNAPSHOT_EVERY == after.version // SNAPSHOT_EVERY:
        return ()
    return (Snapshot(after.version, FOLD_TAG, _pack(after)),)


async def forget_browser(store: Store, contact_id: str, customer_id: str, now_ms: int) -> None:
    """Have nothing of a contact name a browser any more: neither what is true now, nor what was said before.

    Shape:   may be done again; nothing is written where it was not named.
    Errors:  `Conflict`, `TooNew`, `Unavailable`.
    """
    for _ in range(ATTEMPTS_MAX):
        contact, versions = Contact(id=contact_id), list[int]()
        async for record, said in contact_history(store, contact_id):
            contact = _fold(contact, record)
            if customer_id in said.customers:
                versions.append(record.version)
        if not versions:
            return
        fact = left(contact, customer_id)
        after = evolve(contact, fact, now_ms)
        # The snapshot that there is may name it, so there is a new one.
        also = (Forget(tuple(versions)), Snapshot(after.version, FOLD_TAG, _pack(after)))
        try:
            await store.append(f"contact/{contact_id}", contact.version, (_encode(fact),), now_ms, also)
        except Conflict:
            continue  # What was written meanwhile may name it, too.
        return
    raise Conflict(f"contact/{contact_id} lost {ATTEMPTS_MAX} races in a row")


async def forget_contact(store: Store, contact: Contact) -> None:
    """Delete a contact, and whose each of their identities is. Errors: `Unavailable`."""
    for stream in contact.identities:
        await store.purge(stream)
    await store.purge(f"contact/{contact.id}")

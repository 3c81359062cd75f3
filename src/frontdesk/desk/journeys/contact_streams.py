"""Contacts as their streams tell of them: read as a whole, and forgotten with all by which they are found."""

from functools import reduce

import msgspec

from frontdesk.domain.journey.contacts import Contact, Learnt, evolve
from frontdesk.errors import TooNew
from frontdesk.store.log import Store

_learnt = msgspec.json.Decoder(Learnt)


async def read_contact(store: Store, contact_id: str) -> Contact:
    """What is known of somebody; a contact of version 0 where that is nothing. Errors: `Unavailable`."""
    records = await store.read(f"contact/{contact_id}")
    try:
        facts = [(_learnt.decode(record.body), record.time_ms) for record in records]
    except msgspec.DecodeError:
        raise TooNew from None
    return reduce(lambda contact, said: evolve(contact, *said), facts, Contact(id=contact_id))


async def forget_contact(store: Store, contact: Contact) -> None:
    """Delete a contact, and whose each of their identities is. Errors: `Unavailable`."""
    for stream in contact.identities:
        await store.purge(stream)
    await store.purge(f"contact/{contact.id}")

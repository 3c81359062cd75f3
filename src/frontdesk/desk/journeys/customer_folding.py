"""From what is stored to a customer, and back: bodies to facts, facts to a state, a state to its snapshot."""

import msgspec
from msgspec.structs import replace

from frontdesk.domain.journey.customer import AnyFact, Customer
from frontdesk.domain.journey.evolving import evolve
from frontdesk.domain.journey.facts import Step, shared_step
from frontdesk.errors import TooNew
from frontdesk.store.log import Recorded, Snapshot

FOLD_TAG = "customer/5"  # Change it whenever `Customer` or `evolve` changes: old snapshots are dropped.

encode = msgspec.json.Encoder().encode
_facts: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Customer).decode


def fact_of(record: Recorded) -> AnyFact:
    """The fact that a record holds. Errors: `TooNew`."""
    try:
        return _facts.decode(record.body)
    except msgspec.DecodeError:
        raise TooNew from None


def fold(customer: Customer, record: Recorded) -> Customer:
    """The customer after a record; versions that were forgotten are stepped over. Errors: `TooNew`."""
    if customer.version != record.version - 1:
        customer = replace(customer, version=record.version - 1)
    return evolve(customer, fact_of(record), record.time_ms)


def snapshot_of(customer: Customer) -> Snapshot:
    return Snapshot(customer.version, FOLD_TAG, _pack(customer))


def restored(snapshot: Snapshot | None, customer_id: str) -> Customer:
    """The customer that a snapshot holds; a blank one when there is none that this fold has made."""
    if snapshot is None or snapshot.tag != FOLD_TAG:
        return Customer(id=customer_id)
    return _unpack(snapshot.body)


def shared(customer: Customer) -> Customer:
    """The same customer; the steps that others have as well are theirs too, which saves memory."""
    visit = replace(customer.visit, steps=_shared(customer.visit.steps))
    return replace(customer, steps=_shared(customer.steps), visit=visit)


def _shared(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(shared_step(step.matcher, step.version, step.index, step.counts) for step in steps)

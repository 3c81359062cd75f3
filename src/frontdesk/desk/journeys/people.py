"""Who is behind the browsers: contacts, found by what people say of themselves, and joined when they are one.

Every step may be done again: what a node had begun when it stopped is done with the next thing that the same
person says.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import msgspec

from frontdesk.desk.journeys.contact_streams import forget_contact, read_contact, snapshots
from frontdesk.desk.journeys.counting_together import CountingTogether
from frontdesk.desk.journeys.customers import Customers
from frontdesk.domain.journey.contact_progress import alone
from frontdesk.domain.journey.contacts import (
    Claimed,
    Contact,
    Identity,
    Kind,
    Learnt,
    evolve,
    identities,
    identity_of,
    learn,
    taken_over,
    without,
)
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.facts import Fact, Linked
from frontdesk.domain.journey.web_events import Scalar
from frontdesk.errors import Conflict
from frontdesk.store.log import Also, Arm, Store

ATTEMPTS_MAX = 20
DAY_MS = 86_400_000

_claim = msgspec.json.Decoder(Claimed)
_encode = msgspec.json.Encoder().encode


class People:
    """The contacts of one installation. `key` keeps identities from being guessed by their digests.

    Shape:   `keep_days` says for how many days those are kept of whom it cannot be told who they are.
    """

    def __init__(
        self,
        store: Store,
        customers: Customers,
        together: CountingTogether,
        clock_ms: Callable[[], int],
        ids: Callable[[], str],
        key: bytes,
        keep_days: Callable[[], int],
    ) -> None:
        self._store = store
        self._customers = customers
        self._together = together
        self._clock_ms = clock_ms
        self._ids = ids
        self._key = key
        self._keep_days = keep_days

    async def contact(self, contact_id: str) -> Contact:
        """What is known of somebody; a contact of version 0 where that is nothing."""
        return await read_contact(self._store, contact_id)

    async def find(self, kind: Kind, value: str) -> Contact | None:
        """Whose an external id, an address of mail or a number is, if that is known."""
        identity = identity_of(kind, value)
        contact_id = await self._owner(identity) if identity is not None else ""
        return await self.contact(contact_id) if contact_id else None

    async def learn(
        self,
        customer: Customer,
        traits: Mapping[str, Scalar],
        external_id: str,
        *,
        is_verified: bool = False,
    ) -> str:
        """Take note of what is said of somebody; the id of their contact.

        Shape:   an unknown browser that says what somebody is known by is theirs. Two who are known become
                 one only when the site's own server says so (`is_verified`): a browser that is one person's
                 and names another stays with the first, and that by which the other is known is not kept.
        Errors:  `Conflict`, `Unavailable`.
        """
        before = await self.contact(customer.contact_id) if customer.contact_id else Contact()
        owners = {one: await self._owner(one) for one in identities(traits, external_id)}
        theirs = tuple(dict.fromkeys(owner for owner in owners.values() if owner))
        if is_verified or not before.is_known:
            contact_id = next(iter(theirs), "") or customer.contact_id or self._ids()
        else:
            contact_id = before.id
        if not is_verified:
            foreign = {one for one, owner in owners.items() if owner not in ("", contact_id)}
            traits = without(traits, foreign)
            owners = {one: owner for one, owner in owners.items() if one not in foreign}
            theirs = ()
        streams = [identity.stream(self._key) for identity in owners]

        def news(contact: Contact) -> Sequence[Learnt]:
            return learn(contact, customer.id, traits, streams, self._clock_ms())

        contact = await self._change(contact_id, news)
        for stream in streams:
            if stream in contact.identities:
                await self._claim(stream, contact_id)
        for other in dict.fromkeys((*theirs, customer.contact_id)):
            if other and other != contact_id:
                await self._take_over(contact_id, other)
        return contact_id

    async def forget(self, contact_id: str) -> None:
        """Forget who somebody is; their browsers are unknown from now on."""
        contact = await self.contact(contact_id)
        for customer_id in contact.customers:
            await self._link(customer_id, contact_id, "")
        await self._together.forget(contact_id)
        await forget_contact(self._store, contact)

    async def tick(self, contact_id: str) -> None:
        """Forget whom nobody knows, when it is time."""
        contact = await self.contact(contact_id)
        if not contact.version:
            return
        if contact.is_known or self._due_ms(contact) > self._clock_ms():
            due_ms = None if contact.is_known else self._due_ms(contact)
            now_ms = self._clock_ms()
            await self._store.append(f"contact/{contact_id}", contact.version, (), now_ms, (Arm(due_ms),))
        else:
            await self.forget(contact_id)

    def _due_ms(self, contact: Contact) -> int:
        return contact.learnt_ms + self._keep_days() * DAY_MS

    async def _owner(self, identity: Identity) -> str:
        claims = await self._store.read(identity.stream(self._key))
        return _claim.decode(claims[-1].body).contact_id if claims else ""

    async def _claim(self, stream: str, contact_id: str) -> None:
        for _ in range(ATTEMPTS_MAX):
            claims = await self._store.read(stream)
            if claims and _claim.decode(claims[-1].body).contact_id == contact_id:
                return
            version = claims[-1].version if claims else 0
            try:
                await self._store.append(stream, version, (_encode(Claimed(contact_id)),), self._clock_ms())
            except Conflict:
                continue
            return
        raise Conflict(f"{stream} lost {ATTEMPTS_MAX} races in a row")

    async def _change(self, contact_id: str, decide: Callable[[Contact], Sequence[Learnt]]) -> Contact:
        stream = f"contact/{contact_id}"
        for _ in range(ATTEMPTS_MAX):
            before = await self.contact(contact_id)
            facts = decide(before)
            if not facts:
                return before
            now_ms = self._clock_ms()
            after = reduce(lambda contact, fact: evolve(contact, fact, now_ms), facts, before)
            arm = Arm(None if after.is_known else self._due_ms(after))
            also: tuple[Also, ...] = (arm, *snapshots(before, after))
            try:
                await self._store.append(stream, before.version, [_encode(f) for f in facts], now_ms, also)
            except Conflict:
                continue
            for left_out in frozenset(before.customers).difference(after.customers):
                await self._link(left_out, contact_id, "")  # Whoever is theirs can be found by them.
            return after
        raise Conflict(f"{stream} lost {ATTEMPTS_MAX} races in a row")

    async def _take_over(self, contact_id: str, other_id: str) -> None:
        """Two contacts turn out to be one person: the other is taken in, and forgotten."""
        other = await self.contact(other_id)
        if not other.version:
            return
        contact = await self._change(contact_id, lambda _: taken_over(other))
        for stream in other.identities:
            if stream in contact.identities:
                await self._claim(stream, contact_id)
            else:
                await self._store.purge(stream)
        for customer_id in other.customers:
            await self._link(customer_id, other_id, contact_id)
        await self._together.take_over(contact_id, other_id)
        await self._store.purge(f"contact/{other_id}")

    async def _link(self, customer_id: str, before: str, contact_id: str) -> None:
        own = None if contact_id else await self._together.leave(before, customer_id)

        def decide(customer: Customer, _now_ms: int) -> Sequence[Fact]:
            if customer.contact_id != before:
                return ()
            return (Linked(contact_id), *(() if contact_id else alone(customer, own)))

        await self._customers.change(customer_id, decide)

"""What the browsers of one contact have counted together towards segments of customers, and have earned.

It is kept in a stream of the contact's (`counts/<contact id>`), whose newest fact says all of it. Of what was
counted it says by whom, so that a browser can take its part away again. What a browser had counted alone
comes in one piece, in its order, when it is linked; so does what another contact had counted, who turns out
to be the same person.

Source:  journey.md §6.5, of the scope `Customer`: the owner of the counter is the "customer (all sessions),
         or contact when linked", and the assignment lasts "until `assignmentExpirationDays` pass, or removed
         by API". So the contact's counter is one for all its browsers, its assignment fits all of them with
         one id, and it stays when a browser goes that has helped to earn it. "On assignment: one
         `SegmentAssignmentEvent`" is that of the browser whose event was the last that was missing. §6.4: the
         state is one "per (matcher, scope owner)", in receive order, which is that of the contact. §8.2 rule
         4 has the customer in its key: a map may act once on each browser by one assignment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.compiling import Compiled, Matcher
from frontdesk.domain.journey.customer import Assignment, Customer
from frontdesk.domain.journey.facts import (
    Advanced,
    Fact,
    SegmentAssigned,
    SegmentRemoved,
    SegmentShared,
    Step,
    shared_step,
)
from frontdesk.domain.journey.keys import Contact
from frontdesk.domain.journey.matching import NO_CONTACT, lasting, match_lasting
from frontdesk.domain.journey.web_events import WebEvent

TOLD_AT_ONCE_MAX = 20  # Browsers, the newest; more are told with their next events.
EVENTS_KEPT_MAX = 20  # Ids of events: one whose browser could not be written is sent again, and soon.


class Share(Struct, frozen=True, gc=False, omit_defaults=True):
    """One browser met the pattern of this index, so many times in a row."""

    customer_id: str
    index: int
    times: int = 1


class Counter(Struct, frozen=True, gc=False):
    """What was counted towards one segment, at this version of it, in the order in which it came."""

    segment_id: str
    version: int
    shares: tuple[Share, ...] = ()


class Earned(Struct, frozen=True, gc=False, omit_defaults=True):
    """A segment that fits. Shape: `by` is the browser by whose event, empty when that one is gone."""

    id: str
    segment_id: str
    at_ms: int
    expires_ms: int = 0
    version: int = 0
    by: str = ""


class ContactProgress(Struct, frozen=True, tag=True, omit_defaults=True):
    """All of it.

    Shape:   `customers` are the browsers that have counted something; `events` digests of the ids that they
             gave to the newest events that were counted.
    """

    customers: tuple[str, ...] = ()
    counters: tuple[Counter, ...] = ()
    earned: tuple[Earned, ...] = ()
    events: tuple[str, ...] = ()


NOTHING = ContactProgress()


# --- counting ---------------------------------------------------------------------------------------


def count(
    progress: ContactProgress,
    customer: Customer,
    event: WebEvent,
    compiled: Compiled,
    now_ms: int,
    ids: Callable[[], str],
    contact: Contact = NO_CONTACT,
) -> ContactProgress:
    """The progress after `event`, which has just happened to one of the browsers; the same when it is none.

    Shape:   what the browser had counted alone is taken in first.
    """
    progress = joined(progress, customer, compiled, now_ms)
    key = _key(customer, event)
    if key in progress.events:
        return progress
    lent = replace(
        customer,
        steps=steps(progress.counters, compiled),
        assignments=tuple(Assignment(one.id, one.segment_id, 0, one.expires_ms) for one in progress.earned),
    )
    counted, found = match_lasting(lent, event, compiled, now_ms, contact)
    if not counted and not found:
        return progress
    counters = {one.segment_id: one for one in progress.counters if _matcher(one, compiled) is not None}
    for matcher, index in counted:
        known = counters.get(matcher.id) or Counter(matcher.id, matcher.version)
        counters[matcher.id] = replace(known, shares=_shared(known.shares, customer.id, index))
    earned = list(_live(progress.earned, now_ms))
    for matcher in found:
        counters.pop(matcher.id, None)
        expires_ms = now_ms + matcher.lasts_ms if matcher.lasts_ms else 0
        earned.append(Earned(ids(), matcher.id, now_ms, expires_ms, matcher.version, customer.id))
    return ContactProgress(
        _united(progress.customers, (customer.id,)),
        tuple(counters.values()),
        tuple(earned),
        (*progress.events, key)[-EVENTS_KEPT_MAX:],
    )


def _key(customer: Customer, event: WebEvent) -> str:
    """By what an event is known again that is sent twice, or decided on twice as another node was first."""
    return blake2b(f"{customer.id} {event.event_id or event.id}".encode(), digest_size=8).hexdigest()


def steps(counters: Iterable[Counter], compiled: Compiled) -> tuple[Step, ...]:
    """How far each segment has come by what was counted; those that are no more, or changed, not at all."""
    found = []
    for counter in counters:
        matcher = _matcher(counter, compiled)
        if matcher is not None and (step := _step(matcher, counter.shares)) is not None:
            found.append(step)
    return tuple(found)


def _matcher(counter: Counter, compiled: Compiled) -> Matcher | None:
    matcher = compiled.lasting.get(counter.segment_id)
    return matcher if matcher is not None and matcher.version == counter.version else None


def _step(matcher: Matcher, shares: Sequence[Share]) -> Step | None:
    patterns = matcher.patterns
    if not matcher.is_ordered:
        counts = [0] * len(patterns)
        for share in shares:
            counts[share.index] = min(patterns[share.index].count, counts[share.index] + share.times)
        complete = sum(count == pattern.count for count, pattern in zip(counts, patterns, strict=True))
        left = () if complete == len(patterns) else tuple(counts)
        return shared_step(matcher.id, matcher.version, complete, left) if any(counts) else None
    index = counted = 0
    for share in shares:
        if share.index == index < len(patterns):
            counted += share.times
            if counted >= patterns[index].count:
                index, counted = index + 1, 0
    if not index and not counted:
        return None
    return shared_step(matcher.id, matcher.version, index, (counted,) if counted else ())


def _shared(shares: tuple[Share, ...], customer_id: str, index: int) -> tuple[Share, ...]:
    last = shares[-1] if shares else None
    if last is not None and (last.customer_id, last.index) == (customer_id, index):
        return (*shares[:-1], replace(last, times=last.times + 1))
    return (*shares, Share(customer_id, index))


def _live(earned: Iterable[Earned], now_ms: int) -> Iterable[Earned]:
    return (one for one in earned if not 0 < one.expires_ms <= now_ms)


def _united(before: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))


# --- browsers that come and go ----------------------------------------------------------------------


def joined(progress: ContactProgress, customer: Customer, compiled: Compiled, now_ms: int) -> ContactProgress:
    """The same with what a browser had counted and earned alone, unless that was nothing or is in it."""
    own = [one for one in lasting(customer, now_ms) if not one.is_shared]
    if customer.id in progress.customers or not (customer.steps or own):
        return progress
    counters = [
        Counter(step.matcher, step.version, _shares(matcher, step, customer.id))
        for step in customer.steps
        if (matcher := compiled.lasting.get(step.matcher)) is not None and matcher.version == step.version
    ]
    earned = (Earned(one.id, one.segment_id, one.at_ms, one.expires_ms, by=customer.id) for one in own)
    return merged(progress, ContactProgress((customer.id,), tuple(counters), tuple(earned)), now_ms)


def merged(progress: ContactProgress, other: ContactProgress, now_ms: int) -> ContactProgress:
    """What two have counted who are one: of a segment that fits one of them, nothing is counted any more.

    Shape:   what browsers have counted that are in `progress` already is not taken in again.
    """
    earned = {one.segment_id: one for one in _live(other.earned, now_ms)}
    earned |= {one.segment_id: one for one in _live(progress.earned, now_ms)}
    counters = {one.segment_id: one for one in progress.counters if one.segment_id not in earned}
    for more in other.counters:
        shares = tuple(share for share in more.shares if share.customer_id not in progress.customers)
        known = counters.get(more.segment_id)
        if more.segment_id in earned or not shares or (known is not None and known.version > more.version):
            continue
        before = known.shares if known is not None and known.version == more.version else ()
        counters[more.segment_id] = replace(more, shares=(*before, *shares))
    return ContactProgress(
        _united(progress.customers, other.customers),
        tuple(counters.values()),
        tuple(earned.values()),
        (*progress.events, *other.events)[-EVENTS_KEPT_MAX:],
    )


def parted(progress: ContactProgress, customer_id: str) -> tuple[ContactProgress, Sequence[Counter]]:
    """The same without one browser, and what that one has counted. What it helped to earn stays."""
    counters, own = [], []
    for counter in progress.counters:
        theirs = tuple(share for share in counter.shares if share.customer_id != customer_id)
        if theirs:
            counters.append(replace(counter, shares=theirs))
        if its := tuple(share for share in counter.shares if share.customer_id == customer_id):
            own.append(replace(counter, shares=its))
    earned = (replace(one, by="") if one.by == customer_id else one for one in progress.earned)
    customers = tuple(one for one in progress.customers if one != customer_id)
    return ContactProgress(customers, tuple(counters), tuple(earned), progress.events), own


def _shares(matcher: Matcher, step: Step, customer_id: str) -> tuple[Share, ...]:
    """What brings a matcher as far as this."""
    patterns = matcher.patterns
    if matcher.is_ordered:
        counts = [pattern.count for pattern in patterns[: step.index]] + list(step.counts)
    elif step.index == len(patterns):
        counts = [pattern.count for pattern in patterns]
    else:
        counts = list(step.counts)
    return tuple(Share(customer_id, index, times) for index, times in enumerate(counts) if times)


# --- what a browser is told -------------------------------------------------------------------------


def told(progress: ContactProgress, customer: Customer, now_ms: int) -> Sequence[Fact]:
    """What is true of a browser by the progress of its contact, and is not written in its own history yet."""
    facts: list[Fact] = []
    if customer.steps and customer.id in progress.customers:
        facts.append(_advanced(customer, {}))  # They are the contact's now.
    fitting = {one.segment_id for one in lasting(customer, now_ms)}
    for one in _live(progress.earned, now_ms):
        if one.segment_id in fitting:
            continue
        if one.by == customer.id:
            facts.append(
                SegmentAssigned(
                    one.segment_id,
                    one.id,
                    customer.visit.id,
                    one.version,
                    of_customer=True,
                    expires_ms=one.expires_ms,
                )
            )
        else:
            facts.append(SegmentShared(one.segment_id, one.id, one.at_ms, one.expires_ms))
    return facts


def alone(customer: Customer, own: Sequence[Step] | None) -> Sequence[Fact]:
    """What a browser is left with that is nobody's any more: what it has counted and earned itself.

    Shape:   `own` is how far it has come with that; None where it never was the contact's.
    """
    facts: list[Fact] = [SegmentRemoved(one.id) for one in customer.assignments if one.is_shared]
    if own or (own is not None and customer.steps):
        facts.append(_advanced(customer, {step.matcher: step for step in own}))
    return facts


def _advanced(customer: Customer, own: Mapping[str, Step]) -> Advanced:
    begun = {step.matcher: shared_step(step.matcher, step.version) for step in customer.steps}
    return Advanced(customer=tuple({**begun, **own}.values()))

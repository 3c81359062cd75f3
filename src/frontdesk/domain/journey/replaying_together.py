"""Past visits of the browsers of one person, lived again side by side: what they count, they count together.

    together = Together(("phone", "laptop"), contact_id, compiled, from_ms, ids)
    for whose, fact, time_ms in histories:    # theirs and the contact's, in the order of the log
        together.take(whose, fact, time_ms)   # or together.learn(fact, time_ms)
    together.visits("phone")

A browser that is nobody's counts alone, and so does each before it is linked and after it has left, as when
it happened. What counted for a person then is counted anew, like all else. Of somebody who turned out to be
this person what was known before that is not kept, so conditions on it hold for nobody.

Source:  journey.md §6.5, §13.2.
"""

from collections.abc import Callable, Collection, Sequence

from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.contact_progress import (
    NOTHING,
    TOLD_AT_ONCE_MAX,
    ContactProgress,
    alone,
    count,
    merged,
    parted,
    steps,
    told,
)
from frontdesk.domain.journey.contacts import Contact as Person
from frontdesk.domain.journey.contacts import Said
from frontdesk.domain.journey.contacts import evolve as learnt
from frontdesk.domain.journey.customer import AnyFact, Customer
from frontdesk.domain.journey.facts import Fact, Linked, SegmentAssigned
from frontdesk.domain.journey.keys import Contact
from frontdesk.domain.journey.matching import NO_CONTACT, match
from frontdesk.domain.journey.replaying import Lived, Replay
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.domain.journey.web_events import WebEvent


class Together:
    """Browsers whose histories are taken up fact by fact. One alone is a person with one browser.

    Shape:   `contact_id` is whose they are now, empty where nobody knows; `browsers` in the order in which
             they became theirs.
    """

    def __init__(
        self,
        browsers: Sequence[str],
        contact_id: str,
        compiled: Compiled,
        from_ms: int,
        ids: Callable[[], str],
    ) -> None:
        self._person = Person(id=contact_id)
        self._compiled = compiled
        self._ids = ids
        self._progress: dict[str, ContactProgress] = {}
        self._has_earned = False
        self._browsers = {one: Replay(one, compiled, self._matched, from_ms, ids) for one in browsers}

    def take(self, customer_id: str, fact: AnyFact, time_ms: int) -> None:
        """Go on with the next fact of all their histories."""
        browser = self._browsers[customer_id]
        before = browser.customer.contact_id
        self._has_earned = False
        browser.take(fact, time_ms)
        if isinstance(fact, Linked) and before not in ("", fact.contact_id):
            self._move(browser, before, fact.contact_id, time_ms)
        if self._has_earned:
            self._tell(browser, time_ms)

    def learn(self, fact: Said, time_ms: int) -> None:
        """Go on with the next that was said of the person."""
        self._person = learnt(self._person, fact, time_ms)

    def visits(self, customer_id: str) -> Collection[Lived]:
        """What became of the visits of one of them."""
        return self._browsers[customer_id].visits.values()

    def is_theirs(self, customer_id: str) -> bool:
        """Whether a browser was the person's at last."""
        return self._browsers[customer_id].customer.contact_id == self._person.id

    def _matched(self, customer: Customer, event: WebEvent, now_ms: int) -> Sequence[AnyFact]:
        """What follows from an event, as `collect` decides it."""
        contact_id, known = customer.contact_id, self._known(customer)
        is_linked = bool(contact_id and self._compiled.lasting)
        story = Unfolding(customer, now_ms)
        found = match(customer, event, self._compiled, now_ms, self._ids, known, is_linked=is_linked)
        story.add(found)
        if is_linked:
            before = self._progress.get(contact_id, NOTHING)
            progress = count(before, customer, event, self._compiled, now_ms, self._ids, known)
            self._progress[contact_id] = progress
            news = told(progress, story.customer, now_ms)
            story.add(news)
            self._has_earned = any(isinstance(one, SegmentAssigned) for one in news)
        return story.facts

    def _known(self, customer: Customer) -> Contact:
        """What is known of the person by now."""
        if not self._person.is_known or customer.contact_id != self._person.id:
            return NO_CONTACT
        return {name: trait.value for name, trait in self._person.traits.items()}

    def _tell(self, browser: Replay, now_ms: int) -> None:
        """The others learn at once what was earned."""
        contact_id = browser.customer.contact_id
        others = [
            one
            for one in self._browsers.values()
            if one is not browser and one.customer.contact_id == contact_id
        ]
        for other in others[-TOLD_AT_ONCE_MAX:]:
            other.hear(told(self._progress[contact_id], other.customer, now_ms), now_ms)

    def _move(self, browser: Replay, before: str, contact_id: str, now_ms: int) -> None:
        """A browser is somebody else's now, as two turned out to be one person, or nobody's."""
        progress = self._progress.get(before, NOTHING)
        if contact_id:
            self._progress.pop(before, None)
            known = self._progress.get(contact_id, NOTHING)
            self._progress[contact_id] = merged(known, progress, now_ms)
            return
        customer, own = browser.customer, None
        if customer.id in progress.customers:
            self._progress[before], counters = parted(progress, customer.id)
            own = steps(counters, self._compiled)
        facts: Sequence[Fact] = alone(customer, own)
        browser.add(facts, now_ms)

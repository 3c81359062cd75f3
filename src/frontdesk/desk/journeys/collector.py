"""What sites tell of their visitors, and ask for them: events, pings, states of actions.

Source:  journey.md §§3.6, 4 and 5.
"""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from frontdesk.desk.journeys.counting_together import CountingTogether, Counts
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.people import People
from frontdesk.desk.journeys.sites import Sites
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.domain.journey import consenting
from frontdesk.domain.journey.collecting import Scores, Taken, collect, no_scores, tick, timeout_ms
from frontdesk.domain.journey.consenting import Objection, Signals
from frontdesk.domain.journey.customer import AnyFact, Customer
from frontdesk.domain.journey.deriving import Locate, nowhere
from frontdesk.domain.journey.facts import Fact, Happened
from frontdesk.domain.journey.gate import Offer, ping
from frontdesk.domain.journey.gate_checks import Ask
from frontdesk.domain.journey.keys import Contact
from frontdesk.domain.journey.matching import NO_CONTACT
from frontdesk.domain.journey.offering import Reported, move
from frontdesk.domain.journey.pacing import Availability
from frontdesk.domain.journey.reaping import offer_due_ms
from frontdesk.domain.journey.seen_events import version_of
from frontdesk.domain.journey.site_settings import Privacy
from frontdesk.domain.journey.taking_in import Arrived, Site, taken
from frontdesk.domain.journey.unfolding import Unfolding
from frontdesk.domain.journey.visiting import begins, due_ms, end_if_over, is_open
from frontdesk.errors import Conflict, NotFound, Refused

POLL_MS = 10_000
POLL_IDLE_MS = 30_000
POLL_NEVER = -1
IDLE_AFTER_MS = 60_000
AWAY_AFTER_MS = 600_000


class Pinged(Struct, frozen=True):
    """What a ping is answered. Units: of `poll_ms`, -1 is not to ask again until the next event."""

    customer_id: str
    offers: Sequence[Offer] = ()
    poll_ms: int = POLL_MS
    session_ended: bool = False


class Collector:
    """One for each node. `has_others` where there may be more than one."""

    def __init__(
        self,
        customers: Customers,
        people: People,
        together: CountingTogether,
        whose: WhoseVisit,
        sites: Sites,
        availability: Availability,
        clock_ms: Callable[[], int],
        ids: Callable[[], str],
        scores: Scores = no_scores,
        prepare: Callable[[Customer], Awaitable[None]] | None = None,
        *,
        locate: Locate = nowhere,
        has_others: bool = False,
    ) -> None:
        self._customers = customers
        self._people = people
        self._together = together
        self._whose = whose
        self._sites = sites
        self._availability = availability
        self._clock_ms = clock_ms
        self._ids = ids
        self._scores = scores
        self._prepare = prepare
        self._locate = locate
        self._has_others = has_others

    @property
    def _privacy(self) -> Privacy:
        return self._sites.compiled.definitions.settings.privacy

    # --- events --------------------------------------------------------------------------------

    async def event(self, site: Site, arrived: Arrived, signals: Signals) -> Happened | str:
        """Take in one event; what it has become, or why it is not kept.

        Shape:   an event that was taken in before is answered as it was then.
        Errors:  `Refused("event_too_old")`, `Conflict`, `Unavailable`.
        """

        def objection(customer: Customer, now_ms: int) -> Objection | None:
            return consenting.objection(customer, self._privacy, signals, now_ms)

        customer = await self._unless(arrived.customer_id, objection)
        if (why := objection(customer, self._clock_ms())) is not None:
            return why
        if (known := await self._known(customer, arrived.event_id)) is not None:
            return known
        event = taken(arrived, site, self._clock_ms(), self._ids(), self._locate)
        if event is None:
            raise Refused("event_too_old", "an event may be one hour old")
        contact_id, contact = await self._person(customer, event)
        if self._prepare is not None:
            await self._prepare(customer)
        visit_id, at_ms = self._ids(), event.event.created_ms
        is_noted = begins(customer.visit, timeout_ms(self._sites.compiled), at_ms)
        if is_noted:  # Noted before, so that it can be found by its id.
            await self._whose.note(visit_id, customer.id, at_ms)
        seen_before = version_of(customer.seen, arrived.event_id)  # Of another id, with the same digest.
        compiled, meanwhile = self._sites.compiled, list[Objection | None]()
        counts = Counts(self._together, event, compiled, visit_id, contact_id, contact)

        def is_taken_in(customer: Customer, now_ms: int) -> bool:
            """Else consent was withdrawn, or it came twice at once."""
            meanwhile.append(objection(customer, now_ms))
            return meanwhile[-1] is None and version_of(customer.seen, arrived.event_id) == seen_before

        def prepare(customer: Customer, now_ms: int) -> Awaitable[None] | None:
            return counts.prepare(customer if is_taken_in(customer, now_ms) else None, now_ms)

        def decide(customer: Customer, now_ms: int) -> Unfolding:
            if not is_taken_in(customer, now_ms):
                return Unfolding(customer, now_ms)
            return collect(
                customer,
                event,
                compiled,
                contact_id=contact_id,
                contact=contact,
                progress=counts.progress,
                visit_id=visit_id,
                now_ms=now_ms,
                ids=self._ids,
                scores=self._scores,
            )

        story = await self._customers.unfold(
            customer.id, decide, prepare=prepare if compiled.lasting else None
        )
        await counts.tell(story)
        if not is_noted and story.customer.visit.id == visit_id:  # The visit before ended meanwhile.
            await self._whose.note(visit_id, customer.id, at_ms)
        return meanwhile[-1] or await self._happened(story, arrived.event_id)

    async def _happened(self, story: Unfolding, event_id: str) -> Happened:
        """The event that was taken in, by this request or another. Errors: `Conflict`."""
        happened = next((fact for fact in story.facts if isinstance(fact, Happened)), None)
        happened = happened or await self._known(story.customer, event_id)
        if happened is None:
            raise Conflict("the event was taken in by another request, and cannot be found yet")
        return happened

    async def _person(self, customer: Customer, event: Taken) -> tuple[str, Contact]:
        """Whose browser it is, if something is said of that; what is known of them, where it matters."""
        contact_id, external_id, is_verified = "", event.event.external_id, event.event.is_authenticated
        is_new = external_id != customer.external_id or is_verified  # What a browser said may be true now.
        if event.traits or (external_id and is_new):
            contact_id = await self._people.learn(
                customer, event.traits, external_id, is_verified=is_verified
            )
        known_as = contact_id or customer.contact_id
        if not known_as or not self._sites.asks_of_contacts:
            return contact_id, NO_CONTACT
        contact = await self._people.contact(known_as)
        traits = {name: trait.value for name, trait in contact.traits.items()}
        return contact_id, traits if contact.is_known else NO_CONTACT

    async def _known(self, customer: Customer, event_id: str) -> Happened | None:
        """The event of that id that was taken in before."""
        version = version_of(customer.seen, event_id)
        if version is None:
            return None
        fact = await self._customers.record(customer.id, version)
        return fact if isinstance(fact, Happened) and fact.event.event_id == event_id else None

    # --- offers --------------------------------------------------------------------------------

    async def ping(
        self,
        site: Site,
        customer_id: str,
        session_id: str,
        ask: Ask,
        signals: Signals,
        *,
        since_last_ms: int,
    ) -> Pinged:
        """What a page is to show, and when it may ask again. A ping is no activity, and begins no visit.

        Errors:  `Conflict`, `Unavailable`.
        """
        compiled, deployment_id = self._sites.compiled, site.deployment.id
        poll_ms = poll_ms_of(since_last_ms)

        def answer(customer: Customer, now_ms: int) -> Pinged | None:
            if not consenting.may_be_offered(customer, self._privacy, signals, now_ms):
                return Pinged(customer_id, poll_ms=POLL_NEVER)
            if not self._is_here(customer, deployment_id, session_id, now_ms):
                return Pinged(customer_id, poll_ms=poll_ms, session_ended=True)
            return None

        customer = await self._unless(customer_id, answer)
        if (answered := answer(customer, self._clock_ms())) is not None:
            return answered
        offers: Sequence[Offer] = ()

        def decide(customer: Customer, now_ms: int) -> Sequence[Fact]:
            nonlocal offers
            offers = ()
            if not self._is_here(customer, deployment_id, session_id, now_ms):
                return ()
            facts, offers = ping(customer, ask, compiled, self._availability, now_ms)
            return facts

        if customer.actions:  # Else there is nothing to show, and nothing to note.
            await self._customers.change(customer_id, decide)
        return Pinged(customer_id, offers, poll_ms)

    def _is_here(self, customer: Customer, deployment_id: str, session_id: str, now_ms: int) -> bool:
        """Whether that visit goes on."""
        visit = customer.visit
        if visit.deployment_id != deployment_id or session_id not in ("", visit.id):
            return False
        return is_open(visit, timeout_ms(self._sites.compiled), now_ms)

    async def action(self, site: Site, customer_id: str, asked: Reported) -> Sequence[AnyFact]:
        """An action has come into a state, its browser says; what has become true by that.

        Shape:   without a customer, it is looked up whose visit it is.
        Errors:  `Refused`, as `move`; `Conflict`, `Unavailable`.
        """
        compiled = self._sites.compiled
        if not customer_id:
            try:
                customer_id = await self._whose.customer_of(asked.visit_id)
            except NotFound as error:
                raise Refused("action_unknown", "there is no such action in this visit") from error

        def decide(customer: Customer, now_ms: int) -> Unfolding:
            story = Unfolding(customer, now_ms)
            end_if_over(story, timeout_ms(compiled), now_ms)
            trusts = site.deployment.trust_client_chat_states
            story.add(move(story.customer, asked, trusts_chat_states=trusts, now_ms=now_ms))
            return story

        facts: Sequence[AnyFact] = ()
        try:
            facts = (await self._customers.unfold(customer_id, decide)).facts
        except Refused:
            if not self._has_others:
                raise
        if not facts and self._has_others:  # What was said before may have come to another node.
            self._customers.doubt(customer_id)
            facts = (await self._customers.unfold(customer_id, decide)).facts
        return facts

    # --- time ----------------------------------------------------------------------------------

    async def tick(self, customer_id: str) -> None:
        """Do what is due for a customer: end a visit, give up an offer."""
        compiled = self._sites.compiled
        await self._customers.unfold(customer_id, lambda customer, now_ms: tick(customer, compiled, now_ms))

    def due_ms(self, customer: Customer) -> int | None:
        """When that is, or None."""
        compiled = self._sites.compiled
        due = (due_ms(customer, timeout_ms(compiled)), offer_due_ms(customer, compiled))
        return min((one for one in due if one is not None), default=None)

    async def _unless(self, customer_id: str, stands_against: Callable[[Customer, int], object]) -> Customer:
        """The customer; read anew where something stands against them that another node may know better."""
        customer = await self._customers.customer(customer_id)
        if self._has_others and stands_against(customer, self._clock_ms()) is not None:
            self._customers.doubt(customer_id)
            customer = await self._customers.customer(customer_id)
        return customer


def poll_ms_of(since_last_ms: int) -> int:
    """How soon a page may ask again that has had no event for so long. Source: journey.md §4.2."""
    if since_last_ms > AWAY_AFTER_MS:
        return POLL_NEVER
    return POLL_IDLE_MS if since_last_ms > IDLE_AFTER_MS else POLL_MS

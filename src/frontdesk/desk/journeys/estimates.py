"""Who would have got an offer: an action map that is not saved yet, tried on the visits of the last days.

    job = await estimates.begin(action_map, days=7, by="amy")    # carried out by `run`
    job = await estimates.job(job.id)                           # on any node

A job reads what is kept of every customer who came in these days. It takes turns with all else that the node
does, and at most half of its time. Where there were very many visits it looks at some, drawn at random.

The browsers of one person are lived again side by side, all that the person has, because what they count they
count together: those, too, that did not come in these days. That is so of whom is known to be one person now;
a browser that has left since is lived again alone.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import suppress
from enum import StrEnum
from heapq import heapify, heappop, heapreplace

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from frontdesk.desk.journeys.contact_streams import contact_history, read_contact
from frontdesk.desk.journeys.customers import FOLDED_AT_ONCE, Customers
from frontdesk.desk.journeys.sites import asks_of_contacts
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.domain.journey.action_maps import ActionMap
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.contacts import Contact, Said
from frontdesk.domain.journey.customer import AnyFact
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.replaying import Lived, alone
from frontdesk.domain.journey.replaying_together import Together
from frontdesk.errors import DeskError, NotFound, Refused
from frontdesk.store.log import Card, Recorded, Store

CARD = "estimate"
DAY_MS = 86_400_000
WAITING_MAX = 5
VISITS_MAX = 50_000  # Of one job; more would not make its answer truer.
KEPT_MS = DAY_MS
SILENT_MS = {"Running": 120_000, "Pending": 3_600_000}
"""After how long one of which nothing is heard has no node any more; others may go before one that waits."""
FACTS_AT_ONCE = 25  # Some milliseconds of matching.
RECORDS_HELD_MAX = 5_000  # Of the browsers of one person, who may have a thousand.
TELL_EVERY = 200  # Customers between two notes of how far it is.

_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger("journeys")


class Progress(StrEnum):
    """How far a job is."""

    PENDING = "Pending"
    RUNNING = "Running"
    COMPLETE = "Complete"
    FAILED = "Failed"


class SegmentCount(Struct, frozen=True, rename="camel"):
    """In how many visits a segment fitted."""

    segment_id: str
    count: int


class Results(Struct, frozen=True, rename="camel"):
    """What a job has found.

    Shape:   `offered_session_count` are the visits in which page, delay and schedule would have let the offer
             be shown; whether people were free to answer is not known. `seen_session_count` are those that
             there were; only `total_session_count` of them were looked at where that was enough.
    """

    qualified_session_count: int
    offered_session_count: int
    total_session_count: int
    seen_session_count: int
    per_segment_counts: tuple[SegmentCount, ...]
    days: int


class Job(Struct, frozen=True, rename="camel", omit_defaults=True):
    """An estimate, wanted or made. Units: `progress` from 0 to 1; times in milliseconds since the epoch."""

    id: str
    state: Progress
    days: int
    created_ms: int
    modified_ms: int
    by: str = ""
    progress: float = 0.0
    error_code: str = ""
    error_message: str = ""
    results: Results | None = None


_job = msgspec.json.Decoder(Job)


class Estimates:
    """The jobs of one node, one after the other; what they have found is there for all."""

    def __init__(
        self,
        store: Store,
        definitions: Callable[[], Definitions],
        customers: Customers,
        whose: WhoseVisit,
        clock_ms: Callable[[], int],
        ids: Callable[[], str],
    ) -> None:
        self._store = store
        self._definitions = definitions
        self._customers = customers
        self._whose = whose
        self._clock_ms = clock_ms
        self._ids = ids
        self._waiting: OrderedDict[str, tuple[Job, ActionMap]] = OrderedDict()
        self._beginning = 0
        self._asked = asyncio.Event()

    async def begin(self, action_map: ActionMap, days: int, *, by: str = "") -> Job:
        """Have an estimate made. Errors: `Refused("too_many_jobs")`, `Unavailable`."""
        if len(self._waiting) + self._beginning >= WAITING_MAX:
            raise Refused("too_many_jobs", f"{WAITING_MAX} estimates wait already: ask again later")
        now_ms = self._clock_ms()
        job = Job(self._ids(), Progress.PENDING, days, now_ms, now_ms, by)
        self._beginning += 1
        try:
            await self._tidy()
            await self._keep(job)
        finally:
            self._beginning -= 1
        self._waiting[job.id] = job, action_map
        self._asked.set()
        return job

    async def job(self, job_id: str) -> Job:
        """How far it is, or what it has found. Errors: `NotFound`, `Unavailable`."""
        card = await self._store.card(_stream(job_id))
        if card is None:
            raise NotFound(f"there is no estimate {job_id!r}")
        job = _job.decode(card.body)
        silent_ms = SILENT_MS.get(job.state)
        is_elsewhere = silent_ms is not None and job.id not in self._waiting
        if is_elsewhere and self._clock_ms() > job.modified_ms + (silent_ms or 0):
            text = "the node that made it has stopped: ask for it again"
            return replace(job, state=Progress.FAILED, error_code="interrupted", error_message=text)
        return job

    async def run(self) -> None:
        """Make the estimates that are asked for, until cancelled."""
        while True:
            self._asked.clear()
            if not self._waiting:
                await self._asked.wait()
                continue
            job_id, (job, action_map) = next(iter(self._waiting.items()))
            try:
                await self._make(job, action_map)
            except DeskError as error:
                _log.warning("estimate_failed", job=job_id, reason=str(error))
                code = error.code if isinstance(error, Refused) else "try_later"
                with suppress(DeskError):
                    await self._keep(
                        replace(job, state=Progress.FAILED, error_code=code, error_message=str(error))
                    )
            finally:
                del self._waiting[job_id]

    async def _make(self, job: Job, action_map: ActionMap) -> None:
        from_ms = self._clock_ms() - job.days * DAY_MS
        job = await self._keep(replace(job, state=Progress.RUNNING))
        customers, seen = await self._who_came(from_ms, job.days)
        compiled = Compiled(alone(self._definitions(), action_map))
        found: list[Lived] = []
        pace = _Pace()
        is_of_people = compiled.lasting.keys() & action_map.trigger_with_segments or asks_of_contacts(
            compiled
        )
        done: set[str] = set()
        for number, customer_id in enumerate(customers):
            if customer_id not in done:
                person = await self._person(customer_id) if is_of_people else Contact()
                found += await self._lived(customer_id, person, compiled, from_ms, pace, customers, done)
            if number % TELL_EVERY == TELL_EVERY - 1:
                job = await self._keep(replace(job, progress=(number + 1) / len(customers)))
        results = _counted(found, action_map, seen, job.days)
        await self._keep(replace(job, state=Progress.COMPLETE, progress=1.0, results=results))

    async def _who_came(self, from_ms: int, days: int) -> tuple[Collection[str], int]:
        """The customers whose visits are looked at, each once, and how many visits there were in these days.

        Errors:  `Refused("not_enough_data")`.
        """
        customers: dict[str, None] = {}
        seen, first_ms, after = 0, self._clock_ms(), ""
        while page := await self._whose.page(after):
            after = page[-1].visit_id
            for visit in page:
                first_ms = min(first_ms, visit.at_ms)
                if visit.at_ms >= from_ms:
                    seen += 1
                    if seen <= VISITS_MAX:
                        customers[visit.customer_id] = None
            await asyncio.sleep(0)
        known_days = (self._clock_ms() - first_ms) // DAY_MS
        if known_days < days:
            text = f"visits of {known_days} days are known, and {days} are needed: ask again later"
            raise Refused("not_enough_data", text)
        return customers.keys(), seen

    async def _person(self, customer_id: str) -> Contact:
        """Whose browser it is; a blank contact where it is nobody's."""
        contact_id = (await self._customers.glance(customer_id)).contact_id
        return await read_contact(self._store, contact_id) if contact_id else Contact()

    async def _lived(
        self,
        customer_id: str,
        person: Contact,
        compiled: Compiled,
        from_ms: int,
        pace: "_Pace",
        wanted: Collection[str],
        done: set[str],
    ) -> Sequence[Lived]:
        """What became of the visits of a customer, and of the others whom this brought along.

        Shape:   `done` gets those of `wanted` that were looked at.
        """
        browsers = tuple(dict.fromkeys((*person.customers, customer_id)))
        together = Together(browsers, person.id, compiled, from_ms, self._ids)
        async for whose, record, fact in self._side_by_side(browsers, person.id):
            if isinstance(fact, Said):
                together.learn(fact, record.time_ms)
            else:
                together.take(whose, fact, record.time_ms)
            await pace.step()
        found: list[Lived] = []
        for one in browsers:
            is_theirs = one == customer_id or together.is_theirs(one)
            if is_theirs and one in wanted and one not in done:
                done.add(one)
                found += together.visits(one)
        return found

    async def _side_by_side(
        self, browsers: Sequence[str], contact_id: str
    ) -> AsyncIterator[tuple[str, Recorded, AnyFact | Said]]:
        """The histories of several and of their contact, in the order in which they were written.

        Shape:   a page of each is in memory. With facts about the contact comes its own id.
        """
        at_once = max(1, min(FOLDED_AT_ONCE, RECORDS_HELD_MAX // len(browsers)))
        names = [*browsers, contact_id]
        histories: list[AsyncIterator[tuple[Recorded, AnyFact | Said]]] = [
            *(self._customers.all_history(one, at_once) for one in browsers),
        ]
        if contact_id:
            histories.append(contact_history(self._store, contact_id, at_once))
        following: list[tuple[int, int, Recorded, AnyFact | Said]] = []
        for number, history in enumerate(histories):
            if (first := await anext(history, None)) is not None:
                following.append((first[0].position, number, *first))
        heapify(following)
        while following:
            _, number, record, fact = following[0]
            yield names[number], record, fact
            if (then := await anext(histories[number], None)) is None:
                heappop(following)
            else:
                heapreplace(following, (then[0].position, number, *then))

    async def _keep(self, job: Job) -> Job:
        job = replace(job, modified_ms=self._clock_ms())
        is_under_way = job.state in (Progress.PENDING, Progress.RUNNING)
        card = Card(CARD, is_open=is_under_way, sort_ms=job.created_ms, body=_encode(job))
        await self._store.append(_stream(job.id), 0, (), job.modified_ms, also=(card,))
        return job

    async def _tidy(self) -> None:
        """Forget what was found long ago."""
        until_ms = self._clock_ms() - KEPT_MS
        for filed in await self._store.cards(CARD, limit=100):
            if filed.card.sort_ms < until_ms:
                await self._store.purge(filed.stream)


class _Pace:
    """Takes turns with others: after some milliseconds of work, as long a rest."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._count = 0
        self._since_s = self._loop.time()

    async def step(self) -> None:
        """One more fact was looked at."""
        self._count += 1
        if self._count % FACTS_AT_ONCE == 0:
            await asyncio.sleep(self._loop.time() - self._since_s)
            self._since_s = self._loop.time()


def _counted(found: Sequence[Lived], action_map: ActionMap, seen: int, days: int) -> Results:
    segments = Counter(segment for lived in found for segment in lived.segments)
    return Results(
        qualified_session_count=sum(lived.qualified for lived in found),
        offered_session_count=sum(lived.offered for lived in found),
        total_session_count=len(found),
        seen_session_count=seen,
        per_segment_counts=tuple(
            SegmentCount(segment, segments[segment]) for segment in action_map.trigger_with_segments
        ),
        days=days,
    )


def _stream(job_id: str) -> str:
    return f"estimate/{job_id}"

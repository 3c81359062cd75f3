"""Everything that is answered to who manages journeys, put together."""

from collections.abc import Callable, Mapping, Sequence

from starlette.routing import Route

from frontdesk.desk.journeys.book import Book
from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.estimates import Estimates
from frontdesk.desk.journeys.keeping import Keeping
from frontdesk.desk.journeys.models import Models
from frontdesk.desk.journeys.people import People
from frontdesk.desk.journeys.reports import Reports
from frontdesk.desk.journeys.visits import Visits
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.desk.working import Work
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.pacing import Availability
from frontdesk.edges.journey_admin import JourneyAdmin
from frontdesk.edges.journey_audit import JourneyAudit
from frontdesk.edges.journey_callers import AdminKey, JourneyCallers
from frontdesk.edges.journey_customers import JourneyCustomers
from frontdesk.edges.journey_maps import JourneyMaps
from frontdesk.edges.journey_models import JourneyModels
from frontdesk.edges.journey_reports import JourneyReports
from frontdesk.edges.journey_visits import JourneyVisits
from frontdesk.edges.workspace_caller import Callers
from frontdesk.settings_journeys import AdminKeySettings
from frontdesk.store.log import Store


class JourneyAdminParts:
    """The ways in of who manages journeys. `store` is that of journeys."""

    def __init__(
        self,
        keys: Mapping[str, AdminKeySettings],
        callers: Callers,
        store: Store,
        book: Book,
        customers: Customers,
        people: People,
        whose: WhoseVisit,
        keeping: Keeping,
        models: Models,
        compiled: Callable[[], Compiled],
        availability: Availability,
        clock_ms: Callable[[], int],
        ids: Callable[[], str],
        *,
        body_read_s: float,
    ) -> None:
        admin_keys = [AdminKey.of(name, one.key, one.permissions) for name, one in keys.items() if one.key]
        visits = Visits(customers, whose)
        self._estimates = Estimates(store, lambda: book.definitions, customers, whose, clock_ms, ids)
        reports = Reports(store, clock_ms)
        admin = JourneyAdmin(book, JourneyCallers(admin_keys, callers), body_read_s)
        self._routes = [
            *JourneyReports(admin, book, reports, clock_ms).routes(),
            *JourneyMaps(
                admin, book, reports, visits, self._estimates, compiled, availability, clock_ms
            ).routes(),
            *JourneyModels(admin, book, models).routes(),
            *JourneyVisits(admin, book, customers, visits, clock_ms, models.explain).routes(),
            *JourneyCustomers(admin, keeping, people).routes(),
            *JourneyAudit(admin, book.audit).routes(),
            *admin.routes(),  # After the maps: what is asked of one would be the id of another.
        ]

    def routes(self) -> Sequence[Route]:
        return self._routes

    def work(self) -> Sequence[Work]:
        """What runs as long as the server does, by name."""
        return (("journey estimates", self._estimates.run),)

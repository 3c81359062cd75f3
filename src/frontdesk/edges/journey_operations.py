"""What is asked of the journey collector, carried out: requests into values, values into answers.

Source:  journey.md §§3.6 and 4.
"""

from collections.abc import Callable
from http import HTTPStatus

from msgspec import Raw

from frontdesk.desk.journeys.collector import Collector
from frontdesk.desk.journeys.consents import Consents
from frontdesk.desk.journeys.sites import Sites
from frontdesk.domain.journey.facts import Moved, Note, State
from frontdesk.domain.journey.gate_checks import Ask
from frontdesk.domain.journey.offering import Reported
from frontdesk.domain.journey.taking_in import Arrived, LeftOut, Site, own_id, plain
from frontdesk.edges.asgi import Receive, Scope, header, read_body
from frontdesk.edges.etags import is_known
from frontdesk.edges.journey_asked import Asked
from frontdesk.edges.journey_buckets import Buckets
from frontdesk.edges.journey_configs import Configs
from frontdesk.edges.journey_metrics import JourneyMetrics
from frontdesk.edges.journey_replies import CACHE, Answer, Busy, TooOften, told
from frontdesk.edges.journey_sender import Sender
from frontdesk.edges.journey_turns import BEGIN_AT_ONCE, END_AT_ONCE, Turns
from frontdesk.errors import Conflict, Refused, Unavailable
from frontdesk.settings_journeys import JourneysSettings
from frontdesk.wire import journey as wire
from frontdesk.wire import journey_answers as answers

_NOTES = frozenset((Note.OFFERED_OUTSIDE_SCHEDULE, Note.FREQUENCY_CAP_REACHED))


class JourneyOperations:
    """What each operation does, for who was let in."""

    def __init__(
        self,
        collector: Collector,
        consents: Consents,
        sites: Sites,
        settings: JourneysSettings,
        body_read_s: float,
        counts: JourneyMetrics,
        clock_ms: Callable[[], int],
    ) -> None:
        self._collector = collector
        self._consents = consents
        self._sites = sites
        self._configs = Configs(sites)
        self._settings = settings
        self._body_read_s = body_read_s
        self._counts = counts
        self._by_customer = Buckets(
            "journeys.requests_per_minute_per_customer",
            settings.requests_per_minute_per_customer,
            settings.requests_burst_per_customer,
            clock_ms,
        )
        self._in_flight = 0
        self._beginning, self._ending = Turns(BEGIN_AT_ONCE), Turns(END_AT_ONCE)

    async def answer(
        self, scope: Scope, receive: Receive, asked: Asked, site: Site, sender: Sender
    ) -> Answer:
        """The answer to a request. Errors: `Refused`, `Unavailable`, `Conflict`; and as `read_body`."""
        match asked.operation:
            case "ping":
                return await self._ping(scope, asked, site, sender)
            case "config":
                return self._config(scope, site)
            case "erase":
                return await self._erase(asked, sender)
            case "event" | "batch":
                return await self._events(scope, receive, asked, site, sender)
            case "action":
                return await self._action(wire.action_of(await self._body(scope, receive)), site)
            case _:
                return await self._consent(wire.consent_of(await self._body(scope, receive)), site)

    async def _body(self, scope: Scope, receive: Receive, bytes_max: int | None = None) -> bytes:
        """Errors: `Refused("body_too_large")`; as `read_body`."""
        bytes_max = bytes_max or self._settings.body_bytes_max
        body = await read_body(scope, receive, bytes_max, self._body_read_s)
        if body is None:
            raise _too_large(bytes_max)
        return body

    def _check(self, customer_id: str) -> None:
        """Errors: `TooOften`."""
        if wait_s := self._by_customer.wait_s(customer_id):
            raise TooOften(self._by_customer.name, wait_s)

    def _why_not(self, site: Site, user_agent: str, address: str) -> LeftOut | None:
        """Why nothing is kept of a sender, if so."""
        return site.leaves_out(user_agent, address, takes_headless=self._settings.headless_are_visitors)

    # --- events --------------------------------------------------------------------------------

    async def _events(
        self, scope: Scope, receive: Receive, asked: Asked, site: Site, sender: Sender
    ) -> Answer:
        """One event or a batch, unless there are too many of them already. Errors: `Busy` among them."""
        left_out = self._why_not(site, sender.user_agent, sender.address)
        if left_out is not None:
            return self._left_out(left_out)
        self._admit()
        is_batch = asked.operation == "batch"
        body = await self._body(scope, receive, self._settings.batch_bytes_max if is_batch else None)
        self._admit()  # Whoever takes their time to say something takes no place of anybody.
        self._in_flight += 1
        try:
            if is_batch:
                return await self._batch(body, site, sender)
            event = wire.event_of(body)
            self._check(event.customer_cookie_id)
            return await self._event(event, site, sender)
        finally:
            self._in_flight -= 1

    def _admit(self) -> None:
        """Errors: `Busy`."""
        if self._in_flight >= self._settings.events_in_flight_max:
            raise Busy("journeys.events_in_flight_max")

    async def _event(self, event: wire.EventBody, site: Site, sender: Sender) -> Answer:
        await self._beginning.turn()
        arrived = _arrived(event, sender)
        left_out = self._why_not(site, arrived.user_agent, arrived.ip_address)
        if left_out is not None:
            return self._left_out(left_out)
        happened = await self._collector.event(site, arrived, sender.signals)
        await self._ending.turn()
        if isinstance(happened, str):
            return self._left_out(happened)
        self._counts.taken(happened)
        token = self._consents.token(arrived.customer_id) if happened.event.number == 1 else ""
        return Answer(HTTPStatus.OK, answers.event_answer(arrived.customer_id, happened, token))

    def _left_out(self, reason: str) -> Answer:
        self._counts.left_out(reason)
        return Answer(HTTPStatus.ACCEPTED, answers.not_accepted(reason))

    async def _batch(self, body: bytes, site: Site, sender: Sender) -> Answer:
        """Each event by itself, in their order: one that is refused is nothing to the next."""
        results: list[tuple[int, bytes]] = []
        customers: set[str] = set()
        for raw in wire.events_of(body):
            try:
                event = self._of_batch(raw, customers)
                answered = await self._event(event, site, sender)
            except (Refused, Unavailable, Conflict) as error:
                answered = told(error)
            results.append((answered.status, answered.body))
        return Answer(HTTPStatus.OK, answers.batch_answer(results))

    def _of_batch(self, raw: Raw, customers: set[str]) -> wire.EventBody:
        """One event of a batch, which counts once for each customer."""
        bytes_max = self._settings.body_bytes_max
        if len(bytes(raw)) > bytes_max:
            raise _too_large(bytes_max)
        event = wire.event_of(raw)
        customer_id = event.customer_cookie_id
        if customer_id not in customers:
            self._check(customer_id)
            customers.add(customer_id)
        return event

    # --- offers --------------------------------------------------------------------------------

    async def _ping(self, scope: Scope, asked: Asked, site: Site, sender: Sender) -> Answer:
        query = wire.ping_of(scope.get("query_string", b""))
        customer_id = wire.id_of(asked.customer_id)
        self._check(customer_id)
        if self._why_not(site, sender.user_agent, sender.address) is not None:
            return Answer(HTTPStatus.OK, answers.NO_PINGS)
        pinged = await self._collector.ping(
            site,
            customer_id,
            query.session_id,
            Ask(site.page_of(query.url), own_id(query.tab), query.is_media_open),
            sender.signals,
            since_last_ms=query.since_last_ms,
        )
        templates = self._sites.compiled.definitions.templates
        body = answers.ping_answer(
            customer_id, pinged.offers, templates, pinged.poll_ms, session_ended=pinged.session_ended
        )
        return Answer(HTTPStatus.OK, body)

    async def _action(self, body: wire.ActionBody, site: Site) -> Answer:
        state = _state_of(body.action_state)
        customer_id = (body.customer_cookie_id or "").lower()
        self._check(customer_id or body.session_id.lower())
        reported = Reported(
            visit_id=body.session_id.lower(),
            deployment_id=site.deployment.id,
            action_id=body.action_id.lower(),
            state=state,
            event_id=own_id(body.id or ""),
            error_code=plain(str(body.error_code or "")),
            error_message=plain(body.error_message or ""),
            page_url=site.page_of(body.page_url or ""),
        )
        for fact in await self._collector.action(site, customer_id, reported):
            if isinstance(fact, Moved):
                self._counts.moved(fact.state)
        return Answer(HTTPStatus.NO_CONTENT)

    # --- what visitors decide ------------------------------------------------------------------

    async def _consent(self, body: wire.ConsentBody, site: Site) -> Answer:
        customer_id = body.customer_cookie_id.lower()
        self._check(customer_id)
        decide = self._consents.grant if body.decision == "grant" else self._consents.withdraw
        said = (body.purposes or (), plain(body.text_version or ""))
        decided = await decide(customer_id, site.deployment.id, *said)
        return Answer(HTTPStatus.OK, answers.consent_answer(decided.purposes, decided.erase_token))

    async def _erase(self, asked: Asked, sender: Sender) -> Answer:
        customer_id = wire.id_of(asked.customer_id)
        self._check(customer_id)
        await self._consents.erase(customer_id, sender.token)
        return Answer(HTTPStatus.NO_CONTENT)

    def _config(self, scope: Scope, site: Site) -> Answer:
        etag, body = self._configs.of(site)
        headers = [(b"etag", etag), CACHE]
        if is_known(etag.decode(), header(scope, b"if-none-match").decode("latin-1")):
            return Answer(HTTPStatus.NOT_MODIFIED, headers=headers)
        return Answer(HTTPStatus.OK, body, headers)


def _state_of(name: str) -> State:
    """Errors: `Refused`: `state_not_allowed` of what is only recorded; `bad_request`."""
    if name in _NOTES:
        raise Refused("state_not_allowed", f"a browser may not say {name} of an action")
    try:
        return State(name)
    except ValueError as error:
        raise Refused("bad_request", "there is no such state") from error


def _too_large(bytes_max: int) -> Refused:
    return Refused("body_too_large", f"this may have {bytes_max} bytes", limit=bytes_max)


def _arrived(event: wire.EventBody, sender: Sender) -> Arrived:
    """An event as it came; only the site's own server may say from which address."""
    said = event.ip_address if sender.is_server else None
    return Arrived(
        customer_id=event.customer_cookie_id,
        name=event.event_name,
        url=event.page.url,
        title=event.page.title,
        lang=event.page.lang or "",
        keywords=event.page.keywords or "",
        event_id=own_id(event.event_id or ""),
        user_agent=event.user_agent_string or sender.user_agent,
        browser=event.browser.value() if event.browser is not None else None,
        device=event.device.value() if event.device is not None else None,
        search_query=event.search_query or "",
        ip_address=sender.address if said is None else said,
        referrer_url=event.referrer_url or "",
        attributes=wire.scalars_of(event.attributes),
        traits=wire.scalars_of(event.traits),
        external_id=event.external_id or "",
        created_ms=wire.ms_of(event.created_date),
        is_authenticated=sender.is_server,
    )

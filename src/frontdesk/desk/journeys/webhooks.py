"""Calls the services of others when action maps of the kind `webhook` qualify: each at least once.

What is to be called is found in the log of journeys, and written down in a stream of its own whose timer is
the next attempt. So a crash loses no call, and a service that is away delays no other. When it has taken the
call, or has not for long enough, the stream is deleted.

The body says what happened by ids alone. It is signed where the map names a secret, as the header
`Frontdesk-Signature: t=<ms>,v1=<hex>` says: HMAC-SHA-256 of `<ms>.<body>`. A repeated call
has the same id.
"""

import asyncio
import functools
import hmac
from collections.abc import Callable, Sequence

import msgspec
import structlog
from msgspec import Struct

from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.kept_follower import KeptFollower, whole
from frontdesk.desk.orchestration.web_client import Asked, Unfetched, WebClient
from frontdesk.domain.journey.action_maps import ActionMap, ActivationType, MediaType
from frontdesk.domain.journey.customer import Customer
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Called, CallOutcome, Qualified
from frontdesk.domain.journey.gate_checks import is_control
from frontdesk.errors import Conflict, DeskError
from frontdesk.store.log import Arm, Recorded, Store

NAME = "journeys-webhooks"
KIND = "webhook"
CUSTOMERS = "customer/"
WAITS_S = (10, 60, 300, 1800, 7200)  # Before the second attempt, the third, …: then it is given up.
TIMEOUT_S = 8.0  # Less than a timer is claimed for, so that no other node calls meanwhile.
STATUS_TAKEN = range(200, 300)
_START = b'{"type":"Qualified"'

_log = structlog.get_logger("journeys")


class Due(Struct, frozen=True, tag=True):
    """What is to be called, and for whom."""

    customer_id: str
    visit_id: str
    map_id: str
    map_version: int
    qualified_ms: int


class Failed(Struct, frozen=True, tag=True):
    """An attempt that came to nothing."""

    reason: str


class _Call(Struct, rename="camel"):
    """The body of a call."""

    id: str
    event_name: str
    customer_id: str
    session_id: str
    action_map_id: str
    action_map_version: int
    action_map_name: str
    qualified_ms: int


_decode = msgspec.json.Decoder(Due | Failed).decode
_encode = msgspec.json.Encoder().encode


class Webhooks:
    """The calls of this installation. `secret_of` gives a secret by the name that maps use, None for none;
    `count` is told how each call went.

    Shape:   `fire` is for the timers of the database of journeys, under the kind `webhook`.
    """

    def __init__(
        self,
        store: Store,
        customers: Customers,
        client: WebClient,
        definitions: Callable[[], Definitions],
        secret_of: Callable[[str], str | None],
        clock_ms: Callable[[], int],
        node_id: str,
        count: Callable[[CallOutcome], None] = lambda _outcome: None,
    ) -> None:
        self._store = store
        self._customers = customers
        self._count = count
        self._client = client
        self._definitions = definitions
        self._secret_of = secret_of
        self._clock_ms = clock_ms
        follow = functools.partial(whole, store)
        self._follower = KeptFollower(store, follow, NAME, self.take, clock_ms, node_id)

    async def load(self) -> None:
        """Begin where the log ends, if nobody has begun yet."""
        await self._follower.load()

    async def run(self) -> None:
        """Write down what is to be called, until cancelled."""
        await self._follower.run()

    async def take(self, batch: Sequence[Recorded]) -> None:
        """Write down what a batch says is to be called. Errors: `Unavailable`."""
        found = (record for record in batch if record.body.startswith(_START))
        await asyncio.gather(*(self._write_down(record) for record in found))

    async def _write_down(self, record: Recorded) -> None:
        try:
            fact = msgspec.json.decode(record.body, type=Qualified)
        except msgspec.DecodeError:
            _log.warning("too_new", stream=record.stream, version=record.version)
            return
        action_map = self._definitions().action_maps.get(fact.map_id)
        if fact.media_type != MediaType.WEBHOOK or action_map is None:
            return
        if is_control(action_map, fact.visit_id):
            return  # Whoever is to show what happens without it is spared.
        customer_id = record.stream.removeprefix(CUSTOMERS)
        due = Due(customer_id, fact.visit_id, fact.map_id, fact.map_version, record.time_ms)
        now_ms = self._clock_ms()
        first = Arm(max(now_ms, record.time_ms + _delay_ms(action_map)))
        try:
            await self._store.append(_stream(fact.action_id), 0, (_encode(due),), now_ms, (first,))
        except Conflict:
            return  # It was written down before a crash.

    async def fire(self, action_id: str) -> None:
        """Make an attempt. Errors: `Unavailable`."""
        records = await self._store.read(_stream(action_id))
        facts = [_decode(record.body) for record in records]
        if not facts or not isinstance(facts[0], Due):
            return  # It is done.
        due, attempts = facts[0], len(facts)
        reason = await self._attempt(action_id, due)
        if reason is not None:
            await self._record(action_id, due, attempts, reason)
        if reason and attempts <= len(WAITS_S):
            now_ms = self._clock_ms()
            again = Arm(now_ms + WAITS_S[attempts - 1] * 1000)
            try:
                body = _encode(Failed(reason))
                await self._store.append(_stream(action_id), len(facts), (body,), now_ms, (again,))
            except Conflict:
                return  # Another node has tried it as well.
            return
        if reason:
            _log.error("webhook_given_up", action_id=action_id, action_map=due.map_id, reason=reason)
        await self._store.purge(_stream(action_id))

    async def _record(self, action_id: str, due: Due, attempt: int, reason: str) -> None:
        """Count how a call went, and write it down with the customer, if they are still known."""
        outcome = CallOutcome.DELIVERED
        if reason:
            outcome = CallOutcome.FAILED if attempt <= len(WAITS_S) else CallOutcome.GIVEN_UP
        self._count(outcome)
        called = Called(action_id, due.map_id, due.visit_id, outcome, attempt, reason)

        def decide(customer: Customer, _now_ms: int) -> Sequence[Called]:
            return (called,) if customer.version else ()  # Who was erased stays so.

        try:
            await self._customers.change(due.customer_id, decide)
        except DeskError as error:  # To call again for the sake of the record would be worse.
            _log.warning("webhook_not_recorded", action_id=action_id, reason=str(error))

    async def _attempt(self, action_id: str, due: Due) -> str | None:
        """Why a call came to nothing; empty when it was taken, None when it is not wanted any more."""
        action_map = self._definitions().action_maps.get(due.map_id)
        if action_map is None or action_map.action.webhook_fields is None or not action_map.is_active:
            return None
        fields = action_map.action.webhook_fields
        call = _Call(
            action_id,
            "webhook.qualified",
            due.customer_id,
            due.visit_id,
            due.map_id,
            due.map_version,
            action_map.display_name,
            due.qualified_ms,
        )
        body = _encode(call)
        headers = {"content-type": "application/json"}
        if fields.secret_id:
            secret = self._secret_of(fields.secret_id)
            if secret is None:
                return f"there is no secret {fields.secret_id!r}"
            headers["frontdesk-signature"] = signature(secret, self._clock_ms(), body)
        try:
            answered = await self._client.ask(
                Asked(method="POST", url=fields.url, headers=headers, body=body, timeout_s=TIMEOUT_S)
            )
        except Unfetched as error:
            return str(error)
        return "" if answered.status in STATUS_TAKEN else f"it answered {answered.status}"


def signature(secret: str, at_ms: int, body: bytes) -> str:
    """What proves that a call comes from here, and when it was made."""
    digest = hmac.digest(secret.encode(), f"{at_ms}.".encode() + body, "sha256").hex()
    return f"t={at_ms},v1={digest}"


def _delay_ms(action_map: ActionMap) -> int:
    is_delayed = action_map.activation.type is ActivationType.DELAY
    return 1000 * (action_map.activation.delay_in_seconds or 0) if is_delayed else 0


def _stream(action_id: str) -> str:
    return f"{KIND}/{action_id}"

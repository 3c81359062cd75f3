"""Services of others are called when a map qualifies: at least once, signed, and again if they were away."""

import hashlib
import hmac
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from msgspec.structs import replace

from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.webhooks import WAITS_S, Webhooks, signature
from frontdesk.domain.journey.action_maps import (
    ActionKind,
    ActionMap,
    Activation,
    ActivationType,
    MediaType,
    WebhookFields,
)
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.facts import Called, CallOutcome, Qualified, VisitBegan
from frontdesk.store.log import Recorded
from frontdesk.store.memory import MemoryStore
from tests.desk.nodes import Clock
from tests.desk.orchestration.test_web_client import client
from tests.desk.orchestration.web_service import WebService, answer, web_service

pytestmark = pytest.mark.anyio

QUALIFIED = Qualified("a1", "m1", 4, "v1", "webhook")


class Caller:
    """One node that calls, and the log of journeys."""

    def __init__(self, service: WebService, **changes: object) -> None:
        self.clock = Clock()
        self.store = MemoryStore()
        fields = WebhookFields(url=f"http://crm.test:{service.port}/hook", secret_id="crm")
        kind = ActionKind(MediaType.WEBHOOK, webhook_fields=fields)
        action_map = ActionMap(
            id="m1",
            version=4,
            display_name="Tell the CRM",
            action=kind,
            activation=Activation(ActivationType.IMMEDIATE),
        )
        self.definitions = Definitions(action_maps={"m1": replace(action_map, **changes)})
        self.secrets = {"crm": "hush"}
        self.customers = Customers(self.store, self.clock)
        self.counts: Counter[str] = Counter()
        self.webhooks = Webhooks(
            self.store,
            self.customers,
            client(service.port, "crm.test"),
            lambda: self.definitions,
            self.secrets.get,
            self.clock,
            "a",
            lambda outcome: self.counts.update([outcome.value]),
        )

    async def qualify(self, fact: Qualified = QUALIFIED, customer_id: str = "c1") -> None:
        facts = (VisitBegan("v1", "d1", 0), fact)
        bodies = [msgspec.json.encode(one) for one in facts]
        await self.store.append(f"customer/{customer_id}", 0, bodies, self.clock())
        await self.hear()

    async def hear(self) -> None:
        """Take in the whole log, as after a crash."""
        batches = cast("AsyncGenerator[Sequence[Recorded], None]", self.store.follow(0))
        async with aclosing(batches):
            async for batch in batches:
                await self.webhooks.take(batch)
                break

    async def recorded(self, customer_id: str = "c1") -> list[Called]:
        """What the history of a customer says of calls."""
        history = await self.customers.history(customer_id)
        return [fact for _, fact in history if isinstance(fact, Called)]

    async def fire(self) -> int:
        """Fire the timers that are due; how many they were."""
        due = await self.store.claim_due(self.clock(), 10_000, 100)
        for stream in due:
            await self.webhooks.fire(stream.partition("/")[2])
        return len(due)


async def test_a_service_is_told_what_happened_and_who_says_so() -> None:
    async with web_service(answer(204)) as crm:
        caller = Caller(crm)
        await caller.qualify()
        assert await caller.fire() == 1
        (seen,) = crm.seen
        assert (seen.method, seen.target, seen.headers["content-type"]) == (
            "POST",
            "/hook",
            "application/json",
        )
        assert msgspec.json.decode(seen.body) == {
            "id": "a1",
            "eventName": "webhook.qualified",
            "customerId": "c1",
            "sessionId": "v1",
            "actionMapId": "m1",
            "actionMapVersion": 4,
            "actionMapName": "Tell the CRM",
            "qualifiedMs": caller.clock(),
        }
        signed = f"{caller.clock()}.".encode() + seen.body
        digest = hmac.new(b"hush", signed, hashlib.sha256).hexdigest()
        assert seen.headers["frontdesk-signature"] == f"t={caller.clock()},v1={digest}"
        caller.clock.after_s(100_000)
        assert await caller.fire() == 0


async def test_what_is_read_again_is_called_once() -> None:
    async with web_service(answer(204)) as crm:
        caller = Caller(crm)
        await caller.qualify()
        await caller.hear()
        await caller.fire()
        assert len(crm.seen) == 1


async def test_a_service_that_does_not_take_it_is_called_again_later_and_later() -> None:
    async with web_service(answer(500), answer(429), answer(200)) as crm:
        caller = Caller(crm)
        await caller.qualify()
        for wait_s in WAITS_S[:2]:
            assert await caller.fire() == 1
            caller.clock.after_s(wait_s - 0.001)
            assert await caller.fire() == 0
            caller.clock.after_s(0.001)
        assert await caller.fire() == 1
        assert len({seen.body for seen in crm.seen}) == 1, "who is called twice can tell"
        caller.clock.after_s(100_000)
        assert await caller.fire() == 0


async def test_how_calls_went_is_in_the_history_of_the_visit_and_counted() -> None:
    async with web_service(answer(500), answer(200)) as crm:
        caller = Caller(crm)
        await caller.qualify()
        await caller.fire()
        caller.clock.after_s(WAITS_S[0])
        await caller.fire()
        assert await caller.recorded() == [
            Called("a1", "m1", "v1", CallOutcome.FAILED, 1, "it answered 500"),
            Called("a1", "m1", "v1", CallOutcome.DELIVERED, 2),
        ]
        assert caller.counts == {"failed": 1, "delivered": 1}


async def test_of_who_was_erased_nothing_is_written_down() -> None:
    async with web_service(answer(200)) as crm:
        caller = Caller(crm)
        await caller.qualify()
        await caller.customers.purge("c1")
        await caller.fire()
        assert caller.counts == {"delivered": 1}
        assert await caller.store.read("customer/c1") == []


async def test_a_service_that_never_takes_it_is_given_up() -> None:
    async with web_service(answer(503)) as crm:
        caller = Caller(crm)
        await caller.qualify()
        for wait_s in (*WAITS_S, 100_000):
            assert await caller.fire() == 1
            caller.clock.after_s(wait_s)
        assert await caller.fire() == 0
        assert len(crm.seen) == len(WAITS_S) + 1
        assert await caller.store.read("webhook/a1") == []
        assert caller.counts == {"failed": len(WAITS_S), "givenUp": 1}
        last = (await caller.recorded())[-1]
        assert last == Called("a1", "m1", "v1", CallOutcome.GIVEN_UP, len(WAITS_S) + 1, "it answered 503")


async def test_a_map_with_a_delay_calls_when_it_is_over() -> None:
    async with web_service(answer(204)) as crm:
        delayed = Activation(ActivationType.DELAY, delay_in_seconds=30)
        caller = Caller(crm, activation=delayed)
        await caller.qualify()
        caller.clock.after_s(29.999)
        assert await caller.fire() == 0
        caller.clock.after_s(0.001)
        assert await caller.fire() == 1
        assert len(crm.seen) == 1


async def test_without_the_secret_that_the_map_names_nothing_is_sent_unsigned() -> None:
    async with web_service(answer(204)) as crm:
        caller = Caller(crm)
        caller.secrets.clear()
        await caller.qualify()
        assert await caller.fire() == 1
        assert crm.seen == []
        caller.secrets["crm"] = "hush"
        caller.clock.after_s(WAITS_S[0])
        await caller.fire()
        assert len(crm.seen) == 1


async def test_a_map_that_was_switched_off_calls_nobody_any_more() -> None:
    async with web_service(answer(204)) as crm:
        caller = Caller(crm)
        await caller.qualify()
        caller.definitions = Caller(crm, is_active=False).definitions
        assert await caller.fire() == 1
        assert crm.seen == []
        assert (caller.counts, await caller.recorded()) == ({}, [])
        caller.clock.after_s(100_000)
        assert await caller.fire() == 0


async def test_offers_and_visits_of_the_control_group_call_nobody() -> None:
    async with web_service(answer(204)) as crm:
        caller = Caller(crm, control_group_percent=50)
        for number in range(20):
            fact = replace(QUALIFIED, action_id=f"a{number}", visit_id=f"v{number}")
            await caller.qualify(fact, f"c{number}")
        chat = replace(QUALIFIED, action_id="chat", media_type="webchat")
        await caller.qualify(chat, "chat")
        assert 0 < await caller.fire() < 20


async def test_who_is_not_on_the_list_is_not_called() -> None:
    async with web_service(answer(204)) as crm:
        caller = Caller(crm)
        fields = WebhookFields(url="http://elsewhere.test/hook")
        kind = ActionKind(MediaType.WEBHOOK, webhook_fields=fields)
        caller.definitions = Caller(crm, action=kind).definitions
        await caller.qualify()
        await caller.fire()
        assert crm.seen == []


async def test_a_receiver_can_tell_who_calls_as_the_reference_shows() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/journey-webhooks.md").read_text("utf-8")
    shown: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], shown)  # noqa: S102  # Examples of our docs run.
    signed = signature("hush", 1_760_000_000_000, b"{}")
    assert shown["is_genuine"]("hush", signed, b"{}")
    assert not shown["is_genuine"]("hush", signed, b"{ }")
    assert not shown["is_genuine"]("rush", signed, b"{}")

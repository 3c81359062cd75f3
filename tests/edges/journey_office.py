"""The journey API as its managers meet it, without sockets: keys, people who are signed in."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
from starlette.applications import Starlette

from frontdesk.desk.journeys.customers import Customers
from frontdesk.desk.journeys.keeping import Keeping
from frontdesk.desk.journeys.models import Models
from frontdesk.desk.journeys.people import People
from frontdesk.desk.journeys.reports import entered
from frontdesk.desk.journeys.whose_visit import WhoseVisit
from frontdesk.desk.sign_ins import SignIns
from frontdesk.desk.staff import Staff
from frontdesk.desk.working import Work
from frontdesk.domain.agent import Role
from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.facts import Fact, VisitBegan
from frontdesk.domain.journey.pacing import Room
from frontdesk.domain.journey.site_settings import RetentionDays
from frontdesk.edges.journey_answers import BASE
from frontdesk.edges.workspace_caller import COOKIE, Callers
from frontdesk.journey_admin_parts import JourneyAdminParts
from frontdesk.settings_journeys import AdminKeySettings
from frontdesk.store.memory import MemoryStore
from frontdesk.store.memory_accounts import MemoryAccounts
from tests.desk.journeys.site import NOW_MS, a_book, counting

KEY = "a key that may do everything"
VIEWER = "a key that may look at segments"
URL = "http://desk.example"


class Desk:
    """People who could take so many chats, whatever the target is."""

    def __init__(self, free: int) -> None:
        self.free = free

    def room(self, _target_id: str, _deployment_id: str) -> Room:
        return Room(self.free)


class Office:
    """One node's journey API. `answers` asks with the key that may do everything."""

    def __init__(self) -> None:
        self.client = httpx2.AsyncClient()
        self.tokens: dict[str, str] = {}
        self.work: Sequence[Work] = ()
        self.now_ms = NOW_MS
        self.store = MemoryStore()  # That of journeys; the definitions are in the other.
        self.definitions = MemoryStore()
        self.book = a_book(self.definitions)
        self.customers = Customers(self.store, self.clock_ms)
        self.customers.entries = entered
        self.whose = WhoseVisit(self.store)
        self.desk = Desk(free=10)

    def clock_ms(self) -> int:
        return self.now_ms

    def parts(self, callers: Callers) -> JourneyAdminParts:
        """What is answered here, put together as a server does."""

        def ids() -> str:
            return str(uuid4())

        days = RetentionDays()
        together = counting(self.store, self.customers, self.clock_ms, lambda: self.book.definitions)
        people = People(
            self.store, self.customers, together, self.clock_ms, ids, b"key", lambda: days.unlinked_traits
        )
        return JourneyAdminParts(
            {
                "all": AdminKeySettings(key=KEY, permissions=("*",)),
                "viewer": AdminKeySettings(
                    key=VIEWER, permissions=("journey:segment:view", "journey:actionmap:*")
                ),
            },
            callers,
            self.store,
            self.book,
            self.customers,
            people,
            self.whose,
            Keeping(self.store, self.customers, together, lambda: days, self.clock_ms),
            Models(self.store, self.customers, lambda: self.book.definitions, self.clock_ms, "office"),
            lambda: Compiled(self.book.definitions),
            self.desk,
            self.clock_ms,
            ids,
            body_read_s=5,
        )

    async def happens(self, customer_id: str, *facts: Fact, after_ms: int = 1000) -> None:
        """Let something become true of a customer, some time after what was before."""
        self.now_ms += after_ms
        for fact in facts:
            if isinstance(fact, VisitBegan):
                await self.whose.note(fact.visit_id, customer_id, fact.began_ms)
        await self.customers.change(customer_id, lambda _customer, _now_ms: facts)

    async def answers(
        self, method: str, path: str, body: Any = None, *, key: str = KEY, **headers: str
    ) -> httpx2.Response:
        """What is answered to a request below `BASE`; with an empty key nobody says who they are."""
        if key:
            headers["authorization"] = f"Bearer {key}"
        return await self.client.request(method, f"{URL}{BASE}{path}", json=body, headers=headers)

    async def signed_in(
        self, login: str, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx2.Response:
        """What a browser in which somebody is signed in is answered."""
        headers["cookie"] = f"{COOKIE}={self.tokens[login]}"
        return await self.client.request(method, f"{URL}{BASE}{path}", json=body, headers=headers)


@asynccontextmanager
async def office() -> AsyncIterator[Office]:
    """An office with amy, an agent, and sue, a supervisor."""
    accounts = MemoryAccounts()
    staff, sign_ins = Staff(accounts, lambda: NOW_MS), SignIns(accounts, lambda: NOW_MS, session_ms=60_000)
    tokens = {}
    for login, role in (("amy", Role.AGENT), ("sue", Role.SUPERVISOR)):
        await staff.add(login, f"{login} knows this", name=login, role=role, capacity=1)
        tokens[login], _ = await sign_ins.sign_in(login, f"{login} knows this")
    made = Office()
    made.tokens = tokens
    parts = made.parts(Callers(sign_ins, ""))
    made.work = parts.work()
    app = Starlette(routes=list(parts.routes()))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as made.client:
        yield made

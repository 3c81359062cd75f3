"""The journey API as its managers meet it, without sockets: keys, people who are signed in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from starlette.applications import Starlette

from frontdesk.desk.journeys.book import Book
from frontdesk.desk.sign_ins import SignIns
from frontdesk.desk.staff import Staff
from frontdesk.domain.agent import Role
from frontdesk.edges.journey_admin import JourneyAdmin
from frontdesk.edges.journey_answers import BASE
from frontdesk.edges.journey_callers import AdminKey, JourneyCallers
from frontdesk.edges.workspace_caller import COOKIE, Callers
from frontdesk.store.memory import MemoryStore
from frontdesk.store.memory_accounts import MemoryAccounts
from tests.desk.journeys.site import NOW_MS, a_book

KEY = "a key that may do everything"
VIEWER = "a key that may look at segments"
URL = "http://desk.example"


class Office:
    """One node's journey API. `answers` asks with the key that may do everything."""

    def __init__(self, client: httpx2.AsyncClient, book: Book, tokens: Mapping[str, str]) -> None:
        self.client = client
        self.book = book
        self.tokens = tokens

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
    keys = (
        AdminKey.of("all", KEY, ("*",)),
        AdminKey.of("viewer", VIEWER, ("journey:segment:view", "journey:actionmap:*")),
    )
    book = a_book(MemoryStore())
    callers = JourneyCallers(keys, Callers(sign_ins, ""))
    app = Starlette(routes=JourneyAdmin(book, callers, body_read_s=5).routes())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
        yield Office(client, book, tokens)

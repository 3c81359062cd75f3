"""Polls of version 3 are answered in the turn that brought them where that is possible: nobody can tell."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from frontdesk.errors import Unavailable
from tests.conformance.house import NO_LIMITS, House, serving
from tests.conformance.v3 import BASE, Answer, Site, Visit, operation_id, site_of
from tests.conformance.v3_house import v3_settings
from tests.fuzz.sockets import exchange, statuses

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def once_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A server that delivers nothing twice, so that what has been read brings nothing any more."""
    settings = v3_settings(tmp_path_factory.mktemp("house"), replay_window_s=0)
    async with serving(settings) as house:
        yield house


@pytest.fixture
async def site(once_house: House) -> AsyncIterator[Site]:
    async with site_of(once_house.url) as site:
        yield site


async def up_to_date(site: Site, endpoint: str = "s") -> Visit:
    """A visitor whose next poll brings nothing."""
    visit = await site.visit(endpoint)
    assert (await visit.poll()).messages
    return visit


def poll_of(visit: Visit, *headers: str) -> bytes:
    """The same poll as it goes over the wire."""
    target = f"{BASE}{visit.path}?operationId={operation_id()}"
    names = ("host: localhost", f"x-nexus-client-key: {visit.token}", *headers)
    return "\r\n".join((f"GET {target} HTTP/1.1", *names, "", "")).encode()


async def polls_counted(house: House) -> float:
    text = (await house.visitors.http.get(f"{house.url}/metrics")).text
    name = 'frontdesk_requests_total{operation="v3/poll",status="200"} '
    return sum(float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name))


async def test_it_is_the_page_of_any_other_answer(site: Site) -> None:
    visit = await site.visit()
    first = (await visit.poll()).ok()
    nothing = (await visit.poll()).ok()
    assert nothing.body == {**first.body, "data": {**first.data, "messages": []}}
    assert set(nothing.headers) == set(first.headers)


async def test_what_is_new_is_never_left_out(site: Site) -> None:
    visit = await up_to_date(site)
    await visit.says("Hello")
    assert (await visit.poll()).texts == ["Hello"]
    assert (await visit.poll()).messages == []


async def test_what_comes_again_needs_no_look_into_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most polls after a message are such, and the chats of many more visitors than are held may have one."""
    async with serving(v3_settings(tmp_path, replay_window_s=600)) as house, site_of(house.url) as site:
        visit = await up_to_date(site)
        await visit.says("Hello")
        first = (await visit.poll()).messages
        chats, store = house.server._parts.chats, house.server._parts._store
        for _ in range(2):
            chats.rest()
        known = chats.known(visit.session_id)
        assert known is not None
        assert known.full is None

        async def is_away(*_asked: Any, **_named: Any) -> None:
            raise Unavailable("the database is away")

        for name in ("read", "snapshot", "position"):
            monkeypatch.setattr(store, name, is_away)
        assert (await visit.poll()).messages == first
        monkeypatch.undo()


async def test_a_page_of_the_history_is_no_poll(site: Site) -> None:
    visit = await up_to_date(site)
    assert (await visit.read(count=20)).messages


async def test_a_wrong_token_reveals_nothing(site: Site) -> None:
    visit, other = await up_to_date(site), await up_to_date(site)
    for wrong in (other.token, f"{visit.token[:-4]}AAAA", "undefined", ""):
        answer = await visit.ask("GET", f"messages?operationId={operation_id()}", token=wrong)
        answer.refused(401, "AUTHENTICATION_REQUIRED")


async def test_a_session_that_was_left_is_gone(site: Site) -> None:
    visit = await up_to_date(site)
    (await visit.leave()).ok()
    (await visit.read()).refused(404, "INVALID_SESSION")


async def test_a_page_of_another_origin_is_refused(once_house: House, site: Site) -> None:
    visit = await up_to_date(site, "guarded")
    received = await exchange(
        once_house.server.port, poll_of(visit, "origin: https://elsewhere.example", "connection: close")
    )
    assert statuses(received) == [403]


async def test_polls_on_one_connection_are_answered_in_order(once_house: House, site: Site) -> None:
    visit, left = await up_to_date(site), await up_to_date(site)
    (await left.leave()).ok()
    last = poll_of(visit, "connection: close")
    received = await exchange(once_house.server.port, poll_of(visit) + poll_of(left) + last)
    assert statuses(received) == [200, 404, 200]


async def test_it_is_counted_once(once_house: House, site: Site) -> None:
    visit = await up_to_date(site)
    before = await polls_counted(once_house)
    for _ in range(3):
        (await visit.poll()).ok()
    assert await polls_counted(once_house) == before + 3


@pytest.mark.parametrize("limit", ["requests_per_second_per_chat", "requests_per_second_per_address"])
async def test_the_limits_are_those_of_all_requests(tmp_path: Path, limit: str) -> None:
    settings = replace(v3_settings(tmp_path, replay_window_s=0), limits=replace(NO_LIMITS, **{limit: 4}))
    async with serving(settings) as house, site_of(house.url) as site:
        visit = await up_to_date(site)
        answers: list[Answer] = [await visit.read() for _ in range(30)]
    counted = Counter(answer.status for answer in answers)
    assert set(counted) == {200, 429}
    assert {a.body["status"].get("message", "") for a in answers if a.status == 429} == {""}
    assert {a.headers.get("retry-after") for a in answers if a.status == 429} == {"1"}

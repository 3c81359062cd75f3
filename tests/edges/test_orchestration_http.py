"""Sessions over HTTP: who may come in, and what is refused how."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import anyio
import pytest

from frontdesk.desk.orchestration.engine import EngineLost
from frontdesk.desk.orchestration.responses import WAITING_MAX
from frontdesk.edges.orchestration_http import BODY_BYTES_MAX
from frontdesk.edges.program_answers import error_of
from frontdesk.errors import Conflict, Denied, DeskError, NotFound, Refused, TooNew
from frontdesk.scxml.faults import DocumentRefused
from tests.conformance.house import House, serving, settings_in
from tests.conformance.test_orchestration_http import (
    CHART,
    KEY,
    Program,
    house_with_the_counter,
    program,
    settings_with_programs,
)

pytestmark = pytest.mark.anyio

ADDRESS = "http://files.example/counter/main.scxml"
SETTINGS = f'name = "open"\naddresses = ["{ADDRESS}"]\n[parameters]\nwho = "eve"\n'.encode()
OPEN = {
    "application.toml": SETTINGS,
    "application.scxml": CHART,
    "other.scxml": CHART,
    "broken.scxml": b"<scxml/>",
    "endless.scxml": CHART.replace(
        b'<state id="waiting">', b'<state id="waiting"><transition target="waiting"/>'
    ),
}


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    settings = settings_with_programs(tmp_path_factory.mktemp("house"), sources=("open",), answer_s=30)
    async with AsyncExitStack() as stack:
        house = await house_with_the_counter(stack, settings)
        await house.server.applications.upload(OPEN)
        yield house


@pytest.fixture
async def caller(house: House) -> AsyncIterator[Program]:
    async with program(house) as made:
        yield made


async def test_without_the_right_key_nobody_learns_what_there_is(house: House, caller: Program) -> None:
    session_id = await caller.start("open")
    answers = set()
    for key in ("", "wrong", f"{KEY}s", KEY[:-1]):
        async with program(house, key) as other:
            for path in (f"{session_id}/event/add", "nobody/event/add", f"{session_id}/terminate", "start"):
                answer = await other.posts(path, {"src": "open"})
                answers.add((answer.status_code, answer.text))
    assert len(answers) == 1
    assert answers.pop()[0] == 401


async def test_the_key_may_come_as_a_bearers(house: House) -> None:
    async with program(house, "") as other:
        other.http.headers["authorization"] = f"Bearer {KEY}"
        await other.start("open")


@pytest.mark.parametrize("path", ["", "s/", "s/event/", "s/events", "s/event/a/b", "s/query/all"])
async def test_there_is_nothing_at_other_addresses(caller: Program, path: str) -> None:
    assert (await caller.posts(path)).status_code == 404


async def test_each_address_is_asked_by_its_method(caller: Program) -> None:
    session_id = await caller.start("open")
    answer = await caller.posts(f"{session_id}/query")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    answer = await caller.http.get(f"/scxml/session/{session_id}/event/add")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (await caller.http.head(f"/scxml/session/{session_id}/query")).status_code == 200


async def test_without_keys_in_the_settings_there_are_no_such_addresses(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with serving(settings_in(tmp_path_factory.mktemp("closed"))) as house, program(house) as other:
        assert (await other.posts("start", {"src": "open"})).status_code == 404


async def test_one_that_failed_says_why(caller: Program) -> None:
    session_id = await caller.start("open/endless.scxml")
    found = await caller.sees(session_id, state="failed")
    assert "microsteps" in found["reason"]
    session_id = await caller.start("open")
    assert "reason" not in await caller.sees(session_id, configuration=["waiting"])


@pytest.mark.parametrize("source", ["open", "open/other.scxml", ADDRESS])
async def test_what_may_be_started_is(caller: Program, source: str) -> None:
    session_id = await caller.start(source)
    found = await caller.sees(session_id, configuration=["waiting"])
    assert (found["name"], found["data"]["who"]) == ("open", "eve")


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("counter", 403),
        ("nobody-has-uploaded-this", 403),
        ("http://169.254.169.254/latest", 403),
        ("file:///etc/passwd", 403),
        ("../open", 400),
        ("Open Sesame", 400),
        ("", 400),
        ("open/broken.scxml", 422),
        ("open/missing.scxml", 422),
        ("open/../open/other.scxml", 422),
    ],
)
async def test_what_may_not_is_refused(caller: Program, source: str, status: int) -> None:
    answer = await caller.posts("start", {"src": source})
    assert answer.status_code == status, answer.text


async def test_a_body_is_a_form_or_json_and_not_too_large(caller: Program) -> None:
    session_id = await caller.start("open")
    event = f"/scxml/session/{session_id}/event/x"
    xml = {"content-type": "text/xml"}
    assert (await caller.http.post(event, content=b"<a/>", headers=xml)).status_code == 415
    assert (await caller.http.post(event, json=[1])).status_code == 400
    large = b"a=" + b"x" * BODY_BYTES_MAX
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert (await caller.http.post(event, content=large, headers=form)).status_code == 413
    # Of a body that just fits, the event's data may still be too large.
    escaped = b'{"a":"' + "é".encode() * 100_000 + b'"}'
    assert (
        await caller.http.post(event, content=escaped, headers={"content-type": "application/json"})
    ).is_success


async def test_a_key_for_repetitions_has_a_limit(caller: Program) -> None:
    session_id = await caller.start("open")
    headers = {"idempotency-key": "k" * 201}
    assert (await caller.posts(f"{session_id}/event/add", headers=headers)).status_code == 400


async def test_only_so_many_wait_for_one_session(caller: Program) -> None:
    session_id = await caller.start("open")
    waiting = [asyncio.create_task(caller.posts(f"{session_id}/request/add")) for _ in range(WAITING_MAX + 1)]
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert [one.result().status_code for one in done] == [429]
        await caller.posts(f"{session_id}/event/stop")
        with anyio.fail_after(30):
            answers = await asyncio.gather(*waiting)
        assert sorted({answer.status_code for answer in answers}) == [409, 429]
    finally:
        for one in waiting:
            one.cancel()


async def test_the_same_request_waits_once(caller: Program) -> None:
    session_id = await caller.start("open")
    once = {"idempotency-key": "ask"}
    first = asyncio.create_task(caller.posts(f"{session_id}/request/add", headers=once))
    await caller.sees(session_id, data={"who": "eve", "count": 1})
    assert (await caller.posts(f"{session_id}/request/add", headers=once)).status_code == 409
    await caller.posts(f"{session_id}/event/stop")
    assert (await first).status_code == 409


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (Refused("queue_full", "too many wait"), 429),
        (DocumentRefused(()), 422),
        (Refused("anything_else", "no"), 400),
        (NotFound("s1 in the tables"), 404),
        (Denied("no"), 401),
        (Conflict("again"), 503),
        (TooNew(), 503),
        (EngineLost("gone"), 503),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_every_error_of_the_desk_has_an_answer(failure: DeskError, status: int) -> None:
    answer = error_of(failure)
    assert answer.status_code == status
    assert b"tables" not in answer.body

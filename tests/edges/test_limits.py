"""Every limit has a name, a clear answer, a metric, and ends when it should."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from frontdesk.domain.rules import FileRules, Rules
from frontdesk.main import wall_clock_ms
from frontdesk.settings import LimitSettings, ServiceSettings
from tests.bare import http_client
from tests.conformance.house import NO_LIMITS, PASSWORD, House, serving, settings_in
from tests.conformance.v2 import Answer, Chat
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def house_with(
    tmp_path: Path, clock_ms: Callable[[], int] = wall_clock_ms, /, **limits: int
) -> AsyncIterator[House]:
    async with serving(settings_in(tmp_path, limits=replace(NO_LIMITS, **limits)), clock_ms) as house:
        yield house


async def refusals(house: House, limit: str) -> float:
    text = (await house.visitors.http.get(f"{house.url}/metrics")).text
    found = re.search(rf'frontdesk_limit_refusals_total{{limit="{limit}"}} (\S+)', text)
    return float(found[1]) if found else 0


async def asks_to_start(house: House, service: str = "s") -> Answer:
    return await house.visitors.post(f"/{service}/", {"nickname": "Mira"})


def is_busy(answer: Answer) -> bool:
    body = answer.body
    return (
        answer.status == 200
        and body["statusCode"] == 1
        and body["chatEnded"] is False
        and "errors" not in body
    )


async def test_starts_per_minute_per_address(tmp_path: Path, clock: Clock) -> None:
    async with house_with(tmp_path, clock, starts_per_minute_per_address=3) as house:
        answers = [await asks_to_start(house) for _ in range(5)]
        assert [is_busy(a) for a in answers] == [False, False, False, True, True]
        assert all("secureKey" not in a.body for a in answers if is_busy(a))
        assert await refusals(house, "starts_per_minute_per_address") == 2
        clock.after_s(60)
        assert not is_busy(await asks_to_start(house))


async def test_open_chats_per_address_and_an_ended_one_makes_room(tmp_path: Path) -> None:
    async with house_with(tmp_path, open_chats_per_address=2) as house:
        first = await house.visitors.start()
        await house.visitors.start()
        assert is_busy(await asks_to_start(house))
        await first.ask("disconnect")
        await house.visitors.start()
        assert await refusals(house, "open_chats_per_address") == 1


async def test_open_chats_per_node_opens_again_when_there_is_room_to_speak_of(tmp_path: Path) -> None:
    async with house_with(tmp_path, open_chats_per_node=5) as house:
        chats = [await house.visitors.start() for _ in range(5)]
        assert is_busy(await asks_to_start(house))
        await chats[0].ask("disconnect")
        assert is_busy(await asks_to_start(house)), "four of five is not yet room to speak of"
        await chats[1].ask("disconnect")
        await house.visitors.start()
        (await chats[2].send("Those who are here are not slowed.")).ok()


async def test_open_chats_per_service(tmp_path: Path) -> None:
    services = {"s": ServiceSettings(open_chats_max=1), "other": ServiceSettings()}
    async with serving(settings_in(tmp_path, services=services)) as house:
        await house.visitors.start()
        assert is_busy(await asks_to_start(house))
        await house.visitors.start("other")


async def test_requests_per_second_per_chat_keep_the_identity_and_lose_nothing(
    tmp_path: Path, clock: Clock
) -> None:
    async with house_with(tmp_path, clock, requests_per_second_per_chat=3) as house:
        chat = await house.visitors.start()
        other = await house.visitors.start()
        answers = [await chat.refresh(1) for _ in range(12)]
        busy = [a for a in answers if is_busy(a)]
        assert len(busy) == 9
        assert all({key: a.body[key] for key in chat.identity} == chat.identity for a in busy)
        (await other.refresh(1)).ok()
        clock.after_s(1)
        (await chat.send("Again")).ok()


async def test_who_does_not_know_the_key_cannot_use_up_a_chats_requests(tmp_path: Path, clock: Clock) -> None:
    async with house_with(tmp_path, clock, requests_per_second_per_chat=3) as house:
        chat = await house.visitors.start()
        for _ in range(10):
            (await house.visitors.post(chat.path("refresh"), {"secureKey": "wrong"})).gone()
        (await chat.refresh(1)).ok()


async def test_requests_per_second_per_address(tmp_path: Path, clock: Clock) -> None:
    async with house_with(tmp_path, clock, requests_per_second_per_address=5) as house:
        chat = await house.visitors.start()
        answers = [await chat.refresh(1) for _ in range(15)]
        busy = [a for a in answers if is_busy(a)]
        assert busy
        assert all(a.body["secureKey"] == chat.secure_key for a in busy)
        stranger = await house.visitors.post(chat.path("refresh"), {"secureKey": "wrong"})
        assert "secureKey" not in stranger.body


async def test_behind_a_trusted_proxy_each_visitor_has_an_address_of_their_own(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, limits=replace(NO_LIMITS, open_chats_per_address=1))
    for proxies, expected in (((), True), (("127.0.0.1",), False)):
        behind = replace(settings, server=replace(settings.server, trusted_proxies=proxies))
        async with serving(behind) as house:
            for address in ("203.0.113.1", "203.0.113.2"):
                answer = await house.visitors.post(
                    "/s/", {"nickname": "Mira"}, **{"x-forwarded-for": address}
                )
            assert is_busy(answer) is expected


@pytest.mark.parametrize(
    "limit", ["open_chats_per_address", "starts_per_minute_per_address", "requests_per_second_per_address"]
)
async def test_all_ipv6_addresses_of_a_subscriber_are_one(tmp_path: Path, clock: Clock, limit: str) -> None:
    settings = settings_in(tmp_path, limits=replace(NO_LIMITS, **{limit: 1}))
    settings = replace(settings, server=replace(settings.server, trusted_proxies=("127.0.0.1",)))

    async def is_refused(house: House, address: str) -> bool:
        forwarded = {"x-forwarded-for": address}
        return is_busy(await house.visitors.post("/s/", {"nickname": "Mira"}, **forwarded))

    async with serving(settings, clock) as house:
        assert not await is_refused(house, "2001:db8:0:1::7")
        assert not await is_refused(house, "2001:db8:0:2::7")
        assert await is_refused(house, "2001:db8:0:1:8000::8")
        assert not await is_refused(house, "192.0.2.7")


async def test_a_body_that_is_too_large_is_refused_and_the_chat_goes_on(tmp_path: Path) -> None:
    async with house_with(tmp_path, body_bytes_max=1000) as house:
        chat = await house.visitors.start()
        (await chat.send("x" * 2000)).refused(204)
        (await chat.send("x")).ok()
        assert await refusals(house, "body_too_large") == 1
        assert [e["text"] for e in await chat.events("Message")] == ["x"]


async def test_a_nickname_of_ten_megabytes(tmp_path: Path) -> None:
    async with house_with(tmp_path) as house:
        refused = await house.visitors.post("/s/", {"nickname": "x" * 10_000_000})
        refused.refused(204)


async def test_tries_to_sign_in(tmp_path: Path, clock: Clock) -> None:
    async with house_with(tmp_path, clock, sign_ins_per_minute_per_address=3) as house:
        await house.server.add_account(login="amy", password=PASSWORD)
        address = f"{house.url}/api/workspace/sign-in"
        async with http_client() as http:
            wrong: list[Any] = [
                await http.post(address, json={"login": "amy", "password": "wrong"}) for _ in range(5)
            ]
            assert {answer.status_code for answer in wrong[:2]} == {401}
            assert wrong[-1].status_code == 429
            assert int(wrong[-1].headers["retry-after"]) > 0
            assert wrong[-1].json()["error"]["code"] == "too_many_tries"


async def test_an_agent_who_does_not_read_is_cut_off_and_comes_back_to_everything(tmp_path: Path) -> None:
    async with house_with(tmp_path, socket_outbox_messages_max=50) as house:
        chat = await house.visitors.start()
        async with house.agent("amy") as amy:
            await amy.takes(chat.chat_id)
            await amy.stops_reading()
            for number in range(300):
                (await chat.send(f"{number} " + "x" * 3900)).ok()
        assert (await chat.refresh(1)).has_ended is False
        text = (await house.visitors.http.get(f"{house.url}/metrics")).text
        assert "frontdesk_workspace_sockets 0.0" in text


async def test_uploads_of_files_at_their_limits(tmp_path: Path) -> None:
    rules = Rules(files=FileRules(upload_needs_agent=True))
    async with serving(settings_in(tmp_path, services={"s": ServiceSettings(rules=rules)})) as house:
        chat = await house.visitors.start()
        refused = (await chat.upload("a.txt", b"hello")).refused(203)
        assert "agent" in refused.body["errors"][0]["advice"]
        async with house.agent("amy") as amy:
            await amy.takes(chat.chat_id)
            (await chat.upload("a.txt", b"hello")).ok()


async def test_the_limits_of_a_services_rules_are_counted_too(tmp_path: Path) -> None:
    async with house_with(tmp_path) as house:
        chat = await house.visitors.start()
        (await chat.send("x" * 4001)).refused(204)
        (await chat.ask("updateData", **{"userData[a]": "x" * 17_000})).refused(100)
        (await chat.upload("a.txt", b"x" * 2_097_153, "text/plain")).refused(202)
        counted = [
            await refusals(house, code) for code in ("text_too_long", "user_data_too_large", "file_too_large")
        ]
    assert counted == [1, 1, 1]


async def test_a_long_chat_can_still_be_ended(tmp_path: Path) -> None:
    services = {"s": ServiceSettings(rules=Rules(events_max=100))}
    async with serving(settings_in(tmp_path, services=services)) as house:
        chat = await house.visitors.start()
        answer = await _until_full(chat)
        answer.gone()
        assert not (await chat.refresh(1)).has_ended
        assert (await chat.ask("disconnect")).ok().has_ended


async def _until_full(chat: Chat) -> Answer:
    for _ in range(150):
        answer = await chat.send("again")
        if answer.body["statusCode"] != 0:
            return answer
    raise AssertionError("it was never full")


def test_every_limit_has_a_name_a_default_and_bounds() -> None:
    reference = Path("docs/reference/settings.md").read_text(encoding="utf-8")
    assert [name for name in LimitSettings.__struct_fields__ if name not in reference] == []

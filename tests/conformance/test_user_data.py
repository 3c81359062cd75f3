"""Chat Service API, §9.3: reading and deleting user data, our two calls beside Chat API v2."""

from pathlib import Path

import pytest

from frontdesk.settings import ServiceSettings
from tests.conformance.house import House, serving, settings_in
from tests.conformance.v2 import Chat, Visitors

pytestmark = pytest.mark.anyio

DATA = {
    "userData[color]": "red",
    "userData[size]": "9",
    "userData[_genesys_url]": "https://x.example",
    "userData[GCTI_LanguageCode]": "en",
}


async def read(chat: Chat, keys: str) -> dict[str, str]:
    data: dict[str, str] = (await chat.ask("userData/read", keys=keys)).ok().body["userData"]
    return data


@pytest.mark.parametrize("keys", ["color,size", "color, size", '["color","size"]'])
async def test_what_a_visitor_wrote_can_be_read_back(visitors: Visitors, keys: str) -> None:
    chat = await visitors.start(nickname="Mira", **DATA)
    assert await read(chat, keys) == {"color": "red", "size": "9"}


async def test_keys_may_come_one_by_one(visitors: Visitors) -> None:
    chat = await visitors.start(nickname="Mira", **DATA)
    answer = await chat.ask("userData/read", **{"keys[]": "color"})
    assert answer.ok().body["userData"] == {"color": "red"}


@pytest.mark.parametrize("key", ["_genesys_url", "GCTI_LanguageCode", "nothing", "", "[]"])
async def test_other_keys_are_as_absent(visitors: Visitors, key: str) -> None:
    chat = await visitors.start(nickname="Mira", **DATA)
    assert await read(chat, key) == {}


async def test_keys_that_are_no_list_are_refused(visitors: Visitors) -> None:
    chat = await visitors.start(nickname="Mira", **DATA)
    (await chat.ask("userData/read", keys='["color"')).refused(100)


async def test_what_a_visitor_wrote_can_be_deleted(visitors: Visitors) -> None:
    chat = await visitors.start(nickname="Mira", **DATA)
    answer = (await chat.ask("userData/delete", keys="color,nothing")).ok()
    assert isinstance(answer.body["timestamp"], int)
    assert await read(chat, "color,size") == {"size": "9"}


async def test_what_agents_wrote_is_read_only_when_the_operator_says_so_and_never_deleted(
    tmp_path: Path,
) -> None:
    services = {"s": ServiceSettings(visitor_readable_keys=("ticket",))}
    async with serving(settings_in(tmp_path, services=services)) as house:
        chat = await _with_agents_data(house)
        assert await read(chat, "ticket,internal") == {"ticket": "T-1"}
        (await chat.ask("userData/delete", keys="ticket,internal")).ok()
        assert await read(chat, "ticket") == {"ticket": "T-1"}


async def _with_agents_data(house: House) -> Chat:
    chat = await house.visitors.start()
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        data = {"ticket": "T-1", "internal": "watch out"}
        await amy.does("set_data", interaction_id=chat.chat_id, user_data=data)
    return chat


async def test_of_a_chat_that_is_over_nothing_is_deleted(visitors: Visitors) -> None:
    chat = await visitors.start(nickname="Mira", **DATA)
    await chat.ask("disconnect")
    (await chat.ask("userData/delete", keys="color")).gone()

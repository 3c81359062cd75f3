"""The official CometD client against our server: in Node and in Chromium, by each of its transports."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser

from frontdesk.settings import CometdSettings
from tests.conformance.agents import Agent
from tests.conformance.house import House, serving, settings_in
from tests.node.cable import Cable, laid_to
from tests.node.visitors import Visitor, in_browser, in_node, options_for

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

EVERY = ["websocket", "long-polling", "callback-polling"]
BY_POLL = ["long-polling", "callback-polling"]
Come = Callable[..., AbstractAsyncContextManager[Visitor]]


@pytest.fixture
def come(cometd: Path, browser: Browser) -> Come:
    """Lets a visitor come: `place` is where they are."""

    @asynccontextmanager
    async def visitor(place: str, url: str, transports: list[str], **options: Any) -> AsyncIterator[Visitor]:
        asked = options_for(url, transports, **options)
        if place == "Node":
            async with in_node(cometd, asked) as one:
                yield one
        else:
            async with in_browser(browser, asked) as one:
                yield one

    return visitor


everywhere = pytest.mark.parametrize("place", ["Node", "Chromium"])
every_way = pytest.mark.parametrize(
    ("transports", "used"), [(EVERY, "websocket"), (BY_POLL, "long-polling")], ids=["socket", "poll"]
)


@everywhere
@every_way
async def test_a_whole_chat(house: House, come: Come, place: str, transports: list[str], used: str) -> None:
    async with house.agent("amy") as amy, come(place, house.url, transports) as visitor:
        chat_id = (await visitor.starts())["chatId"]
        assert await visitor.does("transport") == used
        await amy.takes(chat_id)
        for number in range(3):
            await visitor.says(f"question {number}")
            await amy.hears_event(chat_id, "Said", text=f"question {number}")
            await amy.does("say", interaction_id=chat_id, text=f"answer {number}")
            await visitor.hears(f"answer {number}")
        assert visitor.words == [f"{kind} {n}" for n in range(3) for kind in ("question", "answer")]
        await amy.does("end", interaction_id=chat_id)
        await visitor.comes(lambda m: m["is"] == "data" and m["data"]["chatEnded"])
        assert visitor.hears_in_order()
        assert not [m for m in visitor.heard if m["is"] == "meta" and m["channel"] == "/meta/unsuccessful"]


@everywhere
@every_way
async def test_words_in_one_batch_keep_their_order(
    shared_house: House, come: Come, place: str, transports: list[str], used: str
) -> None:
    async with come(place, shared_house.url, transports) as visitor:
        await visitor.starts()
        texts = [f"word {number}" for number in range(20)]
        await visitor.does("batch", texts=texts)
        await visitor.hears(texts[-1])
        assert visitor.words == texts
        assert await visitor.does("disconnect"), used


@everywhere
@every_way
async def test_two_tabs_hear_the_same(
    shared_house: House, come: Come, place: str, transports: list[str], used: str
) -> None:
    async with (
        come(place, shared_house.url, transports) as one,
        come(place, shared_house.url, transports) as other,
    ):
        data = await one.starts()
        await one.says("before the other came")
        await one.hears("before the other came")
        assert await other.does("handshake")
        identity = {key: data[key] for key in ("chatId", "userId", "secureKey", "alias")}
        assert await other.does("restore", identity=identity)
        await other.hears("before the other came")
        await one.says("from one")
        await other.says("from the other")
        for visitor in (one, other):
            await visitor.hears("from one")
            await visitor.hears("from the other")
        assert sorted(one.words) == sorted(other.words), used
        assert one.hears_in_order()
        assert other.hears_in_order()


@pytest.mark.parametrize("acks", [False, True], ids=["plain", "acknowledging"])
@every_way
async def test_one_who_subscribes_hears_everything_once(
    shared_house: House, come: Come, transports: list[str], used: str, *, acks: bool
) -> None:
    async with come("Node", shared_house.url, transports, acks=acks, subscribes=True) as visitor:
        await visitor.starts()
        for number in range(10):
            await visitor.says(f"word {number}")
        await visitor.hears("word 9")
        heard = [event["index"] for data in visitor.pushes for event in data["messages"]]
        assert heard == sorted(set(heard)), used
        assert visitor.words == [f"word {number}" for number in range(10)]


@every_way
async def test_a_server_that_comes_back_knows_nobody_and_loses_nothing(
    tmp_path: Path, come: Come, transports: list[str], used: str
) -> None:
    async with serving(settings_in(tmp_path)) as house:
        url, port = house.url, house.server.port
        context = come("Node", url, transports)
        visitor = await context.__aenter__()
        data = await visitor.starts()
        await visitor.says("before")
        await visitor.hears("before")
    try:
        settings = settings_in(tmp_path)
        async with serving(replace(settings, server=replace(settings.server, port=port))) as house:
            seen = len(visitor.heard)
            path = f"/s/{data['chatId']}/send"
            said = await house.visitors.post(
                path, {"secureKey": data["secureKey"], "message": "from elsewhere"}
            )
            said.ok()
            await visitor.comes(lambda m: m["is"] == "meta" and m["channel"] == "/meta/handshake", seen)
            await visitor.hears("from elsewhere")
            await visitor.says("after")
            await visitor.hears("after")
            assert visitor.words == ["before", "from elsewhere", "after"]
            assert visitor.hears_in_order(), used
    finally:
        await context.__aexit__(None, None, None)


@asynccontextmanager
async def behind_a_cable(
    house: House, come: Come, transports: list[str]
) -> AsyncIterator[tuple[Agent, Cable, Visitor, str]]:
    """An agent and a visitor who talk, the latter over a cable; and the id of their chat."""
    async with (
        house.agent("amy") as amy,
        laid_to(house.server.port) as cable,
        come("Node", cable.url, transports) as visitor,
    ):
        chat_id = (await visitor.starts())["chatId"]
        await amy.takes(chat_id)
        await visitor.says("before")
        yield amy, cable, visitor, chat_id


async def away(amy: Agent, cable: Cable, visitor: Visitor, chat_id: str, told: str) -> None:
    """The network dies, the visitor is told something meanwhile, and speaks when it is back."""
    seen = len(visitor.heard)
    await cable.cut()
    await visitor.comes(lambda m: m["is"] == "meta" and not m["successful"], seen)
    await amy.does("say", interaction_id=chat_id, text=told)
    cable.mend()
    await visitor.hears(told)
    await visitor.says("I am again")
    await visitor.hears("I am again")


@every_way
async def test_a_network_that_dies_loses_and_doubles_nothing(
    house: House, come: Come, transports: list[str], used: str
) -> None:
    async with behind_a_cable(house, come, transports) as (amy, cable, visitor, chat_id):
        await amy.hears_event(chat_id, "Said", text="before")
        await away(amy, cable, visitor, chat_id, "are you there?")
        assert visitor.words == ["before", "are you there?", "I am again"], used
        assert visitor.hears_in_order()


@every_way
async def test_what_was_lost_on_its_way_comes_before_what_was_said_meanwhile(
    house: House, come: Come, transports: list[str], used: str
) -> None:
    async with behind_a_cable(house, come, transports) as (amy, cable, visitor, chat_id):
        await visitor.hears("before")
        cable.mute()
        await amy.does("say", interaction_id=chat_id, text="what is lost")
        await cable.loses("what is lost")
        await away(amy, cable, visitor, chat_id, "what waits")
        assert visitor.words == ["before", "what is lost", "what waits", "I am again"], used
        assert visitor.hears_in_order()


async def test_pages_without_anything_else_may_use_scripts(
    tmp_path: Path, come: Come, browser: Browser
) -> None:
    settings = settings_in(tmp_path, cometd=CometdSettings(callback_polling=True))
    async with (
        serving(settings) as house,
        house.agent("amy") as amy,
        come("Chromium", house.url, ["callback-polling"]) as visitor,
    ):
        chat_id = (await visitor.starts())["chatId"]
        assert await visitor.does("transport") == "callback-polling"
        await amy.takes(chat_id)
        await amy.does("say", interaction_id=chat_id, text="line ends \u2028 and </script>")
        await visitor.hears("line ends \u2028 and </script>")
        await visitor.says("äöü & <b>")
        await amy.hears_event(chat_id, "Said", text="äöü & <b>")

"""Chat API v3, checks 13–28: live polls, and what is delivered to whom."""

from itertools import pairwise
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import anyio
import pytest

from tests.conformance.house import House, serving
from tests.conformance.v3 import BASE, ORIGIN, WAIT_S, Site, Visit, Widget, operation_id, site_of
from tests.conformance.v3_house import v3_settings

pytestmark = pytest.mark.anyio

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)


async def test_13_the_first_message_is_the_visitors_joining(site: Site) -> None:
    visit = await site.visit()
    (joined,) = (await visit.poll()).messages
    assert joined["type"] == "ParticipantJoined"
    assert joined["from"] == {
        "participantId": visit.participant_id,
        "nickname": "Ann",
        "type": "Client",
    }


async def test_14_a_poll_with_nothing_new_is_an_empty_list(tmp_path: Path) -> None:
    async with serving(v3_settings(tmp_path, replay_window_s=0)) as house, site_of(house.url) as site:
        visit = await site.visit()
        await visit.poll()
        answer = await visit.poll()
        assert (answer.status, answer.messages, answer.has_ended) == (200, [], False)


async def test_15_each_message_comes_once_and_in_order(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await visit.poll(widget=False)
        for text in ("one", "two", "three"):
            await amy.does("say", interaction_id=visit.session_id, text=text)
        assert (await visit.poll(widget=False)).texts == ["one", "two", "three"]
        await amy.does("say", interaction_id=visit.session_id, text="four")
        assert (await visit.poll(widget=False)).texts == ["four"]


async def test_15_after_the_replay_window_nothing_comes_again(tmp_path: Path) -> None:
    async with serving(v3_settings(tmp_path, replay_window_s=1)) as house, site_of(house.url) as site:
        visit = await site.visit()
        await visit.says("one", "two", "three")
        assert (await visit.poll()).texts == ["one", "two", "three"]
        assert (await visit.comes(lambda answer: not answer.messages)).texts == []


async def test_16_every_index_is_unique_and_grows(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        for text in ("one", "two"):
            await amy.does("type", interaction_id=visit.session_id, is_typing=True)
            await amy.does("say", interaction_id=visit.session_id, text=text)
        messages = (await visit.sees("two")).messages
    indexes = [message["index"] for message in messages]
    assert all(isinstance(index, str) and index.isdigit() and len(index) == 16 for index in indexes)
    assert all(int(a) < int(b) < 2**53 for a, b in pairwise(indexes))
    assert all(message["from"]["participantId"] and message["type"] for message in messages)
    assert all(type(message["utcTime"]) is int for message in messages)


async def test_17_the_visitors_own_words_come_back(site: Site) -> None:
    visit = await site.visit()
    await visit.says("hello")
    (said,) = [m for m in (await visit.poll()).messages if m["type"] == "Text"]
    assert said["from"]["type"] == "Client"
    assert said["from"]["participantId"] == visit.participant_id


async def test_17_a_service_may_call_its_visitors_customers(site: Site) -> None:
    visit = await site.visit("customers")
    assert (await visit.poll()).messages[0]["from"]["type"] == "Customer"


async def test_18_a_widgets_poll_never_waits(site: Site) -> None:
    visit = await site.visit()
    await visit.poll()
    elapsed_s = min([(await visit.poll()).elapsed_s for _ in range(5)])
    assert elapsed_s < 0.2


async def test_19_the_poll_of_another_client_is_held_until_there_is_news(site: Site) -> None:
    visit = await site.visit()
    await visit.poll(widget=False)
    began_s = monotonic()

    async def says_later() -> None:
        await anyio.sleep(1)
        await visit.says("at last")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(says_later)
        assert (await visit.poll(widget=False)).texts == ["at last"]
    assert 1 <= monotonic() - began_s < WAIT_S / 2  # Polls are held for 20 s when there is no news.


async def test_19_a_held_poll_with_no_news_is_answered_in_the_end(tmp_path: Path) -> None:
    async with serving(v3_settings(tmp_path, poll_hold_s=1)) as house, site_of(house.url) as site:
        visit = await site.visit()
        await visit.poll(widget=False)
        answer = await visit.poll(widget=False)
        assert answer.messages == []
        assert answer.elapsed_s >= 0.9


async def test_20_a_client_that_says_what_it_has_gets_the_rest(site: Site) -> None:
    visit = await site.visit()
    await visit.says("A", "B")
    index = next(m["index"] for m in (await visit.poll()).messages if m.get("text") == "A")
    await visit.says("C")
    assert (await visit.read(index=index)).ok().texts == ["B", "C"]
    assert (await visit.read(index=index)).ok().texts == ["B", "C"]


async def test_21_an_index_that_is_none_means_what_is_after_it(site: Site) -> None:
    visit = await site.visit()
    await visit.says("A", "B")
    index = next(m["index"] for m in (await visit.poll()).messages if m.get("text") == "A")
    assert (await visit.read(index=int(index) + 1)).ok().texts == ["B"]
    assert (await visit.read(index=int(index) - 1)).ok().texts == ["A", "B"]
    assert (await visit.read(index=1)).ok().texts == ["A", "B"]
    assert (await visit.read(index="9" * 40)).ok().texts == []


@pytest.mark.parametrize("widget", [True, False], ids=["widget", "other"])
async def test_22_what_a_lost_connection_did_not_bring_comes_again(site: Site, *, widget: bool) -> None:
    visit = await site.visit()
    await visit.poll(widget=widget)
    address = urlsplit(site.url)
    query = f"?operationId={operation_id()}" if widget else ""
    request = (
        f"GET {BASE}/{visit.session_id}/messages{query} HTTP/1.1\r\nHost: localhost\r\n"
        f"Origin: {ORIGIN}\r\nx-nexus-client-key: {visit.token}\r\n\r\n"
    )
    stream = await anyio.connect_tcp(address.hostname or "", address.port or 0)
    if widget:
        await visit.says("lost")
    await stream.send(request.encode())
    if widget:
        await stream.receive()  # It left the server, and got lost on the way.
    await stream.aclose()
    if not widget:
        await visit.says("lost")
    assert "lost" in (await visit.poll(widget=widget)).texts


async def test_23_two_tabs_with_one_token_both_see_everything(site: Site) -> None:
    visit = await site.visit()
    tabs = [Widget(visit), Widget(visit)]
    for number in range(10):
        await visit.says(f"message {number}")
        await tabs[number % 2].polls()
    for tab in (*tabs, *tabs):
        await tab.polls()
    for tab in tabs:
        assert tab.texts == [f"message {number}" for number in range(10)]


async def test_24_an_image_is_the_last_of_its_batch(site: Site) -> None:
    visit = await site.visit()
    await visit.poll(widget=False)
    await visit.says("before")
    (await visit.upload(("photo.png", PNG, "image/png"))).ok()
    await visit.says("after")
    (await visit.upload(("second.png", PNG, "image/png"))).ok()
    first = (await visit.poll(widget=False)).messages
    assert [m.get("text") for m in first] == ["before", None]
    assert first[-1]["content"][0]["type"] == "image"
    second = (await visit.poll(widget=False)).messages
    assert [m.get("text") for m in second] == ["after", None]


async def test_24_an_image_that_comes_again_holds_nothing_up(site: Site) -> None:
    visit = await site.visit()
    tabs = [Widget(visit), Widget(visit)]
    for number in range(3):
        await visit.says(f"text {number}")
        (await visit.upload((f"{number}.png", PNG, "image/png"))).ok()
    await visit.says("the end")
    for _ in range(8):
        for tab in tabs:
            answer = await tab.visit.poll()
            has_image = ["content" in message for message in answer.messages]
            assert not any(has_image[:-1])
            tab.take(answer)
    for tab in tabs:
        assert tab.texts == ["text 0", "text 1", "text 2", "the end"]
        names = [m["content"][0]["name"] for m in tab.shown if "content" in m]
        assert sorted(names) == ["0.png", "1.png", "2.png"]


async def test_25_what_agents_say_among_themselves_never_appears(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("say", interaction_id=visit.session_id, text="secret", visibility="agents")
        await amy.does("say", interaction_id=visit.session_id, text="public")
        assert "secret" not in str((await visit.sees("public")).body)
        for query in ({"count": 20}, {"index": 1}, {"index": "9" * 16, "count": 20}):
            assert "secret" not in str((await visit.read(**query)).ok().body)  # type: ignore[arg-type]


async def test_26_typing_is_told_to_who_is_there_and_kept_nowhere(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("type", interaction_id=visit.session_id, is_typing=True)
        answer = await visit.comes(lambda answer: "TypingStarted" in answer.types)
        (typing,) = [m for m in answer.messages if m["type"] == "TypingStarted"]
        assert typing["from"]["type"] == "Agent"
        assert answer.indexes.count(typing["index"]) == 1
        page = (await visit.read(count=20)).ok()
        assert "TypingStarted" not in page.types


async def test_27_typing_is_said_again_while_it_lasts_and_ends_with_the_text(
    v3_house: House, own_site: Site
) -> None:
    """Clients take the sign away after three seconds, and not for a text (§6.4)."""
    visit = await own_site.visit()
    widget = Widget(visit)
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.does("type", interaction_id=visit.session_id, is_typing=True)

        def signs() -> int:
            return sum(1 for m in widget.shown if m["type"] == "TypingStarted")

        with anyio.fail_after(WAIT_S):
            while signs() < 3:
                await widget.polls()
                await anyio.sleep(0.1)
        await amy.does("say", interaction_id=visit.session_id, text="done")
        await widget.polls()
        types = [m["type"] for m in widget.shown if m["from"]["type"] == "Agent"]
        assert types[-2:] == ["TypingStopped", "Text"]
        began, *_, last = [m for m in widget.shown if m["type"] == "TypingStarted"]
        assert last["utcTime"] - began["utcTime"] >= 4000


async def test_28_ten_messages_from_an_agent_reach_both_tabs(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    tabs = [Widget(visit), Widget(visit)]
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        for number in range(10):
            await amy.does("say", interaction_id=visit.session_id, text=f"message {number}")
            await tabs[number % 2].polls()
        for tab in tabs:
            with anyio.fail_after(WAIT_S):
                while len(tab.texts) < 10:
                    await tab.polls()
            assert tab.texts == [f"message {number}" for number in range(10)]


async def test_two_devices_are_each_told_everything(site: Site) -> None:
    visit = await site.visit()
    phone = await visit.resume()
    await visit.says("from the desk")
    await phone.says("from the phone")
    for device in (visit, phone):
        assert (await device.poll(widget=False)).texts == ["from the desk", "from the phone"]


async def test_an_alert_and_the_end_of_a_countdown_are_told(site: Site) -> None:
    visit: Visit = await site.visit("warns")
    answer = await visit.comes(lambda answer: "IdleAlert" in answer.types)
    alert = answer.messages[-1]
    assert alert["from"]["type"] == "External"
    assert alert["userData"] == {"next-idle-timer-type": "CLOSE", "next-idle-timer-secs": "30"}
    assert "IdleAlert" not in (await visit.read(count=20)).ok().types

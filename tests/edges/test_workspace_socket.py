"""What agents and bots can rely on at the workspace socket: nothing is missed, nothing comes twice."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import websockets

from frontdesk.desk.staff import Staff
from frontdesk.main import wall_clock_ms
from frontdesk.settings import WorkspaceSettings
from frontdesk.store.open import open_database
from frontdesk.wire import workspace_wishes as wishes
from tests.bare import http_client
from tests.conformance.agents import Agent, signed_in
from tests.conformance.house import PASSWORD, House, serving, settings_in
from tests.conformance.v2 import Chat
from tests.desk.nodes import Clock

pytestmark = pytest.mark.anyio


def texts(agent: Agent, chat_id: str) -> list[str]:
    """What was said in a chat, as this connection heard it, in order."""
    return [
        m["event"]["text"]
        for m in agent.heard
        if m["is"] == "event" and m["interaction_id"] == chat_id and m["event"]["type"] == "Said"
    ]


def versions(agent: Agent, chat_id: str) -> list[int]:
    return [m["version"] for m in agent.heard if m["is"] == "event" and m["interaction_id"] == chat_id]


@asynccontextmanager
async def again(house: House, login: str, have: dict[str, int] | None = None) -> AsyncIterator[Agent]:
    """Another connection of somebody who has an account, resumed from `have`."""
    async with signed_in(house.url, login, PASSWORD, have=have or {}) as agent:
        yield agent


async def taken(house: House, agent: Agent, **fields: str) -> Chat:
    chat = await house.visitors.start(**fields)
    await agent.takes(chat.chat_id)
    return chat


async def test_a_chat_rings_is_taken_and_told_from_its_first_event(house: House) -> None:
    chat = await house.visitors.start(
        nickname="Mira", subject="Late", **{"userData[_genesys_url]": "https://x"}
    )
    await chat.send("Hello?")
    async with house.agent("amy") as amy:
        invited = await amy.hears(lambda m: m["is"] == "invited")
        assert invited["interaction_id"] == chat.chat_id
        assert (invited["nickname"], invited["subject"], invited["service"]) == ("Mira", "Late", "s")
        assert invited["until_ms"] > invited["time_ms"]
        told = await amy.takes(chat.chat_id)
        assert told["page"]["url"] == "https://x"
        assert told["parties"][told["party_id"] - 1]["nickname"] == "amy"
        await amy.hears_event(chat.chat_id, "Joined", participant_id=told["parties"][1]["participant_id"])
        gone = await amy.hears(lambda m: m["is"] == "invite_gone")
        assert gone == {"is": "invite_gone", "interaction_id": chat.chat_id, "reason": "accepted"}
    assert texts(amy, chat.chat_id) == ["Hello?"]
    assert versions(amy, chat.chat_id)[0] == 1


async def test_the_visitors_secrets_stay_with_the_visitor(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        await amy.hears_event(chat.chat_id, "Started")
    everything = json.dumps(amy.heard)
    assert chat.secure_key not in everything
    assert '"key_hash": ""' in everything
    assert "127.0.0.1" not in everything


async def test_a_declined_chat_rings_for_somebody_else(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await house.visitors.start()
        await amy.hears(lambda m: m["is"] == "invited")
        async with house.agent("bob") as bob:
            await amy.does("decline", interaction_id=chat.chat_id)
            assert (await amy.hears(lambda m: m["is"] == "invite_gone"))["reason"] == "declined"
            await bob.takes(chat.chat_id)


async def test_an_unanswered_chat_rings_for_the_next_agent(clocked: House, clock: Clock) -> None:
    """The service `rings` gives one second to answer."""
    async with clocked.agent("amy") as amy:
        chat = await clocked.visitors.start("rings")
        await amy.hears(lambda m: m["is"] == "invited")
        async with clocked.agent("bob") as bob:
            clock.after_s(1)
            await bob.takes(chat.chat_id)
            assert (await amy.hears(lambda m: m["is"] == "invite_gone"))["reason"] == "expired"
            late = await amy.asks("accept", interaction_id=chat.chat_id)
            assert (late["is"], late["code"]) == ("refused", "invite_gone")


async def test_a_chat_that_its_visitor_leaves_rings_no_longer(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await house.visitors.start()
        await amy.hears(lambda m: m["is"] == "invited")
        await chat.ask("disconnect")
        gone = await amy.hears(lambda m: m["is"] == "invite_gone")
        assert gone == {"is": "invite_gone", "interaction_id": chat.chat_id, "reason": "cancelled"}


async def test_who_becomes_ready_is_told_by_what_chats_will_come(house: House) -> None:
    async with house.agent("amy", 3, "german=7") as amy:
        welcome = await amy.hears(lambda m: m["is"] == "welcome")
        assert welcome["agent"]["skills"] == {"german": 7}
        answer = await amy.asks("ready")
        assert (answer["is"], answer["agent"]) == ("done", welcome["agent"])


async def test_nobody_is_rung_beyond_their_capacity(house: House) -> None:
    async with house.agent("amy", capacity=1) as amy:
        first, second = await house.visitors.start(), await house.visitors.start()
        rung = (await amy.hears(lambda m: m["is"] == "invited"))["interaction_id"]
        await amy.does("accept", interaction_id=rung)
        await anyio.sleep(0.3)
        assert [m["interaction_id"] for m in amy.heard if m["is"] == "invited"] == [rung]
        await amy.does("end", interaction_id=rung)
        other = ({first.chat_id, second.chat_id} - {rung}).pop()
        await amy.hears(lambda m: m["is"] == "invited" and m["interaction_id"] == other)


async def test_after_a_lost_connection_everything_is_told_once(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        await chat.send("one")
        await amy.hears_event(chat.chat_id, "Said", text="one")
        have = {chat.chat_id: versions(amy, chat.chat_id)[-1]}
    await chat.send("two")
    async with again(house, "amy", have) as back:
        await chat.send("three")
        await back.hears_event(chat.chat_id, "Said", text="three")
        assert texts(back, chat.chat_id) == ["two", "three"]
        told = versions(back, chat.chat_id)
        assert told == sorted(set(told))


async def test_what_ended_while_the_connection_was_away_is_told_to_its_end(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        await amy.hears_event(chat.chat_id, "Joined")
        have = {chat.chat_id: versions(amy, chat.chat_id)[-1]}
    await chat.send("Goodbye")
    await chat.ask("disconnect")
    async with again(house, "amy", have) as back:
        await back.hears(lambda m: m["is"] == "left" and m["interaction_id"] == chat.chat_id)
        assert texts(back, chat.chat_id) == ["Goodbye"]
        assert back.heard[-2]["event"]["type"] == "Ended"


async def test_who_handed_a_chat_over_hears_no_more_of_it_also_when_asking_for_it(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        await amy.does("not_ready")
        await amy.does("hand_over", interaction_id=chat.chat_id, summary="Wants a refund")
        await amy.hears(lambda m: m["is"] == "left")
        async with house.agent("bob") as bob:
            invited = await bob.hears(lambda m: m["is"] == "invited")
            assert invited["summary"] == "Wants a refund"
            await bob.takes(chat.chat_id)
            await bob.does("say", interaction_id=chat.chat_id, text="only for us", visibility="agents")
            await bob.hears_event(chat.chat_id, "Said")
        async with again(house, "amy", {chat.chat_id: 1}) as back:
            await back.hears(lambda m: m["is"] == "left")
            assert texts(back, chat.chat_id) == []
            refused = await back.asks("say", interaction_id=chat.chat_id, text="still here?")
            assert refused["code"] == "not_a_party"


async def test_a_stranger_learns_nothing_of_a_chat(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        async with house.agent("eve") as eve:
            for do in ("leave", "end", "accept"):
                assert (await eve.asks(do, interaction_id=chat.chat_id))["is"] == "refused"
            assert (await eve.asks("say", interaction_id=chat.chat_id, text="x"))["code"] == "not_found"
            assert (await eve.asks("say", interaction_id="NOWHERE", text="x"))["code"] == "not_found"
        async with again(house, "eve", {chat.chat_id: 0}) as back:
            await back.does("ping")
            assert [m["is"] for m in back.heard if m["is"] not in ("welcome", "done")] == []
    assert (await chat.refresh(1)).has_ended is False


async def test_a_repeated_write_has_its_effect_once_also_after_the_end(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        say = {"do": "say", "id": "the same", "interaction_id": chat.chat_id, "text": "once"}
        for _ in range(3):
            amy.heard.clear()
            await amy.sends(say)
            await amy.hears(lambda m: m.get("id") == "the same" and m["is"] == "done")
        assert [e["text"] for e in await chat.events("Message")] == ["once"]
        await amy.does("end", interaction_id=chat.chat_id)
        amy.heard.clear()
        await amy.sends(say)
        assert (await amy.hears(lambda m: m.get("id") == "the same"))["is"] == "done"
        assert [e["text"] for e in await chat.events("Message")] == ["once"]


async def test_what_agents_say_among_themselves_reaches_no_visitor(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        await amy.does("say", interaction_id=chat.chat_id, text="a rude one", visibility="agents")
        await amy.does("notice", interaction_id=chat.chat_id, text="secret", visibility="agents")
        await amy.does("say", interaction_id=chat.chat_id, text="Good morning")
        answer = (await chat.refresh(1)).ok()
    assert [e["text"] for e in answer.of_type("Message")] == ["Good morning"]
    assert "rude" not in json.dumps(answer.body)
    assert "secret" not in json.dumps(answer.body)


async def test_every_tab_of_an_agent_sees_the_same(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        async with again(house, "amy") as tab:
            await tab.hears(lambda m: m["is"] == "interaction")
            await amy.does("say", interaction_id=chat.chat_id, text="from the first")
            await tab.hears_event(chat.chat_id, "Said", text="from the first")
            await tab.does("say", interaction_id=chat.chat_id, text="from the second")
            await amy.hears_event(chat.chat_id, "Said", text="from the second")
            await tab.does("not_ready", reason="lunch")
            readiness = await amy.hears(lambda m: m["is"] == "readiness" and not m["is_ready"])
            assert readiness["reason"] == "lunch"


async def test_the_preview_of_what_a_visitor_writes_is_shown_and_not_kept(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        await amy.hears_event(chat.chat_id, "Joined")
        await chat.refresh(1, message="my order is")
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "my order is")
        async with again(house, "amy") as elsewhere:
            await elsewhere.hears(lambda m: m["is"] == "preview" and m["text"] == "my order is")
        await chat.send("my order is late")
        await amy.hears(lambda m: m["is"] == "preview" and m["text"] == "")
        await chat.refresh(1, message="y" * 100_000)
        long = await amy.hears(lambda m: m["is"] == "preview" and m["text"].startswith("yy"))
        assert len(long["text"]) == 1000


async def test_typing_of_an_agent_is_seen_and_wears_off(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        await amy.does("type", interaction_id=chat.chat_id, is_typing=True)
        await amy.does("type", interaction_id=chat.chat_id, is_typing=True)
        await amy.does("say", interaction_id=chat.chat_id, text="Hello")
        await amy.does("type", interaction_id=chat.chat_id, is_typing=False)
        kinds = [e["type"] for e in await chat.events() if e["from"]["type"] == "Agent"]
    assert kinds == ["ParticipantJoined", "TypingStarted", "Message"]


async def test_a_bot_is_given_chats_and_told_whether_people_are_there(house: House) -> None:
    await house.server.add_account(login="robo", password=PASSWORD, role="bot", capacity=10, name="Robo")
    async with again(house, "robo") as robo:
        await robo.hears(lambda m: m == {"is": "floor", "ready": 0})
        await robo.does("ready")
        chat = await house.visitors.start("botted")
        await robo.hears(lambda m: m["is"] == "interaction")
        await robo.does("say", interaction_id=chat.chat_id, text="Beep")
        (said,) = await chat.events("Message")
        assert said["from"] == {"nickname": "Robo", "participantId": 2, "type": "External"}
        assert said["eventAttributes"]["GCTI_SYSTEM"]["party-info"]["style"] == "BOT"
        async with house.agent("amy") as amy:
            await robo.hears(lambda m: m == {"is": "floor", "ready": 1})
            await robo.does("hand_over", interaction_id=chat.chat_id, summary="He wants a person")
            await amy.takes(chat.chat_id)
            await robo.hears(lambda m: m["is"] == "left")


async def test_a_bot_is_told_of_people_who_come_whatever_earlier_bots_were_told(house: House) -> None:
    await house.server.add_account(login="robo", password=PASSWORD, role="bot", capacity=10)
    async with house.agent("amy") as amy:
        async with again(house, "robo") as robo:
            await robo.hears(lambda m: m == {"is": "floor", "ready": 1})
        await amy.does("not_ready")
        await amy.hears(lambda m: m["is"] == "readiness" and not m["is_ready"])
        async with again(house, "robo") as robo:
            await robo.hears(lambda m: m == {"is": "floor", "ready": 0})
            await amy.does("ready")
            await robo.hears(lambda m: m == {"is": "floor", "ready": 1})


async def test_without_its_bot_a_chat_waits_for_a_person(house: House) -> None:
    await house.server.add_account(login="robo", password=PASSWORD, role="bot", capacity=10)
    chat = await house.visitors.start("botted")
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        '{"do": "ping"}',
        '{"do": "fly", "id": "1"}',
        '{"do": "say", "id": "1", "interaction_id": "A"}',
        '{"do": "say", "id": "1", "interaction_id": "../A", "text": "x"}',
        '{"do": "say", "id": "1", "interaction_id": "A", "text": "x", "html": true}',
        '{"do": "ping", "id": "' + "x" * 65 + '"}',
        '{"do": "hello", "id": "1", "have": {"A": "many"}}',
        "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    ],
)
async def test_a_frame_that_is_no_wish_is_refused_and_the_connection_goes_on(
    house: House, frame: str
) -> None:
    async with house.agent("amy") as amy:
        await amy.sends_text(frame)
        refused = await amy.hears(lambda m: m["is"] == "refused")
        assert refused["code"] == "bad_message"
        assert refused["text"]
        await amy.does("ping")


async def test_the_first_message_is_hello(house: House) -> None:
    async with house.agent("amy") as amy, _socket(house, amy.token) as socket:
        await socket.send('{"do": "ready", "id": "1"}')
        (refused,) = json.loads(await socket.recv())
        assert (refused["is"], refused["code"]) == ("refused", "hello_missing")


async def test_a_message_that_is_too_large_ends_the_connection_alone(house: House) -> None:
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
        async with _socket(house, amy.token) as socket:
            await socket.send('{"do": "hello", "id": "1"}')
            await socket.send("x" * 300_000)
            await socket.wait_closed()
        await amy.does("say", interaction_id=chat.chat_id, text="still here")


async def test_no_token_no_conversation(house: House) -> None:
    for headers in ({}, {"authorization": "Bearer wrong"}, {"cookie": "frontdesk_session=wrong"}):
        async with websockets.connect(_address(house), additional_headers=headers) as socket:
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401


async def test_a_page_of_another_site_cannot_use_the_cookie(house: House) -> None:
    async with house.agent("amy") as amy:
        cookie = {"cookie": f"frontdesk_session={amy.token}"}
        foreign = {**cookie, "origin": "https://evil.example"}
        async with websockets.connect(_address(house), additional_headers=foreign) as socket:
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403
        own = {**cookie, "origin": house.url}
        async with websockets.connect(_address(house), additional_headers=own) as socket:
            await socket.send('{"do": "hello", "id": "1"}')
            assert json.loads(await socket.recv())[0]["is"] == "welcome"


async def test_signing_out_closes_the_sockets_of_that_sign_in_and_no_other(house: House) -> None:
    async with house.agent("amy") as amy, again(house, "amy") as other:
        async with http_client(headers={"authorization": f"Bearer {amy.token}"}) as http:
            assert (await http.post(f"{house.url}/api/workspace/sign-out")).status_code == 200
            assert (await http.get(f"{house.url}/api/workspace/me")).status_code == 401
        assert (await amy.hears(lambda m: m["is"] == "closing"))["reason"] == "signed_out"
        await other.does("ping")


async def test_an_account_that_is_disabled_elsewhere_ends_what_it_does_here(tmp_path: Path) -> None:
    """As `frontdesk users disable` does it, in a process of its own."""
    patient = settings_in(tmp_path, workspace=WorkspaceSettings(away_s=3600))
    async with serving(patient) as house, house.agent("amy") as amy, again(house, "amy") as tab:
        chat = await taken(house, amy)
        database = await open_database(patient.database, is_server=False)
        try:
            await Staff(database.accounts, wall_clock_ms).disable("amy")
        finally:
            await database.aclose()
        for socket in (amy, tab):
            assert (await socket.hears(lambda m: m["is"] == "closing"))["reason"] == "signed_out"
        async with house.agent("bob") as bob:
            await bob.takes(chat.chat_id)


async def test_a_sign_in_that_has_run_out_closes_its_socket(tmp_path: Path) -> None:
    brief, clock = settings_in(tmp_path, workspace=WorkspaceSettings(session_s=1)), Clock()
    async with serving(brief, clock) as house, house.agent("amy") as amy:
        clock.after_s(1)
        assert (await amy.hears(lambda m: m["is"] == "closing"))["reason"] == "signed_out"


async def test_an_agent_who_is_away_too_long_loses_the_chats_to_the_queue(
    clocked: House, clock: Clock
) -> None:
    house = clocked
    async with house.agent("amy") as amy:
        chat = await taken(house, amy)
    await house.until_measured("frontdesk_workspace_sockets", 0)
    clock.after_s(WorkspaceSettings().away_s)
    async with house.agent("bob") as bob:
        await bob.hears(lambda m: m["is"] == "invited")
        told = await bob.takes(chat.chat_id)
        assert told["phase"] == "active"
        async with again(house, "amy") as back:
            welcome = next(m for m in back.heard if m["is"] == "welcome")
            assert (welcome["is_ready"], welcome["interactions"]) == (False, [])


def _address(house: House) -> str:
    return f"{house.url.replace('http', 'ws', 1)}/api/workspace/socket"


def _socket(house: House, token: str) -> Any:
    return websockets.connect(_address(house), additional_headers={"authorization": f"Bearer {token}"})


def test_every_wish_is_in_the_reference() -> None:
    reference = Path("docs/reference/workspace-protocol.md").read_text(encoding="utf-8")
    names = {wish.__struct_config__.tag for wish in wishes.AnyWish.__args__}
    assert {name for name in names if f"`{name}`" not in reference} == set()

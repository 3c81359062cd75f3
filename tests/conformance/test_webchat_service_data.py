"""User data, and what is known of a session: webchat-service, section 12, checks 38 to 45."""

from collections.abc import AsyncIterator

import pytest

from tests.client.scripted_server import only
from tests.client.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

AMY = {"nickname": "Amy", "participantId": 2, "type": "Agent"}
KEYS = {"secureKey", "sessionID", "alias", "userId"}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as it:
        yield it


async def test_38_before_a_session_data_is_only_collected(stage: Stage) -> None:
    assert await stage.do("updateUserData", {"a": 1}) == {"a": 1}
    assert await stage.do("updateUserData", {"b": {"c": 2}}) == {"a": 1, "b": {"c": 2}}
    assert stage.server.requests == []
    assert stage.bus.data("WebChatService.userData") == {"a": 1, "b": {"c": 2}}


async def test_39_during_a_session_what_is_new_is_posted(stage: Stage) -> None:
    await stage.do("updateUserData", {"a": 1})
    await stage.start()
    response = await stage.do("updateUserData", {"b": 2})
    assert response["statusCode"] == 0
    (fields,) = only(stage.server.requests, "updateData")
    assert {name for name in fields if name.startswith("userData")} == {"userData[b]"}
    assert stage.desk.user_data == {"GCTI_LanguageCode": "en", "a": "1", "b": "2"}


async def test_40_on_a_transport_without_support_it_is_refused() -> None:
    async with on_stage({"transport": {"type": "bare"}}) as stage:
        await stage.do("startChat", {"nickname": "Ada"})
        assert await stage.refused("updateUserData", {"a": 1}) == (
            "This transport doesn't support updating userData during an active chat session."
        )


async def test_41_before_any_chat_the_transcript_is_empty(stage: Stage) -> None:
    assert await stage.do("getTranscript") == {"messages": [], "originalMessages": []}


async def test_41_after_a_chat_it_is_still_there_until_the_next_begins(stage: Stage) -> None:
    await stage.start()
    await stage.do("endChat")
    assert len((await stage.do("getTranscript"))["messages"]) == 1
    await stage.do("startChat", {"nickname": "Ada"})
    assert (await stage.do("getTranscript"))["messages"] == []


async def test_42_agents_who_left_are_remembered(stage: Stage) -> None:
    await stage.start()
    stage.desk.happens({"type": "ParticipantJoined", "from": AMY, "utcTime": 1000})
    stage.desk.happens({"type": "ParticipantLeft", "from": AMY, "utcTime": 5000})
    await stage.wait(1000)
    assert await stage.do("getAgents") == {
        "agents": {
            "2": {
                "name": "Amy",
                "connected": False,
                "supervisor": False,
                "connectedTime": 1000,
                "disconnectedTime": 5000,
            }
        }
    }


async def test_42_while_they_are_here_they_have_not_left(stage: Stage) -> None:
    await stage.start()
    stage.desk.happens({"type": "ParticipantJoined", "from": AMY})
    await stage.wait(1000)
    agents = (await stage.do("getAgents"))["agents"]
    assert (agents["2"]["connected"], agents["2"]["disconnectedTime"]) == (True, False)


async def test_43_an_empty_transcript_has_no_times(stage: Stage) -> None:
    nothing = {"agents": {}, "startTime": False, "endTime": False, "duration": False}
    assert await stage.do("getStats") == nothing


async def test_43_the_times_are_those_of_the_first_and_the_last_message(stage: Stage) -> None:
    await stage.start()
    stage.desk.happens({"type": "Message", "from": AMY, "text": "hi"})
    await stage.wait(1000)
    stats = await stage.do("getStats")
    assert stats["endTime"] - stats["startTime"] == stats["duration"] == 1000
    assert stats["agents"] == {}


async def test_44_session_data_has_exactly_the_documented_keys(stage: Stage) -> None:
    assert set(await stage.do("getSessionData")) == KEYS
    await stage.start()
    expected = {"secureKey": "KEY1", "sessionID": "CHAT1", "alias": "1", "userId": "USER1"}
    assert await stage.do("getSessionData") == expected


async def test_44_the_newest_credentials_count_and_are_used(stage: Stage) -> None:
    await stage.start()
    stage.server.override("send", {"alias": 7, "userId": "", "secureKey": None})
    await stage.do("sendMessage", {"message": "one"})
    await stage.do("sendMessage", {"message": "two"})
    sent = only(stage.server.requests, "send")
    assert [fields["alias"] for fields in sent] == ["1", "7"]
    assert [fields["userId"] for fields in sent] == ["USER1", "USER1"]


async def test_45_a_session_can_be_verified(stage: Stage) -> None:
    assert await stage.do("verifySession") == {"sessionActive": False}
    assert stage.server.requests == []
    await stage.start()
    assert await stage.do("verifySession") == {"sessionActive": True}
    assert stage.names == []


@pytest.mark.parametrize(
    ("ended", "away_ms", "active"), [(False, 1, True), (True, 1, False), (False, 61_000, False)]
)
async def test_45_also_one_that_could_be_gone_on_with(
    stage: Stage, ended: bool, away_ms: float, active: bool
) -> None:
    await stage.start()
    stage.desk.has_ended = ended
    stage.service.engine.close()
    stage.service.engine.live = None  # As on a new page, before it has looked for what was kept.
    await stage.wait(away_ms)
    before = stage.storage.read()
    assert await stage.do("verifySession") == {"sessionActive": active}
    assert stage.names == []
    assert stage.storage.read() == before

"""Polling, outages and recovery: webchat-service, section 12, checks 46 to 55; chat-api-v2, section 20."""

from collections.abc import AsyncIterator

import pytest

from tests.client.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

PORTAL = "<!doctype html><title>Sign in to the network</title>"
SAY = {"message": "hi"}
PRIVATE = "Access Denied to private command. Only WebChatService is allowed to invoke this command."
SOON = 60_000


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as it:
        await it.start()
        yield it


async def polls(stage: Stage, count: int) -> None:
    """Let the next `count` polls happen."""
    until = len(stage.server.requests) + count
    while len(stage.server.requests) < until:
        await stage.wait(250)


async def test_46_polling_by_hand_is_private(stage: Stage) -> None:
    assert await stage.refused("poll") == PRIVATE
    assert stage.server.requests == []


async def test_46_the_service_itself_may_poll_but_never_twice_at_once(stage: Stage) -> None:
    own = stage.bus._plugins["WebChatService"]
    own.command("poll")
    await stage.settle()
    assert len(stage.server.requests) == 1
    stage.server.hold("refresh")
    first, second = own.command("poll"), own.command("poll")
    await stage.settle()
    stage.server.release("refresh")
    await stage.settle()
    assert (first.is_resolved(), second.is_rejected()) == (True, True)
    assert len(stage.server.requests) == 2


async def test_47_polling_needs_a_session() -> None:
    async with on_stage() as stage:
        assert await stage.refused("startPoll") == "No active chat session"
        assert await stage.refused("stopPoll") == "No active chat session"


async def test_47_starting_twice_is_starting_once(stage: Stage) -> None:
    await stage.do("startPoll")
    await stage.do("startPoll")
    assert stage.names == []
    await stage.wait(750)
    assert len(stage.server.requests) == 1


async def test_48_while_nobody_polls_nothing_is_lost(stage: Stage) -> None:
    await stage.do("stopPoll")
    assert await stage.refused("stopPoll") == "Not currently polling. Ignoring command."
    stage.desk.happens({"type": "Message", "text": "meanwhile"})
    await stage.wait(SOON)
    assert stage.server.requests == []
    await stage.do("startPoll")
    await stage.wait(1000)
    assert stage.names == ["pollingStopped", "pollingStarted", "messageReceived"]


async def test_49_a_transport_that_is_pushed_to_does_not_poll() -> None:
    async with on_stage({"transport": {"type": "bare"}}) as stage:
        await stage.do("startChat", {"nickname": "Ada"})
        for command in ("startPoll", "stopPoll"):
            assert await stage.refused(command) == "This transport doesn't support polling"
        own = stage.bus._plugins["WebChatService"].command("poll")
        await stage.settle()
        reasons: list[object] = []
        own.fail(reasons.append)
        assert reasons == ["This transport doesn't support polling."]
        reason = await stage.refused("resetPollExceptions")
        assert reason == "This transport doesn't support resetPollExceptions command."


@pytest.mark.parametrize(("body", "status"), [({"statusCode": 1}, 200), ("away", 503), ({}, 500)])
async def test_50_the_sixth_exception_in_a_row_is_one_too_many(
    stage: Stage, body: object, status: int
) -> None:
    stage.server.override("refresh", body, status=status, times=6)
    await polls(stage, 5)
    assert stage.names == ["connectionPending"]
    await polls(stage, 1)
    assert stage.names == ["connectionPending", "chatServerWentOffline"]


async def test_51_the_count_can_be_taken_back(stage: Stage) -> None:
    stage.server.override("refresh", {"statusCode": 1}, times=9)
    await polls(stage, 4)
    await stage.do("resetPollExceptions")
    await polls(stage, 5)
    assert stage.names == ["connectionPending"]


async def test_52_the_next_good_poll_is_told_once(stage: Stage) -> None:
    stage.server.override("refresh", {"statusCode": 1}, times=6)
    await polls(stage, 9)
    assert stage.names == [
        "connectionPending",
        "chatServerWentOffline",
        "chatServerBackOnline",
        "connectionRestored",
    ]


async def test_53_a_short_trouble_is_only_a_trouble(stage: Stage) -> None:
    stage.server.override("refresh", {"statusCode": 1}, times=5)
    await polls(stage, 8)
    assert stage.names == ["connectionPending", "connectionRestored"]
    stage.server.override("refresh", {"statusCode": 1}, times=1)
    await polls(stage, 2)
    assert stage.names == ["connectionPending", "connectionRestored"] * 2


async def test_54_an_outage_is_told_once_and_so_is_its_end(stage: Stage) -> None:
    stage.server.is_lost = True
    await stage.wait(20_000)
    assert stage.names == ["disconnected"]
    stage.desk.happens({"type": "Message", "text": "meanwhile"})
    stage.server.is_lost = False
    await stage.wait(20_000)
    assert stage.names == ["disconnected", "reconnected", "messageReceived"]


async def test_54_a_command_may_be_the_first_to_notice_both(stage: Stage) -> None:
    stage.server.is_lost = True
    reason = await stage.refused("updateUserData", {"a": 1})
    assert reason["status"] == 0
    assert stage.names == ["disconnected"]
    stage.server.is_lost = False
    await stage.do("updateUserData", {"a": 1})
    assert stage.names == ["disconnected", "reconnected"]


async def test_54_no_answer_in_time_is_an_outage() -> None:
    async with on_stage({"ajaxTimeout": 500}) as stage:
        await stage.start()
        stage.server.hold("updateData")
        promise = stage.call("updateUserData", {"a": 1})
        reasons: list[dict[str, object]] = []
        promise.fail(reasons.append)
        with pytest.raises(Exception, match="timeout"):
            await promise
        assert reasons[0]["status"] == 0
        await stage.settle()
        assert stage.names == ["disconnected"]


async def test_55_a_failing_server_is_an_error_and_no_outage(stage: Stage) -> None:
    stage.server.override("updateData", {"no": "envelope"}, status=500)
    reason = await stage.refused("updateUserData", {"a": 1})
    assert reason["status"] == 500
    assert stage.heard == [("error", reason)]


async def test_55_a_refusal_inside_a_good_answer_is_one_as_well(stage: Stage) -> None:
    body = {"statusCode": 2, "errors": [{"code": 204, "advice": "too long"}]}
    stage.server.override("send", body)
    reason = await stage.refused("sendMessage", SAY)
    assert stage.heard == [("error", reason)]
    stage.server.override("send", {"statusCode": 1})
    assert (await stage.do("sendMessage", SAY))["statusCode"] == 1


async def test_55_a_poll_reports_errors_but_not_that_a_preview_was_too_long(stage: Stage) -> None:
    errors = [{"code": 204, "advice": "too long"}]
    stage.server.override("refresh", {"statusCode": 2, "errors": errors}, status=400)
    await polls(stage, 1)
    assert stage.names == []
    stage.server.override("refresh", {"errors": [*errors, {"code": 100, "advice": "bad"}]}, status=400)
    await polls(stage, 1)
    assert stage.names == ["error"]


@pytest.mark.parametrize(("body", "status"), [("who?", 401), ({}, 403), (PORTAL, 200), ("{}", 200)])
async def test_55_polls_that_are_turned_away_are_one_error_per_outage(
    stage: Stage, body: object, status: int
) -> None:
    for _ in range(2):
        stage.server.override("refresh", body, status=status, times=4)
        await polls(stage, 6)
        assert stage.names == ["error"]
        stage.heard.clear()


async def test_54_a_page_in_place_of_the_service_is_not_the_end_of_an_outage(stage: Stage) -> None:
    stage.server.is_lost = True
    await stage.wait(5000)
    stage.server.is_lost = False
    stage.server.override("refresh", PORTAL, times=2)
    await polls(stage, 2)
    assert stage.names == ["disconnected", "error"]
    await polls(stage, 1)
    assert stage.names == ["disconnected", "error", "reconnected"]


async def test_55_a_message_to_a_session_that_is_gone_ends_it(stage: Stage) -> None:
    stage.desk.identity = {"chatId": "OTHER", "secureKey": "OTHER"}
    reason = await stage.refused("sendMessage", SAY)
    assert reason["errors"][0]["code"] == 249
    assert stage.names == ["error", "pollingStopped", "ended", "WebChat.cancelled"]
    await stage.wait(SOON)
    assert stage.asked("refresh") == ["send"]


async def times_of_polls(stage: Stage, count: int) -> list[int]:
    """How long after each other the next polls come."""
    gaps: list[int] = []
    waited, seen = 0, len(stage.server.requests)
    while len(gaps) < count:
        await stage.wait(250)
        waited += 250
        if len(stage.server.requests) > seen:
            gaps.append(waited)
            waited, seen = 0, len(stage.server.requests)
    return gaps


async def test_the_polls_of_a_quiet_chat_come_slower_and_slower_up_to_a_limit() -> None:
    async with on_stage() as stage:
        await stage.do("startChat", {"nickname": "Ada"})
        gaps = await times_of_polls(stage, 14)
    assert gaps == [250, 750, 750, 1000, 1250, 1250, 1500, 2000, 2250, 2750, 3000, 3000, 3000, 3000]


async def test_they_come_quickly_again_after_a_message(stage: Stage) -> None:
    await times_of_polls(stage, 10)
    await stage.do("sendMessage", SAY)
    assert (await times_of_polls(stage, 3)) == [500, 750, 750]


async def test_they_come_evenly_when_they_are_configured_so() -> None:
    async with on_stage({"dynamicPolling": False, "pollRate": 2000}) as stage:
        await stage.do("startChat", {"nickname": "Ada"})
        assert await times_of_polls(stage, 4) == [250, 2000, 2000, 2000]


async def test_a_server_can_ask_to_be_left_alone(stage: Stage) -> None:
    stage.server.override("refresh", {}, status=503, headers={"retry-after": "10"})
    assert await times_of_polls(stage, 2) == [750, 10_000]


async def test_they_are_seldom_while_nobody_looks(stage: Stage) -> None:
    await stage.do("sleep")
    assert await times_of_polls(stage, 2) == [30_000, 30_000]
    await stage.do("wake", {"resetIdleState": True})
    assert stage.asked() == ["customNotice"]
    assert stage.server.requests[-1].fields["eventAttributes"] == '{"purpose": "cancel-idle-timer"}'
    assert await times_of_polls(stage, 1) == [500]
    assert stage.names == ["sleeping", "waking", "messageReceived"]


async def test_the_servers_own_count_passes_over_hidden_events(stage: Stage) -> None:
    stage.desk.hides(5)
    await polls(stage, 2)
    assert [one.fields["transcriptPosition"] for one in stage.server.requests] == ["2", "7"]

"""The visitor's typing: webchat-service, section 12, checks 32 to 37."""

from collections.abc import AsyncIterator

import pytest

from tests.client.scripted_server import only
from tests.client.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

BAD_INPUT = (
    "Invalid value provided for the 'input' property. "
    "An HTML element reference to a textarea or text input is required."
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as it:
        await it.start()
        yield it


class Input:
    """Anything with a value."""

    value = "half a wo"


async def test_32_a_burst_is_told_once(stage: Stage) -> None:
    assert (await stage.do("sendTyping", {"message": "h"}))["statusCode"] == 0
    await stage.wait(1900)
    assert await stage.do("sendTyping", {"message": "he"}) is None
    await stage.wait(1900)
    assert [name for name in stage.names if name != "messageReceived"] == ["clientTypingStarted"]
    assert [fields["message"] for fields in only(stage.server.requests, "startTyping", "stopTyping")] == ["h"]


async def test_33_two_seconds_after_the_last_call_it_is_over(stage: Stage) -> None:
    await stage.do("sendTyping")
    await stage.wait(1000)
    await stage.do("sendTyping")
    await stage.wait(1999)
    assert stage.asked() == ["startTyping"]
    await stage.wait(1)
    assert stage.asked() == ["startTyping", "stopTyping"]
    assert stage.names == ["clientTypingStarted", "clientTypingStopped"]
    await stage.do("sendTyping")
    assert stage.names[-1] == "clientTypingStarted"


async def test_33_or_when_the_caller_says_so(stage: Stage) -> None:
    await stage.do("sendTyping", {"isTyping": True})
    await stage.do("sendTyping", {"isTyping": False})
    await stage.do("sendTyping", {"isTyping": False})
    await stage.wait(5000)
    assert stage.asked() == ["startTyping", "stopTyping"]


async def test_34_a_message_ends_it_without_a_request(stage: Stage) -> None:
    await stage.do("sendTyping")
    await stage.do("sendMessage", {"message": "hello"})
    assert stage.names == ["clientTypingStarted", "clientTypingStopped"]
    await stage.wait(5000)
    assert stage.asked() == ["startTyping", "send"]
    assert stage.names.count("clientTypingStopped") == 1


async def test_34_the_end_of_the_chat_ends_it_as_well(stage: Stage) -> None:
    await stage.do("sendTyping")
    await stage.do("endChat")
    await stage.wait(5000)
    assert stage.asked() == ["startTyping", "disconnect"]


async def test_35_what_stands_in_the_input_goes_along(stage: Stage) -> None:
    await stage.do("registerTypingPreviewInput", {"input": Input()})
    await stage.do("sendTyping")
    await stage.wait(1000)
    await stage.do("sendTyping", {"isTyping": False})
    sent = [(one.operation, one.fields["message"]) for one in stage.server.requests]
    assert sent == [("startTyping", "half a wo"), ("refresh", "half a wo"), ("stopTyping", "half a wo")]


async def test_35_what_is_given_with_the_call_comes_first(stage: Stage) -> None:
    await stage.do("registerTypingPreviewInput", {"input": lambda: "from the input"})
    await stage.do("sendTyping", {"Message": "given"})
    await stage.wait(1000)
    assert [one.fields["message"] for one in stage.server.requests] == ["given", "from the input"]


async def test_35_without_either_there_is_no_preview(stage: Stage) -> None:
    await stage.do("sendTyping")
    await stage.wait(1000)
    assert [one.fields["message"] for one in stage.server.requests] == ["", ""]


@pytest.mark.parametrize("options", [{}, {"input": None}, {"input": "text"}, {"input": {"value": "x"}}])
async def test_36_what_is_no_input_is_refused(stage: Stage, options: dict[str, object]) -> None:
    assert await stage.refused("registerTypingPreviewInput", options) == BAD_INPUT


async def test_37_typing_needs_a_session(stage: Stage) -> None:
    await stage.do("endChat")
    assert await stage.refused("sendTyping") == "There is no active chat session"

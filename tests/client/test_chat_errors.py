"""How a failure of the service becomes an error code of the Chat Service API."""

from typing import Any

import pytest

from frontdesk.client.chat_errors import ChatFailed, ErrorCode, chat_error


def response(status: int, body: Any = None, text: str = "") -> dict[str, Any]:
    return {"status": status, "statusText": text, "responseText": "", "responseJSON": body}


def errors(*codes: int, ended: bool = False) -> dict[str, Any]:
    listed = [{"code": code, "advice": f"advice {code}"} for code in codes]
    return {"statusCode": 2, "chatEnded": ended, "messages": [], "errors": listed}


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (response(0), ErrorCode.NETWORK_INTERRUPTED),
        (response(200, {"statusCode": 1, "chatEnded": False}), ErrorCode.SERVER_UNAVAILABLE),
        ({"statusCode": 1}, ErrorCode.SERVER_UNAVAILABLE),
        (response(500), ErrorCode.SERVER_UNAVAILABLE),
        (response(503, "not an object"), ErrorCode.SERVER_UNAVAILABLE),
        (response(400, errors(204)), ErrorCode.BAD_PARAMETER),
        (response(401), ErrorCode.UNKNOWN_SESSION),
        (response(403), ErrorCode.UNKNOWN_SESSION),
        (response(404), ErrorCode.UNKNOWN_SESSION),
        (response(200, errors(249, ended=True)), ErrorCode.UNKNOWN_SESSION),
        (response(200, {"statusCode": 2, "chatEnded": True}), ErrorCode.UNKNOWN_SESSION),
        (response(200, errors(999)), ErrorCode.NOT_EXECUTED),
        (response(418), ErrorCode.NOT_EXECUTED),
        ("There is no active chat session", ErrorCode.UNKNOWN_SESSION),
        ("There is already an active chat session", ErrorCode.RUNNING_ON_THIS_PAGE),
        ("No message text provided", ErrorCode.BAD_PARAMETER),
        ("Command was cancelled by a 'before' function.", ErrorCode.STOPPED_BY_DECORATOR),
        ("Command does not exist", ErrorCode.UNKNOWN_COMMAND),
        ("anything else", ErrorCode.NOT_EXECUTED),
    ],
)
def test_what_each_failure_of_a_command_is_called(reason: object, code: ErrorCode) -> None:
    assert chat_error(reason).code is code


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (response(400, errors(240)), ErrorCode.LOGIN_FAILED),
        (response(200, errors(240)), ErrorCode.LOGIN_FAILED),
        (response(200, {"statusCode": 2, "chatEnded": True}), ErrorCode.LOGIN_FAILED),
        (response(200, {"statusCode": 1}), ErrorCode.SERVER_UNAVAILABLE),
        (response(400, errors(102)), ErrorCode.BAD_PARAMETER),
        (response(0), ErrorCode.NETWORK_INTERRUPTED),
        (response(404), ErrorCode.UNKNOWN_SESSION),
    ],
)
def test_what_each_failure_of_a_start_is_called(reason: object, code: ErrorCode) -> None:
    assert chat_error(reason, starting=True).code is code


def test_the_description_is_the_best_text_there_is() -> None:
    assert chat_error(response(400, errors(102, 103))).description == "advice 102; advice 103"
    assert chat_error(response(503, None, "Service Unavailable")).description == "Service Unavailable"
    assert chat_error(response(0)).description == "network interrupted"
    assert chat_error("No message text provided").description == "No message text provided"


def test_a_failure_without_an_error_means_that_there_was_nothing_to_restore() -> None:
    assert ChatFailed().error is None
    error = chat_error(response(0))
    assert ChatFailed(error).error is error
    assert str(ChatFailed(error)) == "network interrupted"

"""The error codes of the Chat Service API, and how a failure of the service becomes one.

Source:  webchat-service, section 9.5."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from msgspec import Struct


class ErrorCode(IntEnum):
    """What went wrong, as `event.error.code`."""

    UNKNOWN_COMMAND = 1
    MISSING_PARAMETER = 2
    BAD_PARAMETER = 3
    UNKNOWN_SESSION = 50
    STOPPED_BY_DECORATOR = 51
    NOT_EXECUTED = 52
    SERVER_UNAVAILABLE = 100
    LOGIN_FAILED = 101
    NETWORK_INTERRUPTED = 150
    RUNNING_ON_THIS_PAGE = 200
    RUNNING_ON_ANOTHER_PAGE = 201


class ChatError(Struct, frozen=True):
    """`event.error`: a stable `code`, and a `description` for people."""

    code: ErrorCode
    description: str


class ChatFailed(Exception):
    """A promise of the Chat Service API was not kept.

    Shape:   `error` is `None` in one case only: `restore_session` found no session to restore.
    """

    def __init__(self, error: ChatError | None = None) -> None:
        super().__init__("there is no session to restore" if error is None else error.description)
        self.error = error


# Refusals of commands: texts of the service that programs may compare.
_BY_TEXT: Mapping[str, ErrorCode] = {
    "There is already an active chat session": ErrorCode.RUNNING_ON_THIS_PAGE,
    "There is no active chat session": ErrorCode.UNKNOWN_SESSION,
    "No message text provided": ErrorCode.BAD_PARAMETER,
    "malformed data object provided in userData property": ErrorCode.BAD_PARAMETER,
    "Command does not exist": ErrorCode.UNKNOWN_COMMAND,
    "Command was cancelled by a 'before' function.": ErrorCode.STOPPED_BY_DECORATOR,
}
_BY_STATUS: Mapping[int, ErrorCode] = {
    0: ErrorCode.NETWORK_INTERRUPTED,
    400: ErrorCode.BAD_PARAMETER,
    401: ErrorCode.UNKNOWN_SESSION,
    403: ErrorCode.UNKNOWN_SESSION,
    404: ErrorCode.UNKNOWN_SESSION,
}
_OK = range(200, 300)
_CANNOT_START = 240
_SESSION_GONE = 249


def chat_error(reason: object, *, starting: bool = False) -> ChatError:
    """The error that stands for `reason`: a text of the service, or a response of the server.

    Shape:   `starting` tells a refused start from a command that a running session could not carry out.
    """
    if not isinstance(reason, Mapping):
        return ChatError(_BY_TEXT.get(str(reason), ErrorCode.NOT_EXECUTED), str(reason))
    for error in _errors(reason):
        if isinstance(error.get("response"), Mapping):  # Version 3 has the response in each of them.
            return chat_error(error["response"], starting=starting)
    body = reason.get("responseJSON", reason)
    body = body if isinstance(body, Mapping) else {}
    status = reason.get("status")
    code = _code(status if isinstance(status, int) else _OK.start, body, starting=starting)
    return ChatError(code, _description(reason, body, code))


def _code(status: int, body: Mapping[str, object], *, starting: bool) -> ErrorCode:
    codes = [error.get("code") for error in _errors(body)]
    if body.get("statusCode") == 1 or status >= 500:
        return ErrorCode.SERVER_UNAVAILABLE
    if starting and (_CANNOT_START in codes or status in _OK):
        return ErrorCode.LOGIN_FAILED
    if _SESSION_GONE in codes or body.get("chatEnded") is True:
        return ErrorCode.UNKNOWN_SESSION
    return _BY_STATUS.get(status, ErrorCode.NOT_EXECUTED)


def _description(reason: Mapping[str, object], body: Mapping[str, object], code: ErrorCode) -> str:
    advice = "; ".join(str(error["advice"]) for error in _errors(body) if error.get("advice"))
    said = body.get("status")
    if isinstance(said, Mapping) and (said.get("message") or said.get("code")):
        return str(said.get("message") or said.get("code"))
    return advice or str(reason.get("statusText") or code.name.replace("_", " ").lower())


def _errors(body: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    errors = body.get("errors")
    return [error for error in errors if isinstance(error, Mapping)] if isinstance(errors, list) else []

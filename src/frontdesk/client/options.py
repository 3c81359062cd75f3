"""How the visitor's chat service is configured.

Source:  webchat-service, section 2."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from frontdesk.client.polling import Cadence

Number = int | float

AJAX_TIMEOUT_MS = 3000
RESTORE_TIMEOUT_MS = 60_000
POLL_EXCEPTIONS_MAX = 5
POLL_PAUSE_MS = 3000
HISTORY_PAGE_EVENTS = 20


class AsyncOptions(Struct, frozen=True):
    """A chat that lives on while nobody looks: the page keeps its credentials itself.

    Shape:   `hand_out` is given the credentials at the start and whenever they change, `get_back` gives them
             back (or nothing), `forget` is told when the session is lost. Outside they are `getSessionData`,
             `setSessionData` and `deleteSessionData`: the first two read the other way round.
    """

    is_enabled: bool = False
    page_events: int = HISTORY_PAGE_EVENTS
    hand_out: Callable[[Mapping[str, Any]], object] | None = None
    get_back: Callable[[bool], object] | None = None
    forget: Callable[[Mapping[str, Any]], object] | None = None


class Options(Struct, frozen=True):
    """The configuration, read once; what it does not say has its default.

    Shape:   `headers` go out with every request, and what the server set as cookies if one `keeps_cookies`;
             `message_chars_max` `None` is no limit.
    """

    data_url: str = ""
    transport_type: str = "v2"
    headers: Mapping[str, str] = {}
    keeps_cookies: bool = False
    endpoint: str | None = None
    ajax_timeout_ms: float = AJAX_TIMEOUT_MS
    upload_timeout_ms: float = 0
    poll_exceptions_max: int = POLL_EXCEPTIONS_MAX
    restore_timeout_ms: float = RESTORE_TIMEOUT_MS
    message_chars_max: int | None = None
    language: str = "en"
    cadence: Cadence = Cadence()
    asynchronous: AsyncOptions = AsyncOptions()


def read_options(config: Mapping[str, Any]) -> Options:
    """The options in `config`, the `webchat` object; unknown keys mean nothing, bad values the default."""
    transport = _mapping(config.get("transport"))
    longest = config.get("maxMessageLength")
    endpoint = transport.get("endpoint", config.get("endpoint"))
    return Options(
        data_url=str(transport.get("dataURL") or config.get("dataURL") or ""),
        transport_type=str(transport.get("type") or "v2"),
        headers=_headers(config, transport),
        keeps_cookies=_mapping(config.get("xhrFields")).get("withCredentials") is True,
        endpoint=None if endpoint is None else str(endpoint),
        ajax_timeout_ms=_number(config, "ajaxTimeout", AJAX_TIMEOUT_MS),
        upload_timeout_ms=_number(config, "fileUploadTimeout", 0),
        poll_exceptions_max=int(_number(config, "pollExceptionLimit", POLL_EXCEPTIONS_MAX)),
        restore_timeout_ms=_number(config, "restoreTimeout", RESTORE_TIMEOUT_MS),
        message_chars_max=longest if isinstance(longest, int) and longest > 0 else None,
        language=str(config.get("lang") or "en"),
        cadence=_cadence(config),
        asynchronous=_async(_mapping(transport.get("async") or config.get("async"))),
    )


def _headers(config: Mapping[str, Any], transport: Mapping[str, Any]) -> dict[str, str]:
    headers = {str(name): str(value) for name, value in _mapping(transport.get("headers")).items()}
    if config.get("apikey") not in (None, ""):
        headers["apikey"] = str(config["apikey"])
    authorization = _mapping(config.get("header")).get("Authorization")
    if config.get("enableCustomHeader") is True and authorization:
        headers["Authorization"] = str(authorization)
    return headers


def _cadence(config: Mapping[str, Any]) -> Cadence:
    asleep_ms = _number(config, "pollRateSleep", 30_000, 250, 3_600_000)
    if config.get("dynamicPolling") is False:
        steady_ms = _number(config, "pollRate", POLL_PAUSE_MS, 1000, 30_000)
        return Cadence(fastest_ms=steady_ms, slowest_ms=steady_ms, factor=1, asleep_ms=asleep_ms)
    return Cadence(
        fastest_ms=_number(config, "pollRateMin", 500, 250, 30_000),
        slowest_ms=_number(config, "pollRateMax", POLL_PAUSE_MS, 250, 30_000),
        factor=_number(config, "pollRateMult", 1.2, 1, 10),
        asleep_ms=asleep_ms,
    )


def _async(config: Mapping[str, Any]) -> AsyncOptions:
    if config.get("enabled") is not True:
        return AsyncOptions()
    return AsyncOptions(
        is_enabled=True,
        page_events=int(_number(config, "maxMessagePageSize", HISTORY_PAGE_EVENTS, 1, 1000)),
        hand_out=_callable(config.get("getSessionData")),
        get_back=_callable(config.get("setSessionData")),
        forget=_callable(config.get("deleteSessionData")),
    )


def _callable(value: object) -> Callable[..., object] | None:
    return value if callable(value) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(
    config: Mapping[str, Any], name: str, default: Number, least: Number = 0, most: Number = 86_400_000
) -> Number:
    value = config.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return default
    return min(max(value, least), most)

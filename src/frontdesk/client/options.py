"""How the visitor's chat service is configured.

Source:  webchat-service, section 2."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.client.polling import Cadence

Number = int | float

V3_REST = "pureengage-v3-rest"
"""The name by which a configuration asks for Chat API v3."""
V2_COMETD = "v2-cometd"
"""Our own name for what `cometD.enabled` asks for."""
AJAX_TIMEOUT_MS = 3000
V3_AJAX_TIMEOUT_MS = 9000
COMETD_CHANNEL = "/service/chatV2/customer-support"
RESTORE_TIMEOUT_MS = 60_000
POLL_EXCEPTIONS_MAX = 5
POLL_PAUSE_MS = 3000
HISTORY_PAGE_EVENTS = 20
V3_SLOWEST_MS = 60_000  # After many failures in a row; the pause must end some time.
START_FIELDS = ("stream", "clientType", "interactionData")


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


class CometdOptions(Struct, frozen=True):
    """Version 2 over CometD: the `url` of the Bayeux server, the service's `channel`, where files go."""

    url: str = ""
    channel: str = COMETD_CHANNEL
    files_url: str = ""


class Options(Struct, frozen=True):
    """The configuration, read once; what it does not say has its default.

    Shape:   `headers` go out with every request, and what the server set as cookies if one `keeps_cookies`;
             `start_fields` go along with a start of version 3; `message_chars_max` `None` is no limit; a
             transport that `is_transport_chosen` is that one and nothing beside it.
    """

    data_url: str = ""
    transport_type: str = "v2"
    is_transport_chosen: bool = False
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
    cometd: CometdOptions = CometdOptions()
    start_fields: Mapping[str, Any] = {}
    asynchronous: AsyncOptions = AsyncOptions()


def read_options(config: Mapping[str, Any]) -> Options:
    """The options in `config`, the `webchat` object; unknown keys mean nothing, bad values the default."""
    transport = _mapping(config.get("transport"))
    longest = config.get("maxMessageLength")
    endpoint = transport.get("endpoint", config.get("endpoint"))
    type_ = _transport_type(config, transport)
    is_v3 = type_ == V3_REST
    timeout_ms = V3_AJAX_TIMEOUT_MS if is_v3 else AJAX_TIMEOUT_MS
    return Options(
        data_url=str(transport.get("dataURL") or config.get("dataURL") or ""),
        transport_type=type_,
        is_transport_chosen=bool(transport.get("type")),
        headers=_headers({} if is_v3 else config, transport),
        keeps_cookies=_mapping(config.get("xhrFields")).get("withCredentials") is True,
        endpoint=None if endpoint is None else str(endpoint),
        ajax_timeout_ms=_number(config, "ajaxTimeout", timeout_ms),
        upload_timeout_ms=_number(config, "fileUploadTimeout", 0),
        poll_exceptions_max=int(_number(config, "pollExceptionLimit", POLL_EXCEPTIONS_MAX)),
        restore_timeout_ms=_number(config, "restoreTimeout", RESTORE_TIMEOUT_MS),
        message_chars_max=longest if isinstance(longest, int) and longest > 0 else None,
        language=str(config.get("lang") or "en"),
        cadence=_v3_cadence(transport) if is_v3 else _cadence(config),
        cometd=_cometd(_mapping(config.get("cometD"))),
        start_fields={name: transport[name] for name in START_FIELDS if transport.get(name) is not None},
        asynchronous=_v3_async(transport)
        if is_v3
        else _async(_mapping(transport.get("async") or config.get("async"))),
    )


def _transport_type(config: Mapping[str, Any], transport: Mapping[str, Any]) -> str:
    """Who names a type means it; else CometD, when it is enabled, goes before what `dataURL` says."""
    named = transport.get("type")
    if named:
        return str(named)
    return V2_COMETD if _mapping(config.get("cometD")).get("enabled") is True else "v2"


def _cometd(config: Mapping[str, Any]) -> CometdOptions:
    return CometdOptions(
        url=str(config.get("cometURL") or ""),
        channel=str(config.get("channel") or COMETD_CHANNEL),
        files_url=str(config.get("apiURL") or ""),
    )


def _v3_cadence(transport: Mapping[str, Any]) -> Cadence:
    return Cadence(
        fastest_ms=_number(transport, "pollTimeout", POLL_PAUSE_MS, 100, 3_600_000),
        slowest_ms=_number(transport, "pollTimeout", V3_SLOWEST_MS, V3_SLOWEST_MS, 3_600_000),
        factor=_number(transport, "pollIntervalMultiplier", 1.2, 1, 10),
        only_failures=True,
        tick_ms=1,
    )


def _v3_async(transport: Mapping[str, Any]) -> AsyncOptions:
    """The page size of this protocol belongs to the transport, and is never less than its clients ask for."""
    page_events = int(_number(transport, "maxMessagePageSize", HISTORY_PAGE_EVENTS, 16, 10_000))
    return replace(_async(_mapping(transport.get("async"))), page_events=page_events)


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

"""What `session:fetch` asks for, as a request to a web service.

Attributes are values of scripts, so each is looked at before it is used.

Source:  orchestration.md, section 14.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from msgspec import Struct

from frontdesk.desk.orchestration.web_client import Asked, Unfetched

ESP = "esp"  # JSON both ways: parameters are posted as an object, and the answer is always JSON.
METHODS = ("get", "post", "put", "delete", ESP)
FORM, JSON, MULTIPART = "application/x-www-form-urlencoded", "application/json", "multipart/form-data"
TIMEOUT_S, TIMEOUT_S_MAX = 30.0, 300.0
RETRIES, RETRIES_MAX = 3, 100
RETRY_INTERVAL_S, RETRY_INTERVAL_S_MAX = 10.0, 3600.0
CACHE_S_MAX = 31_536_000.0

_SECRET = re.compile(r"secret:([A-Za-z0-9_-]+)")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
_NOT_FOR_DOCUMENTS = (
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
)


class Secret(Struct, frozen=True):
    """What only some services may be told. Shape: no `hosts` is every one that may be asked."""

    value: str
    hosts: tuple[str, ...] = ()


class Fetch(Struct, frozen=True):
    """One fetch.

    Shape:   `expected` is the type that the answer must have, empty for any; `retries` follow the first try.
    """

    asked: Asked
    expected: str
    retries: int
    retry_interval_s: float


def fetch_of(attributes: Mapping[str, Any], request_id: str, secrets: Mapping[str, Secret]) -> Fetch:
    """What the attributes of one `session:fetch` mean.

    Errors:  `Unfetched`: `invalidattribute` naming the attribute.
    """
    method = _method(attributes)
    url = _text(attributes, "srcexpr") or _text(attributes, "src")
    if not url:
        raise _invalid("srcexpr", "is the address to ask, and is missing")
    host = _host(url)
    headers = _headers(attributes, host, secrets) | _cache(attributes)
    if method != "get":
        # Who answers can tell a request that comes again, after a crash or because nothing came back.
        headers = {"Idempotency-Key": request_id} | headers
    url, body, media_type = _payload(method, url, attributes)
    if media_type and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = media_type
    is_sure = _flag(attributes, "gdelivery")
    return Fetch(
        Asked(
            method="POST" if method == ESP else method.upper(),
            url=url,
            headers=headers,
            body=body,
            auth=_auth(attributes, host, secrets),
            timeout_s=_number(attributes, "timeout", TIMEOUT_S, 0.01, TIMEOUT_S_MAX),
        ),
        JSON if method == ESP else _text(attributes, "type").strip().lower(),
        int(_number(attributes, "gd_retries", RETRIES, 0, RETRIES_MAX)) if is_sure else 0,
        _number(attributes, "gd_retry_interval", RETRY_INTERVAL_S, 0, RETRY_INTERVAL_S_MAX),
    )


# --- single attributes -----------------------------------------------------------------------------


def _invalid(name: str, what_to_do: str) -> Unfetched:
    return Unfetched("invalidattribute", f"{name} {what_to_do}")


def _method(attributes: Mapping[str, Any]) -> str:
    method = _text(attributes, "method").strip().lower() or "get"
    if method not in METHODS:
        raise _invalid("method", f"is one of {', '.join(METHODS)}")
    return method


def _text(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _invalid(name, "must be a text")
    return value


def _number(attributes: Mapping[str, Any], name: str, usual: float, low: float, high: float) -> float:
    value = attributes.get(name)
    if value is None or value == "":
        return usual
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not low <= number <= high:  # Not a number is not between them either.
        raise _invalid(name, f"must be a number from {low:g} to {high:g}")
    return number


def _flag(attributes: Mapping[str, Any], name: str) -> bool:
    return attributes.get(name) in (True, "true")


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:
        return ""


def _headers(attributes: Mapping[str, Any], host: str, secrets: Mapping[str, Secret]) -> dict[str, str]:
    given = attributes.get("headers") or {}
    if not isinstance(given, Mapping):
        raise _invalid("headers", "must be an object")
    headers: dict[str, str] = {}
    for name, value in given.items():
        text = _revealed(plain(value), host, secrets)
        if not _HEADER.fullmatch(name) or not _HEADER_VALUE.fullmatch(text):
            raise _invalid("headers", "may hold names and values of HTTP alone")
        if name.lower() in _NOT_FOR_DOCUMENTS:
            raise _invalid("headers", f"may not hold {name}")
        headers[name] = text
    return headers


def _cache(attributes: Mapping[str, Any]) -> dict[str, str]:
    """How old an answer may be. Nothing is kept here, but caches on the way keep to it."""
    said = [
        f"{directive}={int(_number(attributes, name, 0, 0, CACHE_S_MAX))}"
        for name, directive in (("maxage", "max-age"), ("maxstale", "max-stale"))
        if attributes.get(name) not in (None, "")
    ]
    return {"Cache-Control": ", ".join(said)} if said else {}


def _auth(attributes: Mapping[str, Any], host: str, secrets: Mapping[str, Secret]) -> tuple[str, str] | None:
    name = _revealed(_text(attributes, "username"), host, secrets)
    password = _revealed(_text(attributes, "password"), host, secrets)
    return (name, password) if name or password else None


def _revealed(text: str, host: str, secrets: Mapping[str, Secret]) -> str:
    """A text, or the secret that it names. What visitors say never comes here: see `params` and `content`."""
    named = _SECRET.fullmatch(text)
    if named is None:
        return text
    secret = secrets.get(named[1].lower())
    if secret is None:
        raise Unfetched("invalidattribute", f"there is no secret {named[1]} in the settings")
    if secret.hosts and host.lower() not in secret.hosts:
        raise Unfetched("invalidattribute", f"the secret {named[1]} is not for {host}")
    return secret.value


# --- parameters and contents -----------------------------------------------------------------------


def plain(value: Any) -> str:
    """A script's value as a text, as scripts write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _payload(method: str, url: str, attributes: Mapping[str, Any]) -> tuple[str, bytes, str]:
    """The address with its query, the body, and the body's type."""
    params = attributes.get("params") or {}
    content = attributes.get("content")
    enctype = _text(attributes, "enctype").strip().lower()
    if not isinstance(params, Mapping):
        raise _invalid("param", "needs a name")
    if method == "get":
        return _with_query(url, params), b"", ""
    if method == ESP:
        if content is not None or enctype not in ("", JSON):
            raise _invalid("method", f"esp sends what param says, as {JSON} and nothing else")
        return url, plain(params).encode("utf-8", "replace"), JSON
    if content is not None:
        if params:
            raise _invalid("content", "and param cannot both be the body")
        usual = "text/plain; charset=utf-8" if isinstance(content, str) else JSON
        return url, plain(content).encode("utf-8", "replace"), enctype or usual
    if not params:
        return url, b"", enctype
    match enctype or FORM:
        case "application/x-www-form-urlencoded":
            return url, urlencode(_pairs(params), errors="replace").encode(), FORM
        case "application/json":
            return url, plain(params).encode("utf-8", "replace"), JSON
        case "multipart/form-data":
            fields = {name: (None, text.encode("utf-8", "replace")) for name, text in _pairs(params)}
            made = httpx2.Request("POST", "http://x", files=fields)  # Only its body and its type are of use.
            return url, made.read(), made.headers["Content-Type"]
        case other:
            raise _invalid("enctype", f"{other} is not known: take {FORM}, {JSON} or {MULTIPART}")


def _with_query(url: str, params: Mapping[str, Any]) -> str:
    if not params:
        return url
    address, hash_mark, fragment = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(_pairs(params), errors='replace')}{hash_mark}{fragment}"


def _pairs(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters one by one; several of one name come as a list."""
    return [
        (name, plain(each))
        for name, value in params.items()
        for each in (value if isinstance(value, list) else [value])
    ]

"""Where `frontdesk chat` goes, and over which protocol."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from frontdesk.client.options import V3_REST
from frontdesk.errors import Refused

Over = Literal["v2", "v2-cometd", "v3"]
V2_PATH, COMETD_PATH, V3_PATH = "/genesys/2/chat/{}", "/genesys/cometd", "/nexus/v3/chat/sessions"
CHANNEL = "/service/chatV2/{}"


class Address(Struct, frozen=True):
    """One chat service: the protocol's own address, and the service's name where that has none in it."""

    over: Over
    url: str
    service: str = ""

    def __str__(self) -> str:
        return f"{self.url}#{self.service}" if self.service else self.url

    def options(self, key: str = "") -> Mapping[str, Any]:
        """How a visitor's side is told to go there; `key` is what a gateway or the server asks for."""
        if self.over == "v3":
            headers = {"x-api-key": key} if key else {}
            return {"transport": {"type": V3_REST, "endpoint": self.service, "headers": headers}}
        comet = {"enabled": True, "cometURL": self.url, "channel": CHANNEL.format(self.service)}
        own = {"cometD": comet} if self.over == "v2-cometd" else {}
        return {**own, "apikey": key} if key else own


def read_address(text: str, over: Over | None = None) -> Address:
    """The service that a person means. Errors: `Refused("bad_address")`.

    Shape:   `host/service` is the usual place of that service for `over`. A whole address of a protocol says
             itself which one it is; with version 3 and CometD the service stands behind a `#`.
    """
    parts = urlsplit(text if "://" in text else f"http://{text}")
    path = parts.path.rstrip("/")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("bad_address", f"{text!r} is no address, such as http://127.0.0.1:8080/demo")
    said, root = _said(path), f"{parts.scheme}://{parts.netloc}"
    if said is not None and over not in (None, said):
        raise Refused("bad_address", f"{text!r} is an address of {said}, not of {over}")
    if said == "v2":
        return Address("v2", root + path)
    if said is not None and parts.fragment:
        return Address(said, root + path, unquote(parts.fragment))
    service = path.strip("/")
    if said is not None or not service or "/" in service:
        raise Refused("bad_address", f"{text!r} names no service; with one it is http://host/service")
    match over:
        case "v3":
            return Address("v3", root + V3_PATH, unquote(service))
        case "v2-cometd":
            return Address("v2-cometd", root + COMETD_PATH, unquote(service))
        case _:
            return Address("v2", root + V2_PATH.format(service))


def _said(path: str) -> Over | None:
    """The protocol of whose addresses this path is one."""
    if "/2/chat/" in path:
        return "v2"
    if path.endswith("/v3/chat/sessions"):
        return "v3"
    return "v2-cometd" if path.endswith("/cometd") else None

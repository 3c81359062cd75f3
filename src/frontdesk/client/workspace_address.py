"""Where a workspace server is: its HTTP and WebSocket addresses, from what a person would type."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from frontdesk.errors import Refused


class WorkspaceAddress:
    """The addresses of one server. Errors: `Refused("bad_address")`.

    Shape:   `http` and `socket` end without a slash; `is_local` when no proxy can be in between.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused("bad_address", f"{url!r} is no address of a server, such as http://127.0.0.1:8080")
        path = parts.path.rstrip("/").removesuffix("/agent")
        self.http = f"{parts.scheme}://{parts.netloc}{path}"
        self.socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{path}"
        self.is_local = _is_local(parts.hostname)


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

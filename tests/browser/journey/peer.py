"""A collector that does what a test says and keeps what it is told: section 4 of the journey API, no more.

It is there for what a real one does seldom: being away, being busy, two offers at once. Its other half serves
the files of the tracker.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from tests.browser.site import POLL_S

DEPLOYMENT = "9a3c1f0e-5b1d-4c57-8f5e-0d6c1c9b2a10"
ROOT = f"/api/v2/journey/deployments/{DEPLOYMENT}/"
IMPLIED = {"consent": "implied", "pageviewConfig": "Off"}


class Peer:
    """What was told, in order: `events`, `moves` (states of actions), `consents`, `pings`.

    Shape:   `config` is what pages are told, `offers` what the next ping hands out, `status` what every
             event is answered instead, until it is 0 again.
    """

    def __init__(self, files: Path) -> None:
        self.files = files
        self.url = ""
        self.session_id = str(uuid4())
        self.config: dict[str, Any] = dict(IMPLIED)
        self.offers: list[Mapping[str, Any]] = []
        self.status = 0
        self.poll_ms = 10_000
        self.is_eager = False  # Whether each event asks for a ping.
        self.events: list[dict[str, Any]] = []
        self.moves: list[dict[str, Any]] = []
        self.consents: list[dict[str, Any]] = []
        self.pings: list[dict[str, str]] = []
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.changed = threading.Condition()

    def names(self) -> list[str]:
        return [event["eventName"] for event in self.events]

    def states(self, action_id: str = "") -> list[str]:
        return [
            move["actionState"] for move in self.moves if move["actionId"] == (action_id or move["actionId"])
        ]

    def offer(self, media_type: str = "webchat", **more: Any) -> str:
        """Hand out an action at the next ping; its id."""
        action = {
            "id": str(uuid4()),
            "mediaType": media_type,
            "customerIdType": "cookie",
            "actionMapId": str(uuid4()),
            "actionMapVersion": 4,
            "sessionId": self.session_id,
            "priority": 2,
            "attempt": 1,
        } | more
        self.offers.append(action)
        return str(action["id"])

    def answer(self, method: str, path: str, query: str, body: Any) -> tuple[int, Any]:
        place = path.removeprefix(ROOT)
        if method == "GET" and place == "config":
            return 200, self.config
        if method == "GET" and place.endswith("/ping"):
            self.pings.append(dict(parse_qsl(query)))
            offers, self.offers = self.offers, []
            return 200, {"actions": offers, "pollIntervalMilliseconds": self.poll_ms}
        if self.status:
            return self.status, {"code": "told_so"}
        match place:
            case "webevents/batch":
                return 200, [{"status": 200, "body": self._event(event)} for event in body]
            case "actionevent":
                self.moves.append(body)
                return 204, None
            case "consent":
                self.consents.append(body)
                return 200, {"purposes": body.get("purposes")}
        return 404, {"code": "no_such_address"}

    def _event(self, event: dict[str, Any]) -> Mapping[str, Any]:
        self.events.append(event)
        return {
            "id": str(uuid4()),
            "customerId": event["customerCookieId"],
            "customerIdType": "cookie",
            "eventName": event["eventName"],
            "session": {"id": self.session_id, "eventCount": len(self.events)},
            "createdDate": event["createdDate"],
            "pingNow": self.is_eager or bool(self.offers),
        }

    def told(self, what: Callable[[], object], within_s: float) -> bool:
        """Wait until something is so."""
        with self.changed:
            return self.changed.wait_for(lambda: bool(what()), within_s)


@contextmanager
def collecting(files: Path) -> Iterator[Peer]:
    """A peer that answers until the block is left."""
    peer = Peer(files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            address = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("content-length", 0)))
            if address.path.startswith("/tracker/"):
                file = peer.files / address.path.removeprefix("/tracker/")
                self._say(
                    200 if file.is_file() else 404,
                    file.read_bytes() if file.is_file() else b"",
                    "text/javascript",
                )
                return
            with peer.changed:
                headers = {name.lower(): value for name, value in self.headers.items()}
                peer.asked.append((address.path, headers))
                status, said = peer.answer(method, address.path, address.query, json.loads(text or "null"))
                peer.changed.notify_all()
            self._say(status, b"" if said is None else json.dumps(said).encode(), "application/json")

        def _say(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("access-control-allow-origin", "*")
            self.send_header("access-control-expose-headers", "retry-after")
            if status == 429:
                self.send_header("retry-after", "7")
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # A page that is left takes nothing more.
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    peer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,))
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

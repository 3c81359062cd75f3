"""A chat server of one chat that does what a test tells it: real HTTP on the loopback, no code of ours.

It speaks as much of Chat API v2 as a visitor's client needs, and says nothing unless it is told to."""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qsl

Body = dict[str, Any]
CHAT_ID = "0004Ga0000000001"
IDENTITY = {
    "chatId": CHAT_ID,
    "userId": "00D95C1A77E40012",
    "secureKey": "9f3b1c77a0d2e4586b1f",
    "alias": "1",
}
GONE: Body = {
    "statusCode": 2,
    "chatEnded": True,
    "messages": [],
    "errors": [{"code": 249, "advice": "no such session. referenceId[1]"}],
}


class ScriptedChat:
    """The chat, told from the desk's side.

    Shape:   `requests` are the operation (`start`, `send`, `userData/read` …) and the fields of each request.
             While it is not `is_reachable`, it hangs up on everybody without an answer.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.has_user_data_calls = True
        self.is_reachable = True
        self._lock = threading.Lock()
        self._events: list[Body] = []
        self._parties: dict[int, Body] = {}
        self._data: dict[str, str] = {}
        self._granted: dict[str, str] = {}
        self._has_ended = False
        self._answers: dict[str, tuple[int, Body]] = {}

    # What the desk does.

    def joins(self, type_: str, nickname: str, *, is_bot: bool = False) -> int:
        """Somebody comes in; the number of the party."""
        style = {"eventAttributes": {"GCTI_SYSTEM": {"party-info": {"style": "BOT"}}}} if is_bot else {}
        with self._lock:
            party_id = len(self._parties) + 1
            self._parties[party_id] = {"nickname": nickname, "participantId": party_id, "type": type_}
            self._append("ParticipantJoined", party_id, **style)
        return party_id

    def leaves(self, party_id: int) -> None:
        with self._lock:
            self._append("ParticipantLeft", party_id)

    def says(self, party_id: int, text: str, type_: str = "Message", **members: Any) -> None:
        with self._lock:
            self._append(type_, party_id, text=text, **members)

    def types(self, party_id: int, is_typing: bool) -> None:
        with self._lock:
            self._append("TypingStarted" if is_typing else "TypingStopped", party_id)

    def ends(self) -> None:
        """The desk ends the chat."""
        with self._lock:
            self._has_ended = True

    def grants(self, **data: str) -> None:
        """The desk attaches data that the visitor's application may read."""
        with self._lock:
            self._granted |= data

    def attaches(self, **data: str) -> None:
        """The desk attaches data for itself."""
        with self._lock:
            self._data |= data

    def answers(self, operation: str, status: int, body: Body) -> None:
        """From now on `operation` gets this answer, whatever the chat holds."""
        with self._lock:
            self._answers[operation] = (status, body)

    def answers_as_usual(self, operation: str) -> None:
        with self._lock:
            del self._answers[operation]

    def asked(self, operation: str) -> list[dict[str, str]]:
        """The fields of every request for `operation`, oldest first."""
        with self._lock:
            return [fields for name, fields in self.requests if name == operation]

    # What the visitor's client asks.

    def answer(self, path: str, raw: bytes) -> tuple[int, Body]:
        operation = self._operation(path)
        fields = dict(parse_qsl(raw.decode(), keep_blank_values=True))
        lists = [value for name, value in parse_qsl(raw.decode()) if name.startswith("keys[")]
        with self._lock:
            self.requests.append((operation, fields))
            if operation in self._answers:
                return self._answers[operation]
            if operation == "start":
                return self._start(fields)
            if fields.get("secureKey") != IDENTITY["secureKey"]:
                return 200, GONE
            return self._carry_out(operation, fields, lists)

    def _operation(self, path: str) -> str:
        rest = path.removeprefix("/genesys/2/chat/s").strip("/")
        if not rest:
            return "start"
        chat_id, _, operation = rest.partition("/")
        return operation if chat_id == CHAT_ID else "unknown"

    def _start(self, fields: Mapping[str, str]) -> tuple[int, Body]:
        self._events, self._has_ended = [], False
        self._data, self._granted = {}, _user_data(fields)
        self._parties = {1: {"nickname": fields.get("nickname", ""), "participantId": 1, "type": "Client"}}
        self._append("ParticipantJoined", 1)
        return 200, self._envelope(self._events)

    def _carry_out(self, operation: str, fields: Mapping[str, str], keys: list[str]) -> tuple[int, Body]:
        match operation:
            case "refresh":
                position = int(fields.get("transcriptPosition") or 1)
                return 200, self._envelope([event for event in self._events if event["index"] >= position])
            case _ if self._has_ended:
                return 200, GONE
            case "send":
                attributes = json.loads(fields.get("eventAttributes") or "{}")
                extra = {"eventAttributes": attributes} if attributes else {}
                self._append("Message", 1, text=fields["message"], messageType=fields["messageType"], **extra)
            case "disconnect":
                self._append("ParticipantLeft", 1)
                self._has_ended = True
            case "updateData":
                self._granted |= _user_data(fields)
            case "userData/read" if self.has_user_data_calls:
                found = {key: self._granted[key] for key in keys if key in self._granted}
                return 200, self._envelope([]) | {"userData": found}
            case "userData/delete" if self.has_user_data_calls:
                for key in keys:
                    self._granted.pop(key, None)
                return 200, self._envelope([]) | {"timestamp": int(time() * 1000)}
            case "startTyping" | "stopTyping" | "customNotice":
                pass
            case _:
                return 404, {"statusCode": 2, "chatEnded": False, "messages": [], "errors": []}
        return 200, self._envelope([])

    def _append(self, type_: str, party_id: int, **members: Any) -> None:
        index = len(self._events) + 1
        stamp = {"index": index, "type": type_, "utcTime": int(time() * 1000)}
        self._events.append({**stamp, "from": self._parties[party_id], **members})

    def _envelope(self, events: list[Body]) -> Body:
        position = len(self._events) + 1
        ended = {"statusCode": 0, "chatEnded": self._has_ended, "nextPosition": position}
        return {**ended, **IDENTITY, "messages": list(events), "monitored": False}


def _user_data(fields: Mapping[str, str]) -> dict[str, str]:
    opening = "userData["
    return {name[len(opening) : -1]: value for name, value in fields.items() if name.startswith(opening)}


@contextmanager
def scripted_chat() -> Iterator[ScriptedChat]:
    """A running server on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            if not chat.is_reachable:
                self.close_connection = True
                return
            status, body = chat.answer(self.path, raw)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json;charset=UTF-8")
            self.send_header("content-length", str(len(content)))
            with contextlib.suppress(ConnectionError):  # Whoever asked may have gone meanwhile.
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """A test's output is for its failures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    chat = ScriptedChat(f"http://127.0.0.1:{server.server_port}/genesys/2/chat/s")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield chat
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

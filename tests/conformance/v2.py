"""A raw client of Chat API v2, which knows the specification and nothing of our code."""

import json
import re
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx2

from tests.patience import PATIENCE_S

ORIGIN = "https://shop.example"
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
SESSION_GONE = 249
ID = re.compile(r"[A-Za-z0-9]{1,64}")
Event = dict[str, Any]


class Answer:
    """One response. Whatever was asked, it must be JSON, not empty, and readable cross-origin."""

    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.elapsed_s = response.elapsed.total_seconds()
        assert "json" in response.headers.get("content-type", ""), (response.status_code, response.headers)
        assert response.content
        assert response.headers.get("access-control-allow-origin") == ORIGIN
        assert "origin" in response.headers.get("vary", "").lower()
        self.body: dict[str, Any] = json.loads(response.content)
        assert isinstance(self.body, dict)

    @property
    def events(self) -> list[Event]:
        events: list[Event] = self.body["messages"]
        return events

    @property
    def indexes(self) -> list[int]:
        return [event["index"] for event in self.events]

    @property
    def next_position(self) -> int:
        position: int = self.body["nextPosition"]
        return position

    @property
    def has_ended(self) -> bool:
        ended: bool = self.body["chatEnded"]
        return ended

    @property
    def codes(self) -> set[int]:
        return {error["code"] for error in self.body.get("errors", ())}

    def of_type(self, type_: str) -> list[Event]:
        return [event for event in self.events if event["type"] == type_]

    def ok(self) -> "Answer":
        """Itself, when it is what §21 calls an ok envelope."""
        body = self.body
        assert self.status == 200, body
        assert body["statusCode"] == 0, body
        assert type(body["statusCode"]) is int
        assert type(body["chatEnded"]) is bool
        assert type(body["messages"]) is list
        assert type(body["nextPosition"]) is int
        assert all(
            isinstance(body[key], str) and body[key] for key in ("chatId", "userId", "secureKey", "alias")
        )
        assert "errors" not in body
        return self

    def refused(self, *codes: int) -> "Answer":
        """Itself, when the request was refused as invalid with these codes."""
        assert self.status == 400, self.body
        assert self.body["statusCode"] == 2
        assert self.codes == set(codes), self.body
        assert all(type(error["code"]) is int and error["advice"] for error in self.body["errors"])
        assert self.body["messages"] == []
        return self

    def gone(self) -> "Answer":
        """Itself, when it says that there is no such session for the one who asks (§8.3)."""
        body = self.body
        assert (self.status, body["statusCode"], body["chatEnded"]) == (200, 2, True), body
        assert body["messages"] == []
        assert self.codes == {SESSION_GONE}
        assert not body.keys() & {"chatId", "userId", "secureKey", "alias"}
        return self


class Chat:
    """A started session, seen by its visitor."""

    def __init__(self, visitors: "Visitors", service: str, started: Answer) -> None:
        self.visitors = visitors
        self.service = service
        self.started = started
        self.chat_id: str = started.body["chatId"]
        self.user_id: str = started.body["userId"]
        self.secure_key: str = started.body["secureKey"]
        self.alias: str = started.body["alias"]

    @property
    def credentials(self) -> dict[str, str]:
        return {"alias": self.alias, "secureKey": self.secure_key, "userId": self.user_id}

    @property
    def identity(self) -> dict[str, str]:
        return {"chatId": self.chat_id, **self.credentials}

    def path(self, operation: str) -> str:
        return f"/{self.service}/{self.chat_id}/{operation}"

    async def ask(self, operation: str, **fields: str | int) -> Answer:
        """Any operation with any fields; `P` is short for `transcriptPosition`."""
        if "P" in fields:
            fields["transcriptPosition"] = fields.pop("P")
        return await self.visitors.post(self.path(operation), self.credentials | fields)

    async def refresh(self, position: int | str = 1, **fields: str) -> Answer:
        return await self.ask("refresh", P=position, **fields)

    async def send(self, message: str, **fields: str | int) -> Answer:
        return await self.ask("send", message=message, messageType="text", **fields)

    async def events(self, type_: str = "") -> list[Event]:
        """All that the visitor may see, or what is of one type."""
        answer = (await self.refresh(1)).ok()
        return answer.of_type(type_) if type_ else answer.events

    async def upload(
        self, name: str, content: bytes, media_type: str = "application/octet-stream", **fields: str
    ) -> Answer:
        """As the reference client does: the file first, then the credentials."""
        return await self.visitors.post_parts(
            self.path("file"), [("file", (name, content, media_type))], self.credentials | fields
        )

    async def download(self, file_id: str, **credentials: str) -> httpx2.Response:
        """As a native form post: multipart, and no answer that must be JSON."""
        return await self.visitors.http.post(
            self.visitors.base + self.path(f"file/{file_id}/download"),
            files=[(key, (None, value)) for key, value in (self.credentials | credentials).items()],
        )

    async def comes(
        self, wanted: Callable[[Answer], object], within_s: float = PATIENCE_S, every_s: float = 0.05
    ) -> Answer:
        """The first refresh from position 1 that is as `wanted`, asking like a client does, only faster."""
        until = monotonic() + within_s
        while True:
            answer = await self.refresh(1)
            if wanted(answer):
                return answer
            assert monotonic() < until, f"it did not come within {within_s} s: {answer.body}"
            await anyio.sleep(every_s)


class Visitors:
    """Those who come from the web: a base address and a pool of connections."""

    def __init__(self, url: str, http: httpx2.AsyncClient, prefix: str = "/genesys") -> None:
        self.url = url
        self.base = f"{url}{prefix}/2/chat"
        self.http = http

    async def post(self, path: str, fields: Mapping[str, str | int] | bytes, **headers: str) -> Answer:
        """A form, urlencoded like the reference client's; bytes go out as they are."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        return Answer(
            await self.http.post(
                self.base + path, content=body, headers={**URLENCODED, "origin": ORIGIN, **headers}
            )
        )

    async def post_parts(
        self,
        path: str,
        files: list[tuple[str, tuple[str | None, bytes, str]]],
        fields: Mapping[str, str | int],
    ) -> Answer:
        """A multipart form: the files, then the fields."""
        parts: list[Any] = [*files, *((key, (None, str(value))) for key, value in fields.items())]
        return Answer(await self.http.post(self.base + path, files=parts, headers={"origin": ORIGIN}))

    async def start(self, service: str = "s", **fields: str) -> Chat:
        """A new chat; without fields it is one of Mira"""
        fields = fields or {"nickname": "Mira"}
        return Chat(self, service, (await self.post(f"/{service}/", fields)).ok())

"""A raw client of Chat API v3, which knows the specification and nothing of our code."""

import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx2

from tests.bare import http_client

ORIGIN = "https://shop.example"
BASE = "/nexus/v3/chat/sessions"
URLENCODED = "application/x-www-form-urlencoded; charset=UTF-8"
WAIT_S = 30.0
Message = dict[str, Any]

_numbers = count(1)


def operation_id() -> str:
    """One as the widget makes them: not a UUID."""
    return f"c150dfac1c-21d81-5c5d3-e2ba4-{next(_numbers):x}"


class Answer:
    """One response. Whatever was asked, it must be JSON that pages of the site can read."""

    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.elapsed_s = response.elapsed.total_seconds()
        assert response.headers.get("content-type", "").startswith("application/json"), response.text[:200]
        assert response.headers.get("access-control-allow-origin") == ORIGIN, response.headers
        assert response.headers.get("cache-control") == "no-store"
        self.body: dict[str, Any] = json.loads(response.content)
        assert isinstance(self.body, dict)

    def ok(self) -> "Answer":
        """Itself, when it is a success."""
        assert (self.status, self.body["status"]["code"]) == (200, "SUCCESS"), (self.status, self.body)
        return self

    def refused(self, status: int, code: str) -> "Answer":
        """Itself, when it is a refusal with this status and code."""
        assert (self.status, self.body["status"]["code"]) == (status, code), (self.status, self.body)
        return self

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.body["data"]
        return data

    @property
    def messages(self) -> list[Message]:
        messages: list[Message] = self.data["messages"]
        return messages

    @property
    def texts(self) -> list[str]:
        return [m["text"] for m in self.messages if m["type"] == "Text" and "text" in m]

    @property
    def types(self) -> list[str]:
        return [m["type"] for m in self.messages]

    @property
    def indexes(self) -> list[str]:
        return [m["index"] for m in self.messages]

    @property
    def has_ended(self) -> bool:
        ended: bool = self.data["chatEnded"]
        return ended


def payload_of(token: str) -> dict[str, Any]:
    """What a token says, decoded as browsers do it: with the old alphabet of base64."""
    middle = token.split(".")[1]
    assert not set(middle) & set("-_")
    decoded: dict[str, Any] = json.loads(base64.b64decode(middle + "=" * (-len(middle) % 4), validate=True))
    return decoded


class Site:
    """A web site whose pages use the server."""

    def __init__(self, url: str, http: httpx2.AsyncClient, api_key: str = "demo-key") -> None:
        self.url = url
        self.http = http
        self.api_key = api_key

    async def raw(
        self, method: str, path: str, *, token: str | None = None, api_key: str | None = None, **named: Any
    ) -> httpx2.Response:
        """Any request at all, with the headers of the widget."""
        headers = {"origin": ORIGIN, "x-api-key": self.api_key if api_key is None else api_key}
        if token is not None:
            headers["x-nexus-client-key"] = token
        headers |= named.pop("headers", {})
        return await self.http.request(method, self.url + path, headers=headers, **named)

    async def ask(
        self, method: str, path: str, fields: Mapping[str, str] | None = None, **named: Any
    ) -> Answer:
        """A request under the collection of sessions, with a form where there are fields."""
        if fields is not None:
            named["content"] = urlencode(fields)
            named["headers"] = {"content-type": URLENCODED} | named.get("headers", {})
        return Answer(await self.raw(method, BASE + path, **named))

    async def start(
        self, fields: Mapping[str, str] | None = None, *, token: str | None = None, **named: Any
    ) -> Answer:
        """Ask for a chat with exactly these fields of `data`, or with a nickname and an endpoint."""
        data = {"nickname": "Ann", "endpoint": "s"} if fields is None else fields
        form = {_in_data(name): value for name, value in data.items()} | {"operationId": operation_id()}
        return await self.ask("POST", "", form, token=token, **named)

    async def visit(self, endpoint: str = "s", **fields: str) -> "Visit":
        """A visitor with a chat."""
        answer = (await self.start({"nickname": "Ann", "endpoint": endpoint} | fields)).ok()
        return Visit(self, answer)


def _in_data(name: str) -> str:
    first, bracket, rest = name.partition("[")
    return f"data[{first}]{bracket}{rest}"


class Visit:
    """A session, seen by one page that has its token."""

    def __init__(self, site: Site, started: Answer) -> None:
        self.site = site
        self.token: str = started.data["clientToken"]
        self.session_id: str = payload_of(self.token)["sessionId"]
        self.participant_id: str = payload_of(self.token)["participantId"]
        self.path = f"/{self.session_id}/messages"

    async def ask(
        self, method: str, what: str, fields: Mapping[str, str] | None = None, **named: Any
    ) -> Answer:
        named.setdefault("token", self.token)
        return await self.site.ask(method, f"/{self.session_id}/{what}", fields, **named)

    async def read(self, *, widget: bool = True, **query: str | int) -> Answer:
        """A read with these of `index` and `count`; other clients than the widget send no `operationId`."""
        if widget:
            query["operationId"] = operation_id()
        return await self.ask("GET", f"messages?{urlencode(query)}")

    async def poll(self, *, widget: bool = True) -> Answer:
        return (await self.read(widget=widget)).ok()

    async def send(self, text: str, *, kind: str = "Text", operation: str = "", **data: str) -> Answer:
        fields = {"data[type]": kind, "data[text]": text, "operationId": operation or operation_id()}
        return await self.ask("POST", "messages", fields | {f"data[{k}]": v for k, v in data.items()})

    async def says(self, *texts: str) -> None:
        for text in texts:
            (await self.send(text)).ok()

    async def leave(self, participant_id: str | None = None) -> Answer:
        who = self.participant_id if participant_id is None else participant_id
        return await self.ask("DELETE", f"participants/{who}", {"operationId": operation_id()})

    async def resume(self, endpoint: str = "s") -> "Visit":
        """The same session, as a page that was loaded anew and kept the token."""
        fields = {"endpoint": endpoint, "userData[_genesys_source]": "web"}
        return Visit(self.site, (await self.site.start(fields, token=self.token)).ok())

    async def upload(self, *files: tuple[str, bytes, str], **named: Any) -> Answer:
        """As the widget does: the file first, then the name of the operation."""
        parts: Sequence[Any] = [*(("file", file) for file in files), ("operationId", (None, operation_id()))]
        response = await self.site.raw(
            "POST", f"{BASE}/{self.session_id}/images", token=self.token, files=parts, **named
        )
        return Answer(response)

    async def comes(self, wanted: Callable[[Answer], object], *, widget: bool = True) -> Answer:
        """The first poll that is as wanted."""
        until = monotonic() + WAIT_S
        while monotonic() < until:
            answer = await self.poll(widget=widget)
            if wanted(answer):
                return answer
            await anyio.sleep(0.05)
        raise AssertionError(f"it did not come within {WAIT_S} s; at last there was {answer.body}")

    async def comes_to_an_end(self) -> Answer:
        """The first read that is refused, asked for so seldom that the visitor counts as silent."""
        until = monotonic() + WAIT_S
        while monotonic() < until:
            await anyio.sleep(1.5)
            answer = await self.read()
            if answer.status != 200:
                return answer
        raise AssertionError(f"the session goes on after {WAIT_S} s")

    async def sees(self, text: str) -> Answer:
        return await self.comes(lambda answer: text in answer.texts)


class Widget:
    """A page with the widget, as far as it concerns the order and the number of what is shown.

    Shape:   `shown` are the messages in the order in which they stand in the window.
    """

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.shown: list[Message] = []
        self._seen: set[str] = set()

    def take(self, answer: Answer) -> None:
        """Show what is new of a live batch."""
        for message in answer.messages:
            assert isinstance(message["index"], str)
            assert message["from"]
            if message["index"] not in self._seen:
                self._seen.add(message["index"])
                self.shown.append(message)

    async def polls(self) -> None:
        self.take(await self.visit.poll())

    @property
    def texts(self) -> list[str]:
        return [m["text"] for m in self.shown if m["type"] == "Text" and "text" in m]

    async def restore(self, count_: int = 20) -> None:
        """What a page that was loaded anew does first."""
        self.take((await self.visit.read(count=count_)).ok())

    async def scroll_up(self, count_: int = 20) -> bool:
        """Fetch an older page; whether there may be another. One it cannot use stops the widget for ever."""
        anchor = self.shown[0]["index"]
        page = (await self.visit.read(index=anchor, count=count_)).ok().messages
        assert page, "an empty page stops the widget for ever"
        assert page[-1]["index"] == anchor
        if len(page) == 1:
            return False
        new = [message for message in page if message["index"] not in self._seen]
        assert new, "a page of known messages stops the widget for ever"
        self._seen.update(message["index"] for message in new)
        self.shown[:0] = new
        return True


@asynccontextmanager
async def site_of(url: str, api_key: str = "demo-key") -> AsyncIterator[Site]:
    """A site with its own connections."""
    async with http_client(timeout=WAIT_S, limits=httpx2.Limits(max_connections=50)) as http:
        yield Site(url, http, api_key)

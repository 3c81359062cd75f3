"""A chat server that does what a test says: real HTTP on the loopback, Chat API v2, no code of ours."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from tests.client.desk import Desk, Json

SERVICE = "/genesys/2/chat/any"


class Request(NamedTuple):
    """What the server was asked; `operation` is `start`, `send`, `file/limits` and so on."""

    operation: str
    fields: dict[str, str]
    headers: Mapping[str, str]


class Override(NamedTuple):
    """What to answer in place of what the desk would."""

    status: int
    body: Any
    headers: Mapping[str, str]
    is_lost: bool


class ScriptedServer:
    """The HTTP side of a desk.

    Shape:   `requests` are all that came, in order; `overrides` are used up one by one for their operation;
             while `is_lost`, every connection breaks; what is in `held` waits for `release`. Without
             `keeps_alive` each connection carries one answer: browsers ask again when a later one breaks.
    """

    def __init__(self, desk: Desk, *, keeps_alive: bool = True) -> None:
        self.desk = desk
        self.keeps_alive = keeps_alive
        self.requests: list[Request] = []
        self.overrides: dict[str, list[Override]] = {}
        self.is_lost = False
        self.held: dict[str, asyncio.Event] = {}
        self.waiting = 0
        self.url = ""

    def override(
        self,
        operation: str,
        body: Any = None,
        *,
        status: int = 200,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        is_lost: bool = False,
    ) -> None:
        """Answer the next `times` requests for `operation` so; a mapping is laid over what the desk says."""
        answers = [Override(status, body, headers or {}, is_lost)] * times
        self.overrides.setdefault(operation, []).extend(answers)

    def hold(self, operation: str) -> None:
        """Let requests for `operation` wait."""
        self.held[operation] = asyncio.Event()

    def release(self, operation: str) -> None:
        """Answer what was held."""
        self.held.pop(operation).set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while await self._serve_one(reader, writer):
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # The client is gone.
        finally:
            writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = head[0].split(" ")
        chat_id, operation = self._operation(path)
        fields, file = _parse(headers.get("content-type", ""), body)
        assert method == "POST"
        if not self.is_lost:
            self.requests.append(Request(operation, fields, headers))
        if operation in self.held:
            self.waiting += 1
            await self.held[operation].wait()
            self.waiting -= 1
        answers = self.overrides.get(operation)
        override = answers.pop(0) if answers and not self.is_lost else None
        if self.is_lost or (override is not None and override.is_lost):
            return False
        self._reply(writer, self._answer(operation, fields, chat_id, file, override))
        return self.keeps_alive

    def _operation(self, path: str) -> tuple[str, str]:
        assert path.startswith(SERVICE), path
        chat_id, _, operation = path[len(SERVICE) + 1 :].partition("/")
        return chat_id, operation or "start"

    def _answer(
        self,
        operation: str,
        fields: dict[str, str],
        chat_id: str,
        file: tuple[str, bytes] | None,
        override: Override | None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        if override is not None and (override.status != 200 or not isinstance(override.body, Mapping)):
            return override.status, override.headers, _bytes(override.body)
        if override is None and operation.endswith("/download"):
            name, content = self.desk.files[operation.split("/")[1]]
            return 200, {"content-disposition": f'attachment; filename="{name}"'}, content
        if operation.endswith("/delete"):
            file_id = operation.split("/")[1]
            name, _ = self.desk.files.pop(file_id)
            data = {"file-id": file_id, "file-name": name}
            self.desk.happens({"type": "FileDeleted", "from": "visitor", "userData": data})
        if file is not None and override is None:
            return 200, {}, _bytes(self.desk.upload(*file))
        is_meant = override is None or override.body.get("statusCode", 0) == 0
        status, body = (
            self.desk.answer(operation, fields, chat_id) if is_meant else (200, self.desk.envelope([]))
        )
        if override is not None:
            body = {name: value for name, value in {**body, **override.body}.items() if value is not None}
        return status, override.headers if override else {}, _bytes(body)

    def _reply(self, writer: asyncio.StreamWriter, answer: tuple[int, Mapping[str, str], bytes]) -> None:
        status, headers, body = answer
        lines = {"content-type": "application/json", "content-length": str(len(body)), **headers}
        if not self.keeps_alive:
            lines["connection"] = "close"
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body)


@asynccontextmanager
async def serving(desk: Desk, *, keeps_alive: bool = True) -> AsyncIterator[ScriptedServer]:
    """A server for `desk`; `url` is the address of its one service."""
    scripted = ScriptedServer(desk, keeps_alive=keeps_alive)
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{SERVICE}"
    try:
        yield scripted
    finally:
        for operation in list(scripted.held):
            scripted.release(operation)
        server.close()
        await server.wait_closed()


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _parse(content_type: str, body: bytes) -> tuple[dict[str, str], tuple[str, bytes] | None]:
    """The fields of a form and its file, if it has one."""
    if not content_type.startswith("multipart/"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True)), None
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {content_type}\r\n\r\n".encode() + body)
    fields: dict[str, str] = {}
    file: tuple[str, bytes] | None = None
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename() is None:
            fields[str(part.get_param("name", header="content-disposition"))] = content.decode()
        else:
            file = (str(part.get_filename()), content)
    return fields, file


def only(requests: list[Request], *operations: str) -> list[Json]:
    """The fields of the requests for `operations`, in order."""
    return [request.fields for request in requests if request.operation in operations]

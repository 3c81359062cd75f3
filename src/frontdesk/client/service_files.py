"""Commands of WebChatService that move files."""

import asyncio
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from frontdesk.client import refusals
from frontdesk.client.engine import Engine
from frontdesk.client.outcomes import settled
from frontdesk.client.plugin import Command, Handler
from frontdesk.client.promise import CommandRejected
from frontdesk.client.transport import Answer, Outcome, Upload

UNKNOWN_TYPE = "application/octet-stream"


class Files:
    """Files between the visitor and the other side.

    Source:  webchat-service, section 3; chat-api-v2, section 11.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handlers(self) -> dict[str, Handler]:
        """The commands by name."""
        return {
            "sendFile": self._send,
            "downloadFile": self._download,
            "deleteFile": self._delete,
            "getFileLimits": self._limits,
        }

    async def _send(self, command: Command) -> Mapping[str, Any]:
        if not self._engine.transport.supports.file_upload:
            raise CommandRejected(refusals.NO_UPLOAD)
        live = self._engine.require()
        file = await _read(command.data.get("files"))
        if file is None:
            raise CommandRejected(refusals.NO_FILE)
        answer = await self._engine.ask(lambda who: self._engine.transport.upload(who, file), quiet=True)
        if self._engine.live is live:
            live.poller.hurry()
        if answer.outcome in (Outcome.DONE, Outcome.LATER):
            return answer.response
        response = _with_name(answer, file)
        self._engine.publish("error", response)
        raise CommandRejected(response)

    async def _download(self, command: Command) -> bytes | None:
        """The bytes; with `path` they are written there instead."""
        if not self._engine.transport.supports.file_download:
            raise CommandRejected(refusals.NO_DOWNLOAD)
        file_id = str(command.data.get("fileId") or command.data.get("field") or "")
        answer = await self._engine.ask(lambda who: self._engine.transport.download(who, file_id))
        if answer.content is None:
            raise CommandRejected(answer.response)
        path = command.data.get("path")
        if path is None:
            return answer.content
        await asyncio.to_thread(Path(path).write_bytes, answer.content)
        return None

    async def _delete(self, command: Command) -> Mapping[str, Any]:
        if not self._engine.transport.supports.extras:
            raise CommandRejected(refusals.NO_COMMAND.format("deleteFile"))
        file_id = str(command.data.get("fileId") or "")
        return await self._engine.request(
            lambda who: self._engine.transport.delete_file(who, file_id), hurry=True
        )

    async def _limits(self, _: Command) -> Mapping[str, Any]:
        if not self._engine.transport.supports.file_limits:
            raise CommandRejected(refusals.NO_FILE_LIMITS)
        return settled(await self._engine.ask(self._engine.transport.file_limits))


async def _read(given: object) -> Upload | None:
    """The file to send: a path, `(name, bytes)`, an open binary file, an `Upload`, or a list of those."""
    match given:
        case Upload():
            return given
        case (str() as name, bytes() as content):
            return _upload(name, content)
        case [first, *_]:
            return await _read(first)
        case str() | Path():
            path = Path(given)
            return _upload(path.name, await asyncio.to_thread(path.read_bytes))
        case _ if hasattr(given, "read"):
            content = await asyncio.to_thread(given.read)
            return _upload(Path(str(getattr(given, "name", "file"))).name, content)
        case _:
            return None


def _upload(name: str, content: bytes) -> Upload:
    return Upload(name=name, content=content, media_type=mimetypes.guess_type(name)[0] or UNKNOWN_TYPE)


def _with_name(answer: Answer, file: Upload) -> dict[str, Any]:
    """The response, with the name of the file it is about."""
    response = dict(answer.response)
    if answer.outcome is Outcome.UNREACHABLE:
        return {**response, "errorReason": "FileUploadError", "filename": file.name, "file": file}
    holder = response if "errors" in response else dict(response.get("responseJSON") or {})
    errors = holder.get("errors")
    if isinstance(errors, list):
        named = [{**error, "filename": file.name} for error in errors if isinstance(error, Mapping)]
        holder["errors"] = named
    if holder is not response:
        response["responseJSON"] = holder
    return response

"""Where the bytes of files are kept: a folder, or a bucket that speaks S3.

A key is made of an interaction's id and a file's id, both of `[A-Za-z0-9]`, so nothing a visitor writes is
ever part of a path.
"""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

from frontdesk.errors import NotFound, Unavailable
from frontdesk.settings import FileStoreSettings

CHUNK_BYTES = 65_536

_KEY = re.compile(r"[A-Za-z0-9]{1,64}/[A-Za-z0-9]{1,64}")


class FileStore(Protocol):
    """Bytes by key, kept until they are deleted."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep `content`; durable when it returns. Errors: `Unavailable`."""

    def open(self, key: str) -> AsyncIterator[bytes]:
        """The bytes in chunks. Errors: `NotFound`, `Unavailable`, both before the first chunk."""

    async def delete(self, key: str) -> None:
        """Let go of the bytes; nothing happens when there are none."""

    async def ping(self) -> None:
        """Return when files can be kept. Errors: `Unavailable`."""

    async def aclose(self) -> None: ...


class FolderFiles:
    """A folder, for one node. A file appears under its name when all of it is on disk, or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._put, self._path(key), content)

    def _put(self, path: Path, content: bytes) -> None:
        unfinished = path.with_suffix(".part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise Unavailable(f"the file could not be kept: {error.strerror}") from error

    async def open(self, key: str) -> AsyncIterator[bytes]:
        path = self._path(key)
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError as error:
            raise NotFound("the file is no longer kept") from error
        except OSError as error:
            raise Unavailable(f"the file cannot be read: {error.strerror}") from error
        with file:
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield chunk

    async def delete(self, key: str) -> None:
        path = self._path(key)
        with contextlib.suppress(OSError):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def ping(self) -> None:
        try:
            await asyncio.to_thread(self._folder.mkdir, 0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"files cannot be kept in {self._folder}: {error.strerror}") from error
        if not os.access(self._folder, os.W_OK):
            raise Unavailable(f"files cannot be kept in {self._folder}: it is not writable")

    async def aclose(self) -> None:
        return

    def _path(self, key: str) -> Path:
        return self._folder / _checked(key)


class BucketFiles:
    """An S3-compatible bucket, for any number of nodes. Needs the extra `frontdesk[s3]`."""

    def __init__(self, settings: FileStoreSettings) -> None:
        self._settings = settings
        self._context = contextlib.AsyncExitStack()
        self._client: Any = None

    async def _connected(self) -> Any:
        if self._client is None:
            from aiobotocore.session import get_session  # An extra: only who sets a bucket needs it.

            settings = self._settings
            self._client = await self._context.enter_async_context(
                get_session().create_client(
                    "s3",
                    endpoint_url=settings.s3_endpoint or None,
                    region_name=settings.s3_region or None,
                    aws_access_key_id=settings.s3_access_key or None,
                    aws_secret_access_key=settings.s3_secret_key or None,
                )
            )
        return self._client

    async def put(self, key: str, content: bytes) -> None:
        async with self._asking() as client:
            await client.put_object(Bucket=self._settings.s3_bucket, Key=_checked(key), Body=content)

    async def open(self, key: str) -> AsyncIterator[bytes]:
        async with self._asking() as client:
            answer = await client.get_object(Bucket=self._settings.s3_bucket, Key=_checked(key))
            async with answer["Body"] as body:
                async for chunk in body.iter_chunks(CHUNK_BYTES):
                    yield chunk

    async def delete(self, key: str) -> None:
        with contextlib.suppress(NotFound, Unavailable):
            async with self._asking() as client:
                await client.delete_object(Bucket=self._settings.s3_bucket, Key=_checked(key))

    async def ping(self) -> None:
        async with self._asking() as client:
            await client.head_bucket(Bucket=self._settings.s3_bucket)

    async def aclose(self) -> None:
        await self._context.aclose()

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[Any]:
        client = await self._connected()
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield client
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise NotFound("the file is no longer kept") from error
            raise Unavailable(f"the bucket refused: {error}") from error
        except BotoCoreError as error:
            raise Unavailable(f"the bucket does not answer: {error}") from error


def open_files(settings: FileStoreSettings) -> FileStore:
    """The store that the settings name."""
    return BucketFiles(settings) if settings.s3_bucket else FolderFiles(Path(settings.folder))


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise NotFound("there is no such file")
    return key

"""Where the bytes of files are kept: a folder, or a bucket that speaks S3.

A key is made of an interaction's id and a file's id, both of `[A-Za-z0-9]`, so nothing a visitor writes is
ever part of a path.
"""

import asyncio
import contextlib
import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

from frontdesk.errors import NotFound, Unavailable
from frontdesk.settings import FileStoreSettings

CHUNK_BYTES = 65_536
UNFINISHED = ".unfinished"  # No key has a dot.
LEFT_BEHIND_S = 3600  # No upload takes so long: whoever began it is gone.
S3_CONNECT_S = 5
S3_READ_S = 30
S3_ATTEMPTS_MAX = 3

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
        self._unfinished = folder / UNFINISHED
        self._is_tidy = False

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._put, self._path(key), content)

    def _put(self, path: Path, content: bytes) -> None:
        unfinished = self._unfinished / f"{path.parent.name}.{path.name}"
        try:
            self._make_room(path.parent)
            with open(unfinished, "wb", opener=_private) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise Unavailable(f"the file could not be kept: {error.strerror}") from error

    def _make_room(self, folder: Path) -> None:
        """The folders of a file; a folder is kept as well only when the one around it is on disk."""
        for needed in (self._folder, self._unfinished, folder):
            if not needed.is_dir():
                needed.mkdir(mode=0o700, parents=True, exist_ok=True)
                _sync_folder(needed.parent)
        if not self._is_tidy:
            self._is_tidy = True
            _tidy(self._unfinished)

    async def open(self, key: str) -> AsyncIterator[bytes]:
        path = self._path(key)
        try:
            with await asyncio.to_thread(path.open, "rb") as file:
                while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                    yield chunk
        except FileNotFoundError as error:
            raise NotFound("the file is no longer kept") from error
        except OSError as error:
            raise Unavailable(f"the file cannot be read: {error.strerror}") from error

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
        self._connecting = asyncio.Lock()

    async def _connected(self) -> Any:
        async with self._connecting:
            return await self._connect() if self._client is None else self._client

    async def _connect(self) -> Any:
        from aiobotocore.config import AioConfig  # An extra: only who sets a bucket needs it.
        from aiobotocore.session import get_session

        settings = self._settings
        patience = AioConfig(
            connect_timeout=S3_CONNECT_S,
            read_timeout=S3_READ_S,
            retries={"total_max_attempts": S3_ATTEMPTS_MAX, "mode": "standard"},
        )
        self._client = await self._context.enter_async_context(
            get_session().create_client(
                "s3",
                config=patience,
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
        path = _checked(key)
        with contextlib.suppress(NotFound, Unavailable):
            async with self._asking() as client:
                await client.delete_object(Bucket=self._settings.s3_bucket, Key=path)

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
            if error.response.get("Error", {}).get("Code") == "NoSuchKey":
                raise NotFound("the file is no longer kept") from error
            raise Unavailable(f"the bucket refused: {error}") from error
        except BotoCoreError as error:
            raise Unavailable(f"the bucket does not answer: {error}") from error


def open_files(settings: FileStoreSettings) -> FileStore:
    """The store that the settings name."""
    return BucketFiles(settings) if settings.s3_bucket else FolderFiles(Path(settings.folder))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _sync_folder(folder: Path) -> None:
    """Names in a folder outlive a power cut once the folder itself is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tidy(unfinished: Path) -> None:
    """Throw away what a crash has left half-written."""
    for left in unfinished.iterdir():
        if left.stat().st_mtime < time.time() - LEFT_BEHIND_S:
            left.unlink(missing_ok=True)


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise NotFound("there is no such file")
    return key

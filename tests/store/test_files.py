"""Every place where files can be kept keeps the same promises; the folder keeps a few of its own.

The bucket is a real one in all that our side can tell: a server that speaks S3, on the loopback.
"""

import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import anyio
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from msgspec.structs import replace

from frontdesk.errors import NotFound, Unavailable
from frontdesk.settings import FileStoreSettings
from frontdesk.store.files import CHUNK_BYTES, LEFT_BEHIND_S, UNFINISHED, FileStore, open_files
from tests.bare import http_client

pytestmark = pytest.mark.anyio

KEY = "01M7YK7MW6R4MZVVWAHT/01M7YK7SA9H0GD4CKC0P"


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
async def bucket(s3_endpoint: str) -> FileStoreSettings:
    """A new bucket."""
    settings = FileStoreSettings(
        s3_bucket=f"files-{uuid4().hex}",
        s3_endpoint=s3_endpoint,
        s3_region="us-east-1",
        s3_access_key="key",
        s3_secret_key="secret",
    )
    async with http_client() as http:
        (await http.put(f"{settings.s3_endpoint}/{settings.s3_bucket}")).raise_for_status()
    return settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "files"


@pytest.fixture(params=["folder", "bucket"])
def settings(request: pytest.FixtureRequest, folder: Path) -> FileStoreSettings:
    if request.param == "folder":
        return FileStoreSettings(folder=str(folder))
    named: FileStoreSettings = request.getfixturevalue("bucket")
    return named


@pytest.fixture
async def files(settings: FileStoreSettings) -> AsyncIterator[FileStore]:
    opened = open_files(settings)
    yield opened
    await opened.aclose()


@pytest.fixture
def in_folder(folder: Path) -> FileStore:
    return open_files(FileStoreSettings(folder=str(folder)))


async def content_of(files: FileStore, key: str = KEY) -> bytes:
    return b"".join([chunk async for chunk in files.open(key)])


async def test_what_is_put_in_comes_out(files: FileStore) -> None:
    for size_bytes in (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 3 * CHUNK_BYTES + 7):
        content = os.urandom(size_bytes)
        await files.put(KEY, content)
        assert await content_of(files) == content


async def test_it_comes_in_chunks_that_fit_into_memory(files: FileStore) -> None:
    await files.put(KEY, bytes(3 * CHUNK_BYTES + 7))
    assert max([len(chunk) async for chunk in files.open(KEY)]) <= CHUNK_BYTES


async def test_it_is_still_there_when_the_store_is_opened_again(settings: FileStoreSettings) -> None:
    first, second = open_files(settings), open_files(settings)
    await first.put(KEY, b"kept")
    await first.aclose()
    assert await content_of(second) == b"kept"
    await second.aclose()


async def test_putting_again_replaces_the_whole(files: FileStore) -> None:
    await files.put(KEY, b"the first, which is longer")
    await files.put(KEY, b"the second")
    assert await content_of(files) == b"the second"


async def test_what_is_not_there_is_not_found(files: FileStore) -> None:
    with pytest.raises(NotFound):
        await content_of(files)


async def test_what_was_deleted_is_not_found_and_deleting_twice_is_deleting(files: FileStore) -> None:
    await files.put(KEY, b"gone")
    await files.put(KEY + "2", b"stays")
    await files.delete(KEY)
    await files.delete(KEY)
    with pytest.raises(NotFound):
        await content_of(files)
    assert await content_of(files, KEY + "2") == b"stays"


NO_KEYS = (
    "",
    "a",
    "a/",
    "/a",
    "../a",
    "a/../b",
    "a/b/c",
    "a/b.part",
    "a\\b",
    "a/b\n",
    "a/ü",
    "a/" + 65 * "b",
)


async def test_nothing_but_two_ids_is_a_key(files: FileStore) -> None:
    for key in NO_KEYS:
        with pytest.raises(NotFound):
            await files.put(key, b"")
        with pytest.raises(NotFound):
            await content_of(files, key)
        with pytest.raises(NotFound):
            await files.delete(key)


async def test_many_at_once_do_not_mix(files: FileStore) -> None:
    keys = [f"chat{number % 3}/file{number}" for number in range(20)]
    async with anyio.create_task_group() as writers:
        for key in keys:
            writers.start_soon(files.put, key, key.encode())
    assert [await content_of(files, key) for key in keys] == [key.encode() for key in keys]


async def test_a_reader_may_stop_half_way(files: FileStore) -> None:
    await files.put(KEY, bytes(3 * CHUNK_BYTES))
    reading = files.open(KEY)
    assert await anext(reading)
    await reading.aclose()  # type: ignore[attr-defined]
    assert len(await content_of(files)) == 3 * CHUNK_BYTES


async def test_a_healthy_store_answers_a_ping(files: FileStore) -> None:
    await files.ping()


# --- a bucket ---------------------------------------------------------------------------------------------


async def test_a_bucket_that_is_not_there_is_no_fault_of_the_visitor(bucket: FileStoreSettings) -> None:
    files = open_files(replace(bucket, s3_bucket="nobody-made-this-one"))
    with pytest.raises(Unavailable):
        await files.put(KEY, b"")
    with pytest.raises(Unavailable):
        await files.ping()
    with pytest.raises(Unavailable):
        await content_of(files)
    await files.aclose()


async def test_a_service_that_is_down_is_unavailable_before_the_visitor_gives_up(
    bucket: FileStoreSettings, free_tcp_port: int
) -> None:
    files = open_files(replace(bucket, s3_endpoint=f"http://127.0.0.1:{free_tcp_port}"))
    with anyio.fail_after(30), pytest.raises(Unavailable):
        await files.put(KEY, b"")
    await files.aclose()


async def test_the_first_to_come_together_share_one_connection(bucket: FileStoreSettings) -> None:
    files = open_files(bucket)
    async with anyio.create_task_group() as visitors:
        for number in range(5):
            visitors.start_soon(files.put, f"chat/file{number}", b"x")
    await files.aclose()


# --- a folder ---------------------------------------------------------------------------------------------


def names_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


async def test_only_the_servers_own_user_can_read_them(in_folder: FileStore, folder: Path) -> None:
    before = os.umask(0)
    try:
        await in_folder.put(KEY, b"private")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")] if path.is_dir()}
    assert modes == {0o700}
    assert stat.S_IMODE((folder / KEY).stat().st_mode) == 0o600


async def test_a_file_has_its_name_only_when_it_is_on_disk_and_then_the_name_is_put_there_too(
    in_folder: FileStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, synced = os.fsync, list[tuple[str, bool]]()

    def watched(descriptor: int) -> None:
        sync(descriptor)
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((str(place.relative_to(folder.parent)), (folder / KEY).exists()))

    monkeypatch.setattr(os, "fsync", watched)
    await in_folder.put(KEY, b"durable")
    chat = KEY.partition("/")[0]
    assert synced == [
        (".", False),  # The folder of all files has its name,
        ("files", False),  # so have the one for unfinished files
        ("files", False),  # and the chat's,
        (f"files/{UNFINISHED}/{KEY.replace('/', '.')}", False),  # then comes the content,
        (f"files/{chat}", True),  # and at last the file's name.
    ]


async def test_a_crash_in_the_middle_leaves_nothing_under_the_name(
    in_folder: FileStore, folder: Path
) -> None:
    """The process is killed after the content is written and before it is known to be on disk."""
    program = (
        "import asyncio, os, signal, sys\n"
        "from pathlib import Path\n"
        "from frontdesk.store.files import FolderFiles\n"
        "content = bytes(100_000)\n"
        "os.fsync = lambda d: os.fstat(d).st_size == len(content) and os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(FolderFiles(Path(sys.argv[1])).put(sys.argv[2], content))\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, folder, KEY], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = names_in(folder)
    assert left.startswith(UNFINISHED)
    with pytest.raises(NotFound):
        await content_of(in_folder)
    await in_folder.put(KEY, b"whole")
    assert await content_of(in_folder) == b"whole"
    assert names_in(folder) == {KEY}


async def test_what_a_crash_left_is_thrown_away_but_nothing_that_may_be_on_its_way(
    in_folder: FileStore, folder: Path
) -> None:
    unfinished = folder / UNFINISHED
    unfinished.mkdir(parents=True)
    old, new = unfinished / "a.old", unfinished / "a.new"
    for left in (old, new):
        left.write_bytes(b"half")
    long_ago = new.stat().st_mtime - LEFT_BEHIND_S - 1
    os.utime(old, (long_ago, long_ago))
    await in_folder.put(KEY, b"")
    assert not old.exists()
    assert new.exists()


async def test_a_full_disk_is_unavailable_and_leaves_nothing_behind(
    in_folder: FileStore, folder: Path
) -> None:
    """No file of this process can grow over 10 kB, as on a disk that is full."""
    await in_folder.put(KEY, b"before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        for key in (KEY, KEY + "2"):
            with pytest.raises(Unavailable):
                await in_folder.put(key, bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names_in(folder) == {KEY}
    assert await content_of(in_folder) == b"before"


async def test_a_folder_that_cannot_be_used_is_unavailable(in_folder: FileStore, folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("This is no folder.")
    with pytest.raises(Unavailable):
        await in_folder.ping()
    with pytest.raises(Unavailable):
        await in_folder.put(KEY, b"")
    with pytest.raises(Unavailable):
        await content_of(in_folder)


async def test_a_folder_in_a_files_place_is_unavailable(in_folder: FileStore, folder: Path) -> None:
    (folder / KEY).mkdir(parents=True)
    with pytest.raises(Unavailable):
        await content_of(in_folder)
    with pytest.raises(Unavailable):
        await in_folder.put(KEY, b"")

"""Files in a chat: the fact in the log and the bytes beside it never part."""

from pathlib import Path

import pytest

from frontdesk.desk.files import Files, Upload, sniff
from frontdesk.domain import commands
from frontdesk.errors import NotFound, Refused, Unavailable
from frontdesk.store.files import FolderFiles
from tests.desk.nodes import Node

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00\x00\x00\x01" * 2 + b"\x08\x06\x00\x00\x00"


class House:
    """A node with a folder of files."""

    def __init__(self, folder: Path) -> None:
        self.node = Node()
        self.folder = folder
        self.files = Files(FolderFiles(folder), self.node.interactions, self.node.services, self.node.clock)

    def kept(self) -> int:
        return sum(path.is_file() for path in self.folder.rglob("*"))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def upload(content: bytes = PNG, client_id: str = "", name: str = "a.png") -> Upload:
    return Upload(name=name, content=content, size_bytes=len(content), client_id=client_id)


async def fetched(house: House, chat_id: str, file_id: str, party_id: int = 1) -> bytes:
    _, chunks = await house.files.hand_out(chat_id, party_id, file_id)
    return b"".join([chunk async for chunk in chunks])


async def test_what_was_taken_in_is_handed_out(house: House) -> None:
    chat_id = await house.node.start()
    _, file = await house.files.take(chat_id, 1, upload())
    assert (file.media_type, file.size_bytes) == ("image/png", len(PNG))
    assert await fetched(house, chat_id, file.file_id) == PNG


async def test_the_same_upload_twice_is_one_file(house: House) -> None:
    chat_id = await house.node.start()
    _, first = await house.files.take(chat_id, 1, upload(client_id="x"))
    _, second = await house.files.take(chat_id, 1, upload(client_id="x"))
    assert first.file_id == second.file_id
    assert house.kept() == 1


async def test_what_was_refused_leaves_no_bytes(house: House) -> None:
    chat_id = await house.node.start()
    with pytest.raises(Refused):
        await house.files.take(chat_id, 1, upload(name="a.exe"))
    with pytest.raises(Refused):
        await house.files.take(chat_id, 1, upload(b"MZ" + bytes(100)))
    assert house.kept() == 0


async def test_when_the_database_does_not_answer_the_bytes_stay_with_the_fact(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not acknowledged may have been written all the same."""
    chat_id = await house.node.start()
    append = house.node.database.append

    async def lost_answer(*arguments: object) -> None:
        await append(*arguments)  # type: ignore[arg-type]
        raise Unavailable("the database is away")

    monkeypatch.setattr(house.node.database, "append", lost_answer)
    with pytest.raises(Unavailable):
        await house.files.take(chat_id, 1, upload())
    monkeypatch.undo()
    _, full = await house.node.chats.full(chat_id)
    assert await fetched(house, chat_id, full.state.files[0].file_id) == PNG


async def test_what_was_deleted_is_gone(house: House) -> None:
    chat_id = await house.node.start()
    _, file = await house.files.take(chat_id, 1, upload())
    await house.files.delete(chat_id, 1, file.file_id)
    assert house.kept() == 0
    with pytest.raises(NotFound):
        await house.files.hand_out(chat_id, 1, file.file_id)


async def test_downloads_are_counted_and_end(house: House) -> None:
    chat_id = await house.node.start()
    _, file = await house.files.take(chat_id, 1, upload())
    for _ in range(10):
        await fetched(house, chat_id, file.file_id)
    with pytest.raises(Refused):
        await fetched(house, chat_id, file.file_id)
    await house.node.do(chat_id, commands.Invite("amy", 30), commands.Accept("amy", "Amy"))
    assert await fetched(house, chat_id, file.file_id, party_id=2) == PNG


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PNG, "image/png"),
        (b"just words", "text/plain"),
        ("ümlaut".encode() * 5 + "ü".encode()[:1], "text/plain"),
        ("Grüße 👩‍👩‍👧,\tsaid he\r\n".encode(), "text/plain"),
        (b"\x01\x02\x80\x81", "application/octet-stream"),
        (b"\x01\x02", "application/octet-stream"),
        (b"\x7f", "application/octet-stream"),
        (b"words\x00", "application/octet-stream"),
        (b"a screen \x1b[2Jthat is wiped", "application/octet-stream"),
        ("Grüße".encode("latin-1"), "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say_as_far_as_that_is_safe(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


def test_a_page_that_a_browser_would_run_is_never_called_one() -> None:
    assert sniff(b"<html><script>alert(1)</script>") in ("text/plain", "application/octet-stream")

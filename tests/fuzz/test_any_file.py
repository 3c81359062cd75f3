"""Whatever a file holds and is called: it comes back as bytes that nothing runs, or is refused."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from frontdesk.desk.files import UNKNOWN, check_name, sniff
from frontdesk.domain.rules import FileRules, Rules
from frontdesk.errors import Refused
from frontdesk.settings import ServiceSettings
from tests.conformance.house import House, serving, settings_in
from tests.conformance.test_chat_v2_files import PNG
from tests.conformance.v2 import Chat
from tests.desk.nodes import Clock
from tests.fuzz.anything import texts, tries

pytestmark = pytest.mark.anyio

ANY_TYPE = FileRules(
    upload_max_files=1000,
    upload_max_total_bytes=100_000_000,
    upload_file_types=("png", "jpg", "gif", "webp", "pdf", "txt", "html", "svg", "docx"),
    download_attempts_max=100_000,
)
NEVER_RUNS = {
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "application/pdf",
    "text/plain",
    "text/csv",
}
PROGRAMS = {
    "Windows": b"MZ\x90\x00\x03",
    "Linux": b"\x7fELF\x02\x01\x01",
    "macOS": b"\xcf\xfa\xed\xfe\x07",
    "macOS, 32 bits": b"\xce\xfa\xed\xfe\x07",
    "macOS, two machines": b"\xca\xfe\xba\xbe\x00",
    "a script": b"#!/bin/sh\nrm -rf ~\n",
    "a shortcut": b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(16),
}
PAGES = {
    "page.html": b"<!DOCTYPE html><script>alert(1)</script>",
    "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "xml.svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    "words.txt": b"<html><body onload=alert(1)>",
}
POLYGLOTS = {
    "picture-and-script.gif": b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)",
    "picture-and-page.png": PNG + b"<script>alert(1)</script>",
    "paper-and-page.pdf": b"<html><!--\n%PDF-1.4\n--><script>alert(1)</script>",
    "archive.docx": b"PK\x03\x04" + bytes(30) + b"<script>alert(1)</script>",
}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
async def open_house(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> AsyncIterator[House]:
    """A server that takes files of many types, and forgets ended chats after a second of `clock`."""
    settings = settings_in(tmp_path_factory.mktemp("files"))
    services = {
        "any": ServiceSettings(rules=Rules(files=ANY_TYPE)),
        "forgets": ServiceSettings(rules=Rules(files=ANY_TYPE, retention_s=1)),
    }
    async with serving(replace(settings, services=services), clock) as house:
        yield house


async def kept(chat: Chat, name: str, content: bytes) -> httpx2.Response:
    """The download of a file that was uploaded."""
    answer = (await chat.upload(name, content)).ok()
    return await chat.download(answer.body["userData"]["file-id"])


def is_harmless(response: httpx2.Response, content: bytes) -> None:
    assert response.status_code == 200
    assert response.content == content
    assert response.headers["content-type"] in NEVER_RUNS | {UNKNOWN}
    assert response.headers["content-disposition"].startswith("attachment;")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]


@pytest.mark.parametrize(("name", "content"), [*PAGES.items(), *POLYGLOTS.items()])
async def test_a_page_or_a_file_that_is_two_things_comes_back_as_an_attachment(
    open_house: House, name: str, content: bytes
) -> None:
    is_harmless(await kept(await open_house.visitors.start("any"), name, content), content)


@pytest.mark.parametrize("content", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("name", ["holiday.png", "words.txt", "contract.pdf"])
async def test_a_program_is_refused_under_any_name(open_house: House, name: str, content: bytes) -> None:
    chat = await open_house.visitors.start("any")
    (await chat.upload(name, content)).refused(203)
    assert await chat.events("FileUploaded") == []


@pytest.mark.parametrize("name", ["a.png", "a.JPG", "a.gif", "a.webp", "a.pdf", "a.docx"])
@pytest.mark.parametrize("content", [PAGES["page.html"], PAGES["picture.svg"], b"PK\x05\x06", b"words"])
def test_a_name_that_promises_something_else_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        check_name(name, content)
    assert refusal.value.code == "file_type"


@tries(300)
@given(head=st.binary(max_size=200))
@example(b"")
@example(b"\xef\xbb\xbf<html>")
@example("<html>".encode("utf-16"))
def test_any_content_is_of_a_type_that_no_browser_runs(head: bytes) -> None:
    with suppress(Refused):
        assert sniff(head) in NEVER_RUNS | {UNKNOWN}


@tries(40)
@given(
    stem=texts, ending=st.sampled_from((".txt", ".TXT", ". txt", ".txt\x00.png", ".txt/", "\u202etxt.txt"))
)
@example("../../../../etc/passwd", ".txt")
@example("C:\\Windows\\System32\\", ".txt")
@example("a" * 5000, ".txt")
@example("😀" * 200, ".txt")
@example('";\r\nSet-Cookie: a=b', ".txt")
@example("CON", ".txt")
async def test_any_name_is_shown_and_saved_without_harm(open_house: House, stem: str, ending: str) -> None:
    chat = await open_house.visitors.start("any")
    answer = await chat.upload(stem + ending, b"words")
    if answer.status == 400:
        assert answer.codes <= {100, 203}
        return
    (event,) = await chat.events("FileUploaded")
    name = event["userData"]["file-name"]
    assert name
    assert not set(name) & set("/\\\r\n\x00\u202e\u2066")
    assert len(name.encode()) <= 255
    response = await chat.download(answer.ok().body["userData"]["file-id"])
    is_harmless(response, b"words")
    assert "set-cookie" not in response.headers
    shown = re.fullmatch(r".*filename\*=UTF-8''([^;]+)", response.headers["content-disposition"])
    assert shown
    assert unquote(shown[1], errors="strict") == name


async def test_files_outlive_the_end_of_a_chat_but_not_its_retention(open_house: House, clock: Clock) -> None:
    chat = await open_house.visitors.start("forgets")
    file_id = (await chat.upload("a.txt", b"words")).ok().body["userData"]["file-id"]
    (await chat.ask("disconnect")).ok()
    is_harmless(await chat.download(file_id), b"words")
    (await chat.upload("b.txt", b"more words")).gone()
    clock.after_s(1)
    await chat.comes(lambda answer: answer.codes == {249})
    assert (await chat.download(file_id)).status_code == 404


async def test_a_file_that_is_gone_from_the_disk_is_not_found_and_the_chat_goes_on(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path)) as house:
        chat = await house.visitors.start()
        file_id = (await chat.upload("a.txt", b"words")).ok().body["userData"]["file-id"]
        (tmp_path / "files" / chat.chat_id / file_id).unlink()
        assert (await chat.download(file_id)).status_code == 404
        (await chat.send("still here")).ok()

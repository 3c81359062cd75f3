"""Chat API v2, checks 56–63: files."""

import json
import re
from urllib.parse import unquote

import anyio
import pytest

from tests.conformance.house import House
from tests.conformance.v2 import ORIGIN, Answer, Chat, Visitors
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)
LIMITS = {
    "upload-max-files": "2",
    "upload-max-file-size": "1000",
    "upload-max-total-size": "1500",
    "upload-file-types": "png:txt",
    "upload-need-agent": "false",
    "download-attempts": "10",
    "used-upload-max-files": "0",
    "used-upload-max-total-size": "0",
    "used-download-attempts": "0",
}


def limits_of(answer: Answer) -> dict[str, str]:
    (notice,) = answer.ok().events
    limits: dict[str, str] = notice["userData"]
    return limits


async def uploaded(chat: Chat, name: str = "receipt.png", content: bytes = PNG) -> str:
    file_id: str = (await chat.upload(name, content)).ok().body["userData"]["file-id"]
    return file_id


async def test_56_the_limits_are_told_outside_the_transcript(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    for answer in (
        await chat.ask("file/limits"),
        await visitors.post_parts(chat.path("file/limits"), [], chat.credentials),
    ):
        (notice,) = answer.ok().events
        assert "index" not in notice
        assert (notice["type"], notice["text"]) == ("Notice", "file-client-cfg-get")
        assert notice["userData"].items() >= LIMITS.items()
        assert notice["userData"].keys() - LIMITS.keys() == {"delete-file"}
        assert all(isinstance(value, str) for value in notice["userData"].values())
    assert (await chat.refresh(1)).ok().events == chat.started.events


async def test_57_an_uploaded_file_is_an_event_and_counts(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    file_id = await uploaded(chat)
    assert re.fullmatch("[A-Za-z0-9]+", file_id)
    (event,) = await chat.events("FileUploaded")
    assert event["from"]["participantId"] == 1
    assert {
        "file-id": file_id,
        "file-name": "receipt.png",
        "file-size": str(len(PNG)),
    }.items() <= event["userData"].items()
    limits = limits_of(await chat.ask("file/limits"))
    assert limits["used-upload-max-files"] == "1"
    assert limits["used-upload-max-total-size"] == str(len(PNG))


async def test_58_too_many_files_are_refused(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    await uploaded(chat)
    await uploaded(chat)
    refused = (await chat.upload("third.png", PNG)).refused(201)
    assert refused.body["errors"][0]["advice"] == "2"
    assert len(await chat.events("FileUploaded")) == 2


async def test_58_a_file_that_is_too_large_is_refused(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    refused = (await chat.upload("a.txt", b"x" * 1001, "text/plain")).refused(202)
    assert refused.body["errors"][0]["advice"] == "1000"
    assert await chat.events() == chat.started.events
    (await chat.upload("a.txt", b"x" * 1000, "text/plain")).ok()


async def test_58_files_that_are_too_large_together_are_refused(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    (await chat.upload("a.txt", b"x" * 900, "text/plain")).ok()
    refused = (await chat.upload("b.txt", b"x" * 601, "text/plain")).refused(202)
    assert refused.body["errors"][0]["advice"] == "1500"
    assert len(await chat.events("FileUploaded")) == 1


@pytest.mark.parametrize("name", ["run.exe", "png", "a.png.exe", ".png", "a.png/..", "a"])
async def test_58_a_file_of_another_type_is_refused(visitors: Visitors, name: str) -> None:
    chat = await visitors.start("files")
    (await chat.upload(name, PNG)).refused(203)
    assert await chat.events() == chat.started.events


async def test_58_the_case_of_an_extension_does_not_matter(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    (await chat.upload("RECEIPT.PNG", PNG)).ok()


async def test_58_a_program_dressed_up_as_a_picture_is_refused(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    (
        await chat.upload("holiday.png", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(200))
    ).refused(203)


async def test_59_a_body_that_is_too_large_is_read_and_answered(visitors: Visitors) -> None:
    """Twice the limit, sent to its last byte before the answer is read, as browsers do."""
    chat = await visitors.start("s")
    boundary = "----b"
    body = b"".join(
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'.encode(),
            b"x" * (2 * 2_097_152 - 1000),
            *(
                f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode()
                for key, value in chat.credentials.items()
            ),
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )
    head = (
        f"POST /genesys/2/chat{chat.path('file')} HTTP/1.1\r\nHost: x\r\n"
        f"Origin: {ORIGIN}\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    host, port = visitors.url.removeprefix("http://").split(":")
    received = b""
    with anyio.fail_after(PATIENCE_S):
        async with await anyio.connect_tcp(host, int(port)) as connection:
            await connection.send(head + body)
            async for chunk in connection:
                received += chunk
    response_head, _, response = received.partition(b"\r\n\r\n")
    assert response_head.startswith(b"HTTP/1.1 400 ")
    assert f"content-length: {len(response)}".encode() in response_head.lower()
    assert [error["code"] for error in json.loads(response)["errors"]] == [202]
    assert json.loads(response)["errors"][0]["advice"] == "2097152"
    assert await chat.events("FileUploaded") == []


async def test_60_a_file_comes_back_as_it_was_and_as_an_attachment(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    response = await chat.download(await uploaded(chat))
    assert response.status_code == 200
    assert response.content == PNG
    assert response.headers["content-disposition"].startswith("attachment;")
    assert "receipt.png" in response.headers["content-disposition"]
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_60_an_agents_file_can_be_fetched(house: House) -> None:
    chat = await house.visitors.start("files")
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        file_id = (await amy.upload(chat.chat_id, "offer.png", PNG))["file_id"]
    (event,) = await chat.events("FileUploaded")
    assert (event["userData"]["file-id"], event["from"]["type"]) == (file_id, "Agent")
    assert (await chat.download(file_id)).content == PNG


async def test_60_downloads_are_counted_and_have_a_limit(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    file_id = await uploaded(chat)
    for _ in range(10):
        assert (await chat.download(file_id)).status_code == 200
    assert limits_of(await chat.ask("file/limits"))["used-download-attempts"] == "10"
    refused = await chat.download(file_id)
    assert refused.status_code == 403
    assert refused.json()["errors"]


async def test_61_a_key_opens_no_file_of_another_chat(visitors: Visitors) -> None:
    chat, stranger = await visitors.start("files"), await visitors.start("files")
    file_id = await uploaded(chat)
    for response in (
        await chat.download(file_id, secureKey=stranger.secure_key, userId=stranger.user_id),
        await chat.download(file_id, secureKey=""),
        await stranger.download(file_id),
    ):
        assert response.status_code in (403, 404)
        assert PNG not in response.content
        assert response.json()["errors"]


async def test_62_ones_own_file_can_be_deleted(visitors: Visitors) -> None:
    chat = await visitors.start("files")
    file_id = await uploaded(chat)
    (await chat.ask(f"file/{file_id}/delete")).ok()
    (event,) = await chat.events("FileDeleted")
    assert event["userData"] == {"file-id": file_id, "file-name": "receipt.png"}
    assert event["from"]["participantId"] == 1
    assert (await chat.download(file_id)).status_code == 404


async def test_62_an_agents_file_cannot(house: House) -> None:
    chat = await house.visitors.start("files")
    async with house.agent("amy") as amy:
        await amy.takes(chat.chat_id)
        file_id = (await amy.upload(chat.chat_id, "offer.png", PNG))["file_id"]
    answer = await chat.ask(f"file/{file_id}/delete")
    assert answer.body["statusCode"] == 2
    assert not answer.has_ended
    assert await chat.events("FileDeleted") == []
    assert (await chat.download(file_id)).status_code == 200


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../a%22b%0D%0A.png", 'a"b.png'),  # As browsers escape it.
        ('../../a\\"b.png', 'a"b.png'),  # As other programs do.
        ("C:\\Users\\mira\\счёт;x=1.png", "счёт;x=1.png"),
        ("100%.png", "100%.png"),
    ],
)
async def test_63_the_name_of_a_file_cannot_do_harm(visitors: Visitors, sent: str, kept: str) -> None:
    chat = await visitors.start("files")
    parts = [f'name="file"; filename="{sent}"\r\n\r\n'.encode() + PNG]
    parts += [f'name="{key}"\r\n\r\n{value}'.encode() for key, value in chat.credentials.items()]
    body = (
        b"".join(b"--b\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--b--\r\n"
    )
    content_type = {"content-type": "multipart/form-data; boundary=b"}
    file_id = (await visitors.post(chat.path("file"), body, **content_type)).ok().body["userData"]["file-id"]
    (event,) = await chat.events("FileUploaded")
    assert event["userData"]["file-name"] == kept

    header = (await chat.download(file_id)).headers["content-disposition"]
    form = re.fullmatch(
        r"""attachment; filename="((?:[^"\\]|\\.)*)"; filename\*=UTF-8''([\w.!#$&+^`|~%-]+)""", header
    )
    assert form, header
    assert header.isascii()
    assert unquote(form[2], errors="strict") == kept

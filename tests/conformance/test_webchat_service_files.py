"""Files: webchat-service, section 12, checks 69 and 70; chat-api-v2, section 11."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.client.stage import Stage, on_stage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as it:
        await it.start()
        yield it


async def test_69_a_file_arrives_and_comes_back_as_a_message(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "receipt.txt"
    path.write_bytes(b"a\r\n--b\x00")
    response = await stage.do("sendFile", {"files": path})
    assert response["userData"]["file-id"] == "F1"
    assert stage.desk.files["F1"] == ("receipt.txt", b"a\r\n--b\x00")
    await stage.wait(500)
    (message,) = stage.data("messageReceived")[0]["messages"]
    assert message["type"] == "FileUploaded"
    assert message["fileDetails"] == {"file-id": "F1", "file-name": "receipt.txt", "file-size": "7"}


async def test_69_only_the_first_of_several_goes_out_in_whatever_form(stage: Stage) -> None:
    opened = io.BytesIO(b"2")
    opened.name = "/tmp/two.txt"  # noqa: S108 - only a name.
    for files in ([("one.txt", b"1"), ("other.txt", b"x")], opened, ('ümlaut "3".txt', b"3")):
        await stage.do("sendFile", {"files": files})
    assert [name for name, _ in stage.desk.files.values()][:2] == ["one.txt", "two.txt"]
    assert [content for _, content in stage.desk.files.values()] == [b"1", b"2", b"3"]


@pytest.mark.parametrize(("code", "advice"), [(203, "no"), (202, "2097152"), (201, "3")])
async def test_69_what_the_server_refuses_is_an_error_with_the_files_name(
    stage: Stage, code: int, advice: str
) -> None:
    error = {"code": code, "advice": advice}
    stage.server.override("file", {"statusCode": 2, "errors": [error]}, status=400)
    reason = await stage.refused("sendFile", {"files": ("a.exe", b"x")})
    assert reason["status"] == 400
    assert reason["responseJSON"]["errors"] == [{**error, "filename": "a.exe"}]
    assert stage.heard == [("error", reason)]
    await stage.do("sendMessage", {"message": "and on it goes"})
    assert stage.asked() == ["file", "send"]


async def test_69_a_refusal_inside_a_good_answer_is_one_as_well(stage: Stage) -> None:
    stage.server.override("file", {"statusCode": 2, "errors": [{"code": 203, "advice": "no"}]})
    reason = await stage.refused("sendFile", {"files": ("a.exe", b"x")})
    assert reason["errors"] == [{"code": 203, "advice": "no", "filename": "a.exe"}]


async def test_69_a_network_that_breaks_on_the_way_says_which_file(stage: Stage) -> None:
    stage.server.override("file", is_lost=True)
    reason = await stage.refused("sendFile", {"files": ("a.txt", b"x")})
    assert (reason["status"], reason["errorReason"], reason["filename"]) == (0, "FileUploadError", "a.txt")
    assert reason["file"].content == b"x"
    assert stage.names == ["disconnected", "error"]


async def test_69_without_a_file_or_a_session_nothing_is_sent(stage: Stage) -> None:
    assert await stage.refused("sendFile") == "No file provided"
    await stage.do("endChat")
    assert await stage.refused("sendFile", {"files": ("a", b"")}) == "There is no active chat session"
    assert stage.asked() == ["disconnect"]


async def test_70_a_file_can_be_fetched(stage: Stage, tmp_path: Path) -> None:
    await stage.do("sendFile", {"files": ("a.txt", b"\x00\xff")})
    assert await stage.do("downloadFile", {"fileId": "F1", "fileName": "a.txt"}) == b"\x00\xff"
    assert await stage.do("downloadFile", {"field": "F1"}) == b"\x00\xff"
    path = tmp_path / "copy.txt"
    assert await stage.do("downloadFile", {"fileId": "F1", "path": path}) is None
    assert path.read_bytes() == b"\x00\xff"
    assert stage.asked()[1:] == ["file/F1/download"] * 3
    assert stage.server.requests[-1].fields["secureKey"] == "KEY1"


async def test_70_a_file_that_is_gone_is_an_error_and_the_session_goes_on(stage: Stage) -> None:
    stage.server.override("file/F9/download", {"errors": [{"code": 404, "advice": "gone"}]}, status=404)
    reason = await stage.refused("downloadFile", {"fileId": "F9"})
    assert reason["status"] == 404
    assert stage.names == ["error"]


async def test_70_an_own_file_can_be_taken_back(stage: Stage) -> None:
    await stage.do("sendFile", {"files": ("a.txt", b"x")})
    await stage.do("deleteFile", {"fileId": "F1"})
    assert stage.desk.files == {}
    await stage.wait(500)
    types = [message["type"] for message in stage.data("messageReceived")[0]["messages"]]
    assert types == ["FileUploaded", "FileDeleted"]


async def test_70_limits_can_be_read_and_are_no_part_of_the_transcript(stage: Stage) -> None:
    response = await stage.do("getFileLimits")
    assert response["messages"][0]["userData"]["upload-max-files"] == "3"
    assert stage.names == []


async def test_70_a_transport_may_know_no_files() -> None:
    async with on_stage({"transport": {"type": "bare"}}) as stage:
        await stage.do("startChat", {"nickname": "Ada"})
        reason = await stage.refused("sendFile", {"files": ("a", b"")})
        assert reason == "This transport doesn't support file uploads"
        reason = await stage.refused("downloadFile", {"fileId": "F1"})
        assert reason == "This transport doesn't support file download."

"""Chat API v3, checks 65–70: images."""

import re

import anyio
import httpx2
import pytest

from tests.bare import http_client
from tests.conformance.house import House
from tests.conformance.test_chat_v3_polling import PNG
from tests.conformance.v3 import BASE, ORIGIN, Message, Site, Visit

pytestmark = pytest.mark.anyio

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
CHAT = BASE.removesuffix("/sessions")


async def image_of(visit: Visit) -> Message:
    """The item of the newest message with an image."""
    answer = await visit.comes(lambda answer: any("content" in m for m in answer.messages), widget=True)
    message = next(m for m in answer.messages if "content" in m)
    (item,) = message["content"]
    assert message["contentType"] == "attachments"
    assert isinstance(item, dict)
    return item


async def fetched(visit: Visit, item: Message, **headers: str) -> httpx2.Response:
    """The image as the widget asks for it."""
    return await visit.site.raw("GET", CHAT + item["url"], **({"token": visit.token} | headers))  # type: ignore[arg-type]


async def test_65_an_image_becomes_a_message(site: Site) -> None:
    visit = await site.visit()
    (await visit.upload(("photo.png", PNG, "image/png"))).ok()
    item = await image_of(visit)
    assert (item["type"], item["mime"], item["name"]) == ("image", "image/png", "photo.png")
    assert item["url"].startswith("/sessions/")


@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("a.jpg", JPEG, "image/jpeg"),
        ("a.JPEG", JPEG, "image/jpeg"),
        ("a.gif", GIF, "image/gif"),
        ("blob", PNG, "image/png"),
    ],
)
async def test_65_the_type_is_what_the_image_is(site: Site, name: str, content: bytes, mime: str) -> None:
    visit = await site.visit()
    (await visit.upload((name, content, "application/octet-stream"))).ok()
    assert (await image_of(visit))["mime"] == mime


async def test_66_who_has_the_token_can_fetch_it(site: Site) -> None:
    visit = await site.visit()
    (await visit.upload(("photo.png", PNG, "image/png"))).ok()
    item = await image_of(visit)
    for _ in range(15):  # It is no download, of which there may be ten.
        response = await fetched(visit, item)
        assert (response.status_code, response.content) == (200, PNG)
    assert response.headers["content-type"] == "image/png"
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"].startswith("private, max-age=")
    other = await site.visit()
    for token in ("", "undefined", other.token):
        refused = await fetched(visit, item, token=token)
        assert refused.status_code == 401
        assert refused.json()["status"]["code"] == "AUTHENTICATION_REQUIRED"


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.png", b"hello"), ("a.svg", SVG), ("a.png", SVG), ("a.exe", b"MZ\x90"), ("a.gif", PNG)],
)
async def test_67_what_is_no_image_is_refused(site: Site, name: str, content: bytes) -> None:
    visit = await site.visit()
    (await visit.upload((name, content, "image/png"))).refused(400, "INVALID_FILE_TYPE")


async def test_67_nor_is_there_an_image_without_a_file(site: Site) -> None:
    visit = await site.visit()
    (await visit.upload()).refused(400, "INVALID_FILE_TYPE")


@pytest.mark.parametrize("size", [2001, 3_000_000], ids=["by a byte", "by far"])
async def test_68_an_image_that_is_too_large_is_refused(site: Site, size: int) -> None:
    visit = await site.visit("small")
    large = PNG + bytes(size - len(PNG))
    (await visit.upload(("a.png", large, "image/png"))).refused(413, "LIMIT_FILE_SIZE")


async def test_68_and_so_are_too_many(site: Site) -> None:
    visit = await site.visit("small")
    two = [("a.png", PNG, "image/png")] * 2
    (await visit.upload(*two)).refused(400, "LIMIT_FILE_COUNT")
    for _ in range(3):
        (await visit.upload(("a.png", PNG, "image/png"))).ok()
    (await visit.upload(("a.png", PNG, "image/png"))).refused(400, "LIMIT_FILE_COUNT")


async def test_69_a_blank_image_stands_in_for_one_that_is_gone(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        file = await amy.upload(visit.session_id, "plan.png", PNG)
        item = await image_of(visit)
        assert (await fetched(visit, item)).content == PNG
        await amy.does("delete_file", interaction_id=visit.session_id, file_id=file["file_id"])
        response = await fetched(visit, item)
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    assert response.headers["cache-control"] == "no-store"


async def test_69_an_image_that_never_was_is_not_found(site: Site) -> None:
    visit = await site.visit()
    url = f"/sessions/{visit.session_id}/images/01M7YW4EN1RE4TQ0PG73"
    response = await fetched(visit, {"url": url})
    assert (response.status_code, response.json()["status"]["code"]) == (404, "NOT_FOUND")


async def test_70_an_image_goes_both_ways_and_is_shown_when_the_page_is_loaded_anew(
    v3_house: House, own_site: Site
) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        (await visit.upload(("mine.png", PNG, "image/png"))).ok()
        mine = await amy.hears_event(visit.session_id, "FileUploaded", name="mine.png")
        assert mine["event"]["media_type"] == "image/png"
        await amy.upload(visit.session_id, "yours.png", PNG)
        with anyio.fail_after(30):
            page: list[Message] = []
            while len(page) < 2:
                page = [m for m in (await visit.read(count=20)).ok().messages if "content" in m]
    assert [m["content"][0]["name"] for m in page] == ["mine.png", "yours.png"]
    assert [m["from"]["type"] for m in page] == ["Client", "Agent"]
    for message in page:
        assert (await fetched(visit, message["content"][0])).content == PNG


async def test_another_file_is_a_link_that_needs_no_header(v3_house: House, own_site: Site) -> None:
    visit = await own_site.visit()
    async with v3_house.agent("amy") as amy:
        await amy.takes(visit.session_id)
        await amy.upload(visit.session_id, "terms.txt", b"the small print")
        answer = await visit.comes(lambda answer: any("terms.txt" in text for text in answer.texts))
    (text,) = [text for text in answer.texts if "terms.txt" in text]
    (link,) = re.findall(r"\S*/files/\S+", text)
    async with http_client() as http:
        found = await http.get(own_site.url + link)
        assert (found.status_code, found.content) == (200, b"the small print")
        assert found.headers["content-disposition"].startswith("attachment;")
        forged = await http.get(own_site.url + link[:-1] + ("0" if link[-1] != "0" else "1"))
        assert forged.status_code == 401
        assert (await http.get(own_site.url + link.partition("?")[0])).status_code == 401

"""The pages' files: what is served where, with which headers, and that they need nothing from elsewhere."""

import re
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from frontdesk.edges.pages import SECURITY_HEADERS, STATIC, pages

pytestmark = pytest.mark.anyio
FILES = sorted(path for path in STATIC.rglob("*") if path.is_file())
PAGES = sorted(STATIC.rglob("*.html"))


def browser(*, demo: bool) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=Starlette(routes=pages(demo=demo)))
    return httpx2.AsyncClient(transport=transport, base_url="http://here")


@pytest.mark.parametrize("path", ["/", "/agent/", "/shop/", "/api/", "/widget/", "/assets/shared/base.css"])
async def test_every_answer_carries_the_security_headers(path: str) -> None:
    async with browser(demo=True) as http:
        answer = await http.get(path)
    assert answer.status_code == 200
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("path", ["/agent/", "/assets/shared/base.css"])
async def test_what_a_browser_has_is_not_sent_again(path: str) -> None:
    async with browser(demo=True) as http:
        first = await http.get(path)
        again = await http.get(path, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"


async def test_the_shop_is_there_only_in_the_demonstration() -> None:
    async with browser(demo=False) as http:
        answers = [await http.get(path) for path in ("/shop/", "/shop", "/assets/shop/shop.css")]
        start = await http.get("/")
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "/shop/" not in start.text
    assert "-demo" not in start.text


async def test_the_rest_of_the_api_folder_is_left_to_the_api() -> None:
    async with browser(demo=True) as http:
        answers = [await http.get(path) for path in ("/api/openapi.json", "/api/workspace/me")]
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("path", ["/agent", "/shop", "/api", "/widget", "/widget/playground"])
async def test_a_forgotten_slash_is_added(path: str) -> None:
    async with browser(demo=True) as http:
        answer = await http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (308, f"{path}/")


@pytest.mark.parametrize("path", ["/assets/shared/../../pages.py", "/assets/shared/%2e%2e/%2e%2e/pages.py"])
async def test_nothing_outside_the_static_files_is_served(path: str) -> None:
    async with browser(demo=True) as http:
        answer = await http.get(path)
    assert answer.status_code == 404


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.parent.name)
def test_a_page_loads_only_what_we_serve(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    loaded = re.findall(r'<(?:script|link|img)[^>]*?(?:src|href)="([^"]+)"', text)
    assert loaded
    for address in loaded:
        if address in ("/widget/frontdesk.js", "/tracker/journey.js"):
            continue  # Built from web/, as any site fetches it.
        assert address.startswith("/assets/"), address
        assert (STATIC / address.removeprefix("/assets/")).is_file(), address


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.parent.name)
def test_a_page_has_no_script_or_style_of_its_own(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize(
    "script", [path for path in FILES if path.suffix == ".js"], ids=lambda path: path.name
)
def test_no_script_makes_markup_from_text(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
    )


@pytest.mark.parametrize(
    "script", [path for path in FILES if path.suffix == ".js"], ids=lambda path: path.name
)
def test_a_script_imports_only_files_that_are_there(script: Path) -> None:
    for name in re.findall(
        r"^import .*? from '([^']+)'|^import '([^']+)'", script.read_text(encoding="utf-8"), re.M
    ):
        address = name[0] or name[1]
        here = (
            STATIC / address.removeprefix("/assets/") if address.startswith("/") else script.parent / address
        )
        assert here.is_file(), address

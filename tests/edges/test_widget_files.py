"""The files of the widget: who may read them, how long they are kept, and in what form they are sent."""

import gzip
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from frontdesk.edges.widget_files import tracker_files, widget_files

pytestmark = pytest.mark.anyio

LOADER = "frontdesk();" * 100
CHUNK = "export const start = 1;" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "widget"
    (folder / "plugins").mkdir(parents=True)
    (folder / "frontdesk.js").write_text(LOADER, encoding="utf-8")
    (folder / "core.DyZ2108x.js").write_text(CHUNK, encoding="utf-8")
    (folder / "plugins" / "webchat.min.js").write_text("short", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return folder


def site(folder: Path) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=Starlette(routes=widget_files(folder)))
    return httpx2.AsyncClient(transport=transport, base_url="http://here")


@pytest.mark.parametrize("name", ["frontdesk.js", "core.DyZ2108x.js", "plugins/webchat.min.js", "nothing.js"])
async def test_every_site_may_read_them(folder: Path, name: str) -> None:
    async with site(folder) as http:
        answer = await http.get(f"/widget/{name}", headers={"origin": "https://shop.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["timing-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_file_named_after_its_content_is_kept_for_ever_and_the_loader_for_minutes(
    folder: Path,
) -> None:
    async with site(folder) as http:
        chunk = await http.get("/widget/core.DyZ2108x.js")
        loader = await http.get("/widget/frontdesk.js")
    assert chunk.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert loader.headers["cache-control"] == "public, max-age=300"
    assert loader.headers["content-type"].startswith("text/javascript")


async def test_what_a_browser_has_is_not_sent_again(folder: Path) -> None:
    async with site(folder) as http:
        first = await http.get("/widget/frontdesk.js")
        again = await http.get("/widget/frontdesk.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_file_is_compressed_for_those_who_take_it_so(folder: Path) -> None:
    async with site(folder) as http:
        squeezed = await http.get("/widget/frontdesk.js", headers={"accept-encoding": "gzip"})
        plain = await http.get("/widget/frontdesk.js", headers={"accept-encoding": "identity"})
        short = await http.get("/widget/plugins/webchat.min.js", headers={"accept-encoding": "gzip"})
    assert int(squeezed.headers["content-length"]) == len(gzip.compress(LOADER.encode(), mtime=0))
    assert squeezed.text == plain.text == LOADER
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in short.headers
    assert plain.headers["vary"] == "accept-encoding"


async def test_a_new_build_is_seen_without_a_restart(folder: Path) -> None:
    async with site(folder) as http:
        await http.get("/widget/frontdesk.js")
        (folder / "frontdesk.js").write_text("newer", encoding="utf-8")
        assert (await http.get("/widget/frontdesk.js")).text == "newer"


@pytest.mark.parametrize(
    "path", ["", "nothing.js", "plugins", "../secret.txt", "%2e%2e/secret.txt", "/etc/hosts"]
)
async def test_nothing_else_is_served(folder: Path, path: str) -> None:
    async with site(folder) as http:
        answer = await http.get(f"/widget/{path}")
    assert answer.status_code == 404


async def test_the_tracker_is_served_beside_it_in_the_same_way(folder: Path) -> None:
    transport = httpx2.ASGITransport(app=Starlette(routes=tracker_files(folder)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://here") as http:
        script = await http.get("/tracker/frontdesk.js")
        part = await http.get("/tracker/core.DyZ2108x.js")
    assert script.headers["cache-control"] == "public, max-age=300"
    assert part.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["access-control-allow-origin"] == "*"

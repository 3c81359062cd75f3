"""The files of the widget and of the tracker, for pages of any site: compressed, cacheable, readable from
every origin.

`web/` is built into the folders `built/widget` and `built/tracker`. A file named after its content never
changes, so browsers keep it; the others are asked for again after a while, at the cost of a 304.
"""

import gzip
import mimetypes
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from frontdesk.edges.etags import is_known

BUILT = Path(__file__).parent / "built"
NAMED_AFTER_CONTENT = re.compile(r"\.[\w-]{8}\.js$")
# An upgrade reaches every page within minutes, and a page view within that time asks nothing.
LOADER_CACHE_S = 300
FOR_EVER_S = 31_536_000
FILES_KEPT_MAX = 256  # More than a build has.
# What is shorter fits one packet anyway.
COMPRESSED_BYTES_MIN = 600
EVERY_SITE = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "timing-allow-origin": "*",
    "vary": "accept-encoding",
    "x-content-type-options": "nosniff",
}


class BuiltFile(Struct, frozen=True):
    """A file as it is sent. Shape: `gzipped` is empty when compressing it is not worth while."""

    body: bytes
    gzipped: bytes
    media_type: str
    etag: str


def widget_files(folder: Path = BUILT / "widget") -> list[BaseRoute]:
    """The routes below `/widget/`."""
    return [_files("widget", folder)]


def tracker_files(folder: Path = BUILT / "tracker") -> list[BaseRoute]:
    """The routes below `/tracker/`."""
    return [_files("tracker", folder)]


def _files(place: str, folder: Path) -> BaseRoute:
    async def answer(request: Request) -> Response:
        name: str = request.path_params["path"]
        file = _find(folder, name)
        if file is None:
            return Response("There is no such file.", 404, EVERY_SITE, "text/plain")
        return _response(request, name, file)

    return Route(f"/{place}/{{path:path}}", answer, include_in_schema=False)


def _response(request: Request, name: str, file: BuiltFile) -> Response:
    lasts = f"{FOR_EVER_S}, immutable" if NAMED_AFTER_CONTENT.search(name) else str(LOADER_CACHE_S)
    headers = {**EVERY_SITE, "cache-control": f"public, max-age={lasts}", "etag": file.etag}
    known = request.headers.get("if-none-match", "")
    if is_known(file.etag, known):
        return Response(status_code=304, headers=headers)
    if file.gzipped and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(file.gzipped, headers=headers, media_type=file.media_type)
    return Response(file.body, headers=headers, media_type=file.media_type)


def _find(folder: Path, name: str) -> BuiltFile | None:
    path = (folder / name).resolve()
    is_ours = path.is_relative_to(folder.resolve()) and path.is_file()
    return _read(path, path.stat().st_mtime_ns) if is_ours else None


@lru_cache(maxsize=FILES_KEPT_MAX)
def _read(path: Path, _changed_ns: int) -> BuiltFile:
    body = path.read_bytes()
    return BuiltFile(
        body=body,
        gzipped=gzip.compress(body, mtime=0) if len(body) >= COMPRESSED_BYTES_MIN else b"",
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        etag=f'"{sha256(body).hexdigest()[:32]}"',
    )

"""The web pages: start page, agent page, operator's pages, demo shop, readable API page, pages about the
widget; static files under a strict policy.

Nothing here is built or templated: what lies in `static/` is what browsers get, and every answer carries
the headers below. A page may load only what this server serves, and no script or style that is written
into the page itself runs.
"""

import re
from collections.abc import MutableMapping
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontdesk.edges.etags import is_known
from frontdesk.edges.widget_files import tracker_files, widget_files

STATIC = Path(__file__).parent / "static"
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self' ws: wss:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
# Browsers keep the files and ask whether they are still true: an upgrade shows at once, at the cost of a 304.
CACHING = "no-cache"
# What supervisors alone are told something by; the page itself holds nothing.
OPERATOR_PAGES = {"/operator/orchestration": "operator", "/operator/journeys": "journeys"}
# The pages about the widget stand beside its files.
WIDGET_PAGES = {"/widget": "snippet", "/widget/playground": "playground"}
ONLY_IN_DEMO = re.compile(r"[ \t]*<!-- only in the demonstration -->.*?<!-- end -->\n?", re.DOTALL)


def pages(*, demo: bool) -> list[BaseRoute]:
    """The routes of every page and of the files they load.

    Shape:   `/`, `/agent/`, `/api/`, `/operator/orchestration/`, `/operator/journeys/`, `/widget/`,
             `/widget/playground/`, their files under `/assets/`; with `demo` also `/shop/`. Only exact paths
             of `/api/` are taken, so the API keeps the rest of that folder; and of `/widget/`, where the
             files of the widget lie.
    """
    shown = {"/agent": "agent", "/api": "api", **OPERATOR_PAGES, **WIDGET_PAGES}
    shown |= {"/shop": "shop"} if demo else {}
    return [
        Route("/", _page("start", demo=demo), name="start"),
        *(Route(f"{path}/", _page(name, demo=demo), name=name) for path, name in shown.items()),
        *(Route(path, _with_slash, include_in_schema=False) for path in shown),
        *(
            Mount(f"/assets/{name}", _Guarded(StaticFiles(directory=STATIC / name)))
            for name in ("shared", "start", *shown.values())
        ),
        Route("/favicon.ico", _icon, include_in_schema=False),
        *widget_files(),
        *tracker_files(),
    ]


def _page(name: str, *, demo: bool) -> ASGIApp:
    """The page `static/{name}/index.html`, read once."""
    text = (STATIC / name / "index.html").read_text(encoding="utf-8")
    body = (text if demo else ONLY_IN_DEMO.sub("", text)).encode()
    etag = f'"{sha256(body).hexdigest()[:32]}"'

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        known = Headers(scope=scope).get("if-none-match", "")
        if is_known(etag, known):
            response = Response(status_code=304, headers={"etag": etag})
        else:
            response = Response(body, media_type="text/html", headers={"etag": etag})
        await response(scope, receive, send)

    return _Guarded(answer)


async def _with_slash(request: Request) -> Response:
    return RedirectResponse(f"{request.url.path}/", status_code=308)


async def _icon(_request: Request) -> Response:
    return RedirectResponse("/assets/shared/icon.svg", status_code=308)


class _Guarded:
    """An application whose every answer carries the security headers and the caching rule."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(message)
            await send(message)

        await self._app(scope, receive, guarded)


def _guard(message: MutableMapping[str, object]) -> None:
    headers = MutableHeaders(scope=message)
    headers.update(SECURITY_HEADERS)
    headers["cache-control"] = CACHING

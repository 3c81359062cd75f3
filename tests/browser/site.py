"""A site that uses the widget: pages and scripts on an origin of its own, under a strict policy."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What a careful site allows: its own scripts and the widget's, nothing inline, nothing evaluated, no style.
POLICY = (
    "default-src 'none'; script-src 'self' {widget}; connect-src 'self' {widget} {socket}; "
    "img-src 'self'; base-uri 'none'; form-action 'none'"
)
POLL_S = 0.02  # How soon the server notices that it is to stop.
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "json": "application/json"}


class Site:
    """Files by their paths; `asked` is every path that a browser asked for, in order.

    Shape:   `policy` is what the site allows, with `{widget}` for the origin of the widget, and `{socket}`
             for that of its sockets.
    """

    def __init__(self, widget_url: str) -> None:
        self.widget_url = widget_url
        self.url = ""
        self.files: dict[str, str] = {}
        self.asked: list[str] = []
        self.policy = POLICY

    def put(self, path: str, text: str) -> None:
        """Have a file; there is a new one under a path when it is put again."""
        self.files[path] = text

    def page(self, *tags: str, path: str = "/") -> str:
        """Have a page with these tags in its head; its address."""
        head = "".join(tags)
        self.put(path, f"<!doctype html><html lang=en><title>A shop</title>{head}<h1>A shop</h1></html>")
        return f"{self.url}{path}"

    def script(self, text: str, name: str = "own") -> str:
        """The tag of a script of this site."""
        self.put(f"/{name}.js", text)
        return f'<script src="/{name}.js"></script>'

    def widget(self, name: str = "widgets.min.js", attributes: str = "") -> str:
        """The tag of a script of the widget."""
        return f'<script src="{self.widget_url}/widget/{name}" crossorigin {attributes}></script>'

    def headers(self) -> Mapping[str, str]:
        """What every answer carries."""
        return {
            "content-security-policy": self.policy.format(
                widget=self.widget_url, socket=self.widget_url.replace("http", "ws", 1)
            ),
            "cache-control": "no-store",
        }


@contextmanager
def serving(widget_url: str) -> Iterator[Site]:
    """A site that answers until the block is left."""
    site = Site(widget_url)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            text = site.files.get(self.path.partition("?")[0])
            self.send_response(404 if text is None else 200)
            kind = TYPES.get(self.path.rpartition(".")[2], "text/html")
            for name, value in {**site.headers(), "content-type": f"{kind};charset=utf-8"}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # A page that is left takes nothing more.
                self.wfile.write((text or "").encode())

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

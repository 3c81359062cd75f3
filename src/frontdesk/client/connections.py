"""The visitor's connections to a chat service: made when they are first needed, read within bounds."""

import asyncio
import functools
import ssl
import threading
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx2

RESPONSE_BYTES_MAX = 64 * 1024 * 1024  # Far more than a transcript or a file that a chat service takes.
# Servers often close a connection after 5 s of silence: better not to be caught writing to it.
LIMITS = httpx2.Limits(keepalive_expiry=4.5)

_loading = threading.Lock()


class TooLarge(Exception):
    """A response went on beyond the bound; `status` is that of its head."""

    def __init__(self, status: int, bytes_max: int) -> None:
        super().__init__(f"the response is larger than {bytes_max} bytes")
        self.status = status


class Closed(httpx2.TransportError):
    """The connections were let go."""


class Connections:
    """Connections to the server of `url`.

    Shape:   `http` is used and not closed; without it, a client of our own goes through the proxies that the
             environment names (`HTTPS_PROXY`, `NO_PROXY` and so on), and drops cookies unless it
             `keeps_cookies`.
    """

    def __init__(
        self,
        url: str,
        *,
        http: httpx2.AsyncClient | None = None,
        keeps_cookies: bool = False,
        response_bytes_max: int = RESPONSE_BYTES_MAX,
    ) -> None:
        self._is_secure = url.lower().startswith("https:")
        self._http = http
        self._owns_http = http is None
        self._keeps_cookies = keeps_cookies
        self._bytes_max = response_bytes_max
        self._is_closed = False
        self._under_way: set[asyncio.Timeout] = set()
        self._at_rest = asyncio.Event()

    async def post(self, url: str, timeout_s: float | None, **parts: Any) -> httpx2.Response:
        """The whole answer to a POST; as `ask`."""
        return await self.ask("POST", url, timeout_s, **parts)

    async def ask(self, method: str, url: str, timeout_s: float | None, **parts: Any) -> httpx2.Response:
        """The whole answer; `parts` are those of a request of httpx2.

        Errors:  `TimeoutError`, `TooLarge`, `httpx2.HTTPError`.
        """
        http = await self._connected()
        request = http.build_request(method, url, **parts)
        limit = asyncio.timeout(timeout_s)
        self._under_way.add(limit)
        try:
            async with limit:
                response = await http.send(request, stream=True)
                try:
                    return await self._read(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            if self._is_closed and self._owns_http:
                raise Closed("the connections were let go") from None
            raise
        finally:
            self._under_way.remove(limit)
            if not self._under_way:
                self._at_rest.set()

    async def aclose(self) -> None:
        """Let go of connections, unless they belong to somebody else."""
        self._is_closed = True
        if not self._owns_http or self._http is None:
            return
        # A pool that is closed while a connection is being made would keep that one open for good.
        for limit in self._under_way:
            if not limit.expired():
                limit.reschedule(asyncio.get_running_loop().time())
        while self._under_way:
            self._at_rest.clear()
            await self._at_rest.wait()
        await self._http.aclose()

    async def _connected(self) -> httpx2.AsyncClient:
        if self._http is None and self._is_secure:
            await asyncio.to_thread(trusted)  # From here on they are at hand.
        if self._is_closed:
            raise Closed("the connections were let go")
        if self._http is None:
            verify = trusted() if self._is_secure else trusting_nobody()
            cookies = None if self._keeps_cookies else CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            self._http = httpx2.AsyncClient(timeout=None, limits=LIMITS, verify=verify, cookies=cookies)
        return self._http

    async def _read(self, response: httpx2.Response) -> httpx2.Response:
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > self._bytes_max:
                raise TooLarge(response.status_code, self._bytes_max)
        headers = response.headers.copy()
        for name in ("content-encoding", "content-length", "transfer-encoding"):
            headers.pop(name, None)  # They are of the bytes on the wire.
        reason = {"reason_phrase": response.reason_phrase.encode("ascii", errors="ignore")}
        return httpx2.Response(response.status_code, headers=headers, content=bytes(body), extensions=reason)


def trusting_nobody() -> ssl.SSLContext:
    """Certificates for connections without TLS, at once."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts, read once per process: it takes a good part of a second."""
    with _loading:
        return _trusted()


@functools.cache
def _trusted() -> ssl.SSLContext:
    return httpx2.create_ssl_context()

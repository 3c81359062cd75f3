"""Asking web services of others: only what is allowed, at the very address that was looked at.

A name is looked up once for each connection, the addresses are checked, and the connection is made to one of
those. So a name that leads elsewhere a moment later leads nowhere. A redirect is a request like any other.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence

import httpx2
from msgspec import Struct

from frontdesk.domain.allowed_hosts import DEFAULT_PORTS, Allowed, allows_address, allows_host
from frontdesk.errors import DeskError

REDIRECTS_MAX = 5
READ_BYTES = 65_536
_OWN = ("accept", "accept-encoding", "content-length", "content-type", "host", "user-agent")

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Unfetched(DeskError):
    """Nothing came of it.

    Shape:   `code` is for programs, the text for people; `is_passing` when a later try may do.
    """

    def __init__(self, code: str, text: str, *, is_passing: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.is_passing = is_passing


class Asked(Struct, frozen=True, kw_only=True):
    """One request to a web service.

    Shape:   `auth` is a name and a password; `timeout_s` bounds all of it, redirects too.
    """

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    auth: tuple[str, str] | None = None
    timeout_s: float = 30.0


class Answered(Struct, frozen=True):
    """What came back. Shape: names of `headers` in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    charset: str


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as this machine finds them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


class WebClient:
    """Asks web services.

    Shape:   `resolve` looks hosts up; certificates are verified by `tls`, else by what the machine trusts.
    """

    def __init__(
        self,
        allowed: Allowed,
        *,
        body_bytes_max: int,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = allowed
        self._body_bytes_max = body_bytes_max
        self._resolve = resolve
        self._tls = tls

    async def ask(self, asked: Asked) -> Answered:
        """The service's answer, whatever its status.

        Errors:  `Unfetched`: `invalidattribute` when it may not be asked at all, `timeout`, or `protocol.…`.
        """
        try:
            async with asyncio.timeout(asked.timeout_s):
                return await self._ask(asked)
        except TimeoutError:
            text = f"no whole answer within {asked.timeout_s:g} s"
            raise Unfetched("timeout", text, is_passing=True) from None
        except httpx2.InvalidURL as error:
            raise Unfetched("invalidattribute", f"the address cannot be read: {error}") from None
        except httpx2.RemoteProtocolError:
            raise Unfetched("protocol.http", "the answer is not HTTP", is_passing=True) from None
        except httpx2.ConnectError as error:
            if isinstance(_root(error), ssl.SSLError):
                raise Unfetched("protocol.tls", "the service could not prove who it is") from None
            raise Unfetched("protocol.connect", "no connection to the service", is_passing=True) from None
        except httpx2.TransportError:
            raise Unfetched("protocol.broken", "the connection broke", is_passing=True) from None

    async def _ask(self, asked: Asked) -> Answered:
        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        transport = _Pinned(self._allowed, self._resolve, self._tls)
        # A connection is for the name and the address that were checked: none is kept. Time is bounded above.
        async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=None) as client:
            request = client.build_request(
                asked.method,
                asked.url,
                content=asked.body or None,
                headers=dict(asked.headers) | {"accept-encoding": "identity"},
            )
            _check_address(request.url)
            auth: httpx2.Auth | None = httpx2.BasicAuth(*asked.auth) if asked.auth else None
            for hop in range(REDIRECTS_MAX + 1):
                try:
                    response = await client.send(request, auth=auth, stream=True)
                except Unfetched as refused:
                    raise _sent_elsewhere(refused) if hop else refused from None
                try:
                    following = response.next_request
                    if following is None:
                        return await self._read(response)
                finally:
                    await response.aclose()
                if (request.url.scheme, following.url.scheme) == ("https", "http"):
                    raise Unfetched("protocol.redirect", "the service sends elsewhere, where others can read")
                if _origin(following.url) != _origin(request.url):
                    auth = None  # What was meant for one is not for another.
                    for name in [n for n in following.headers if n.lower() not in _OWN]:
                        del following.headers[name]
                request = following
        raise Unfetched("protocol.redirect", f"it was sent elsewhere more than {REDIRECTS_MAX} times")

    async def _read(self, response: httpx2.Response) -> Answered:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise Unfetched("protocol.encoding", "the answer is compressed, which it was asked not to be")
        body = bytearray()
        async for chunk in response.aiter_raw(READ_BYTES):
            body += chunk
            if len(body) > self._body_bytes_max:
                text = f"the answer has more than {self._body_bytes_max} bytes"
                raise Unfetched("protocol.size", text)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answered(response.status_code, headers, bytes(body), response.charset_encoding or "utf-8")


class _Pinned(httpx2.AsyncBaseTransport):
    """Connects to the addresses that were checked, under the name that was asked for."""

    def __init__(self, allowed: Allowed, resolve: Resolve, tls: ssl.SSLContext) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._inner = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        addresses = await self._addresses(request.url)
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_at(request, address))
            except httpx2.ConnectError:
                continue
        return await self._inner.handle_async_request(_at(request, addresses[-1]))

    async def _addresses(self, url: httpx2.URL) -> Sequence[str]:
        host, port = url.host, url.port or DEFAULT_PORTS.get(url.scheme, 0)
        if not allows_host(self._allowed, url.scheme, host, port):
            text = f"{url.scheme}://{host}:{port} is not on the list of services that may be asked"
            raise Unfetched("invalidattribute", text)
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise Unfetched("protocol.dns", f"nobody knows where {host} is", is_passing=True) from None
        addresses = [address for address in found if allows_address(self._allowed, address)]
        if not addresses:
            text = f"{host} is at an address that may not be asked"
            raise Unfetched("invalidattribute", text)
        return addresses

    async def aclose(self) -> None:
        await self._inner.aclose()


def _at(request: httpx2.Request, address: str) -> httpx2.Request:
    """The same request to an address: the name stays in `Host`, and is what the certificate must be for."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def _check_address(url: httpx2.URL) -> None:
    if url.scheme not in DEFAULT_PORTS or not url.host:
        raise Unfetched("invalidattribute", "srcexpr must be a whole address with http or https")
    if url.userinfo:
        raise Unfetched("invalidattribute", "names and passwords belong in username and password")


def _sent_elsewhere(refused: Unfetched) -> Unfetched:
    if refused.code != "invalidattribute":
        return refused
    return Unfetched("protocol.redirect", f"the service sends elsewhere: {refused.text}")


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host.lower(), url.port or DEFAULT_PORTS.get(url.scheme, 0)


def _root(error: BaseException) -> BaseException:
    """What an error comes from."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error

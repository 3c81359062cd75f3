"""The workspace's few HTTP calls: signing in, and moving files."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import msgspec

from frontdesk.client.connections import trusted, trusting_nobody
from frontdesk.client.workspace_address import WorkspaceAddress
from frontdesk.client.workspace_messages import AgentCard, SignedIn
from frontdesk.errors import Denied, Refused, Unavailable

WAIT_S = 30
TRIES_MAX = 4


class SignInRefused(Denied):
    """The server does not let this login in. `code` is stable, `text` is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class WorkspaceHttp:
    """HTTP calls in the name of one login. `token` is empty while not signed in.

    Shape:   `agent` is known after the first sign-in.
    """

    def __init__(
        self, address: WorkspaceAddress, login: str, password: str, pause_s: Callable[[int], float]
    ) -> None:
        self._address = address
        self._login = login
        self._password = password
        self._pause_s = pause_s
        self._http = httpx2.AsyncClient(
            base_url=address.http,
            timeout=WAIT_S,
            verify=trusted() if address.http.startswith("https:") else trusting_nobody(),
            trust_env=not address.is_local,  # A proxy is for the world outside, never for this machine.
            follow_redirects=False,
        )
        self.token = ""
        self.agent: AgentCard | None = None

    async def sign_in(self) -> None:
        """Get a token.

        Errors:  `SignInRefused` when trying again is of no use, `Unavailable` when it may be.
        """
        self.token = ""
        body = {"login": self._login, "password": self._password}
        try:
            response = await self._http.post("/api/workspace/sign-in", json=body)
        except httpx2.TransportError as error:
            raise Unavailable(f"no answer from {self._address.http}: {_text_of(error)}", 0) from error
        if response.status_code == 429 or response.status_code >= 500:
            raise Unavailable(f"sign-in answered {response.status_code}", retry_after_s(response.headers))
        if response.status_code != 200:
            raise SignInRefused(*_fault_of(response))
        try:
            signed_in = msgspec.json.decode(response.content, type=SignedIn)
        except msgspec.DecodeError as error:
            raise SignInRefused(
                "not_a_workspace", f"{self._address.http} is no workspace: {error}"
            ) from error
        self.token, self.agent = signed_in.token, signed_in.agent

    async def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """The answer of a call, repeated while the server cannot be reached.

        Shape:   the caller makes repeating harmless, by an `id` where the call changes something.
        Errors:  `Refused(code, text)` for an answer that is an error; `SignInRefused`; `Unavailable` after
                 several tries.
        """
        failure = Unavailable("the server does not accept the session that it gave")
        for attempt in range(TRIES_MAX):
            if attempt:
                await asyncio.sleep(failure.retry_after_s + self._pause_s(attempt))
            try:
                token = self.token
                headers = {"authorization": f"Bearer {token}"}
                response = await self._http.request(method, path, headers=headers, **options)
                if response.status_code == 401:
                    if token == self.token:  # Otherwise somebody else has signed in again meanwhile.
                        await self.sign_in()
                    continue
            except httpx2.TransportError as error:
                failure = Unavailable(f"no answer from {self._address.http}: {_text_of(error)}", 0)
                continue
            except Unavailable as error:
                failure = error
                continue
            if response.status_code == 429 or response.status_code >= 500:
                failure = Unavailable(
                    f"the server answered {response.status_code}", retry_after_s(response.headers)
                )
                continue
            if response.status_code >= 300:
                raise Refused(*_fault_of(response))
            return response
        raise failure

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()


def retry_after_s(headers: Any) -> int:
    """What the server asks to wait; 0 when it does not say."""
    value = str(headers.get("retry-after", ""))
    return min(int(value), 3600) if value.isdecimal() else 0


def _fault_of(response: httpx2.Response) -> tuple[str, str]:
    """Code and text of an error answer; of one that is not ours, its status."""
    try:
        error = response.json()["error"]
        return str(error["code"]), str(error["text"])
    except (ValueError, KeyError, TypeError):
        return f"http_{response.status_code}", f"the server answered {response.status_code}"


def _text_of(error: Exception) -> str:
    return str(error) or type(error).__name__

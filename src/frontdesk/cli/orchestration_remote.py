"""The applications of a server that runs, over HTTP: as `Applications` has those of a database."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
import msgspec

from frontdesk.desk.orchestration.application_files import Document, document_of
from frontdesk.desk.orchestration.applications import Listed
from frontdesk.domain.application import Application, Version
from frontdesk.edges.applications_http import BASE, ActivateBody, AllApplications, UploadBody
from frontdesk.errors import Denied, NotFound, Refused, Unavailable

WAIT_S = 60.0

T = TypeVar("T")


class RemoteApplications:
    """The applications of the server behind `http`, whose base address and key are set."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def upload(self, files: Mapping[str, bytes], *, by: str = "", is_to_run: bool = True) -> Document:
        """As `Applications.upload`."""
        document = document_of(files)
        body = UploadBody(dict(files), by, is_to_run)
        await self._ask("POST", BASE, Application, msgspec.json.encode(body))
        return document

    async def activate(self, name: str, version: str, *, by: str = "") -> Version:
        """As `Applications.activate`."""
        body = msgspec.json.encode(ActivateBody(version, by))
        return (await self._ask("POST", f"{BASE}/{quote(name)}/activate", Application, body)).find("")

    async def versions(self, name: str) -> Application:
        """As `Applications.versions`."""
        return await self._ask("GET", f"{BASE}/{quote(name)}", Application)

    async def all(self) -> Sequence[Listed]:
        """As `Applications.all`."""
        return (await self._ask("GET", BASE, AllApplications)).applications

    async def _ask(self, method: str, path: str, kind: type[T], body: bytes = b"") -> T:
        try:
            answer = await self._http.request(method, path, content=body)
        except httpx2.HTTPError as error:
            raise Unavailable(f"{self._http.base_url} cannot be reached: {error}") from None
        if answer.is_success:
            return msgspec.json.decode(answer.content, type=kind)
        try:
            told: Any = answer.json()["error"]
            code, text = str(told["code"]), str(told["text"])
        except (ValueError, KeyError, TypeError):
            code, text = "unknown", f"{self._http.base_url} answered {answer.status_code}"
        match answer.status_code:
            case 401:
                raise Denied(f"{text}: orchestration.http.manage_keys of its settings has it")
            case 404:
                raise NotFound(text if code != "unknown" else f"{text}: it has no manage_keys")
            case 503:
                raise Unavailable(text)
            case _:
                raise Refused(code, text)

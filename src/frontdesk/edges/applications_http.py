"""Applications over HTTP: taken in, listed and rolled back on a running server, by who has a key for that."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.orchestration.application_files import FILES_BYTES_MAX
from frontdesk.desk.orchestration.applications import Applications, Listed
from frontdesk.edges.asgi import read_body
from frontdesk.edges.json_answers import json
from frontdesk.edges.program_answers import Call, answer_of, check_key
from frontdesk.errors import Refused

BASE = "/scxml/application"
BODY_BYTES_MAX = FILES_BYTES_MAX * 4 // 3 + 262_144  # As base64, with their names.
T = TypeVar("T")
By = Annotated[str, Meta(max_length=200)]


class UploadBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An application: its files by their names, each in base64."""

    files: dict[str, bytes]
    by: By = ""
    is_to_run: bool = True


class ActivateBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The version that new sessions are to run, by the beginning of its id; empty for the one before."""

    version: Annotated[str, Meta(max_length=64)] = ""
    by: By = ""


class AllApplications(Struct, frozen=True):
    """Every application, by name."""

    applications: Sequence[Listed]


class ApplicationsHttp:
    """The routes under `/scxml/application`."""

    def __init__(self, applications: Applications, keys: Sequence[str], body_read_s: float) -> None:
        self._applications = applications
        self._keys = keys
        self._body_read_s = body_read_s

    def routes(self) -> list[Route]:
        """None without keys: then nobody could use them."""
        if not self._keys:
            return []
        one = BASE + "/{name}"
        return [
            Route(BASE, self._kept(self.upload), methods=["POST"]),
            Route(BASE, self._kept(self.all), methods=["GET"]),
            Route(one, self._kept(self.versions), methods=["GET"]),
            Route(f"{one}/activate", self._kept(self.activate), methods=["POST"]),
        ]

    async def upload(self, request: Request) -> Response:
        """Take an application in as a new version, which new sessions run unless that is not wanted."""
        body = await self._body(request, UploadBody)
        document = await self._applications.upload(body.files, by=body.by, is_to_run=body.is_to_run)
        return json(await self._applications.versions(document.name))

    async def all(self, _request: Request) -> Response:
        """Every application with its versions."""
        return json(AllApplications(await self._applications.all()))

    async def versions(self, request: Request) -> Response:
        """The versions of an application."""
        return json(await self._applications.versions(request.path_params["name"]))

    async def activate(self, request: Request) -> Response:
        """Let new sessions run a version that was uploaded; running ones keep theirs."""
        name = request.path_params["name"]
        body = await self._body(request, ActivateBody)
        await self._applications.activate(name, body.version, by=body.by)
        return json(await self._applications.versions(name))

    def _kept(self, call: Call) -> Call:
        async def with_key(request: Request) -> Response:
            check_key(request, self._keys)
            return await call(request)

        return partial(answer_of, with_key)

    async def _body(self, request: Request, kind: type[T]) -> T:
        body = await read_body(request.scope, request.receive, BODY_BYTES_MAX, self._body_read_s)
        if body is None:
            text = f"a request may have {BODY_BYTES_MAX} bytes"
            raise Refused("body_too_large", text, limit=BODY_BYTES_MAX)
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise Refused("bad_body", str(fault)) from None

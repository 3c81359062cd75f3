"""The workspace over HTTP: sign-in and files. Everything else goes over the socket."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk.colleagues import Colleagues
from frontdesk.desk.files import Files, Upload
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.resting import resting
from frontdesk.desk.sign_ins import SignIns, sign_in_name
from frontdesk.domain.agent import Role
from frontdesk.domain.sources import source_of
from frontdesk.edges.asgi import (
    READ_TO_END_BYTES_MAX,
    ClientLeft,
    TooMuch,
    TooSlow,
    address_of,
    body_chunks,
    read_body,
)
from frontdesk.edges.chat_v2_files import send_file
from frontdesk.edges.json_answers import cut_off, error, json
from frontdesk.edges.limits import Window
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.workspace_caller import COOKIE, Callers, token_of
from frontdesk.edges.workspace_session import about
from frontdesk.edges.workspace_socket import WorkspaceSocket
from frontdesk.errors import Conflict, Denied, DeskError, NotFound, Refused, TooNew, Unavailable
from frontdesk.store.log import Shelf
from frontdesk.wire.multipart import MultipartReader

SLACK_BYTES = 65_536
SIGN_IN_BYTES_MAX = 10_000
RESTING_PAGE = 100
NO_SESSION = ("not_signed_in", "wrong_credentials")
STATUS: dict[type[DeskError], tuple[int, str]] = {
    NotFound: (404, "not_found"),
    Conflict: (503, "try_later"),
    Unavailable: (503, "try_later"),
    TooNew: (503, "try_later"),
}


class SignInBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs in."""

    login: Annotated[str, Meta(max_length=100)]
    password: Annotated[str, Meta(max_length=1000)]


class SignedIn(Struct, frozen=True):
    """A token for `Authorization: Bearer …`, and whose it is."""

    token: str
    agent: dict[str, Any]


class FileKept(Struct, frozen=True):
    """An uploaded file."""

    file_id: str
    name: str
    size_bytes: int
    media_type: str


class WorkspaceHttp:
    """The routes under `/api/workspace`."""

    def __init__(
        self,
        sign_ins: SignIns,
        interactions: Interactions,
        colleagues: Colleagues,
        shelf: Shelf,
        files: Files,
        callers: Callers,
        socket: WorkspaceSocket,
        tries: Window,
        metrics: Metrics,
        *,
        file_bytes_max: int,
        body_read_s: int,
        upload_read_s: int,
        session_s: int,
    ) -> None:
        self._sign_ins = sign_ins
        self._interactions = interactions
        self._colleagues = colleagues
        self._shelf = shelf
        self._files = files
        self._callers = callers
        self._socket = socket
        self._tries = tries
        self._metrics = metrics
        self._file_bytes_max = file_bytes_max
        self._body_read_s = body_read_s
        self._upload_read_s = upload_read_s
        self._session_s = session_s

    def routes(self) -> list[Route]:
        file = "/api/workspace/interactions/{interaction_id}/files"
        return [
            Route("/api/workspace/sign-in", self.sign_in, methods=["POST"]),
            Route("/api/workspace/sign-out", self.sign_out, methods=["POST"]),
            Route("/api/workspace/me", self.me, methods=["GET"]),
            Route("/api/workspace/resting", self.resting, methods=["GET"]),
            Route("/api/workspace/colleagues", self.colleagues, methods=["GET"]),
            Route("/api/workspace/open", self.open_chats, methods=["GET"]),
            Route(file, self.upload, methods=["POST"]),
            Route(file + "/{file_id}", self.download, methods=["GET"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Begin a session."""
        if not self._tries.admits(source_of(address_of(request.scope))):
            self._metrics.refused(self._tries.name)
            return error(429, "too_many_tries", "too many tries; wait a minute", {"retry-after": "60"})
        try:
            self._callers.check_origin(request.scope)
            body = await self._credentials(request)
            token, account = await self._sign_ins.sign_in(body.login, body.password)
        except DeskError as failure:
            return error_of(failure)
        except (ClientLeft, TooMuch, TooSlow) as failure:
            return cut_off(failure)
        response = json(SignedIn(token, about(account)))
        response.set_cookie(
            COOKIE,
            token,
            max_age=self._session_s,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    async def _credentials(self, request: Request) -> SignInBody:
        body = await read_body(request.scope, request.receive, SIGN_IN_BYTES_MAX, self._body_read_s)
        if body is None:
            raise Refused("bad_request", "the body is too large")
        try:
            return msgspec.json.decode(body, type=SignInBody)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise Refused("bad_request", str(fault)) from fault

    async def sign_out(self, request: Request) -> Response:
        """End the session, and close its sockets."""
        try:
            self._callers.check_origin(request.scope)
            account, _ = await self._callers.who(request.scope)
        except DeskError as failure:
            return error_of(failure)
        token = token_of(request.scope)
        await self._sign_ins.sign_out(token, account)
        self._socket.shut("signed_out", sign_in_name(token))
        response = json({})
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    async def me(self, request: Request) -> Response:
        """Who is signed in."""
        try:
            account, _ = await self._callers.who(request.scope)
        except DeskError as failure:
            return error_of(failure)
        return json({"agent": about(account)})

    async def resting(self, request: Request) -> Response:
        """Conversations that rest: those that the caller answered last; for supervisors, all."""
        try:
            account, _ = await self._callers.who(request.scope)
            after = request.query_params.get("after", "")[:64]
            own = "" if account.role is Role.SUPERVISOR else account.account_id
            found = await resting(self._shelf, own, after, RESTING_PAGE)
        except DeskError as failure:
            return error_of(failure)
        return json(found)

    async def colleagues(self, request: Request) -> Response:
        """The people who are ready, whom the caller may call into a chat."""
        try:
            account, _ = await self._callers.who(request.scope)
        except DeskError as failure:
            return error_of(failure)
        return json({"colleagues": self._colleagues.ready(account.account_id)})

    async def open_chats(self, request: Request) -> Response:
        """The chats that are open now, for supervisors."""
        try:
            account, _ = await self._callers.who(request.scope)
        except DeskError as failure:
            return error_of(failure)
        if account.role is not Role.SUPERVISOR:
            return error(403, "not_yours", "only supervisors see all chats")
        return json({"chats": self._colleagues.open_chats()})

    async def upload(self, request: Request) -> Response:
        """Put a file into a chat. The part `id` names the upload: sending it again is sending it once."""
        try:
            self._callers.check_origin(request.scope)
            interaction_id, party_id = await self._party(request)
            content_type = request.headers.get("content-type", "")
            bytes_max = self._file_bytes_max + SLACK_BYTES
            reader = MultipartReader(content_type, bytes_max=bytes_max)
            read_max = max(READ_TO_END_BYTES_MAX, 2 * bytes_max)
            async for chunk in body_chunks(request.scope, request.receive, self._upload_read_s, read_max):
                reader.feed(chunk)
            parts = reader.finish()
            part = next(iter(parts.files), None)
            if part is None:
                raise Refused("file_missing", "the part named file is required")
            upload = Upload(
                name=part.name,
                content=part.content,
                size_bytes=part.size_bytes,
                client_id=parts.fields.get("id", "")[:64],
            )
            _, file = await self._files.take(interaction_id, party_id, upload)
        except DeskError as failure:
            return error_of(failure)
        except (ClientLeft, TooMuch, TooSlow) as failure:
            return cut_off(failure)
        return json(FileKept(file.file_id, file.name, file.size_bytes, file.media_type))

    async def download(self, request: Request) -> Response:
        """A file of a chat, as an attachment."""
        try:
            interaction_id, party_id = await self._party(request)
            found = await self._files.hand_out(interaction_id, party_id, request.path_params["file_id"])
        except DeskError as failure:
            return error_of(failure)
        return _Attachment(*found)

    async def _party(self, request: Request) -> tuple[str, int]:
        """The interaction asked for, and the asker's party in it. Errors: `Denied`, `NotFound`."""
        account, _ = await self._callers.who(request.scope)
        interaction_id = request.path_params["interaction_id"]
        if not interaction_id.isalnum() or len(interaction_id) > 64:
            raise NotFound("there is no such chat of yours")
        _, full = await self._interactions.chats.full(interaction_id)
        party_id = full.state.newest_party_of(account.account_id)
        if not party_id:
            raise NotFound("there is no such chat of yours")
        return interaction_id, party_id


class _Attachment(Response):
    """A file, sent chunk by chunk."""

    def __init__(self, file: Any, chunks: Any) -> None:
        super().__init__()
        self._file = file
        self._chunks = chunks

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send_file(send, self._file, self._chunks, [])


def error_of(failure: DeskError) -> Response:
    """The answer for an error of the desk."""
    if isinstance(failure, Refused):
        return error(413 if failure.code == "file_too_large" else 400, failure.code, failure.text)
    if isinstance(failure, Denied):
        return error(401 if failure.code in NO_SESSION else 403, failure.code, str(failure))
    status, code = STATUS[type(failure)]
    return error(status, code, str(failure))

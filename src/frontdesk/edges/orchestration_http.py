"""Sessions of applications over HTTP: started, told, asked, ended, by programs that have a key.

Without a key, or with a wrong one, every address answers the same: nobody learns what there is.

Source:  orchestration, section 16.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from frontdesk.desk.identity import hash_key, new_id
from frontdesk.desk.orchestration.application_files import NAME, machine_of
from frontdesk.desk.orchestration.applications import Applications
from frontdesk.desk.orchestration.at_once import LONE_PATIENCE_S
from frontdesk.desk.orchestration.node_addresses import NodeAddresses
from frontdesk.desk.orchestration.responses import Responses
from frontdesk.desk.orchestration.sessions import Sessions
from frontdesk.domain.orchestration.session import Session
from frontdesk.edges.asgi import Receive, Scope, Send, read_body
from frontdesk.edges.json_answers import NO_STORE, error, json
from frontdesk.edges.program_answers import Call, answer_of, check_key
from frontdesk.errors import Denied, NotFound, Refused
from frontdesk.scxml.events import Event
from frontdesk.wire.scxml_http import Posted, event_of, start_of

BASE = "/scxml/session"
ROOT = f"{BASE}/"
BODY_BYTES_MAX = 256 * 1024
IDEMPOTENCY_CHARS_MAX = 200
ID_CHARS_MAX = 200
ANY = "*"
POST, GET = ("POST",), ("GET", "HEAD")


class SessionStarted(Struct, frozen=True):
    """A session was started, or will be at its time."""

    sessionid: str


class SessionShown(Struct, frozen=True, omit_defaults=True):
    """Where a session stands. `reason` is why it is over; `data` is there for who may look into it."""

    sessionid: str
    name: str
    state: str
    configuration: Sequence[str]
    interactions: Sequence[str]
    reason: str = ""
    data: Mapping[str, Any] | None = None


class Access(Struct, frozen=True):
    """Who may do what, by hashes of keys; `sources` are the applications that may be started, `*` for all."""

    keys: Sequence[str]
    debug_keys: Sequence[str]
    sources: Sequence[str]

    @classmethod
    def of(cls, keys: Sequence[str], debug_keys: Sequence[str], sources: Sequence[str]) -> "Access":
        """The same of keys as they stand in settings."""
        return cls(tuple(map(hash_key, keys)), tuple(map(hash_key, debug_keys)), tuple(sources))


class OrchestrationHttp:
    """The ASGI application under `/scxml/session`.

    Shape:   `look` shows a session's data.
    """

    def __init__(
        self,
        sessions: Sessions,
        applications: Applications,
        responses: Responses,
        access: Access,
        clock_ms: Callable[[], int],
        *,
        addresses: NodeAddresses,
        look: Callable[[str], Awaitable[Mapping[str, Any]]],
        is_in_memory: Callable[[str], bool],
        public_url: str,
        body_read_s: float,
    ) -> None:
        self._sessions = sessions
        self._applications = applications
        self._responses = responses
        self._access = access
        self._clock_ms = clock_ms
        self._addresses = addresses
        self._look = look
        self._is_in_memory = is_in_memory
        self._public_url = public_url.rstrip("/")
        self._body_read_s = body_read_s

    async def aclose(self) -> None:
        """Leave nothing under way."""
        await self._addresses.aclose()

    def serves(self, path: str) -> bool:
        """Whether this path is ours; none is without keys, for then nobody could use it."""
        return path.startswith(ROOT) and bool(self._access.keys or self._access.debug_keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await answer_of(self._answer, Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        methods, call, names = self._meant(request.scope["path"].removeprefix(ROOT).split("/"))
        if call is None:
            raise NotFound("there is no such address")
        if request.method not in methods:
            return error(405, "wrong_method", f"ask by {methods[0]}", {"allow": ", ".join(methods)})
        check_key(request, (*self._access.keys, *self._access.debug_keys))
        request.scope["path_params"] = names
        return await call(request)

    def _meant(self, parts: Sequence[str]) -> tuple[Sequence[str], Call | None, Mapping[str, str]]:
        """What a path means: by which methods what is called, if anything, and with what names."""
        match parts:
            case ["start"]:
                return POST, self.start, {}
            case ["", *_] | [_, _, ""]:
                return POST, None, {}
            case [session_id] | [session_id, "event"]:
                return POST, self.event, {"session_id": session_id}
            case [session_id, "event", name]:
                return POST, self.event, {"session_id": session_id, "name": name}
            case [session_id, "request"]:
                return POST, self.request, {"session_id": session_id}
            case [session_id, "request", name]:
                return POST, self.request, {"session_id": session_id, "name": name}
            case [session_id, "terminate"]:
                return POST, self.terminate, {"session_id": session_id}
            case [session_id, "query"]:
                return GET, self.query, {"session_id": session_id}
            case _:
                return POST, None, {}

    async def start(self, request: Request) -> Response:
        """Start a session of an application; parameters besides `src` and `idealtime` are its data."""
        posted = await self._posted(request)
        start = start_of(posted)
        application, file = await self._source(start.source)
        repeated = _idempotency_key(request)
        session_id = f"h{hash_key(f'{application} {repeated}')[:31]}" if repeated else ""
        started = await self._sessions.start(
            application, start.data, file=file, session_id=session_id, ideal_ms=start.ideal_ms
        )
        later = start.ideal_ms > self._clock_ms()
        response = json(SessionStarted(started), 202 if later else 201)
        response.headers["location"] = f"{self._public_url}{BASE}/{started}/query"
        return response

    async def event(self, request: Request) -> Response:
        """Put an event on a session's queue: its name from the address or `_scxmleventname`."""
        session = await self._running(request)
        if isinstance(session, Response):
            return session
        event = event_of(await self._posted(request), request.path_params.get("name", ""))
        await self._deliver(session.id, event, _idempotency_key(request) or new_id(self._clock_ms()))
        return json({}, 202)

    async def request(self, request: Request) -> Response:
        """Put an event on a session's queue, and wait for what the session answers to it."""
        session = await self._running(request)
        if isinstance(session, Response):
            return session
        repeated = _idempotency_key(request)
        asked = f"r{hash_key(repeated)[:31]}" if repeated else new_id(self._clock_ms())
        posted = await self._posted(request)
        event = event_of(posted, request.path_params.get("name", ""), {"requestid": asked})
        answer = self._responses.expect(session.id, asked)
        try:
            await self._deliver(session.id, event, asked)
            response = await self._responses.wait(answer)
        except TimeoutError:
            return error(504, "no_answer", "the session has not answered in time")
        finally:
            answer.cancel()
        if isinstance(response.content, str):
            return Response(response.content, response.status, NO_STORE, media_type="text/plain")
        return json(response.content, response.status)

    async def terminate(self, request: Request) -> Response:
        """End a session: it leaves its states, and is over."""
        session = await self._running(request)
        if isinstance(session, Response):
            return session
        await self._sessions.cancel(session.id)
        return json({}, 202)

    async def query(self, request: Request) -> Response:
        """Say where a session stands; its data only with a key for that."""
        session = await self._sessions.session(_session_id(request))
        there = await self._redirect(request, session.id)
        if there is not None:
            return there
        data = None
        if not session.is_over and self._may_debug(request):
            data = await self._look(session.id)
            session = await self._sessions.session(session.id)  # It may have gone on meanwhile.
        state = session.life.value
        if state == "running" and not self._is_in_memory(session.id):
            state = "passive"
        return json(
            SessionShown(
                sessionid=session.id,
                name=session.began.application,
                state=state,
                configuration=session.active,
                interactions=session.interactions,
                reason=session.reason,
                data=data,
            )
        )

    async def _source(self, source: str) -> tuple[str, str]:
        """The application, and the file of it, that `src` names: `NAME`, `NAME/FILE`, or an address.

        Errors:  `Refused` with `bad_source`, `source_not_allowed`, `document_refused`; `NotFound`.
        """
        if "://" in source:
            name, file = await self._at(source), ""
        else:
            name, _, file = source.partition("/")
            if not NAME.fullmatch(name):
                raise Refused("bad_source", "src must be an application, or a file of one: NAME/FILE")
        if not name or (ANY not in self._access.sources and name not in self._access.sources):
            raise Refused("source_not_allowed", "src is not among what may be started from outside")
        try:
            document = await self._applications.document(name)
        except NotFound:
            raise Refused("source_not_allowed", "src is not among what may be started from outside") from None
        if file:
            await asyncio.to_thread(machine_of, document, file)  # A large one takes seconds.
        return name, file

    async def _at(self, address: str) -> str:
        """The application that says it has this address; empty for none."""
        for listed in await self._applications.all():
            if listed.application.active:
                document = await self._applications.document(listed.name)
                if address in document.settings.addresses:
                    return listed.name
        return ""

    async def _running(self, request: Request) -> Session | Response:
        """A session that takes events, or the way to the node that runs it. Errors: `NotFound`, `Refused`."""
        session = await self._sessions.session(_session_id(request))
        there = await self._redirect(request, session.id)
        if there is not None:
            return there
        if not session.takes_events:
            raise Refused("over", "the session is over")
        return session

    async def _redirect(self, request: Request, session_id: str) -> Response | None:
        address = await self._addresses.elsewhere(session_id)
        if not address:
            return None
        query = f"?{request.url.query}" if request.url.query else ""
        raw_path = request.scope.get("raw_path") or request.url.path.encode()
        path = raw_path.partition(b"?")[0].decode("ascii", "replace")
        return Response(status_code=307, headers={"location": f"{address}{path}{query}", **NO_STORE})

    async def _deliver(self, session_id: str, event: Event, key: str) -> None:
        try:
            await self._sessions.tell(session_id, [event], key=f"http/{key}", patience_s=LONE_PATIENCE_S)
        except NotFound:  # It was there a moment ago.
            raise Refused("over", "the session is over") from None

    async def _posted(self, request: Request) -> Posted:
        body = await read_body(request.scope, request.receive, BODY_BYTES_MAX, self._body_read_s)
        if body is None:
            text = f"a request may have {BODY_BYTES_MAX} bytes"
            raise Refused("body_too_large", text, limit=BODY_BYTES_MAX)
        content_type = request.headers.get("content-type", "")
        scope = request.scope
        return Posted(scope["path"], scope["query_string"].decode("latin-1"), content_type, body)

    def _may_debug(self, request: Request) -> bool:
        try:
            check_key(request, self._access.debug_keys)
        except Denied:
            return False
        return True


def _session_id(request: Request) -> str:
    session_id: str = request.path_params["session_id"]
    if len(session_id) > ID_CHARS_MAX or not session_id.isascii() or not session_id.isprintable():
        raise NotFound("there is no such session")
    return session_id


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if len(key) > IDEMPOTENCY_CHARS_MAX:
        raise Refused("bad_key", f"an Idempotency-Key has at most {IDEMPOTENCY_CHARS_MAX} characters")
    return key

"""The module `session`: sessions that start and end other sessions, and move when they begin."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.sessions import Sessions
from frontdesk.errors import NotFound, Refused, Unavailable
from frontdesk.scxml.events import Event


class SessionModule:
    """Does what is asked of sessions as such."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._actions: Mapping[str, Callable[[Request], Awaitable[Event]]] = {
            "start": self._start,
            "terminate": self._terminate,
            "updatestart": self._update_start,
        }

    async def carry_out(self, request: Request) -> None:
        action = self._actions.get(request.action)
        if action is None:
            answer = request.failed("unsupported", f"there is no action {request.action}")
        else:
            try:
                answer = await action(request)
            except Unavailable:
                raise
            except NotFound as error:
                answer = request.failed("notfound", str(error), _named(request))
            except Refused as refused:
                code = refused.code if refused.code == "invalidstate" else "unknown"
                answer = request.failed(code, refused.text, _named(request))
        # Who asked may be over; or has no room for news, and finds out by its own patience.
        with contextlib.suppress(NotFound, Refused):
            await self._sessions.deliver(request.session_id, [answer], key=request.request_id)

    async def drop(self, request: Request) -> None:
        """What was started lives on."""

    async def _start(self, request: Request) -> Event:
        source = str(request.attributes.get("src", ""))
        ideal_ms = _milliseconds(request.attributes.get("idealtime"))
        asker = await self._sessions.session(request.session_id)
        params = request.attributes.get("params")
        application, version, file = self._sessions.named(source, asker)
        started = await self._sessions.start(
            application,
            params if isinstance(params, dict) else None,
            session_id=started_by(request),
            starter=request.session_id,
            ideal_ms=ideal_ms,
            version=version,
            file=file,
        )
        return request.done({"sessionid": started})

    async def _terminate(self, request: Request) -> Event:
        victim = _text(request, "sessionid")
        await self._sessions.cancel(victim, by=request.request_id)
        return request.done({"sessionid": victim})

    async def _update_start(self, request: Request) -> Event:
        waiting = _text(request, "sessionid")
        await self._sessions.reschedule(waiting, _milliseconds(request.attributes.get("idealtime")))
        return request.done({"sessionid": waiting})


def started_by(request: Request) -> str:
    """The id of the session that a request starts, however often that is done: the document may know it."""
    named = request.attributes.get("sessionid")
    return named if isinstance(named, str) and named else request.request_id.replace(".", "-s")


def _named(request: Request) -> Mapping[str, Any]:
    named = request.attributes.get("sessionid")
    return {"sessionid": named} if isinstance(named, str) else {}


def _text(request: Request, name: str) -> str:
    value = request.attributes.get(name)
    if not isinstance(value, str) or not value:
        raise Refused("invalidattribute", f"{name} names no session")
    return value


def _milliseconds(value: object) -> int:
    if value in (None, ""):
        return 0
    try:
        return max(0, int(float(str(value))))
    except (ValueError, OverflowError):
        raise Refused("invalidattribute", f"{value} is no time") from None

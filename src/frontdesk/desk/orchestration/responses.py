"""Those who wait for a session to answer them: requests over HTTP, answered by `<session:response>`.

Who waits is no fact: with the node that it waits at a request is gone, and whoever asked finds out.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from frontdesk.desk.orchestration.modules import Delivery, Module, Request
from frontdesk.domain.orchestration.session import Session
from frontdesk.errors import NotFound, Refused

WAITING_MAX = 16  # Of one session.
KEPT_MAX = 200  # Answers, for who did not get one and asks again.
STATUS = 200


class Response(Struct, frozen=True):
    """What a session answers: a status of HTTP, and its `<content>` or its `<param>`s."""

    status: int
    content: Any


class Responses:
    """The requests that wait at this node."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._waiting: dict[str, dict[str, asyncio.Future[Response]]] = {}
        self._given: OrderedDict[tuple[str, str], Response] = OrderedDict()

    def expect(self, session_id: str, request_id: str) -> "asyncio.Future[Response]":
        """From now on an answer to this request is waited for. `wait` is what waits; else cancel it.

        Shape:   one that was answered a while ago has the same answer again.
        Errors:  `Refused` with `too_many_waiting`, `already_waiting`.
        """
        waiting = self._waiting.setdefault(session_id, {})
        if len(waiting) >= WAITING_MAX:
            text = f"{WAITING_MAX} requests wait for this session already"
            raise Refused("too_many_waiting", text, limit=WAITING_MAX)
        if request_id in waiting:
            raise Refused("already_waiting", "the same request waits for its answer already")
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        given = self._given.get((session_id, request_id))
        if given is not None:
            future.set_result(given)
        waiting[request_id] = future

        def forget(_done: "asyncio.Future[Response]") -> None:
            waiting.pop(request_id, None)
            if not waiting and self._waiting.get(session_id) is waiting:
                del self._waiting[session_id]

        future.add_done_callback(forget)
        return future

    async def wait(self, answer: "asyncio.Future[Response]") -> Response:
        """The answer. Errors: `TimeoutError`; `Refused("over")`: the session ended before it answered."""
        return await asyncio.wait_for(answer, self._wait_s)

    def answer(self, session_id: str, request_id: str, response: Response) -> None:
        """Give the answer. Errors: `NotFound`: nobody waits for it, or no more."""
        future = self._waiting.get(session_id, {}).get(request_id)
        if future is None or future.done():
            raise NotFound(f"no request {request_id} waits")
        future.set_result(response)
        self._given[session_id, request_id] = response
        if len(self._given) > KEPT_MAX:
            self._given.popitem(last=False)

    async def over(self, session: Session) -> None:
        """A session has come to its end: it answers nobody any more."""
        for future in list(self._waiting.get(session.id, {}).values()):
            if not future.done():
                future.set_exception(Refused("over", "the session is over"))


class Responding:
    """The module `session`, with `<session:response>` for those who wait at this node."""

    def __init__(self, module: Module, responses: Responses, delivery: Delivery) -> None:
        self._module = module
        self._responses = responses
        self._delivery = delivery

    async def carry_out(self, request: Request) -> None:
        if request.action != "response":
            await self._module.carry_out(request)
            return
        try:
            response, waits = _response(request), str(request.attributes.get("requestid", ""))
            self._responses.answer(request.session_id, waits, response)
            told = request.done()
        except NotFound as error:
            told = request.failed("notfound", str(error))
        except Refused as refused:
            told = request.failed(refused.code, refused.text)
        # Who answered may be over, or have no room for news.
        with contextlib.suppress(NotFound, Refused):
            await self._delivery.deliver(request.session_id, [told], key=request.request_id)

    async def drop(self, request: Request) -> None:
        if request.action != "response":
            await self._module.drop(request)


def _response(request: Request) -> Response:
    attributes: Mapping[str, Any] = request.attributes
    code = attributes.get("resultcode", STATUS)
    try:
        status = int(code)
    except (TypeError, ValueError):
        status = 0
    if not 200 <= status <= 599:
        raise Refused("invalidattribute", f"resultcode {code!r} is no status of HTTP from 200 to 599")
    content = attributes.get("content")
    return Response(status, attributes.get("params", {}) if content is None else content)

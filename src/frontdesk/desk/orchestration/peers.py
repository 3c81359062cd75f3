"""What passes between sessions: events, invocations, ends."""

import contextlib
import re
from collections.abc import Awaitable, Callable, Sequence

from frontdesk.desk.orchestration.contexts import relative
from frontdesk.desk.orchestration.modules import Delivery
from frontdesk.domain.orchestration.facts import Began
from frontdesk.domain.orchestration.session import Errand, Session
from frontdesk.errors import NotFound, Refused
from frontdesk.scxml.basic_http import event_of
from frontdesk.scxml.basic_http import request_of as http_request_of
from frontdesk.scxml.events import HTTP_PROCESSOR, SCXML_PROCESSOR, Event
from frontdesk.scxml.outputs import Forwarded, Invoke, Sent, Uninvoke
from frontdesk.scxml.packed import pack
from frontdesk.scxml.sending import SESSION

DEPTH_MAX = 8

Post = Callable[[str, str, str], Awaitable[None]]  # To an address, a body of a type. Errors: `Refused`.


class Peers:
    """Sessions as other sessions reach them.

    Shape:   `begin`, `cancel` and `settle` are the use cases of sessions; `on_over` are told of each session
             that is over, one after the other, again after a crash; `http_address` is what the addresses of
             sessions begin with, empty when they have none; `post` brings to others what is to go by HTTP.
    """

    def __init__(
        self,
        delivery: Delivery,
        begin: Callable[[str, Began], Awaitable[object]],
        cancel: Callable[[str, str], Awaitable[object]],
        settle: Callable[[str, Sequence[str]], Awaitable[object]],
        http_address: str = "",
    ) -> None:
        self.delivery = delivery
        self._begin = begin
        self._cancel = cancel
        self.settle = settle
        self._http_address = http_address
        self.post: Post | None = None
        self.on_over: list[Callable[[Session], Awaitable[None]]] = []

    async def over(self, session: Session) -> None:
        """A session is over, and everything it asked for at its end is on its way. Errors: `Unavailable`."""
        for tell in self.on_over:
            await tell(session)

    async def carry_out(self, session: Session, name: str, errand: Errand) -> None:
        """Do what is no request: again, too. Errors: `Unavailable`."""
        match errand.output:
            case Sent():
                await self._send(session, name, errand, errand.output)
            case Forwarded():
                await self._tell(errand.child, errand.output.event, name)
            case Invoke():
                await self._invoke(session, name, errand, errand.output)
            case Uninvoke():
                await self._end(errand.child, f"cancel.invoke.{errand.output.id}")
            case _:
                raise AssertionError(f"{errand.output} is no errand")

    async def _send(self, session: Session, name: str, errand: Errand, sent: Sent) -> None:
        problem = ""
        try:
            if sent.type == HTTP_PROCESSOR:
                await self._send_by_http(sent, name)
            elif sent.type != SCXML_PROCESSOR:
                problem = f"nothing is sent to {sent.target} from here"
            elif sent.target == "#_parent":
                event = _from_child(sent.event, session.began.invoke_id)
                await self.delivery.deliver(session.began.invoker, [event], key=name)
            elif sent.target.startswith(SESSION):
                await self.delivery.deliver(sent.target.removeprefix(SESSION), [sent.event], key=name)
            else:
                await self.delivery.deliver(errand.child, [sent.event], key=name)
        except (NotFound, Refused) as error:
            problem = str(error)
        if problem and not sent.event.name.startswith(("done.", "error.")):  # Nobody waits to hear of those.
            data = pack({"description": problem, "target": sent.target})
            ors = "error.send.nosuchsession" if sent.type == SCXML_PROCESSOR else "error.send.failed"
            kind = ors if session.is_ors else "error.communication"
            await self._tell(session.id, Event(kind, "platform", data, sendid=sent.sendid), f"{name}/failed")

    async def _send_by_http(self, sent: Sent, name: str) -> None:
        """To a session of ours at once, to others as a request. Errors: `NotFound`, `Refused`."""
        content_type, body = http_request_of(sent)
        if self._http_address and sent.target.startswith(self._http_address):
            receiver = re.split("[/?#]", sent.target.removeprefix(self._http_address))[0]
            event = event_of("POST", sent.target, content_type, body)
            await self.delivery.deliver(receiver, [event], key=name)
        elif self.post is not None:
            await self.post(sent.target, content_type, body)
        else:
            raise Refused("unsupported", "nothing is sent to other servers from here")

    async def _invoke(self, session: Session, name: str, errand: Errand, invoke: Invoke) -> None:
        began, problem = session.began, ""
        base = began.file
        if began.depth + 1 > DEPTH_MAX:
            problem = f"sessions invoke each other deeper than {DEPTH_MAX}"
        elif "://" in invoke.src and not invoke.src.startswith("file:"):
            problem = f"{invoke.src} is no document of this application"
        if problem:
            data = pack({"description": problem})
            kind = "error.send.failed" if session.is_ors else "error.execution"
            event = Event(kind, "platform", data, invokeid=invoke.id)
            await self._tell(session.id, event, f"{name}/failed")
            return
        await self._begin(
            errand.child,
            Began(
                application=began.application,
                version=began.version,
                file=relative(invoke.src, base) if invoke.src else base,
                content="" if invoke.src else invoke.content,
                data=invoke.data,
                invoker=session.id,
                invoke_id=invoke.id,
                depth=began.depth + 1,
            ),
        )

    async def _tell(self, session_id: str, event: Event, key: str) -> None:
        with contextlib.suppress(NotFound, Refused):  # It is over, or has too much to do already.
            await self.delivery.deliver(session_id, [event], key=key)

    async def _end(self, session_id: str, event: str) -> None:
        with contextlib.suppress(NotFound):
            await self._cancel(session_id, event)


def _from_child(event: Event, invokeid: str) -> Event:
    return Event(
        event.name,
        event.type,
        event.data,
        sendid=event.sendid,
        origin=event.origin,
        origintype=SCXML_PROCESSOR,
        invokeid=invokeid,
    )

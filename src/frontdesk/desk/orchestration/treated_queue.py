"""The module `queue` with busy treatments: what visitors are told while somebody is found for them."""

from typing import Any

from frontdesk.desk.orchestration.busy_treatments import BusyTreatments
from frontdesk.desk.orchestration.dialog_module import FirstOf
from frontdesk.desk.orchestration.modules import Delivery, Module, Request
from frontdesk.desk.orchestration.treatments import Untreated


class TreatedQueue:
    """Lets treatments go on beside the submits that `queue` carries out."""

    def __init__(self, queue: Module, busy: BusyTreatments, delivery: Delivery, first_of: FirstOf) -> None:
        self._queue = queue
        self._busy = busy
        self._delivery = delivery
        self._first_of = first_of

    async def carry_out(self, request: Request) -> None:
        """Do it; treatments that cannot be are an error, and nothing is submitted. Errors: `Unavailable`."""
        steps: Any = request.attributes.get("treatments")
        if not steps or request.action not in ("submit", "update"):
            await self._queue.carry_out(request)
            return
        try:
            self._busy.check(steps)
        except Untreated as untreated:
            failed = request.failed(untreated.code, untreated.text)
            await self._delivery.deliver(request.session_id, (failed,), key=request.request_id)
            return
        named = request.attributes.get("interactionid")
        interaction_id = (
            named if isinstance(named, str) and named else await self._first_of(request.session_id)
        )
        await self._queue.carry_out(request)
        search = self._search(request)
        if request.action == "update":
            self._busy.end(search.request_id)
        self._busy.begin(search, interaction_id)

    async def drop(self, request: Request) -> None:
        """Nobody is looked for any more."""
        self._busy.end(request.request_id)
        await self._queue.drop(request)

    def patience_ms(self, request: Request) -> int | None:
        """As long as the queue says."""
        patience = getattr(self._queue, "patience_ms", None)
        return patience(request) if patience is not None else None

    def _search(self, request: Request) -> Request:
        """The submit that is meant: an update names the one that it changes."""
        if request.action == "submit":
            return request
        named = str(request.attributes.get("requestid") or "")
        return Request(
            request.session_id, named, request.module, "submit", request.attributes, request.asked_ms
        )

"""Modules that documents may name and that nothing here does: voice without a switch, SOAP, resources.

Each action is answered under its own event name, so that a document finds out at once, as it would of any
other failure.

Source:  orchestration.md, sections 4.5, 10.2 and 14.
"""

from frontdesk.desk.orchestration.modules import Delivery, Request

CARRIED = ("interactionid",)
"""What results of calls name again: the call that was meant."""


class UnsupportedModule:
    """Answers everything with `unsupported`; `description` says why."""

    def __init__(self, delivery: Delivery, description: str = "not configured") -> None:
        self._delivery = delivery
        self._description = description

    async def carry_out(self, request: Request) -> None:
        """Answer. Errors: `Unavailable`."""
        carried = {name: request.attributes[name] for name in CARRIED if name in request.attributes}
        event = request.failed("unsupported", self._description, carried)
        await self._delivery.deliver(request.session_id, (event,), key=request.request_id)

    async def drop(self, request: Request) -> None:
        """It is answered at once: there is nothing to stop."""

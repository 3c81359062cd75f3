"""What goes on with visitors: one treatment in an interaction."""

from msgspec import Struct

from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.treatments import Treatment, Untreated


class Treating(Struct, frozen=True):
    """A treatment that goes on. Shape: without `treatment` they are those of a search."""

    request: Request
    treatment: Treatment | None = None


class Slots:
    """What goes on where, at this node."""

    def __init__(self) -> None:
        self._treating: dict[str, Treating] = {}
        self._where: dict[str, str] = {}

    def hold(self, interaction_id: str, treating: Treating) -> None:
        """Errors: `Untreated` while another one goes on."""
        current = self._treating.setdefault(interaction_id, treating)
        if current.request.request_id != treating.request.request_id:
            raise Untreated("invalidstate.treating", "another treatment goes on; stop it or wait for its end")
        self._where[treating.request.request_id] = interaction_id

    def release(self, request_id: str) -> None:
        """It is over; releasing twice is releasing."""
        interaction_id = self._where.pop(request_id, None)
        if interaction_id is not None:
            del self._treating[interaction_id]

    def of(self, interaction_id: str) -> Treating | None:
        """What goes on in an interaction."""
        return self._treating.get(interaction_id)

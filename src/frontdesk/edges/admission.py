"""Who may begin a chat now: the hours and the limits that every way in shares."""

from collections.abc import Callable, Mapping

from frontdesk.desk.floor import Floor
from frontdesk.desk.reception import Reception
from frontdesk.domain.sources import source_of
from frontdesk.edges.limits import Gate, OpenByAddress, Window
from frontdesk.edges.metrics import Metrics
from frontdesk.errors import Unavailable
from frontdesk.settings import Settings


class Admission:
    """The limits on new chats: of the node, of each service and of each address."""

    def __init__(
        self,
        floor: Floor,
        reception: Reception,
        metrics: Metrics,
        *,
        node: Gate,
        services: Mapping[str, Gate],
        by_address: OpenByAddress,
        starts: Window,
    ) -> None:
        self._floor = floor
        self._reception = reception
        self._metrics = metrics
        self._node = node
        self._services = services
        self._by_address = by_address
        self._starts = starts

    def admit(self, service: str, address: str) -> None:
        """Errors: `Refused("closed")`; `Unavailable`: what is busy may be free soon, and clients say so."""
        self._reception.check_start(service)
        reached = ""
        if not self._node.admits(self._floor.open_count):
            reached = self._node.name
        elif not self._services[service].admits(self._floor.open_of(service)):
            reached = self._services[service].name
        elif not self._by_address.admits(address):
            reached = self._by_address.name
        elif not self._starts.admits(source_of(address)):
            reached = self._starts.name
        if reached:
            self._metrics.refused(reached)
            raise Unavailable(f"the limit {reached} is reached")

    def begun(self, interaction_id: str, service: str, address: str) -> None:
        """Take note of a chat that began."""
        self._by_address.add(interaction_id, address)
        self._metrics.started(service)


def admission(
    settings: Settings,
    floor: Floor,
    reception: Reception,
    metrics: Metrics,
    by_address: OpenByAddress,
    clock_ms: Callable[[], int],
) -> Admission:
    """The limits as the settings want them. Shape: `by_address` has to be told which chats end."""
    limits = settings.limits
    return Admission(
        floor,
        reception,
        metrics,
        node=Gate("open_chats_per_node", limits.open_chats_per_node),
        services={n: Gate("open_chats_max", s.open_chats_max) for n, s in settings.services.items()},
        by_address=by_address,
        starts=Window(
            "starts_per_minute_per_address", limits.starts_per_minute_per_address, 60_000, clock_ms
        ),
    )

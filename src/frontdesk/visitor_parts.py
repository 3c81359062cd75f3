"""The ways on which visitors come to the desk, put together: versions 2 and 3, CometD, sockets of our own."""

from collections.abc import Callable

from msgspec import Struct

from frontdesk.desk.files import Files
from frontdesk.desk.floor import Floor
from frontdesk.desk.hub import Hub
from frontdesk.desk.input_boxes import InputBoxes
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.positions import Positions
from frontdesk.desk.reception import Reception
from frontdesk.desk.services import ServiceBook
from frontdesk.edges.admission import admission
from frontdesk.edges.chat_v2 import ChatV2
from frontdesk.edges.chat_v2_cometd_door import Cometd
from frontdesk.edges.chat_v2_files import ChatV2Files
from frontdesk.edges.chat_v2_requests import ChatV2Requests
from frontdesk.edges.chat_v2_session import ChatV2Sessions
from frontdesk.edges.chat_v2_start import ChatV2Start
from frontdesk.edges.chat_v3_parts import DeskParts, chat_v3
from frontdesk.edges.cors import Cors
from frontdesk.edges.limits import OpenByAddress
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.edges.uploads import Uploads
from frontdesk.edges.visitor_socket import VisitorSockets
from frontdesk.settings import Settings


class VisitorDesk(Struct, frozen=True, kw_only=True, eq=False):
    """What they need of the desk. Shape: `secret` signs tokens where the settings name no other."""

    interactions: Interactions
    services: ServiceBook
    floor: Floor
    hub: Hub
    reception: Reception
    positions: Positions
    files: Files
    metrics: Metrics
    clock_ms: Callable[[], int]
    secret: str


class VisitorParts:
    """All of them; what one visitor has started on one way goes on on any other."""

    def __init__(self, settings: Settings, desk: VisitorDesk) -> None:
        limits, metrics, clock_ms = settings.limits, desk.metrics, desk.clock_ms
        interactions, services = desk.interactions, desk.services
        open_by_address = OpenByAddress(limits.open_chats_per_address)
        interactions.on_card.append(open_by_address.observe)
        admitted = admission(settings, desk.floor, desk.reception, metrics, open_by_address, clock_ms)
        input_boxes = InputBoxes(desk.hub, clock_ms, limits.preview_chars_max)
        sessions = ChatV2Sessions(interactions, services, input_boxes, clock_ms)
        start = ChatV2Start(interactions, services, settings.services, sessions, admitted, clock_ms)
        origins = Cors({name: s.allowed_origins for name, s in settings.services.items()})
        traffic = self.traffic = Traffic(limits, clock_ms, metrics)
        uploads = Uploads(limits, metrics)
        files = ChatV2Files(desk.files, sessions, interactions, services, clock_ms)
        requests = ChatV2Requests(start, sessions, files, traffic, metrics)
        self.chat_v2 = ChatV2(
            settings.server.prefix.rstrip("/"),
            requests,
            sessions,
            origins,
            limits,
            traffic,
            uploads,
            metrics,
            api_key=settings.server.api_key,
            offers_socket=settings.visitor_socket.is_on,
            file_bytes_max={
                name: s.rules.files.upload_max_file_bytes for name, s in settings.services.items()
            },
        )
        v3_desk = DeskParts(
            interactions=interactions,
            services=services,
            files=desk.files,
            positions=desk.positions,
            input_boxes=input_boxes,
            admission=admitted,
            traffic=traffic,
            uploads=uploads,
            metrics=metrics,
            clock_ms=clock_ms,
        )
        self.chat_v3 = chat_v3(settings, v3_desk, desk.secret)
        chats = interactions.chats
        self.cometd = Cometd(settings, requests, sessions, chats, origins, traffic, metrics, clock_ms)
        self.sockets = VisitorSockets(
            settings, requests, sessions, chats, origins, traffic, metrics, clock_ms
        )

    def stop(self) -> None:
        """Answer all who wait for news: this node is about to stop."""
        self.cometd.stop()
        self.sockets.stop()

    async def aclose(self) -> None:
        """Look for no more news."""
        await self.sockets.aclose()
        await self.cometd.aclose()

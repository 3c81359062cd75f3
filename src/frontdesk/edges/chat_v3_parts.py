"""Chat API version 3, put together from the parts of the desk."""

from collections.abc import Callable

from msgspec import Struct

from frontdesk.desk.files import Files
from frontdesk.desk.input_boxes import InputBoxes
from frontdesk.desk.interactions import Interactions
from frontdesk.desk.positions import Positions
from frontdesk.desk.services import ServiceBook
from frontdesk.edges.admission import Admission
from frontdesk.edges.chat_v3 import ChatV3
from frontdesk.edges.chat_v3_cors import ChatV3Cors
from frontdesk.edges.chat_v3_images import ChatV3Images, FileLinks
from frontdesk.edges.chat_v3_places import Places
from frontdesk.edges.chat_v3_reading import ChatV3Reading, Holding
from frontdesk.edges.chat_v3_services import ChatV3Services
from frontdesk.edges.chat_v3_session import ChatV3Sessions
from frontdesk.edges.chat_v3_start import ChatV3Start
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.edges.uploads import Uploads
from frontdesk.settings import Settings

LINK_VALID_MS = 7 * 86_400_000  # People come back to a document within days, and find the chat after it.


class DeskParts(Struct, frozen=True, kw_only=True):
    """What version 3 needs of the desk and of the other doors."""

    interactions: Interactions
    services: ServiceBook
    files: Files
    positions: Positions
    input_boxes: InputBoxes
    admission: Admission
    traffic: Traffic
    uploads: Uploads
    metrics: Metrics
    clock_ms: Callable[[], int]


def chat_v3(settings: Settings, desk: DeskParts, made_secret: str) -> ChatV3:
    """The ASGI application. `made_secret` signs where the settings name no secret."""
    own, limits, clock_ms = settings.chat_v3, settings.limits, desk.clock_ms
    prefix = own.prefix.rstrip("/")
    root = f"{prefix}/v3/chat/sessions"
    secrets = [secret.encode() for secret in own.token_secrets or (made_secret,)]
    replay_ms = own.replay_window_s * 1000
    links = FileLinks(f"{settings.server.public_url.rstrip('/')}{root}", secrets[0], LINK_VALID_MS, clock_ms)
    services = ChatV3Services(desk.services, settings.services, own, links.of)
    sessions = ChatV3Sessions(desk.interactions, services, desk.input_boxes, clock_ms, secrets)
    places = Places(desk.positions, clock_ms, replay_ms)
    start = ChatV3Start(
        desk.interactions,
        desk.services,
        services,
        sessions,
        places,
        desk.admission,
        clock_ms,
        secrets[0],
        root,
        renews_lost=own.resume_lost == "renew",
    )
    holding = Holding(own.poll_hold_s, own.held_polls_max)
    reading = ChatV3Reading(desk.interactions, services, places, desk.traffic, clock_ms, holding, replay_ms)
    file_bytes_max = max((s.rules.files.upload_max_file_bytes for s in settings.services.values()), default=0)
    return ChatV3(
        prefix,
        start,
        sessions,
        reading,
        ChatV3Images(desk.files, links, file_bytes_max),
        ChatV3Cors({name: s.allowed_origins for name, s in settings.services.items()}),
        limits,
        desk.traffic,
        desk.uploads,
        desk.metrics,
        soft_send_errors=own.soft_send_errors,
    )

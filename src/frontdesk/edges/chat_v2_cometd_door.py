"""The CometD variant put together: the door, and the chats behind it."""

from collections.abc import Callable

from frontdesk.desk.chats import Chats
from frontdesk.edges.asgi import Answer, Headers, Keep, Kept, Receive, Scope, Send
from frontdesk.edges.bayeux import BayeuxDoor
from frontdesk.edges.bayeux_exchange import Exchange
from frontdesk.edges.bayeux_parts import BayeuxSettings
from frontdesk.edges.chat_v2_cometd import ChatV2Cometd
from frontdesk.edges.chat_v2_requests import ChatV2Requests
from frontdesk.edges.chat_v2_session import ChatV2Sessions
from frontdesk.edges.cors import Cors
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.settings import Settings
from frontdesk.wire import bayeux_messages as wire
from frontdesk.wire.bayeux_client import Bounds


class Cometd:
    """The ASGI application at `{prefix}/cometd`, unless it is switched off.

    Shape:   pages of every origin that some service allows may speak Bayeux; which service they may use is
             asked each time they publish.
    """

    def __init__(
        self,
        settings: Settings,
        chat_v2: ChatV2Requests,
        sessions: ChatV2Sessions,
        chats: Chats,
        origins: Cors,
        traffic: Traffic,
        metrics: Metrics,
        clock_ms: Callable[[], int],
    ) -> None:
        limits = settings.limits
        self._is_on = settings.cometd.is_on
        self._cors = Cors({"": [origin for s in settings.services.values() for origin in s.allowed_origins]})
        its_settings = _settings(settings)
        self._exchange = Exchange(its_settings.bounds, its_settings.kinds, traffic, metrics, clock_ms)
        self._door = BayeuxDoor(its_settings, self._exchange, self._cors, metrics)
        self._chats = ChatV2Cometd(
            self._exchange,
            chat_v2,
            sessions,
            chats,
            origins,
            metrics,
            clock_ms,
            limits.cometd_chats_per_client,
        )
        metrics.show("cometd_clients", "CometD clients that are known.", lambda: self._exchange.client_count)
        metrics.show(
            "cometd_connects_held", "CometD connects that wait for news.", lambda: self._exchange.held_count
        )

    def serves(self, path: str) -> bool:
        return self._is_on and self._door.serves(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._door(scope, receive, send)

    def malformed(self, origin: bytes, text: str) -> tuple[Headers, bytes]:
        """The answer to a request that cannot be read."""
        fault = wire.refused(wire.Malformed(""), f"400::{text}")
        return self._cors.headers("", origin), wire.batch([fault])

    def at_once(self, scope: Scope, keep: Keep) -> Answer | Kept | None:
        """The answer to a message for which no task need wait, or the request when it was kept."""
        return self._door.at_once(scope, keep)

    def stop(self) -> None:
        """Let every client go: it comes again, to whoever is there then."""
        self._door.stop()

    async def aclose(self) -> None:
        """Say nothing more."""
        await self._chats.aclose()
        await self._exchange.aclose()


def _settings(settings: Settings) -> BayeuxSettings:
    limits = settings.limits
    return BayeuxSettings(
        root=f"{settings.server.prefix.rstrip('/')}/cometd",
        bounds=Bounds(
            hold_ms=settings.cometd.connect_s * 1000,
            absence_ms=settings.cometd.absence_s * 1000,
            clients_per_node=limits.cometd_clients_per_node,
            clients_per_address=limits.cometd_clients_per_address,
            subscriptions_per_client=limits.cometd_subscriptions_per_client,
            queue_messages_per_client=limits.cometd_queue_messages_per_client,
            queue_bytes_per_client=limits.cometd_queue_bytes_per_client,
        ),
        message_bytes_max=limits.cometd_message_bytes_max,
        body_read_s=limits.body_read_s,
        has_callback_polling=settings.cometd.callback_polling,
        api_key=settings.server.api_key,
    )

"""The journey collector: who is let in, and what each error is to them.

Whatever happens, the answer is JSON that pages of the deployment may read. Nothing of what a request says is
written to any log: addresses of pages, titles and what stands in forms belong to visitors.

Source:  journey.md §§3.6 and 4.
"""

import traceback
from collections.abc import Callable
from http import HTTPStatus
from pathlib import PurePath

import structlog

from frontdesk.desk.journeys.sites import Sites
from frontdesk.domain.journey.taking_in import Site
from frontdesk.domain.sources import source_of
from frontdesk.edges import asgi
from frontdesk.edges import journey_cors as cors
from frontdesk.edges.asgi import NO_STORE, ClientLeft, Receive, Scope, TooMuch, TooSlow, header
from frontdesk.edges.journey_asked import Asked, asked_of
from frontdesk.edges.journey_buckets import Buckets
from frontdesk.edges.journey_metrics import JourneyMetrics
from frontdesk.edges.journey_operations import JourneyOperations
from frontdesk.edges.journey_replies import Answer, TooOften, WrongMethod, complete, refused, told
from frontdesk.edges.journey_sender import Sender, sender_of
from frontdesk.errors import Conflict, Refused, Unavailable
from frontdesk.settings_journeys import JourneysSettings

PLACES_MAX = 6

_log = structlog.get_logger("journeys")


class JourneyCollector:
    """What is asked under the address of each deployment.

    Shape:   `is_too_much` says of an address whether it asks more than any may, and counts it;
             `limit_reached` is told the name of a limit at which somebody was refused.
    """

    def __init__(
        self,
        operations: JourneyOperations,
        sites: Sites,
        settings: JourneysSettings,
        is_too_much: Callable[[str], bool],
        limit_reached: Callable[[str], None],
        counts: JourneyMetrics,
        clock_ms: Callable[[], int],
    ) -> None:
        self._operations = operations
        self._sites = sites
        self._server_keys = settings.server_keys
        self._is_too_much = is_too_much
        self._limit_reached = limit_reached
        self._counts = counts
        self._by_address = Buckets(
            "journeys.requests_per_minute_per_address",
            settings.requests_per_minute_per_address,
            settings.requests_burst_per_address,
            clock_ms,
        )

    async def answer(self, scope: Scope, receive: Receive) -> asgi.Answer:
        """What a request is answered. Errors: `ClientLeft`."""
        origin, asked = header(scope, b"origin"), asked_of(scope)
        site = self._sites.get(asked.deployment_id)
        if scope["method"] == "OPTIONS":
            return HTTPStatus.NO_CONTENT, [NO_STORE, *cors.preflight(site, origin)], b""
        try:
            answered = await self._answer(scope, receive, asked, site, origin)
        except ClientLeft:
            raise
        except Exception as fault:  # noqa: BLE001 - trackers must be told in words that they understand
            # Its text may hold what a visitor wrote; its place does not.
            _log.error(
                "request_failed", operation=asked.operation, fault=type(fault).__name__, at=_place_of(fault)
            )
            answered = refused(Refused("failed", "something went wrong here"))
        return complete(answered, cors.headers(site, origin))

    async def _answer(
        self, scope: Scope, receive: Receive, asked: Asked, site: Site | None, origin: bytes
    ) -> Answer:
        """Carry something out; the table of what each error is here."""
        try:
            sender = sender_of(scope, self._server_keys)
            known = self._let_in(asked, site, origin, sender)
            return await self._operations.answer(scope, receive, asked, known, sender)
        except TooMuch:
            return self._told(Refused("body_too_large", "the body is too large", limit=0))
        except TooSlow:
            return self._told(Refused("too_slow", "the body took too long to arrive", limit=0))
        except (Refused, Unavailable, Conflict) as error:
            if not isinstance(error, Refused):
                _log.warning("try_later", operation=asked.operation, fault=type(error).__name__)
            return self._told(error)

    def _told(self, error: Refused | Unavailable | Conflict) -> Answer:
        if isinstance(error, Refused):
            self._counts.refused(error.code)
            if error.limit is not None:
                name = error.name if isinstance(error, TooOften) else f"journeys.{error.code}"
                if name:
                    self._limit_reached(name)
        return told(error)

    def _let_in(self, asked: Asked, site: Site | None, origin: bytes, sender: Sender) -> Site:
        """The site that is meant. Errors: `Refused`: whoever asks may not, or not so often."""
        if asked.methods:
            raise WrongMethod(asked.methods)
        if not asked.operation:
            raise Refused("no_such_address", "there is nothing of that kind here")
        if site is None:
            raise Refused("no_such_deployment", "there is no such deployment")
        if not cors.admits(site, origin):
            raise Refused("origin_refused", "pages of this origin may not use this deployment")
        if sender.is_server:
            return site
        if self._is_too_much(sender.address):
            raise TooOften("", 1)
        if wait_s := self._by_address.wait_s(source_of(sender.address)):
            raise TooOften(self._by_address.name, wait_s)
        return site


def _place_of(fault: BaseException) -> list[str]:
    """Where in our code something went wrong, the innermost place last."""
    frames = traceback.extract_tb(fault.__traceback__)[-PLACES_MAX:]
    return [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames]

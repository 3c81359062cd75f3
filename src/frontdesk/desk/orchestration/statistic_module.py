"""The module `statistic`: sessions are told numbers, again and again.

A subscription is a request that stays open: after a crash, or at another node, it is asked again, and told
once for each moment all the same. It ends when it is taken back, or with its session.

Source:  orchestration §15.1.
"""

import asyncio
from collections.abc import Callable

import structlog
from msgspec import Struct

from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.desk.orchestration.submit_values import number
from frontdesk.desk.statistics import Statistics, is_known, object_of
from frontdesk.errors import DeskError, NotFound, Refused
from frontdesk.scxml.events import Event
from frontdesk.scxml.packed import pack

PATIENCE_MS = 10_000
FOR_EVER = 0
INTERVAL_S = 30
INTERVAL_S_MIN = 6  # Source: orchestration §15.1.
INTERVAL_S_MAX = 86_400
LOOK_EVERY_S = 1.0  # Also how soon a change is told.
SUBSCRIPTIONS_MAX = 100  # Of one session.

_log = structlog.get_logger("statistics")


class Subscription(Struct):
    """What a session wants to be told, and what it was told last."""

    request: Request
    object: str
    statistic: str
    interval_ms: int
    told_ms: int = 0
    value: float | None = None

    @property
    def what(self) -> tuple[str, str]:
        return self.object, self.statistic.lower()


class StatisticModule:
    """Carries out subscriptions, and tells while it runs."""

    def __init__(self, statistics: Statistics, delivery: Delivery, clock_ms: Callable[[], int]) -> None:
        self._statistics = statistics
        self._delivery = delivery
        self._clock_ms = clock_ms
        self._subscribed: dict[str, dict[str, Subscription]] = {}

    def patience_ms(self, request: Request) -> int | None:
        """How long a session waits for an answer."""
        return FOR_EVER if request.action == "subscribe" else PATIENCE_MS

    async def carry_out(self, request: Request) -> None:
        """Do it, or begin to. Errors: `Unavailable`."""
        try:
            if request.action == "subscribe":
                await self._subscribe(request)
            elif request.action == "unsubscribe":
                await self._unsubscribe(request)
            else:
                await self._refuse(request, "unsupported", f"statistics know no {request.action}")
        except Refused as error:
            await self._refuse(request, "requestinvalid", f"Request Invalid: {error.text}")

    async def drop(self, request: Request) -> None:
        """The session is over: it is told nothing more."""
        self._forget(request.session_id, request.request_id)

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.tell()

    async def tell(self) -> None:
        """Tell what is due, or has changed."""
        for subscriptions in list(self._subscribed.values()):
            for one in list(subscriptions.values()):
                try:
                    await self._tell(one)
                except NotFound:  # The session is over, and not run here any more.
                    self._forget(one.request.session_id, one.request.request_id)
                except DeskError as error:  # What is lost now is told next time.
                    _log.warning("statistic_not_told", session_id=one.request.session_id, reason=str(error))

    # --- the actions ---------------------------------------------------------------------------

    async def _subscribe(self, request: Request) -> None:
        given = request.attributes
        name, statistic = _what(request)
        interval_s = number(given, "interval")
        interval_s = INTERVAL_S if interval_s is None else interval_s
        if interval_s and not INTERVAL_S_MIN <= interval_s <= INTERVAL_S_MAX:
            text = f"interval is 0, or from {INTERVAL_S_MIN} to {INTERVAL_S_MAX} seconds"
            raise Refused("value_invalid", text)
        known = self._subscribed.setdefault(request.session_id, {})
        if request.request_id in known:
            return
        one = Subscription(request, name, statistic, round(interval_s * 1000))
        if any(other.what == one.what for other in known.values()):
            text = f"Subscription Already Active: {statistic} of {name}"
            await self._refuse(request, "alreadyactive", text)
            return
        if len(known) >= SUBSCRIPTIONS_MAX:
            raise Refused("too_many", f"a session may have {SUBSCRIPTIONS_MAX} subscriptions")
        key = f"{request.request_id}/done"  # The request itself stays open.
        await self._delivery.deliver(request.session_id, [request.done(_said(one))], key=key)
        known[request.request_id] = one

    async def _unsubscribe(self, request: Request) -> None:
        name, statistic = _what(request)
        what = name, statistic.lower()
        ends = [one for one in self._subscribed.get(request.session_id, {}).values() if one.what == what]
        for one in ends:
            await self._delivery.deliver(request.session_id, [], key=one.request.request_id)
            self._forget(request.session_id, one.request.request_id)
        said = {"object": name, "statistic": statistic}
        await self._delivery.deliver(request.session_id, [request.done(said)], key=request.request_id)

    async def _refuse(self, request: Request, error: str, description: str) -> None:
        event = request.failed(error, description)
        await self._delivery.deliver(request.session_id, [event], key=request.request_id)

    def _forget(self, session_id: str, request_id: str) -> None:
        known = self._subscribed.get(session_id, {})
        known.pop(request_id, None)
        if not known:
            self._subscribed.pop(session_id, None)

    # --- telling -------------------------------------------------------------------------------

    async def _tell(self, one: Subscription) -> None:
        now_ms = self._clock_ms()
        if one.interval_ms and now_ms < one.told_ms + one.interval_ms:
            return
        value = self._statistics.value(one.object, one.statistic)
        if not one.interval_ms and value == one.value:
            return
        slot = now_ms // (one.interval_ms or round(LOOK_EVERY_S * 1000))
        event = Event("statistic.update", data=pack({**_said(one), "value": value}))
        await self._delivery.deliver(one.request.session_id, [event], key=f"{one.request.request_id}/{slot}")
        one.told_ms, one.value = now_ms, value


def _said(one: Subscription) -> dict[str, str]:
    return {"object": one.object, "statistic": one.statistic}


def _what(request: Request) -> tuple[str, str]:
    """The object and the statistic that a request names. Errors: `Refused`."""
    name = str(request.attributes.get("object") or "").strip()
    statistic = str(request.attributes.get("statistic") or "").strip()
    object_of(name)
    if not is_known(statistic):
        raise Refused("value_invalid", f"there is no statistic {statistic or 'without a name'}")
    return name, statistic

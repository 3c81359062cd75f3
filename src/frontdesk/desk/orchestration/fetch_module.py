"""Module `session`, action `fetch`: what a web service answers, as a text.

Source:  orchestration.md, sections 4.5, 14 and 18.
"""

import asyncio
import re
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
import structlog

from frontdesk.desk.orchestration.fetch_request import Fetch, Secret, fetch_of
from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.desk.orchestration.under_way import Sleep, UnderWay
from frontdesk.desk.orchestration.web_client import Answered, Unfetched, WebClient
from frontdesk.scxml.events import Event

_log = structlog.get_logger("orchestration.fetch")
_TRY_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
_WORDS = {"json": "application/json", "xml": "application/xml", "html": "text/html", "text": "text/*"}
_ALSO = {"application/xml": "text/xml", "text/xml": "application/xml"}
_JSON = re.compile(r"(application|text)/([a-z0-9.+-]+\+)?json")


class FetchModule:
    """Asks web services for sessions: `in_flight_max` at once, the others wait for their turn."""

    def __init__(
        self,
        delivery: Delivery,
        client: WebClient,
        secrets: Mapping[str, Secret],
        *,
        in_flight_max: int = 100,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._turns = asyncio.Semaphore(in_flight_max)
        self._sleep = sleep
        self.under_way = UnderWay(delivery, sleep)

    async def carry_out(self, request: Request) -> None:
        """Begin to ask; what comes of it is delivered."""
        if request.request_id not in self.under_way:
            self.under_way.begin(request, lambda: self._outcome(request))

    async def drop(self, request: Request) -> None:
        """Ask no further."""
        self.under_way.cancel(request.request_id)

    def patience_ms(self, _request: Request) -> int:
        """As long as it takes: each try has its own time, and their number is bounded."""
        return 0

    async def aclose(self) -> None:
        await self.under_way.aclose()

    async def _outcome(self, request: Request) -> Event:
        try:
            fetch = fetch_of(request.attributes, request.request_id, self._secrets)
            answer = await self._tries(fetch)
            content = _content(answer, fetch.expected)
        except Unfetched as failed:
            _log.info("not_fetched", request_id=request.request_id, error=failed.code)
            return request.failed(failed.code, failed.text)
        return request.done({"content": content, "hints": answer.headers})

    async def _tries(self, fetch: Fetch) -> Answered:
        for left in range(fetch.retries, -1, -1):
            try:
                async with self._turns:
                    return _successful(await self._client.ask(fetch.asked))
            except Unfetched as failed:
                if not left or not failed.is_passing:
                    raise
            await self._sleep(fetch.retry_interval_s)
        raise AssertionError("the last try returns or raises")


def _successful(answer: Answered) -> Answered:
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return answer
    passes = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in _TRY_AGAIN
    raise Unfetched(
        f"http.{answer.status}", f"the service answered {_named(answer.status)}", is_passing=passes
    )


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _content(answer: Answered, expected: str) -> str:
    """The body as a text, when it is what was expected."""
    text = answer.body.decode(_charset(answer.charset), "replace")
    if not expected:
        return text
    wanted = _WORDS.get(expected, expected).partition(";")[0].strip()
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    fits = _is_kind(media_type, wanted)
    if fits and _JSON.fullmatch(wanted):
        try:
            msgspec.json.decode(text)
        except msgspec.DecodeError:
            fits, media_type = False, f"{media_type} that cannot be read"
    if not fits:
        raise Unfetched(
            "protocol.type", f"the answer is not {wanted}, but {media_type or 'of no known type'}"
        )
    return text


def _is_kind(media_type: str, wanted: str) -> bool:
    if wanted in ("*/*", media_type) or _ALSO.get(wanted) == media_type:
        return True
    if wanted.endswith("/*"):
        return media_type.startswith(wanted[:-1])
    return bool(_JSON.fullmatch(wanted) and _JSON.fullmatch(media_type))


def _charset(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name

"""Mails that another program brings: `POST /api/mail/inbound`, one mail as its bytes."""

import asyncio
import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from frontdesk.desk.mail.intake import Intake
from frontdesk.edges.asgi import ClientLeft, TooMuch, TooSlow, read_body
from frontdesk.errors import Conflict, Refused, Unavailable
from frontdesk.wire.mail_in import parse

AT_ONCE_MAX = 4  # Each may hold a whole mail, and some of it twice.
NO_STORE = {"cache-control": "no-store"}


class MailInbound:
    """Takes in what is brought with the key."""

    def __init__(self, intake: Intake, key: str, bytes_max: int, read_s: int) -> None:
        self._intake = intake
        self._key = key
        self._bytes_max = bytes_max
        self._read_s = read_s
        self._room = asyncio.Semaphore(AT_ONCE_MAX)

    def routes(self) -> list[Route]:
        return [Route("/api/mail/inbound", self.inbound, methods=["POST"])]

    async def inbound(self, request: Request) -> Response:
        """Take one mail in; 200 once it is kept, or was before."""
        if not self._may(request):
            return _error(401, "wrong_key", "the header Authorization must be Bearer and the key")
        try:
            async with self._room:
                body = await read_body(request.scope, request.receive, self._bytes_max, self._read_s)
                if body is None:
                    return _error(413, "too_large", f"a mail may have {self._bytes_max} bytes")
                if not body.strip():
                    return _error(400, "empty", "the body must be a mail, as message/rfc822")
                # Taking a large one apart takes a while, during which others go on.
                taken = await self._intake.take(await asyncio.to_thread(parse, body))
        except TooMuch:
            return _error(413, "too_large", f"a mail may have {self._bytes_max} bytes", close=True)
        except TooSlow:
            return _error(408, "too_slow", "the mail took too long to arrive", close=True)
        except ClientLeft:
            return _error(400, "cut_off", "the mail was cut off", close=True)
        except (Unavailable, Conflict) as error:
            return _error(503, "try_later", str(error))
        except Refused as refused:
            return _error(400, refused.code, refused.text)
        return JSONResponse({"what": taken.what, "interaction_id": taken.interaction_id}, headers=NO_STORE)

    def _may(self, request: Request) -> bool:
        said = request.headers.get("authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {self._key}".encode())


def _error(status: int, code: str, text: str, *, close: bool = False) -> Response:
    headers = {**NO_STORE, **({"connection": "close"} if close else {})}
    return JSONResponse({"error": {"code": code, "text": text}}, status, headers)

"""`<send type="basichttp">` to servers of others: a request like any fetch, and as carefully."""

from frontdesk.desk.orchestration.web_client import Asked, Unfetched, WebClient
from frontdesk.errors import Refused

TIMEOUT_S = 10.0  # What the session asks for next waits for it.
STATUS_FAILED = 300  # Redirects are followed; what is left from here on was not taken.


class HttpSends:
    """Brings messages to other servers. After a crash one may come a second time."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    async def post(self, target: str, content_type: str, body: str) -> None:
        """Bring a message. Errors: `Refused`: it did not arrive."""
        asked = Asked(
            method="POST",
            url=target,
            headers={"content-type": content_type},
            body=body.encode(),
            timeout_s=TIMEOUT_S,
        )
        try:
            answered = await self._client.ask(asked)
        except Unfetched as error:
            raise Refused(error.code, str(error)) from None
        if answered.status >= STATUS_FAILED:
            raise Refused(f"http.{answered.status}", f"{target} answered {answered.status}")

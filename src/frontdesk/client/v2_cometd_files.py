"""Files of a chat over CometD: they go by plain HTTP, beside the line.

Source:  chat-api-v2, section 17.8."""

from collections.abc import Mapping, Sequence

import httpx2

from frontdesk.client.connections import Connections, TooLarge
from frontdesk.client.http_answers import unreachable, unread
from frontdesk.client.transport import Answer, Credentials, Outcome, Upload
from frontdesk.client.v2 import Part, field_part, proof
from frontdesk.client.v2_answers import answer


class V2CometdFiles:
    """Files at `url`; `timeout_s` bounds each request, but `upload_timeout_s` those with a file in them."""

    def __init__(
        self,
        url: str,
        connections: Connections,
        *,
        headers: Mapping[str, str],
        timeout_s: float | None,
        upload_timeout_s: float | None,
    ) -> None:
        self._url = url
        self._connections = connections
        self._headers = headers
        self._timeout_s = timeout_s
        self._upload_timeout_s = upload_timeout_s

    async def limits(self, session: Credentials) -> Answer:
        """What may be uploaded: a notice without an index."""
        return await self._ask(session, "fileGetLimits", [], self._timeout_s)

    async def upload(self, session: Credentials, file: Upload) -> Answer:
        """Put a file before the other side."""
        parts: list[Part] = [("file", (file.name, file.content, file.media_type))]
        if file.description:
            parts.append(field_part("userData[file-description]", file.description))
        return await self._ask(session, "fileUpload", parts, self._upload_timeout_s)

    async def download(self, session: Credentials, file_id: str) -> Answer:
        """A file's bytes, in `content`."""
        parts = [field_part("fileId", file_id)]
        return await self._ask(session, "fileDownload", parts, self._upload_timeout_s, is_file=True)

    async def delete(self, session: Credentials, file_id: str) -> Answer:
        """Take an own file back."""
        return await self._ask(session, "fileDelete", [field_part("fileId", file_id)], self._timeout_s)

    async def _ask(
        self,
        session: Credentials,
        operation: str,
        parts: Sequence[Part],
        timeout_s: float | None,
        *,
        is_file: bool = False,
    ) -> Answer:
        fields = {"operation": operation, **proof(session)}
        files = [*parts, *(field_part(name, value) for name, value in fields.items())]
        try:
            response = await self._connections.post(self._url, timeout_s, files=files, headers=self._headers)
        except TimeoutError:
            return unreachable("timeout")
        except httpx2.HTTPError as error:
            return unreachable(type(error).__name__)
        except TooLarge as error:
            return unread(error.status, str(error))
        if is_file and response.is_success:
            return Answer(outcome=Outcome.DONE, response={}, content=response.content)
        return answer(response, session)

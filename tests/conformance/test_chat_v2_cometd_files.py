"""chat-api-v2 §21, 80: files of CometD clients, by one address and the key alone."""

from typing import Any

import httpx2
import pytest

from tests.conformance.cometd import Bayeux, follower
from tests.conformance.house import House
from tests.conformance.test_chat_v2_files import LIMITS, PNG
from tests.conformance.v2 import ORIGIN, Answer

pytestmark = pytest.mark.anyio


async def post(client: Bayeux, http: httpx2.AsyncClient, *, is_form: bool = True, **fields: Any) -> Any:
    """A request to the one address: as a form, or urlencoded; `file` is the content of an upload."""
    address = client.url.removesuffix("/cometd") + "/2/chat-ntf"
    content = fields.pop("file", None)
    form = {"secureKey": client.credentials["secureKey"], **fields}
    if not is_form:
        return await http.post(address, data=form, headers={"origin": ORIGIN})
    parts: list[Any] = [] if content is None else [("file", ("receipt.png", content, "image/png"))]
    parts += [(name, (None, value)) for name, value in form.items()]
    return await http.post(address, files=parts, headers={"origin": ORIGIN})


@pytest.mark.parametrize("is_form", [True, False])
@pytest.mark.parametrize("name", ["fileGetLimits", "fileGetsLimits"])
async def test_80_the_limits_are_told(shared_house: House, name: str, *, is_form: bool) -> None:
    async with follower(shared_house.url, "files") as client:
        await client.starts()
        answer = Answer(await post(client, shared_house.visitors.http, is_form=is_form, operation=name)).ok()
        (notice,) = answer.events
        assert "index" not in notice
        assert notice["userData"].items() >= LIMITS.items()


@pytest.mark.parametrize("operation", [{"operation": "fileUpload"}, {}])
async def test_80_a_file_is_taken_fetched_and_deleted(shared_house: House, operation: dict[str, str]) -> None:
    http = shared_house.visitors.http
    async with follower(shared_house.url, "files") as client:
        await client.starts()
        taken = Answer(await post(client, http, file=PNG, **operation)).ok()
        file_id = taken.body["userData"]["file-id"]
        event = (await client.hears_text("receipt.png"))["messages"][-1]
        assert (event["type"], event["userData"]["file-id"]) == ("FileUploaded", file_id)
        fetched = await post(client, http, operation="fileDownload", fileId=file_id)
        assert (fetched.status_code, fetched.content) == (200, PNG)
        assert fetched.headers["content-disposition"].startswith("attachment")
        seen = len(client.pushed)
        Answer(await post(client, http, is_form=False, operation="fileDelete", fileId=file_id)).ok()
        (event,) = (await client.hears(lambda _: True, seen))["messages"]
        assert (event["type"], event["userData"]["file-id"]) == ("FileDeleted", file_id)
        assert (await post(client, http, operation="fileDownload", fileId=file_id)).status_code == 404


async def test_80_what_rest_refuses_is_refused(shared_house: House) -> None:
    http = shared_house.visitors.http
    async with follower(shared_house.url, "files") as client:
        await client.starts()
        Answer(await post(client, http, file=b"\x89PNG" * 300)).refused(202)
        Answer(await post(client, http, file=b"x" * 3_000_000)).refused(202)
        Answer(await post(client, http, operation="fileUpload")).refused(100)
        Answer(await post(client, http, operation="fileEat")).refused(100)
        Answer(await post(client, http)).refused(100)
        client.credentials = {"secureKey": "0" * 32 + client.credentials["secureKey"][32:]}
        Answer(await post(client, http, operation="fileGetLimits")).gone()
        Answer(await post(client, http, file=PNG)).gone()
        client.credentials = {"secureKey": ""}
        Answer(await post(client, http, operation="fileGetLimits")).gone()
        assert (await post(client, http, operation="fileDownload", fileId="x")).status_code == 404
        assert [event["type"] for event in client.events] == ["ParticipantJoined"]

"""Files that visitors send: so many at once, whichever way they come in."""

from pathlib import Path

import anyio
import pytest
from msgspec.structs import replace

from tests.conformance.house import NO_LIMITS, serving, settings_in
from tests.conformance.v3 import site_of
from tests.fuzz.sockets import connected, request, statuses
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
FILE = ("a.png", PNG, "image/png")


async def test_a_node_takes_in_so_many_files_at_once_over_all_protocols(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, limits=replace(NO_LIMITS, uploads_in_flight_max=1))
    async with serving(settings) as house, site_of(house.url) as site:
        chat, visit = await house.visitors.start(), await site.visit()
        content_type = "multipart/form-data; boundary=b"
        slow = request(f"/genesys/2/chat{chat.path('file')}", length=7, Content_Type=content_type)
        async with connected(house.server.port) as stream:
            await stream.send(slow)
            with anyio.fail_after(PATIENCE_S):  # Until its turn has begun.
                while (await visit.upload(FILE)).status != 429:
                    await anyio.sleep(0.02)
            later = await house.visitors.http.post(
                f"{house.url}/genesys/2/chat{chat.path('file')}", files={"file": ("a.png", PNG)}
            )
            assert (later.status_code, later.json()["statusCode"]) == (200, 1)
            assert await house.measured("frontdesk_limit_refusals_total") >= 2
            await stream.send(b"--b--\r\n")
            assert statuses(await stream.receive()) == [200]  # It had its turn, and was of nobody's chat.
        assert (await visit.upload(FILE)).status != 429

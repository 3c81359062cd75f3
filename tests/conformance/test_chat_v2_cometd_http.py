"""chat-api-v2 §21, 81: which pages may speak CometD."""

from pathlib import Path

import pytest
import websockets
from msgspec.structs import replace

from frontdesk.settings import ServiceSettings
from tests.conformance.cometd import Bayeux, follower
from tests.conformance.house import House, serving, settings_in
from tests.conformance.v2 import ORIGIN

pytestmark = pytest.mark.anyio

SUFFIXES = ("/handshake", "/connect", "/disconnect", "/", "")
STRANGER = "https://elsewhere.example"


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_81_answers_are_for_exactly_this_origin_with_credentials(
    shared_house: House, suffix: str
) -> None:
    client = Bayeux(shared_house.url, shared_house.visitors.http)
    answers = [
        await client.post({"channel": "/meta/connect", "clientId": "x"}, suffix),
        await shared_house.visitors.http.post(client.url + suffix, content=b"[", headers={"origin": ORIGIN}),
        await shared_house.visitors.http.put(client.url + suffix, headers={"origin": ORIGIN}),
    ]
    assert [answer.status_code for answer in answers] == [200, 400, 405]
    assert answers[2].headers["allow"].endswith("POST, OPTIONS")
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "origin" in answer.headers["vary"].lower()
        assert "no-store" in answer.headers["cache-control"]
        assert isinstance(answer.json(), list)


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_81_so_are_preflights(shared_house: House, suffix: str) -> None:
    asked = {
        "origin": ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    url = f"{shared_house.url}/genesys/cometd{suffix}"
    answer = await shared_house.visitors.http.options(url, headers=asked)
    assert answer.status_code in (200, 204)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "content-type" in answer.headers["access-control-allow-headers"]


async def test_81_the_origins_of_a_service_are_kept(tmp_path: Path) -> None:
    services = {
        "s": ServiceSettings(allowed_origins=(ORIGIN,)),
        "other": ServiceSettings(allowed_origins=("https://other.example",)),
    }
    async with serving(replace(settings_in(tmp_path), services=services)) as house:
        async with follower(house.url, "s") as client:
            await client.starts()
        async with follower(house.url, "other") as client:
            await client.publish("requestChat", nickname="Mira")
            refused = await client.hears(lambda _: True)
            assert (refused["statusCode"], refused["errors"][0]["code"]) == (2, 240)
        http = house.visitors.http
        stranger = await http.options(client.url, headers={"origin": STRANGER})
        assert "access-control-allow-origin" not in stranger.headers
        address = client.url.replace("http", "ws", 1)
        with pytest.raises(websockets.InvalidStatus) as upgrade:
            await websockets.connect(address, origin=websockets.Origin(STRANGER))
        assert upgrade.value.response.status_code == 403

"""What the operator's page is told, and by whom it may be asked."""

from collections.abc import AsyncIterator

import anyio
import pytest

from frontdesk.edges.operator_http import BASE
from tests.bare import http_client
from tests.journeys.charted import APPLICATIONS, Charted, charted
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
PATHS = ["applications", "applications/few/chart", "applications/few/sessions", "sessions/none"]


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Charted]:
    async with charted(tmp_path_factory.mktemp("charted")) as running:
        yield running


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_but_a_supervisor_is_told_anything(desk: Charted, path: str) -> None:
    async with http_client() as stranger:
        assert (await stranger.get(f"{desk.url}{BASE}/{path}")).status_code == 401
    signed_in = await desk.sign_in("amy")
    refused = await signed_in.get(f"{desk.url}{BASE}/{path}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_yours")


async def test_a_page_of_another_site_is_told_nothing(desk: Charted) -> None:
    signed_in = await desk.sign_in("sue")
    elsewhere = {"origin": "https://evil.example"}
    refused = await signed_in.get(f"{desk.url}{BASE}/applications", headers=elsewhere)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "wrong_origin")


async def test_applications_with_their_versions(desk: Charted) -> None:
    found = (await desk.sees("applications"))["applications"]
    assert [one["name"] for one in found] == sorted(APPLICATIONS)
    for one in found:
        assert [version["version"] for version in one["versions"]] == [one["active"]]


async def test_sessions_are_counted_where_they_are_as_they_go(desk: Charted) -> None:
    first, *_ = [await desk.starts() for _ in range(3)]
    await until(desk, waits=3)
    await desk.sends(first, "go")
    crowd = await until(desk, waits=2)
    assert crowd["open"] == 2
    assert first not in [row["session_id"] for row in crowd["rows"]]
    over = await desk.sees(f"sessions/{first}")
    assert over["life"] == "finished"
    assert over["path"][-1]["events"][0]["name"] == "(finished)"
    assert over["no_data"]


async def until(desk: Charted, **states: int) -> dict[str, object]:
    with anyio.fail_after(PATIENCE_S):
        while True:
            crowd: dict[str, object] = await desk.sees("applications/few/sessions")
            if crowd["states"] == states:
                return crowd
            await anyio.sleep(0.05)


async def test_one_session_with_what_it_knows_and_why_it_waits(desk: Charted) -> None:
    session_id = await desk.chats("Mira", Order="12")
    seen = await desk.sees(f"sessions/{session_id}")
    assert seen["application"] == "support"
    assert {"serving", "german", "quiet"} <= set(seen["active"])
    assert seen["why"][0].startswith("waits for queue.submit.done of support since ")
    assert "; times out in " in seen["why"][0]
    assert seen["data"]["patience"] == "180"
    (owned,) = seen["interactions"]
    assert (owned["user_data"]["Nickname"], owned["user_data"]["Order"]) == ("Mira", "12")
    assert [one["name"] for one in seen["requests"]] == ["queue.submit"]
    assert seen["due_ms"] > seen["now_ms"]
    again = await desk.sees(f"sessions/{session_id}?known={seen['record']}")
    assert set(again) == {"record", "why"}


async def test_what_is_not_there_is_not_found(desk: Charted) -> None:
    signed_in = await desk.sign_in("sue")
    for path in ("sessions/none", "applications/none/chart", "applications/few/chart?version=ffffffff"):
        assert (await signed_in.get(f"{desk.url}{BASE}/{path}")).status_code == 404
    nobody = await desk.sees("applications/none/sessions")
    assert (nobody["open"], nobody["rows"]) == (0, [])

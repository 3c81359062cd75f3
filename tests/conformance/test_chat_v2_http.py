"""Chat API v2, checks 64–67: CORS, the API key, and the form of every answer.

`Answer` checks for each response of every test of this folder that it is JSON, not empty, and readable by the
page that asked.
"""

from pathlib import Path

import pytest
from msgspec.structs import replace

from frontdesk.settings import ServerSettings
from tests.bare import http_client
from tests.conformance.house import serving, settings_in
from tests.conformance.test_chat_v2_files import PNG
from tests.conformance.v2 import ORIGIN, Answer, Visitors

pytestmark = pytest.mark.anyio

PREFLIGHT = {
    "origin": ORIGIN,
    "access-control-request-method": "POST",
    "access-control-request-headers": "apikey,authorization,content-type",
}
OPERATIONS = (
    *(
        "refresh",
        "send",
        "startTyping",
        "stopTyping",
        "disconnect",
        "customNotice",
        "updateData",
        "updateNickname",
    ),
    *("pushUrl", "readReceipt", "file/limits", "file", "file/0/download", "file/0/delete", "unknown"),
)


async def asked(visitors: Visitors, method: str, path: str) -> Answer:
    return Answer(await visitors.http.request(method, visitors.base + path, headers={"origin": ORIGIN}))


async def test_64_every_answer_can_be_read_by_the_page_that_asked(visitors: Visitors) -> None:
    """200, 400, 404 and 405 alike: `Answer` looks at the headers of each."""
    chat = await visitors.start()
    answers = [
        await chat.refresh(1),
        await chat.send(""),
        await asked(visitors, "POST", chat.path("nothing/of/the/kind")),
        await asked(visitors, "GET", chat.path("send")),
        await asked(visitors, "PUT", "/s/"),
    ]
    assert [answer.status for answer in answers] == [200, 400, 404, 405, 405]
    allowed = [answer.headers.get("allow") for answer in answers]
    assert allowed == [None, None, None, "POST, OPTIONS", "POST, OPTIONS"]


async def test_64_credentials_are_allowed_for_exactly_this_origin(visitors: Visitors) -> None:
    chat = await visitors.start()
    answer = await chat.refresh(1)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/s/", "/s", "/s/0004GaFT5E1X0017/refresh", "/nowhere/", "/s/x/file/1/download"]
)
async def test_65_a_preflight_is_answered_before_anything_else(visitors: Visitors, path: str) -> None:
    response = await visitors.http.options(visitors.base + path, headers=PREFLIGHT)
    assert response.status_code in (200, 204)
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "origin" in response.headers["vary"].lower()
    assert "POST" in response.headers["access-control-allow-methods"]
    allowed = {name.strip().lower() for name in response.headers["access-control-allow-headers"].split(",")}
    assert allowed >= {"apikey", "authorization", "content-type", "x-requested-with"}
    assert int(response.headers["access-control-max-age"]) > 0


async def test_66_with_an_api_key_only_downloads_work_without_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings = replace(settings, server=ServerSettings(port=0, stop_grace_s=1, api_key="open sesame"))
    async with serving(settings) as house:
        visitors = house.visitors
        for headers in ({}, {"apikey": "wrong"}):
            refused = await visitors.post("/s/", {"nickname": "Mira"}, **headers)
            assert refused.status in (401, 403)
        async with http_client(headers={"apikey": "open sesame"}) as with_key:
            chat = await Visitors(house.url, with_key).start()
            file_id = (await chat.upload("a.png", PNG)).ok().body["userData"]["file-id"]
        chat.visitors = visitors
        assert (await chat.ask("refresh", P=1)).status in (401, 403)
        assert (await chat.download(file_id)).content == PNG
        preflight = await visitors.http.options(visitors.base + "/s/", headers=PREFLIGHT)
        assert preflight.status_code in (200, 204)


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_67_every_answer_is_json_and_not_empty(visitors: Visitors, operation: str) -> None:
    """With fields and without, with a good key and a bad one, in every form a body has; `Answer` looks."""
    chat = await visitors.start()
    path = chat.path(operation)
    for answer in (
        await visitors.post(path, chat.credentials),
        await visitors.post(path, {"secureKey": "wrong"}),
        await visitors.post(path, b""),
        await visitors.post(path, b"%"),
        await visitors.post(path, b"{}", **{"content-type": "application/json"}),
        await visitors.post(path, b"half", **{"content-type": "multipart/form-data; boundary=x"}),
        await visitors.post_parts(path, [], chat.credentials),
        await asked(visitors, "GET", path),
        await asked(visitors, "DELETE", path),
    ):
        assert answer.status < 500
        assert {"statusCode", "chatEnded", "messages"} <= answer.body.keys()

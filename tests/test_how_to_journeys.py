"""What the guide to offers shows is answered as it says, from nothing to the first offer."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from frontdesk.edges.journey_callers import Caller
from frontdesk.edges.openapi_journeys import paths
from tests.edges.journey_office import Office, office

pytestmark = pytest.mark.anyio
PAGE = (Path(__file__).resolve().parent.parent / "docs" / "how-to" / "offer-a-chat.md").read_text("utf-8")
COMMAND = re.compile(r"curl -s (?:-X (?P<method>\w+) )?\$API(?P<path>\S+) .*? -d '(?P<body>.*?)'", re.DOTALL)


@pytest.fixture
async def desk() -> AsyncIterator[Office]:
    async with office() as made:
        yield made


async def test_each_command_does_what_the_one_before_has_prepared(desk: Office) -> None:
    ids: dict[str, str] = {}
    answers: list[tuple[str, httpx2.Response]] = []
    for command in COMMAND.finditer(PAGE):
        text = command["body"].replace('"sales"', '"shop"')
        for name, thing_id in ids.items():
            text = text.replace(f"the id of the {name}", thing_id)
        path = command["path"].replace("$MAP", ids.get("actionmap", ""))
        method = command["method"] or "POST"
        answer = await desk.answers(method, path, msgspec.json.decode(text))
        assert answer.is_success, answer.text
        answers.append((path, answer))
        if answer.status_code == 201:
            ids[path.strip("/").removesuffix("s").removeprefix("action")] = answer.json()["id"]
            ids[path.strip("/").removesuffix("s")] = answer.json()["id"]
    assert [answer.status_code for _, answer in answers] == [201, 200, 201, 201, 201, 200, 202]
    explained = answers[5][1].json()
    assert {check["check"]: check["passed"] for check in explained["checks"]}["page"] is True
    job = answers[6][1].json()
    assert (await desk.answers("GET", job["selfUri"].partition("journey")[2])).json()["state"] == "Pending"


def test_every_permission_that_is_needed_is_told() -> None:
    areas = re.findall(r"`([a-z]+(?::[a-z]+)?)`", PAGE.partition("## Say what")[0])
    told = {area.partition(":")[0] for area in areas}
    needed = {
        found
        for item in paths().values()
        for call in item.values()
        for found in re.findall(r"`journey:(\w+):\w+`", call["description"])
    }
    assert needed
    assert needed <= told
    assert Caller("x", ("journey:segment:*",)).may("journey:segment:view")

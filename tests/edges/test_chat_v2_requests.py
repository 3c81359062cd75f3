"""What visitors write in the turn that brings it, when others write, the disk is away or nothing changes."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontdesk.desk.files import Files
from frontdesk.desk.hub import Hub
from frontdesk.desk.identity import hash_key, new_id
from frontdesk.desk.input_boxes import InputBoxes
from frontdesk.desk.previews import Previews
from frontdesk.desk.reception import Reception
from frontdesk.domain import commands
from frontdesk.edges.admission import admission
from frontdesk.edges.chat_v2_files import ChatV2Files
from frontdesk.edges.chat_v2_places import Place
from frontdesk.edges.chat_v2_requests import ChatV2Requests
from frontdesk.edges.chat_v2_session import ChatV2Sessions
from frontdesk.edges.chat_v2_start import ChatV2Start
from frontdesk.edges.limits import OpenByAddress
from frontdesk.edges.metrics import Metrics
from frontdesk.edges.traffic import Traffic
from frontdesk.errors import Unavailable
from frontdesk.settings import LimitSettings, Settings
from frontdesk.store.files import FolderFiles
from frontdesk.wire.chat_v2 import LATER
from frontdesk.wire.form import Form
from tests.desk.nodes import Node, two

pytestmark = pytest.mark.anyio

KEY = "0123456789abcdef"


class Door:
    """A node's way in for visitors, and what they were answered."""

    def __init__(self, node: Node, folder: Path, **limits: Any) -> None:
        settings = Settings(limits=LimitSettings(**limits))
        hub = Hub(node.chats, node.floor, Previews(node.store, "a", are_shared=False))
        boxes = InputBoxes(hub, node.clock, 1000)
        sessions = ChatV2Sessions(node.interactions, node.services, boxes, node.clock)
        files = Files(FolderFiles(folder), node.interactions, node.services, node.clock)
        metrics = Metrics(node.floor)
        reception = Reception(node.services, node.floor, node.clock)
        by_address = OpenByAddress(settings.limits.open_chats_per_address)
        admitted = admission(settings, node.floor, reception, metrics, by_address, node.clock)
        self.traffic = Traffic(settings.limits, node.clock, metrics)
        self.requests = ChatV2Requests(
            ChatV2Start(node.interactions, node.services, {}, sessions, admitted, node.clock),
            sessions,
            ChatV2Files(files, sessions, node.interactions, node.services, node.clock),
            self.traffic,
            metrics,
        )

    async def asks(self, operation: str, chat_id: str, **fields: str) -> dict[str, Any]:
        """The answer to a request that begins at once."""
        answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        form = Form()
        form.update({"secureKey": KEY, **fields})
        place = Place("s", chat_id, operation, operation)
        session, asked = self.requests.known(place, form)
        assert session is not None
        assert self.requests.can_begin(place, session)
        self.requests.begin(
            place, session, asked, form, "192.0.2.1", lambda *answer: answered.set_result(answer)
        )
        status, body = await answered
        assert not self.traffic.in_flight
        return {"status": status, **msgspec.json.decode(body)}


async def start(node: Node) -> str:
    chat_id = new_id(node.clock())
    await node.interactions.start(
        chat_id,
        commands.Start(service="s", user_id="u", key_hash=hash_key(KEY), nickname="Mira", queue="default"),
    )
    return chat_id


async def said(node: Node, chat_id: str) -> list[str]:
    return [t.event.text for t in await node.chats.history(chat_id) if type(t.event).__name__ == "Said"]


async def test_a_write_is_answered_with_what_is_new(tmp_path: Path) -> None:
    a, _ = two()
    chat_id = await start(a)
    answer = await Door(a, tmp_path).asks("send", chat_id, message="hello", transcriptPosition="1")
    assert [line["text"] for line in answer["messages"] if line["type"] == "Message"] == ["hello"]
    assert answer["statusCode"] == 0


async def test_a_write_that_another_node_was_faster_than_is_decided_again(tmp_path: Path) -> None:
    a, b = two()
    chat_id = await start(a)
    await b.do(chat_id, commands.Say(party_id=1, text="from the phone"))
    answer = await Door(a, tmp_path).asks("send", chat_id, message="from the desk")
    assert answer["statusCode"] == 0
    assert await said(a, chat_id) == ["from the phone", "from the desk"]


async def test_a_write_into_a_chat_that_another_node_has_ended_is_told_so(tmp_path: Path) -> None:
    a, b = two()
    chat_id = await start(a)
    await b.do(chat_id, commands.Leave(party_id=1, reason="client_left", ends=True))
    answer = await Door(a, tmp_path).asks("send", chat_id, message="anybody there?")
    assert answer["statusCode"] != 0
    assert await said(a, chat_id) == []


async def test_what_was_written_is_not_written_twice(tmp_path: Path) -> None:
    a, _ = two()
    chat_id = await start(a)
    door = Door(a, tmp_path)
    for _ in range(2):
        answer = await door.asks("send", chat_id, message="hello", messageId="m1")
        assert answer["statusCode"] == 0
    assert await said(a, chat_id) == ["hello"]


async def test_a_write_that_says_nothing_is_refused(tmp_path: Path) -> None:
    a, _ = two()
    answer = await Door(a, tmp_path).asks("send", await start(a), message=" ")
    assert (answer["status"], answer["errors"][0]["code"]) == (400, 100)


async def test_a_write_while_the_disk_is_away_is_to_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, _ = two()
    chat_id = await start(a)

    async def away(*_arguments: object) -> None:
        raise Unavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(a.database, "append", away)
        answer = await Door(a, tmp_path).asks("send", chat_id, message="hello")
    assert answer["statusCode"] == LATER
    await a.do(chat_id, commands.Say(party_id=1, text="hello"))
    assert await said(a, chat_id) == ["hello"]


async def test_a_write_beyond_the_limit_is_to_be_repeated(tmp_path: Path) -> None:
    a, _ = two()
    chat_id = await start(a)
    door = Door(a, tmp_path, requests_per_second_per_chat=1)
    assert (await door.asks("send", chat_id, message="one"))["statusCode"] == 0
    assert (await door.asks("send", chat_id, message="two"))["statusCode"] == LATER
    assert await said(a, chat_id) == ["one"]


async def test_who_has_long_not_asked_is_answered_from_the_log(tmp_path: Path) -> None:
    a, _ = two()
    chat_id = await start(a)
    for number in range(70):
        await a.do(chat_id, commands.Say(party_id=1, text=str(number)))
    answer = await Door(a, tmp_path).asks("send", chat_id, message="last", transcriptPosition="1")
    texts = [line["text"] for line in answer["messages"] if line["type"] == "Message"]
    assert texts == [*map(str, range(70)), "last"]

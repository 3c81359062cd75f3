"""A visitor's chat in three lines, against a server of which only the protocol is known."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from frontdesk.client import Client, CommandRejected, Line
from frontdesk.client.clock import Alarm
from frontdesk.errors import Unavailable
from tests.client.desk import Desk
from tests.client.manual_clock import START_MS
from tests.client.scripted_server import ScriptedServer, serving
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

AMY = {"nickname": "Amy", "participantId": 2, "type": "Agent"}
QUICK = {"pollRateMin": 250, "pollRateMax": 250}


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving(Desk({"Amy": AMY})) as it:
        yield it


class Hasty:
    """A clock on which alarms ring at once: what takes half a second takes none."""

    def now_ms(self) -> int:
        return START_MS

    def call_later(self, delay_ms: float, what: Callable[[], object]) -> Alarm:
        return asyncio.get_running_loop().call_later(min(delay_ms, 2) / 1000, what)


def client(server: ScriptedServer, state: Path | None = None) -> Client:
    return Client(server.url, state=state, config=QUICK, clock=Hasty())


async def read(chat: Client, count: int) -> list[str]:
    """The first `count` lines as people read them."""
    lines: list[str] = []
    async for line in chat:
        lines.append(str(line))
        if len(lines) == count:
            break
    return lines


async def test_three_lines_are_a_chat(server: ScriptedServer) -> None:
    async with client(server) as chat:
        await chat.start(nickname="Ada", subject="Looms")
        await chat.say("Is anybody there?")
        server.desk.happens({"type": "ParticipantJoined", "from": "Amy"})
        server.desk.happens({"type": "TypingStarted", "from": "Amy"})
        server.desk.happens({"type": "Message", "from": "Amy", "text": "I am."})
        server.desk.happens({"type": "ParticipantLeft", "from": "Amy"})
        server.desk.has_ended = True
        lines = [line async for line in chat]
        assert [str(line) for line in lines] == [
            "Ada is here",
            "Ada: Is anybody there?",
            "Amy is here",
            "Amy: I am.",
            "Amy left",
        ]
        assert [line.is_mine for line in lines] == [True, True, False, False, False]
        assert not chat.is_active
        assert chat.metadata["agentMessages"] == 1


async def test_a_line_has_all_that_a_program_needs(server: ScriptedServer) -> None:
    async with client(server) as chat:
        await chat.start(nickname="Ada")
        data = {"file-id": "A1", "file-name": "bill.png", "file-size": "3"}
        server.desk.happens({"type": "FileUploaded", "from": "Amy", "userData": data})
        await read(chat, 2)
        assert chat.lines[1] == Line(
            index=2,
            kind="FileUploaded",
            text="bill.png",
            at_ms=1_760_000_002_000,
            name="Amy",
            party="Agent",
            user_data=data,
            file_id="A1",
        )
        assert str(chat.lines[1]) == "Amy: [bill.png]"


async def test_every_reader_gets_every_line(server: ScriptedServer) -> None:
    async with client(server) as chat:
        readers = [asyncio.create_task(read(chat, 2)) for _ in range(2)]
        await asyncio.sleep(0)
        await chat.start(nickname="Ada")
        await chat.say("hello")
        for lines in (*[await reader for reader in readers], await read(chat, 2)):
            assert lines == ["Ada is here", "Ada: hello"]


async def test_the_next_chat_begins_anew(server: ScriptedServer) -> None:
    async with client(server) as chat:
        await chat.start(nickname="Ada")
        await read(chat, 1)
        await chat.leave()
        assert [str(line) async for line in chat] == ["Ada is here"]
        await chat.start(nickname="Bea")
        assert await read(chat, 1) == ["Bea is here"]


async def test_leaving_the_block_leaves_the_chat(server: ScriptedServer) -> None:
    async with client(server) as chat:
        await chat.start(nickname="Ada")
    assert server.requests[-1].operation == "disconnect"


async def test_readers_elsewhere_are_let_go(server: ScriptedServer) -> None:
    async with client(server) as chat:
        await chat.start(nickname="Ada")
        reader = asyncio.create_task(read(chat, 99))
        await read(chat, 1)
    assert await asyncio.wait_for(reader, PATIENCE_S) == ["Ada is here"]


async def test_what_is_kept_in_a_file_is_found_again(server: ScriptedServer, tmp_path: Path) -> None:
    state = tmp_path / "visitor.json"
    async with client(server, state) as chat:
        await chat.start(nickname="Ada")
        await chat.say("one")
        await read(chat, 2)
    assert "disconnect" not in [request.operation for request in server.requests]
    assert state.stat().st_mode & 0o777 == 0o600
    async with client(server, state) as chat:
        assert chat.is_active
        await chat.say("two")
        assert await read(chat, 3) == ["Ada is here", "Ada: one", "Ada: two"]
        await chat.leave()
        assert not state.exists()


async def test_everything_a_visitor_can_do(server: ScriptedServer, tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"hello")
    heard: list[str] = []
    async with client(server) as chat:
        chat.on("clientTypingStarted", lambda event: heard.append(event.event))
        await chat.set_data(color="blue")
        await chat.start(first_name="Ada", last_name="Byron", email="ada@example.org", data={"size": 5})
        await chat.typing("h")
        file_id = await chat.send_file(path)
        assert await chat.fetch_file(file_id) == b"hello"
        await chat.delete_file(file_id)
        await chat.notice("seen")
        await chat.push_url("https://shop.example/")
        await chat.rename("Countess")
        await chat.set_data(color="red")
        lines = await read(chat, 5)
        assert lines == [
            "Ada Byron is here",
            "Ada Byron: [note.txt]",
            "Ada Byron took a file back",
            "Ada Byron: https://shop.example/",
            "now called Countess",
        ]
        await chat.read()
        await chat.read(chat.lines[0])
    receipts = [one.fields["transcriptPosition"] for one in server.requests if one.operation == "readReceipt"]
    assert receipts == ["6", "1"]
    assert (server.desk.user_data["color"], server.desk.user_data["size"]) == ("red", "5")
    assert heard == ["WebChatService.clientTypingStarted"]


async def test_a_message_that_was_not_delivered_says_so(server: ScriptedServer) -> None:
    async with client(server) as chat:
        await chat.start(nickname="Ada")
        server.override("send", {"statusCode": 1})
        with pytest.raises(Unavailable):
            await chat.say("hello")
        await chat.say("hello")


async def test_a_refusal_is_an_exception(server: ScriptedServer) -> None:
    async with client(server) as chat:
        with pytest.raises(CommandRejected, match="There is no active chat session"):
            await chat.say("hello")

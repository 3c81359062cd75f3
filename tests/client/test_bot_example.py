"""examples/bot.py does what its how-to says, run as anybody would run it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from frontdesk.client import AgentClient, Invitation
from frontdesk.settings import ServiceSettings
from tests.conformance.house import PASSWORD, House, serving, settings_in
from tests.conformance.v2 import Chat
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
EXAMPLE = Path(__file__).parents[2] / "examples" / "bot.py"


async def hears(visitor: Chat, text: str, within_s: float = PATIENCE_S) -> None:
    await visitor.comes(
        lambda answer: any(text in event.get("text", "") for event in answer.events), within_s=within_s
    )


async def greeted(house: House) -> Chat:
    """A visitor whom the bot has greeted: those who come before it is there wait for a person."""
    while True:
        visitor = await house.visitors.start("bot", nickname="Kim")
        try:
            await hears(visitor, "Hello Kim, I am a bot.", within_s=1)
        except AssertionError:
            await visitor.ask("disconnect")
        else:
            return visitor


async def test_it_greets_answers_and_fetches_a_person(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings = replace(settings, services={**settings.services, "bot": ServiceSettings(bot="robo")})
    async with serving(settings) as house:
        await house.server.add_account(login="robo", password=PASSWORD, role="bot", capacity=5)
        await house.server.add_account(login="amy", password=PASSWORD)
        environ = {"FRONTDESK_URL": house.url, "BOT_LOGIN": "robo", "BOT_PASSWORD": PASSWORD}
        bot = await asyncio.create_subprocess_exec(sys.executable, EXAMPLE, env={**os.environ, **environ})
        try:
            async with AgentClient(house.url, "amy", PASSWORD) as amy, asyncio.timeout(PATIENCE_S):
                visitor = await greeted(house)
                await amy.ready()
                await visitor.send("good day")
                await hears(visitor, "You said: good day")
                await visitor.send("a person please")
                async for message in amy.messages():
                    if isinstance(message, Invitation):
                        assert message.summary == "Kim asked for a person: a person please"
                        break
        finally:
            bot.terminate()
            await bot.wait()


async def test_a_wrong_password_is_one_line(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path)) as house:
        environ = {"FRONTDESK_URL": house.url, "BOT_LOGIN": "robo"}
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, EXAMPLE), env={**os.environ, **environ}, stderr=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(PATIENCE_S):
            _, told = await bot.communicate()
    assert (told.count(b"\n"), bot.returncode) == (1, 1)
    assert told.startswith(b"The bot may not sign in: ")

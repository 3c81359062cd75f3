"""A bot that answers, and calls a person when one is asked for.

FRONTDESK_URL=http://127.0.0.1:8080 BOT_LOGIN=greeter BOT_PASSWORD=… python examples/bot.py
"""

import os
import sys

from frontdesk.client import Bot, Chat, SignInRefused

bot = Bot(
    os.environ.get("FRONTDESK_URL", "http://127.0.0.1:8080"),
    os.environ.get("BOT_LOGIN", "greeter"),
    os.environ.get("BOT_PASSWORD", ""),
)


@bot.on_chat
async def talk(chat: Chat) -> None:
    await chat.greet(f"Hello {chat.nickname}, I am a bot. Say “person” and I fetch one.")
    async for message in chat.messages():
        if "person" in message.text.lower():
            await chat.say("One moment, please.")
            await chat.hand_over(summary=f"{chat.nickname} asked for a person: {message.text}")
        else:
            await chat.say(f"You said: {message.text}")


if __name__ == "__main__":
    try:
        bot.run()
    except SignInRefused as refused:
        sys.exit(f"The bot may not sign in: {refused}. Set BOT_LOGIN and BOT_PASSWORD.")
